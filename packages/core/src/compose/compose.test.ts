import { describe, expect, test } from "vitest";
import { allocate, type DType } from "../dtype.ts";
import { installEngine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { sum } from "../ops/reduce/sum.ts";
import { mul } from "../ops/elementwise/arithmetic.ts";
import { fromData, type Tensor } from "../tensor.ts";
import { grad } from "../transform/gradient.ts";
import { hessian } from "../transform/jacobian.ts";
import { elu, gelu, heaviside, leakyRelu, logSigmoid, silu } from "./activations.ts";
import { clip } from "./clip.ts";
import { allClose, arrayEqual, isClose } from "./closeness.ts";
import { norm } from "./norms.ts";
import { logSoftmax, logSumExp, softmax } from "./softmax.ts";
import { countNonZero, mean, std, variance } from "./statistics.ts";

installEngine(referenceEngine);

const of = (values: readonly number[], shape: readonly number[] = [values.length], dtype: DType = "float64"): Tensor => {
  const data = allocate(dtype, values.length);
  data.set(values);
  return fromData(data, [...shape], dtype);
};
const list = (x: Tensor): number[] => [...x.data];
const near = (expected: readonly number[]): unknown[] => expected.map((value) => expect.closeTo(value, 9));

/** How far the gradient and the Hessian of a scalar function are from central differences, relative to those. */
function worstError(f: (x: Tensor) => Tensor, at: readonly number[]): number {
  const eps = 1e-5;
  const moved = (i: number, by: number): Tensor => of(at.map((x, k) => (k === i ? x + by : x)));
  const error = (actual: number, ahead: number, behind: number): number => {
    const expected = (ahead - behind) / (2 * eps);
    return Math.abs(actual - expected) / (1 + Math.abs(expected));
  };
  const gradient = list(grad(f)(of(at)));
  const second = list(hessian(f)(of(at)));
  return Math.max(...at.flatMap((_, i) => {
    const [ahead, behind] = [list(grad(f)(moved(i, eps))), list(grad(f)(moved(i, -eps)))];
    return [error(gradient[i], f(moved(i, eps)).item(), f(moved(i, -eps)).item()), ...at.map((__, k) => error(second[k * at.length + i], ahead[k], behind[k]))];
  }));
}
const weighted = (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor => { const y = f(x); return sum(mul(y, of(Array.from({ length: y.size }, (_, i) => i + 0.7), y.shape))); };

describe("gradients of orders 1 and 2 of composed functions", () => {
  const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    mean, variance: (x) => variance(x, { correction: 1 }), std, norm, "1-norm": (x) => norm(x, { ord: 1 }), "∞-norm": (x) => norm(x, { ord: Infinity }),
    softmax, logSoftmax, logSumExp, clip: (x) => clip(x, { min: -0.5, max: 1 }),
    logSigmoid, silu, gelu, "gelu by tanh": (x) => gelu(x, { approximate: "tanh" }), elu: (x) => elu(x, { alpha: 0.7 }), leakyRelu,
  };
  test.each(Object.keys(functions))("%s", (name) => {
    expect(worstError(weighted(functions[name]), [0.3, -1.2, 2.1, 0.8])).toBeLessThan(1e-7);
  });
});

describe("statistics", () => {
  const x = of([1, 2, 3, 4, 5, 9], [2, 3]);
  test("over axes, with and without correction", () => {
    expect(mean(x).item()).toBe(4);
    expect(list(mean(x, { axis: 0, keepDims: true }))).toEqual(near([2.5, 3.5, 6]));
    expect(list(variance(x, { axis: 1 }))).toEqual(near([2 / 3, 14 / 3]));
    expect(list(std(x, { axis: -1, correction: 1 }))).toEqual(near([1, Math.sqrt(7)]));
    expect(countNonZero(of([0, 1, NaN, 0])).item()).toBe(2);
  });
  test("of whole numbers, as float32", () => {
    expect(mean(of([2 ** 30, 2 ** 30, 2 ** 30], [3], "int32")).item()).toBe(2 ** 30);
    expect(mean(of([1, 0], [2], "bool")).dtype).toBe("float32");
  });
  test("of nothing, and of one thing", () => {
    expect(mean(of([])).item()).toBeNaN();
    expect(variance(of([3]), { correction: 1 }).item()).toBeNaN();
    expect(std(of([3], [])).item()).toBe(0);
    expect(list(grad((y: Tensor) => std(y))(of([2, 2])))).toEqual([0, 0]);
  });
});

describe("norms", () => {
  test("orders", () => {
    const x = of([3, -4, 0, 0], [2, 2]);
    expect([norm(x).item(), norm(x, { ord: 1 }).item(), norm(x, { ord: Infinity }).item(), norm(x, { ord: "fro" }).item()]).toEqual([5, 7, 4, 5]);
    expect(list(norm(x, { axis: 1 }))).toEqual(near([5, 0]));
    expect(() => norm(x, { ord: 3 })).toThrow(/no norm of order 3/);
  });
  test("the gradient at 0 is 0", () => {
    for (const ord of [1, 2, Infinity] as const) expect(list(grad((x: Tensor) => norm(x, { ord }))(of([0, 0])))).toEqual([0, 0]);
  });
});

describe("softmax and its kin", () => {
  test("without overflow", () => {
    expect(list(softmax(of([1000, 1000, -1000])))).toEqual(near([0.5, 0.5, 0]));
    expect(list(logSoftmax(of([0, 1000])))).toEqual(near([-1000, 0]));
    expect(list(logSumExp(of([1000, 1000, 0, -1e4, -1e4, -1e4], [2, 3]), { axis: 1 }))).toEqual(near([1000 + Math.LN2, -1e4 + Math.log(3)]));
  });
  test("rows of infinities", () => {
    const rows = of([-Infinity, -Infinity, Infinity, 1, -Infinity, 1], [3, 2]);
    expect(list(logSumExp(rows, { axis: 1 }))).toEqual([-Infinity, Infinity, 1]);
    expect(list(grad((x: Tensor) => logSumExp(x))(of([-Infinity, 0, 0])))).toEqual([0, 0.5, 0.5]);
    expect(list(grad((x: Tensor) => logSumExp(x))(of([-Infinity, -Infinity])))).toEqual([0, 0]);
  });
  test("shapes: none, kept and empty", () => {
    expect(logSumExp(of([2], [])).item()).toBe(2);
    expect(logSumExp(of([1, 1], [1, 2]), { keepDims: true }).shape).toEqual([1, 1]);
    expect(list(logSumExp(of([], [2, 0]), { axis: 1 }))).toEqual([-Infinity, -Infinity]);
    expect(softmax(of([], [2, 0])).shape).toEqual([2, 0]);
    expect(list(softmax(of([1, 1, 1, 1], [2, 2]), { axis: [0, 1] }))).toEqual(near([0.25, 0.25, 0.25, 0.25]));
  });
});

test("clip moves to the bounds, which may be tensors or missing", () => {
  expect(list(clip(of([-2, 0.5, 3, NaN]), { min: 0, max: 1 }))).toEqual([0, 0.5, 1, NaN]);
  expect(list(clip(of([-2, 3]), { min: of([-1, 4]) }))).toEqual([-1, 4]);
  expect(list(clip(of([-2, 3])))).toEqual([-2, 3]);
});

test("activations at the edges", () => {
  expect(list(heaviside(of([-1, 0, 2])))).toEqual([0, 0, 1]);
  expect(list(logSigmoid(of([-800, 0, 800])))).toEqual(near([-800, -Math.LN2, 0]));
  expect(list(grad((x: Tensor) => sum(elu(x)))(of([800, 0, -1])))).toEqual([1, 1, Math.exp(-1)]);
  expect(gelu(of([1], [1], "int32")).dtype).toBe("float32");
  expect(list(gelu(of([1])))).toEqual(near([0.8413447460685429]));
});

test("closeness", () => {
  const [a, b] = [of([1, NaN, Infinity, Infinity]), of([1 + 1e-9, NaN, Infinity, 1])];
  expect(list(isClose(a, b))).toEqual([1, 0, 1, 0]);
  expect(list(isClose(a, b, { equalNaN: true }))).toEqual([1, 1, 1, 0]);
  expect(allClose(of([1, 2]), of([1, 2.1]), { atol: 0.2 })).toBe(true);
  expect([arrayEqual(of([1, 2]), of([1, 2])), arrayEqual(of([1]), of([1, 1])), arrayEqual(of([]), of([]))]).toEqual([true, false, true]);
});
