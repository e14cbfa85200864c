import { describe, expect, test } from "vitest";
import { allocate, type DType } from "../dtype.ts";
import { installEngine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { fromData, type Tensor } from "../tensor.ts";
import { grad } from "../transform/gradient.ts";
import { hessian } from "../transform/jacobian.ts";
import { relu } from "./elementwise/activation.ts";
import { div, mul } from "./elementwise/arithmetic.ts";
import { leftShift, rightShift } from "./elementwise/bitwise.ts";
import { equal, isFinite, less, notEqual } from "./elementwise/comparison.ts";
import { floorDiv, mod } from "./elementwise/division.ts";
import { log } from "./elementwise/exponential.ts";
import { maximum, minimum } from "./elementwise/extremes.ts";
import { logicalAnd } from "./elementwise/logical.ts";
import { hypot, pow } from "./elementwise/powers.ts";
import { abs, round, sign } from "./elementwise/rounding.ts";
import { where } from "./elementwise/where.ts";
import { cumProd, cumSum } from "./reduce/cumulative.ts";
import { argMax, argMin, max, min } from "./reduce/extremes.ts";
import { all, any } from "./reduce/logical.ts";
import { prod } from "./reduce/prod.ts";
import { sum } from "./reduce/sum.ts";

installEngine(referenceEngine);

const of = (values: readonly number[], dtype: DType = "float64", shape: readonly number[] = [values.length]): Tensor => {
  const data = allocate(dtype, values.length);
  data.set(values);
  return fromData(data, [...shape], dtype);
};
const list = (x: Tensor): number[] => [...x.data];
const slope = (f: (x: Tensor) => Tensor, at: readonly number[]): number[] => list(grad((x: Tensor) => sum(f(x)))(of(at)));

describe("gradients at kinks, ties and zeros", () => {
  test("relu and abs are flat at 0", () => {
    expect(slope(relu, [-1, 0, 2])).toEqual([0, 0, 1]);
    expect(slope(abs, [-1, 0, 2])).toEqual([-1, 0, 1]);
  });
  test("rounding and sign are flat, and what uses them still has a gradient", () => {
    expect(slope((x) => mul(x, round(x)), [1.2, 2.7])).toEqual([1, 3]);
    expect(slope(sign, [1.2, -2.7])).toEqual([0, 0]);
  });
  test("tied elements share", () => {
    expect(slope((x) => maximum(x, 1), [0, 1, 2])).toEqual([0, 0.5, 1]);
    expect(slope((x) => minimum(1, x), [0, 1, 2])).toEqual([1, 0.5, 0]);
    expect(slope((x) => max(x), [3, 1, 3, 3])).toEqual([1 / 3, 0, 1 / 3, 1 / 3]);
    expect(slope((x) => min(x), [3, 1, 1])).toEqual([0, 0.5, 0.5]);
  });
  test("a power is flat where 0 · ∞ threatens", () => {
    expect(slope((x) => pow(x, 0), [0, 2])).toEqual([0, 0]);
    expect(slope((x) => pow(x, 1), [0, 2])).toEqual([1, 1]);
    expect(slope((x) => pow(x, 3), [0, -2])).toEqual([0, 12]);
    expect(slope((x) => pow(0, x), [2, 0])).toEqual([0, 0]);
    const second = hessian((x: Tensor) => sum(pow(x, of([1, 2, 3, 0]))))(of([0, 0, 0, 0]));
    expect(list(second).filter((_, i) => i % 5 === 0)).toEqual([0, 2, 0, 0]);
  });
  test("the branch not taken gives no NaN", () => {
    expect(slope((x) => where(less(x, 1), x, log(where(less(x, 1), 1, x))), [0, 2])).toEqual([1, 0.5]);
    expect(slope((x) => hypot(x, 0), [0, -2])).toEqual([0, -1]);
  });
  test("products with zeros, of orders 1 and 2", () => {
    expect(slope((x) => prod(x), [2, 0, 3])).toEqual([0, 6, 0]);
    expect(slope((x) => prod(x), [2, 0, 0])).toEqual([0, 0, 0]);
    expect(list(hessian((x: Tensor) => prod(x))(of([2, 0, 0])))).toEqual([0, 0, 0, 0, 0, 2, 0, 2, 0]);
    expect(slope((x) => cumProd(x), [2, 0, 3])).toEqual([1, 2 + 6, 0]);
    const rows = of([1, 2, 3, 4, 5, 6, 7, 8], "float64", [2, 2, 2]);
    expect(list(grad((x: Tensor) => sum(prod(x, { axis: [0, 2] })))(rows))).toEqual([2 * 30, 30, 4 * 56, 3 * 56, 12, 10, 8 * 12, 7 * 12]);
    expect(grad((x: Tensor) => prod(x))(of([])).shape).toEqual([0]);
  });
  test("NaN passes through extremes in both directions", () => {
    expect(slope((x) => max(x), [1, NaN, 3])).toEqual([0, 1, 0]);
    expect(slope(relu, [NaN])).toEqual([1]);
  });
});

describe("values as in NumPy", () => {
  test("remainders take the divisor's sign", () => {
    expect(list(mod(of([7, -7, 7, -7, 0, 1]), of([3, 3, -3, -3, -3, Infinity])))).toEqual([1, 2, -2, -1, -0, 1]);
    expect(list(floorDiv(of([7, -7, 1, -1, 1]), of([3, 3, 0, Infinity, 0.1])))).toEqual([2, -3, Infinity, -1, 9]);
    expect(list(mod(of([7, -7, 5], "int32"), of([-3, 3, 0], "int32")))).toEqual([-2, 2, 0]);
    expect(list(floorDiv(of([7, -7, 5, -(2 ** 31)], "int32"), of([-3, 3, 0, -1], "int32")))).toEqual([-3, -3, 0, -(2 ** 31)]);
  });
  test("whole powers wrap and have whole inverses", () => {
    expect(list(pow(of([3, -2, 2, 0, 1, -1, 2], "int32"), of([4, 31, 32, 0, -5, -3, -1], "int32")))).toEqual([81, -(2 ** 31), 0, 1, 1, -1, 0]);
    expect(list(pow(of([1, -1, 0, -8]), of([NaN, Infinity, 0, 1 / 3])))).toEqual([1, 1, 1, NaN]);
  });
  test("shifts by more than the bits there are", () => {
    expect(list(leftShift(of([1, 1, 1, 1], "int32"), of([31, 32, -1, 0], "int32")))).toEqual([-(2 ** 31), 0, 0, 1]);
    expect(list(rightShift(of([-8, -8, 8, -8], "int32"), of([1, 40, 40, -1], "int32")))).toEqual([-4, -1, 0, -1]);
  });
  test("extremes and their positions see NaN first", () => {
    expect(max(of([1, NaN, 3])).item()).toBeNaN();
    expect(argMax(of([1, NaN, 3])).item()).toBe(1);
    expect(argMin(of([2, 1, 1])).item()).toBe(1);
    expect(argMax(of([1, 5, 5, 2], "int32", [2, 2]), { axis: 1, keepDims: true }).toArray()).toEqual([[1], [0]]);
  });
  test("comparison with NaN", () => {
    expect(list(equal(of([NaN, 1]), of([NaN, 1])))).toEqual([0, 1]);
    expect(list(notEqual(of([NaN, 1]), of([NaN, 1])))).toEqual([1, 0]);
    expect(list(isFinite(of([NaN, Infinity, 1])))).toEqual([0, 0, 1]);
  });
  test("promotion, at the door", () => {
    expect(div(of([1], "int32"), of([2], "int32")).dtype).toBe("float32");
    expect(maximum(of([1], "bool"), of([0], "bool")).dtype).toBe("bool");
    expect(logicalAnd(of([2.5, 0]), true).toArray()).toEqual([true, false]);
    expect(where(of([2, 0], "int32"), of([1], "int32"), 0.5 * 2).dtype).toBe("int32");
    expect(sum(of([1, 1], "bool")).dtype).toBe("int32");
    expect(pow(of([1], "int32"), 0.5).dtype).toBe("float32");
    expect(() => leftShift(of([1]), 1)).toThrow(DTypeError);
  });
  test("nothing to reduce", () => {
    const none = of([], "float64", [0, 2]);
    expect(list(sum(none, { axis: 0 }))).toEqual([0, 0]);
    expect(prod(none).item()).toBe(1);
    expect([any(none).item(), all(none).item()]).toEqual([0, 1]);
    expect(max(none, { axis: 1 }).shape).toEqual([0]);
    expect(() => max(none)).toThrow(ShapeError);
    expect(() => argMax(none, { axis: 0 })).toThrow(/nothing has no largest element/);
    expect(cumSum(none, { axis: 0 }).shape).toEqual([0, 2]);
  });
  test("running sums and products", () => {
    expect(list(cumSum(of([1, 2, 3, 4], "int32", [2, 2]), { axis: 0 }))).toEqual([1, 2, 4, 6]);
    expect(list(cumSum(of([1, 2, 3, 4], "int32", [2, 2]), { reverse: true }))).toEqual([10, 9, 7, 4]);
    expect(list(cumProd(of([1, 2, 3, 4, 5]), { axis: -1 }))).toEqual([1, 2, 6, 24, 120]);
    expect(list(cumProd(of([1, 2, 3], "int32"), { reverse: true }))).toEqual([6, 6, 3]);
    expect(list(cumSum(of([7], "float32", [])))).toEqual([7]);
    expect(list(grad((x: Tensor) => sum(mul(cumSum(x), of([1, 10, 100]))))(of([5, 5, 5])))).toEqual([111, 110, 100]);
  });
});
