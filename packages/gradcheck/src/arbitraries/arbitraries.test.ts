import { Tensor, isFloat, registry, sameShape, tensorsOf, type Primitive } from "@ndgrad/core/internal";
import { add } from "@ndgrad/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { broadcastableShapes, shapes } from "./shapes.ts";
import { samplesOf, showCall } from "./samples.ts";
import { tensors } from "./tensors.ts";
import { trees } from "./trees.ts";
import { views } from "./views.ts";

/** What a failing property shrinks to. */
function smallest<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => boolean): T {
  return fc.check(fc.property(arbitrary, holds), { seed: 3, numRuns: 2000 }).counterexample![0];
}

describe("shapes", () => {
  test("keep their bounds, and reach rank 0, every rank and size 0", () => {
    const seen = new Set<string>();
    fc.assert(fc.property(shapes(), (shape) => {
      seen.add(`rank ${shape.length}`);
      for (const size of shape) seen.add(`size ${size}`);
      return shape.length <= 4 && shape.every((size) => size >= 0 && size <= 5);
    }), { seed: 1, numRuns: 500 });
    expect([...seen].sort()).toEqual(["rank 0", "rank 1", "rank 2", "rank 3", "rank 4", "size 0", "size 1", "size 2", "size 3", "size 4", "size 5"]);
    fc.assert(fc.property(shapes({ leastRank: 2, mostRank: 3, leastSize: 2, mostSize: 4 }), (shape) => (shape.length === 2 || shape.length === 3) && shape.every((size) => size >= 2 && size <= 4)));
  });

  test("that broadcast do, to the result named", () => {
    fc.assert(fc.property(broadcastableShapes(3).chain(({ shapes: each, result }) => fc.tuple(fc.tuple(...each.map((shape) => tensors({ shape }))), fc.constant(result))), ([[a, b, c], result]) => {
      expect(add(add(a, b), c).shape).toEqual(result);
    }));
  });
});

describe("tensors", () => {
  test.each(["float32", "float64", "int32", "bool"] as const)("of %s have elements within their range", (dtype) => {
    fc.assert(fc.property(tensors({ dtype, range: dtype === "bool" ? [0, 1] : [2, 9] }), (x) => {
      expect(x.dtype).toBe(dtype);
      return Array.from(x.data).every((value) => (dtype === "bool" ? value === 0 || value === 1 : value >= 2 && value <= 9));
    }));
  });

  test("that are distinct have no two elements alike", () => {
    fc.assert(fc.property(tensors({ dtype: ["float64", "int32"], range: [-400, 400], distinct: true }), (x) => new Set(x.data).size === x.size && Math.max(0, ...x.data.map(Math.abs)) <= 400));
    expect(() => fc.sample(tensors({ shape: [5], dtype: "int32", range: [0, 3], distinct: true }))).toThrow("there are no 5 distinct int32 elements from 0 to 3");
  });

  test("shrink to few and simple elements", () => {
    expect(smallest(tensors(), (x) => x.size < 3).toArray()).toEqual([0, 0, 0]);
    expect(smallest(tensors({ shape: [2], range: [3, 5] }), () => false).toArray()).toEqual([3, 3]);
    expect(Math.abs(smallest(tensors({ shape: [], dtype: "int32" }), (x) => x.item() < 4).item())).toBe(4);
  });
});

describe("trees", () => {
  test("hold tensors only, in arrays and records", () => {
    const kinds = new Set<string>();
    fc.assert(fc.property(trees({ shape: [2], depth: 2 }), (tree) => {
      kinds.add(tree instanceof Tensor ? "tensor" : Array.isArray(tree) ? "array" : "record");
      return tensorsOf(tree).every((x) => sameShape(x.shape, [2]));
    }), { seed: 1 });
    expect([...kinds].sort()).toEqual(["array", "record", "tensor"]);
  });
});

describe("views", () => {
  const pairs = tensors({ dtype: ["float32", "float64", "int32", "bool"] }).chain((x) => fc.tuple(fc.constant(x), views(x)));

  test("have the same elements in other places", () => {
    const seen = new Set<string>();
    fc.assert(fc.property(pairs, ([x, view]) => {
      const { strides, offset, contiguous } = view.storage!;
      if (!contiguous) seen.add("strided");
      if (offset > 0) seen.add("offset");
      if (view.size > 1 && strides.some((stride, axis) => stride === 0 && view.shape[axis] > 1)) seen.add("stretched");
      if (strides.some((stride) => stride < 0)) seen.add("flipped");
      expect(view.shape).toEqual(x.shape);
      expect(view.dtype).toBe(x.dtype);
      expect(Array.from(view.data)).toEqual(Array.from(x.data));
    }), { seed: 1, numRuns: 300 });
    expect([...seen].sort()).toEqual(["flipped", "offset", "stretched", "strided"]);
  });

  test("shrink to row-major order", () => {
    const view = smallest(views(fc.sample(tensors({ shape: [2, 3] }), { seed: 1, numRuns: 1 })[0]), () => false);
    expect(view.storage).toMatchObject({ strides: [3, 1], offset: 0, contiguous: true });
  });
});

describe("samples", () => {
  test("are calls that the primitive takes", () => {
    for (const primitive of registry.values()) {
      fc.assert(fc.property(samplesOf(primitive, { layouts: true, long: true }), ({ inputs, attributes }) => {
        primitive.infer(inputs, attributes);
      }), { seed: 1, numRuns: 20 });
    }
  });

  test("can be filtered, and shrink, and print as calls", () => {
    const add2 = registry.get("add")!;
    fc.assert(fc.property(samplesOf(add2).filter(({ inputs }) => isFloat(inputs[0].dtype)), ({ inputs }) => inputs.length === 2), { numRuns: 20 });
    const call = smallest(samplesOf(add2, { layouts: true }), ({ inputs: [a] }) => a.size < 2);
    expect(showCall(call)).toMatch(/^add\(\w+\[(2|1, 2|2, 1)\] \{0, 0\}, \w+\[(2|1, 2|2, 1)\] \{0, 0\}\)$/);
    expect(fc.stringify(call)).toBe(showCall(call));
  });

  test("draw distinct elements where the primitive asks for it", () => {
    const picky: Primitive = { ...registry.get("neg")!, sample: () => ({ inputs: [{ shape: [40], dtype: "float32", range: [-1, 1], distinct: true }], attributes: undefined }) };
    fc.assert(fc.property(samplesOf(picky), ({ inputs: [x] }) => new Set(x.data).size === 40));
  });
});
