import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate, type DType } from "../../dtype.ts";
import type { Primitive } from "../../primitive.ts";
import { rowMajor, type Layout } from "../../shape/layout.ts";
import { sizeOf } from "../../shape/shape.ts";
import { copyRowMajor, viewStorage } from "../../storage.ts";
import { Tensor, fromData } from "../../tensor.ts";
import { add, apply, cast, mul, sqrt } from "../expr.ts";
import type { Combine, Lowering, NamedKernel } from "../lowering.ts";
import { createWasmEngine, wasmObstacle } from "./engine.ts";

const engine = createWasmEngine();
const dtypes: readonly DType[] = ["float32", "float64", "int32", "bool"];

/** A primitive of which an engine needs no more than its name and how it lowers. */
const lowersTo = <A>(name: string, lower: Lowering<A>): Primitive => ({ name, lower }) as unknown as Primitive;

const of = (values: ArrayLike<number>, shape: readonly number[], dtype: DType): Tensor => {
  const data = allocate(dtype, values.length);
  data.set(values);
  return fromData(data, shape, dtype);
};
const view = (tensor: Tensor, layout: Layout): Tensor => new Tensor([...layout.shape], tensor.dtype, viewStorage(tensor.storage!.data, layout), null);
const rowMajorOf = (tensor: Tensor): number[] => {
  const out = new Array<number>(tensor.size);
  copyRowMajor(tensor.storage!, tensor.shape, out);
  return out;
};

/** Draws a tensor that is a slice, a transpose, a flip or a stretch of an array. */
const tensorOf = (shape: readonly number[], dtype: DType, values: fc.Arbitrary<number>): fc.Arbitrary<Tensor> =>
  fc.record({
    order: fc.shuffledSubarray(shape.map((_, axis) => axis), { minLength: shape.length }),
    steps: fc.tuple(...shape.map(() => fc.constantFrom(1, 1, 1, -1, 2, -3, 0, 5))),
    values: fc.infiniteStream(values),
  }).map(({ order, steps, values: drawn }) => {
    // Rows of the array follow `order`; each axis takes |step| times its size.
    const strides = new Array<number>(shape.length).fill(0);
    let size = 1;
    let offset = 3;
    for (const axis of order.toReversed()) {
      strides[axis] = steps[axis] * size;
      if (steps[axis] < 0) offset -= (shape[axis] - 1) * strides[axis];
      size *= Math.max(1, Math.abs(steps[axis]) * shape[axis]);
    }
    const base = of(Array.from({ length: size + 7 }, () => drawn.next().value as number), [size + 7], dtype);
    return view(base, { shape, strides, offset });
  });

const valuesOf = (dtype: DType): fc.Arbitrary<number> =>
  dtype === "bool" ? fc.constantFrom(0, 1) : dtype === "int32" ? fc.integer({ min: -50, max: 50 }) : fc.constantFrom(0, -0, 1, -1, 0.5, 2.25, -3, 7, NaN, Infinity, -Infinity);
const shapes = fc.array(fc.constantFrom(0, 1, 1, 2, 3, 4, 5, 6, 9, 17), { maxLength: 4 }).map((shape) => (shape.length > 3 ? shape.map((n) => Math.min(n, 5)) : shape));

describe("the WebAssembly engine", () => {
  test("is supported here", () => expect(wasmObstacle()).toBe(null));

  const identity = lowersTo("identity", { kind: "elementwise", expr: ([x]) => x });
  test("copies every layout of every dtype", () => {
    fc.assert(fc.property(fc.tuple(shapes, fc.constantFrom(...dtypes)).chain(([shape, dtype]) => tensorOf(shape, dtype, valuesOf(dtype))), (x) => {
      expect([...engine.run(identity, [x], null, x)]).toEqual(rowMajorOf(x));
    }), { numRuns: 600 });
  });

  const sumOf = lowersTo("add", { kind: "elementwise", expr: ([a, b]) => add(a, b) });
  test("adds every pair of layouts", () => {
    fc.assert(fc.property(
      fc.tuple(shapes, fc.constantFrom<DType>("float32", "float64", "int32")).chain(([shape, dtype]) => fc.tuple(tensorOf(shape, dtype, valuesOf(dtype)), tensorOf(shape, dtype, valuesOf(dtype)))),
      ([a, b]) => {
        const right = rowMajorOf(b);
        expect([...engine.run(sumOf, [a, b], null, a)]).toEqual(rowMajorOf(a).map((x, i) => x + right[i]));
      },
    ), { numRuns: 600 });
  });

  test("works long rows off in blocks, with views, stretched scalars and the same array twice", () => {
    const n = 100_003;
    const x = of(Float32Array.from({ length: n + 5 }, (_, i) => i), [n + 5], "float32");
    const tail = view(x, { shape: [n], strides: [1], offset: 5 });
    const scalar = view(x, { shape: [n], strides: [0], offset: 7 });
    const sum = engine.run(sumOf, [tail, scalar], null, tail);
    expect(sum.every((value, i) => value === i + 12)).toBe(true);
    expect(engine.run(sumOf, [tail, tail], null, tail).every((value, i) => value === 2 * (i + 5))).toBe(true);
    const backwards = view(x, { shape: [n], strides: [-1], offset: n });
    expect(engine.run(sumOf, [tail, backwards], null, tail).every((value) => value === n + 5)).toBe(true);
  });

  test("walks transposes in tiles, and what is left over by rows", () => {
    for (const dtype of ["float32", "int32"] as const) for (const [rows, columns] of [[37, 53], [4, 4], [3, 19], [16, 3], [20, 8]]) {
      const x = of(Array.from({ length: rows * columns }, (_, i) => i), [columns, rows], dtype);
      const y = of(Array.from({ length: rows * columns }, (_, i) => -3 * i), [rows, columns], dtype);
      const column = of(Array.from({ length: rows }, (_, i) => 1000 * i), [rows], dtype);
      const crossed = view(x, { shape: [rows, columns], strides: [1, rows], offset: 0 });
      const stretched = view(column, { shape: [rows, columns], strides: [1, 0], offset: 0 });
      const three = lowersTo("three", { kind: "elementwise", expr: ([a, b, c]) => add(add(a, b), c) });
      const result = engine.run(three, [crossed, y, stretched], null, y);
      expect(result.every((value, at) => value === (at % columns) * rows + Math.floor(at / columns) - 3 * at + 1000 * Math.floor(at / columns))).toBe(true);
    }
  });

  test("tells attributes apart that differ", () => {
    const scale = lowersTo<{ by: number }>("scale", { kind: "elementwise", expr: ([x], { by }) => mul(x, by) });
    const x = of([1, 2, 3], [3], "float64");
    for (const by of [2, 3, -0, 0, NaN, 2]) expect([...engine.run(scale, [x], { by }, x)]).toEqual([by, 2 * by, 3 * by]);
  });

  test("computes functions between dtypes", () => {
    const x = of([2, 0, -5], [3], "int32");
    expect([...engine.run(lowersTo("root", { kind: "elementwise", expr: ([a]) => sqrt(cast(a, "float64")) }), [x], null, { shape: [3], dtype: "float64" })]).toEqual([Math.SQRT2, 0, NaN]);
    expect([...engine.run(lowersTo("is", { kind: "elementwise", expr: ([a]) => cast(a, "bool") }), [x], null, { shape: [3], dtype: "bool" })]).toEqual([1, 0, 1]);
    expect([...engine.run(lowersTo("sin", { kind: "elementwise", expr: ([a]) => apply("sin", [cast(a, "float64")], "float64") }), [x], null, { shape: [3], dtype: "float64" })][0]).toBeCloseTo(Math.sin(2), 15);
  });
});

describe("reductions", () => {
  const reduce = (combine: Combine): Primitive => lowersTo<{ axes: readonly number[] }>(combine, { kind: "reduce", combine, axes: ({ axes }) => axes });
  const extreme = (sign: number) => (group: readonly number[]): number => {
    let best = 0;
    group.forEach((x, i) => { if (sign * x > sign * group[best] || (Number.isNaN(x) && !Number.isNaN(group[best]))) best = i; });
    return best;
  };
  const definitions: Readonly<Record<Combine, (group: readonly number[]) => number>> = {
    sum: (group) => group.reduce((a, b) => a + b, 0), prod: (group) => group.reduce((a, b) => a * b, 1),
    max: (group) => group.reduce((a, b) => Math.max(a, b), -Infinity), min: (group) => group.reduce((a, b) => Math.min(a, b), Infinity),
    any: (group) => Number(group.some((x) => x !== 0)), all: (group) => Number(group.every((x) => x !== 0)),
    argMax: extreme(1), argMin: extreme(-1),
  };
  /** The groups along `axes`, each in row-major order. */
  const groups = (x: Tensor, axes: readonly number[]): number[][] => {
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const order = [...kept, ...axes];
    const { strides, offset } = x.storage!;
    const moved = rowMajorOf(new Tensor(order.map((axis) => x.shape[axis]), x.dtype, viewStorage(x.storage!.data, {
      shape: order.map((axis) => x.shape[axis]), strides: order.map((axis) => strides[axis]), offset,
    }), null));
    const size = sizeOf(axes.map((axis) => x.shape[axis]));
    return Array.from({ length: sizeOf(kept.map((axis) => x.shape[axis])) }, (_, i) => moved.slice(i * size, (i + 1) * size));
  };

  for (const combine of Object.keys(definitions) as Combine[]) {
    test(`${combine} over every choice of axes, layout and dtype`, () => {
      const positional = combine === "argMax" || combine === "argMin";
      fc.assert(fc.property(
        fc.tuple(shapes, fc.constantFrom(...dtypes)).chain(([shape, dtype]) => fc.tuple(
          tensorOf(shape, dtype, combine === "prod" ? fc.constantFrom(...(dtype === "bool" ? [0, 1] : [1, 1, 1, 1, -1, 2])) : valuesOf(dtype)),
          fc.subarray(shape.map((_, axis) => axis)),
        )),
        ([x, axes]) => {
          const expected = groups(x, axes);
          fc.pre(!(combine === "max" || combine === "min" || positional) || expected.every((group) => group.length > 0));
          const counted = combine === "sum" || combine === "prod";
          const dtype: DType = combine === "any" || combine === "all" ? "bool" : positional || (counted && x.dtype === "bool") ? "int32" : x.dtype;
          const result = engine.run(reduce(combine), [x], { axes }, { shape: [expected.length], dtype });
          const right = allocate(dtype, expected.length);
          expected.forEach((group, i) => (right[i] = definitions[combine](group)));
          if (counted) result.forEach((value, i) => (Object.is(value, right[i]) ? 0 : expect(value).toBeCloseTo(right[i], 4)));
          else expect([...result]).toEqual([...right]);
        },
      ), { numRuns: 500 });
    });
  }

  test("sums of ten million float32 stay accurate, along and across rows", () => {
    const n = 10_000_000;
    const x = of(Float32Array.from({ length: n }, (_, i) => 0.1 + (i % 7) * 1e-3), [n], "float32");
    let exact = 0;
    for (const value of x.data) exact += value;
    const within = engine.run(reduce("sum"), [x], { axes: [0] }, { shape: [], dtype: "float32" })[0];
    expect(Math.abs(within / exact - 1)).toBeLessThan(1e-7);
    const across = engine.run(reduce("sum"), [view(x, rowMajor([n / 10, 10]))], { axes: [0] }, { shape: [10], dtype: "float32" });
    expect(Math.abs(Array.from(across).reduce((a, b) => a + b, 0) / exact - 1)).toBeLessThan(1e-7);
  });

  test("int32 sums wrap", () => {
    const x = of([2 ** 31 - 1, 1, 5], [3], "int32");
    expect(engine.run(reduce("sum"), [x], { axes: [0] }, { shape: [], dtype: "int32" })[0]).toBe(-(2 ** 31) + 5);
  });
});

describe("products, blocks and kernels of their own", () => {
  const contract = lowersTo("matmul", { kind: "contract" });
  test("products of strided, batched, broadcast operands", () => {
    const whole = fc.integer({ min: -5, max: 5 });
    fc.assert(fc.property(
      fc.tuple(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.constantFrom<DType>("float32", "float64", "int32"))
        .chain(([batch, m, n, k, dtype]) => fc.tuple(tensorOf([...batch, m, k], dtype, whole), tensorOf([...batch, k, n], dtype, whole))),
      ([a, b]) => {
        const [m, k] = a.shape.slice(-2);
        const n = b.shape.at(-1)!;
        const [left, right] = [rowMajorOf(a), rowMajorOf(b)];
        const count = sizeOf(a.shape.slice(0, -2));
        const expected: number[] = [];
        for (let s = 0; s < count; s++) for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++) sum += left[(s * m + i) * k + l] * right[(s * k + l) * n + j];
          expected.push(sum);
        }
        expect([...engine.run(contract, [a, b], null, { shape: [...a.shape.slice(0, -1), n], dtype: a.dtype })].map((x) => x + 0)).toEqual(expected.map((x) => x + 0));
      },
    ), { numRuns: 300 });
  });

  test("places blocks, with steps and a fill", () => {
    const place = lowersTo<{ fill: number; starts: number[][]; steps: number[][] }>("place", {
      kind: "place", fill: ({ fill }) => fill, regions: (inputs, { starts, steps }) => inputs.map((_, i) => ({ starts: starts[i], steps: steps[i] })),
    });
    for (const dtype of dtypes) {
      const x = of([1, 0, 1, 1], [2, 2], dtype);
      const y = of([1, 1], [1, 2], dtype);
      const out = engine.run(place, [x, y], { fill: 0, starts: [[0, 3], [3, 0]], steps: [[2, -2], [1, 1]] }, { shape: [4, 4], dtype });
      expect([...out]).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0]);
    }
    const nan = engine.run(place, [of([], [0], "float32")], { fill: NaN, starts: [[0]], steps: [[1]] }, { shape: [3], dtype: "float32" });
    expect([...nan]).toEqual([NaN, NaN, NaN]);
  });

  const named = (kernel: NamedKernel, sizes: readonly number[], inputs: readonly Tensor[], shape: readonly number[], dtype: DType): number[] =>
    [...engine.run(lowersTo(kernel, { kind: "named", kernel, sizes: () => sizes }), inputs, { sizes }, { shape, dtype })];
  const block = fc.record({ outer: fc.integer({ min: 1, max: 3 }), n: fc.integer({ min: 1, max: 20 }), inner: fc.constantFrom(1, 2, 3, 17), m: fc.integer({ min: 0, max: 9 }), dtype: fc.constantFrom(...dtypes) });

  test("take, takeAdd, takeAlongAxis and scatterAdd, with negative indices", () => {
    fc.assert(fc.property(block.chain((sizes) => fc.tuple(
      fc.constant(sizes), tensorOf([sizes.outer, sizes.n, sizes.inner], sizes.dtype, fc.integer({ min: 0, max: 1 })),
      fc.array(fc.integer({ min: -sizes.n, max: sizes.n - 1 }), { minLength: sizes.outer * sizes.m * sizes.inner, maxLength: sizes.outer * sizes.m * sizes.inner }),
      tensorOf([sizes.outer, sizes.m, sizes.inner], sizes.dtype, fc.integer({ min: 0, max: 1 })),
    )), ([{ outer, n, inner, m, dtype }, x, drawn, updates]) => {
      const sizes = [outer, n, inner, m];
      const [values, added] = [rowMajorOf(x), rowMajorOf(updates)];
      const row = of(drawn.slice(0, m), [m], "int32");
      const each = of(drawn, [outer, m, inner], "int32");
      const join = (a: number, b: number): number => (dtype === "bool" ? a | b : a + b);
      const places = (index: (at: number, j: number) => number): number[] => added.map((_, at) => {
        const j = Math.floor(at / inner) % m;
        const found = index(at, j);
        return (Math.floor(at / (inner * m)) * n + (found < 0 ? found + n : found)) * inner + (at % inner);
      });
      for (const [from, get, put] of [[row, "take", "takeAdd"], [each, "takeAlongAxis", "scatterAdd"]] as const) {
        const at = places((position, j) => (from === row ? drawn[j] : drawn[position]));
        expect(named(get, sizes, [x, from], [outer, m, inner], dtype)).toEqual(at.map((place) => values[place]));
        const sums = [...values];
        at.forEach((place, i) => (sums[place] = join(sums[place], added[i])));
        expect(named(put, sizes, [x, from, updates], [outer, n, inner], dtype)).toEqual(sums);
      }
    }), { numRuns: 200 });
    const x = of([5, 6, 7], [3], "float32");
    const both = (kernel: NamedKernel, index: number): void => {
      named(kernel, [1, 3, 1, 2], [x, of([0, index], [2], "int32"), ...(kernel === "takeAdd" || kernel === "scatterAdd" ? [of([1, 1], [2], "float32")] : [])], kernel.startsWith("take") && kernel !== "takeAdd" ? [2] : [3], "float32");
    };
    for (const kernel of ["take", "takeAdd", "takeAlongAxis", "scatterAdd"] as const) {
      for (const index of [3, 100, -4, -100, 2 ** 31 - 1, -(2 ** 31)]) expect(() => both(kernel, index)).toThrow(`${kernel}: index ${index} is out of range for an axis of size 3; use -3 … 2`);
      // Word of it is gone with the error.
      expect(() => both(kernel, -3)).not.toThrow();
    }
  });

  test("argSort is stable and puts NaN last; cumSum runs either way", () => {
    fc.assert(fc.property(block.chain((sizes) => fc.tuple(fc.constant(sizes), tensorOf([sizes.outer, sizes.n, sizes.inner], sizes.dtype, valuesOf(sizes.dtype)), fc.boolean())), ([{ outer, n, inner, dtype }, x, flag]) => {
      const values = rowMajorOf(x);
      const order: number[] = new Array<number>(values.length);
      const sums: number[] = new Array<number>(values.length);
      for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) {
        const at = (k: number): number => (o * n + k) * inner + i;
        const key = (k: number): number => values[at(k)];
        const positions = Array.from({ length: n }, (_, k) => k).sort((a, b) => {
          const [p, q] = [key(a), key(b)];
          if (Number.isNaN(p) || Number.isNaN(q)) return Number(Number.isNaN(p)) - Number(Number.isNaN(q)) || a - b;
          return (p === q ? 0 : (p < q) === flag ? 1 : -1) || a - b;
        });
        positions.forEach((position, k) => (order[at(k)] = position));
        let total = 0;
        for (let k = 0; k < n; k++) {
          const place = at(flag ? n - 1 - k : k);
          sums[place] = total += values[place];
        }
      }
      expect(named("argSort", [outer, n, inner, Number(flag)], [x], x.shape, "int32")).toEqual(order);
      if (dtype !== "bool") expect(named("cumSum", [outer, n, inner, Number(flag)], [x], x.shape, dtype).map((v) => v + 0)).toEqual(sums.map((v) => v + 0));
    }), { numRuns: 200 });
  });

  test("random bits are Threefry-2x32-20", () => {
    const bits = (key: number[], counter: number[], size: number): string =>
      named("randomBits", [size], [of(key, [2], "int32"), of(counter, [2], "int32")], [size], "int32").map((x) => (x >>> 0).toString(16).padStart(8, "0")).join(" ");
    // The known answers of the paper's reference implementation (Random123, kat_vectors).
    expect(bits([0, 0], [0, 0], 2)).toBe("6b200159 99ba4efe");
    expect(bits([-1, -1], [-1, -1], 2)).toBe("1cb996fc bb002be7");
    expect(bits([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3 | 0], 2)).toBe("c4923a9c 483df7a0");
    const all = bits([1, 2], [-3, 7], 33);
    expect(all.startsWith(bits([1, 2], [-3, 7], 17))).toBe(true);
    expect(all.split(" ").slice(6, 10).join(" ")).toBe(bits([1, 2], [0, 8], 4));
  });

  test("memory stays where it is over 100,000 calls on 100 kB", () => {
    const double = lowersTo("double", { kind: "elementwise", expr: ([x]) => add(x, x) });
    let x = of(new Float32Array(25_000).fill(1e-30), [25_000], "float32");
    const loop = (times: number): void => {
      for (let i = 0; i < times; i++) x = fromData(engine.run(double, [x], null, x), x.shape, x.dtype);
    };
    loop(10_000);
    const before = process.memoryUsage().rss;
    loop(100_000);
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(64);
  }, 60_000);
});
