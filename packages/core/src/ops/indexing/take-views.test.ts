import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile } from "../../index.ts";
import { shareAll } from "../../../testing/threads.ts";
import { allocate, type DType, type TypedArray } from "../../dtype.ts";
import { installEngine, type Engine, type Runtime } from "../../engine/engine.ts";
import { referenceEngine } from "../../engine/reference/reference.ts";
import { createWasmEngine } from "../../engine/wasm/engine.ts";
import { fromData, type Tensor } from "../../tensor.ts";
import { broadcastTo } from "../movement/broadcast-to.ts";
import { permute } from "../movement/permute.ts";
import { flip, slice, type StartStopStep } from "../movement/slice.ts";
import { take } from "./take.ts";

/** A way to look at an array, as plain data that shrinks. */
interface View {
  readonly shape: readonly number[];
  readonly steps: readonly { readonly kind: "part" | "turned" | "flipped" | "stretched"; readonly axis: number; readonly by: number }[];
}
/** What is taken from it: of which axis, and which places, as numbers that any size makes places of. */
interface Taking { readonly axis: number; readonly scalar: boolean; readonly numbers: readonly number[] }

const views: fc.Arbitrary<View> = fc.record({
  shape: fc.oneof(
    fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
    fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 35, max: 60 })),
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 35, max: 60 })),
  ),
  steps: fc.array(fc.record({ kind: fc.constantFrom("part", "turned", "flipped", "stretched"), axis: fc.nat({ max: 5 }), by: fc.integer({ min: 1, max: 4 }) }), { maxLength: 5 }),
}, { noNullPrototype: true });
// Often so many that they are not put together until they are looked at.
const takings: fc.Arbitrary<Taking> = fc.record({
  axis: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 3 })),
  scalar: fc.boolean(),
  numbers: fc.oneof(fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 5 }), fc.array(fc.nat({ max: 999 }), { minLength: 40, maxLength: 80, size: "max" })),
}, { noNullPrototype: true });

function lookedAt(x: Tensor, { steps }: View): Tensor {
  for (const { kind, axis: drawn, by } of steps) {
    const axis = drawn % x.rank;
    const extent = x.shape[axis];
    if (kind === "flipped") x = flip(x, axis);
    else if (kind === "turned") x = permute(x, x.shape.map((_, i) => (i + axis) % x.rank));
    else if (kind === "part") x = slice(x, x.shape.map((size, i) => (i === axis && size > by ? (by % 2 === 0 ? [by - 1, size, by] : [by, size]) : [0, size]) as StartStopStep));
    else if (extent === 1) x = broadcastTo(x, x.shape.map((size, i) => (i === axis ? by + 1 : size)));
    else if (x.rank < 4) x = broadcastTo(x, [by, ...x.shape]);
  }
  return x;
}
const taken = (x: Tensor, { axis: drawn, scalar, numbers }: Taking): Tensor => {
  const axis = drawn % x.rank;
  const places = numbers.map((number) => (number % (2 * x.shape[axis])) - x.shape[axis]);
  return take(x, scalar ? places[0] : places, { axis });
};
/** Where two arrays differ first; −1 where nowhere. */
const firstDifference = (a: TypedArray, b: TypedArray): number => (a.length === b.length ? a.findIndex((value, i) => value !== b[i]) : Math.min(a.length, b.length));
const some = (dtype: DType, shape: readonly number[]): TypedArray => {
  const out = allocate(dtype, shape.reduce((a, b) => a * b, 1));
  return out.map((_, i) => (dtype === "bool" ? Number((i * i) % 7 < 3) : i + 1));
};

describe("take", () => {
  const engine = createWasmEngine(shareAll);
  let before: Engine | null = null;
  beforeAll(() => { before = installEngine(engine); });
  afterAll(() => {
    (engine.runtime as Runtime).setThreads(1);
    if (before !== null) installEngine(before);
  });
  /** From an array in row-major order, by the definition. */
  const defined = (x: Tensor, taking: Taking): Tensor => {
    installEngine(referenceEngine);
    try {
      return taken(fromData(x.data.slice(), x.shape, x.dtype), taking);
    } finally {
      installEngine(engine);
    }
  };

  test("of a part, turned, flipped or stretched, is that of a copy in row-major order, alone and as an argument of a compiled function", () => {
    fc.assert(fc.property(views, takings, fc.constantFrom<DType>("float32", "float64", "int32", "bool"), (view, taking, dtype) => {
      const x = lookedAt(fromData(some(dtype, view.shape), view.shape, dtype), view);
      const right = defined(x, taking);
      const alone = taken(x, taking);
      expect([alone.shape, firstDifference(alone.toTypedArray(), right.toTypedArray())]).toEqual([right.shape, -1]);
      const negated = compile((batch: Tensor) => batch.cast("float64").neg());
      const expected = right.cast("float64").neg().toTypedArray();
      // Again and again: what is taken from often comes to stay in the programs' memory.
      for (let call = 0; call < 4; call++) expect(firstDifference(negated(taken(x, taking)).toTypedArray(), expected)).toBe(-1);
    }), { numRuns: 300 });
  });

  test("reads nothing but what it takes", () => {
    fc.assert(fc.property(views, takings, (view, taking) => {
      const { array, reads } = counted(some("float32", view.shape));
      const out = taken(lookedAt(fromData(array, view.shape, "float32"), view), taking);
      expect(out.data).toHaveLength(out.size);
      expect(reads()).toBe(out.size);
    }), { numRuns: 300 });
  });
});

/** An array that counts how many elements are asked for. */
function counted(elements: TypedArray): { readonly array: TypedArray; readonly reads: () => number } {
  let reads = 0;
  const part = (method: "slice" | "subarray") => (start: number, end: number): TypedArray => {
    reads += end - start;
    return elements[method](start, end);
  };
  const array = new Proxy(elements, {
    get(target, key) {
      if (key === "slice" || key === "subarray") return part(key);
      if (typeof key === "string" && /^\d+$/.test(key)) reads++;
      return Reflect.get(target, key, target) as unknown;
    },
  });
  return { array, reads: () => reads };
}
