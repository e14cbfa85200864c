import { describe, expect, test } from "vitest";
import type { DType } from "../dtype.ts";
import type { Primitive } from "../primitive.ts";
import { rowMajorStrides } from "../shape/shape.ts";
import { add, neg } from "./expr.ts";
import { lowerCall, parametrize, placeRowMajor, type Placed } from "./lower.ts";
import type { Lowering } from "./lowering.ts";
import type { LoopKernel } from "./program.ts";

const lowersTo = <A>(lower: Lowering<A>): Primitive => ({ name: "test", lower }) as unknown as Primitive;
const placed = (shape: number[], strides: number[] = rowMajorStrides(shape), buffer = 0, dtype: DType = "float32"): Placed => ({ shape, strides, buffer, dtype, offset: 0 });
const out = (shape: number[], dtype: DType = "float32"): Placed => placeRowMajor({ shape, dtype }, 9);
const loop = (primitive: Primitive, inputs: readonly Placed[], attributes: unknown, result: Placed): LoopKernel => {
  const [kernel] = lowerCall(primitive, inputs, attributes, result);
  if (kernel.kind !== "loop") throw new Error("not a loop");
  return kernel;
};

describe("lowering", () => {
  const negate = lowersTo({ kind: "elementwise", expr: ([x]) => neg(x) });
  const sum = lowersTo({ kind: "elementwise", expr: ([a, b]) => add(a, b) });
  const reduce = lowersTo<{ axes: number[] }>({ kind: "reduce", combine: "sum", axes: ({ axes }) => axes });

  test("merges axes that every operand walks as one, and drops those of size 1", () => {
    expect(loop(negate, [placed([2, 1, 3, 4])], null, out([2, 1, 3, 4]))).toMatchObject({ extents: [24], inputs: [{ strides: [1] }], outputs: [{ strides: [1] }] });
    const bias = loop(sum, [placed([2, 3, 4]), placed([2, 3, 4], [0, 0, 1])], null, out([2, 3, 4]));
    expect(bias).toMatchObject({ extents: [6, 4], inputs: [{ strides: [4, 1] }, { strides: [0, 1] }] });
  });

  test("a scalar is a run of one", () => {
    expect(loop(negate, [placed([])], null, out([]))).toMatchObject({ extents: [1], inputs: [{ strides: [1] }], outputs: [{ strides: [1] }] });
  });

  test("nothing is to be done for no elements", () => {
    expect(lowerCall(negate, [placed([0, 3])], null, out([0, 3]))).toEqual([]);
  });

  test("reduced axes come last, the ones that run along memory innermost", () => {
    expect(loop(reduce, [placed([2, 3, 4])], { axes: [0] }, out([3, 4]))).toMatchObject({ extents: [12, 2], reduce: { axes: 1 }, inputs: [{ strides: [1, 12] }], outputs: [{ strides: [1] }] });
    expect(loop(reduce, [placed([3, 4], [1, 3])], { axes: [0, 1] }, out([]))).toMatchObject({ extents: [12], inputs: [{ strides: [1] }], outputs: [{ strides: [] }] });
  });

  test("positions of extremes count in the order of the axes", () => {
    const argMax = lowersTo({ kind: "reduce", combine: "argMax", axes: () => [0, 1] });
    expect(loop(argMax, [placed([3, 4], [1, 3])], null, out([], "int32"))).toMatchObject({ extents: [3, 4], inputs: [{ strides: [1, 3] }] });
  });

  test("blocks of a larger result are copies to an offset, after the fill", () => {
    const pad = lowersTo({ kind: "place", fill: () => 7, regions: () => [{ starts: [1, 2], steps: [1, -1] }] });
    const kernels = lowerCall(pad, [placed([2, 2])], null, out([4, 5]));
    expect(kernels).toMatchObject([{ inputs: [], extents: [20] }, { extents: [2, 2], outputs: [{ offset: 7, strides: [5, -1] }] }]);
    const whole = lowersTo({ kind: "place", fill: () => 7, regions: () => [{ starts: [0], steps: [1] }] });
    expect(lowerCall(whole, [placed([4])], null, out([4]))).toHaveLength(1);
  });

  test("parameters leave open what does not change the code", () => {
    const keyOf = (columns: number, strides: number[]): string => parametrize(loop(sum, [placed([3, columns]), placed([3, columns], strides)], null, out([3, columns]))).key;
    expect(keyOf(4, [0, 1])).toBe(keyOf(99, [0, 1]));
    expect(keyOf(4, [0, 1])).not.toBe(keyOf(4, [1, 0]));
    expect(keyOf(4, [1, 3])).not.toBe(keyOf(4, [1, 0]));
    const { kernel, values } = parametrize(loop(sum, [placed([3, 5]), placed([3, 5], [7, 2])], null, out([3, 5])));
    expect(values).toEqual([3, 5, 5, 7, 2, 5]);
    expect(kernel.inputs[1].strides).toEqual([{ parameter: 3 }, { parameter: 4 }]);
  });
});
