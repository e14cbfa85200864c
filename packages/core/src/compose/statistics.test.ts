import { describe, expect, test } from "vitest";
import { compile, grad, hessian, logSoftmax, logSumExp, mean, norm, softmax, std, tensor, variance, type Tensor } from "../index.ts";

const ints = (...values: readonly number[]): Tensor => tensor([...values], { dtype: "int32" });

describe("whole numbers are exact before differences are taken", () => {
  test("variance and standard deviation", () => {
    for (const run of [(f: (x: Tensor) => Tensor, x: Tensor) => f(x).item(), (f: (x: Tensor) => Tensor, x: Tensor) => compile(f)(x).item()]) {
      expect(run((x) => variance(x), ints(1700000001, 1700000003))).toBe(1);
      expect(run((x) => std(x), ints(1700000001, 1700000003))).toBe(1);
      expect(run((x) => variance(x, { correction: 1 }), ints(-(2 ** 31), -(2 ** 31) + 2))).toBe(2);
      expect(run((x) => variance(x), tensor([16777216, 16777218]))).toBe(1);
    }
    expect(variance(ints(1, 2)).dtype).toBe("float32");
    expect(variance(tensor([true, false])).item()).toBe(0.25);
  });
  test("mean", () => {
    expect(mean(ints(16777217, -16777216)).item()).toBe(0.5);
    expect(mean(ints(2147483647, 2147483647, -2147483647, -2147483644)).item()).toBe(0.75);
    expect(mean(ints(1, 2)).dtype).toBe("float32");
  });
  test("norms", () => {
    expect(norm(ints(3, 4)).item()).toBe(5);
    expect(norm(ints(2147483647, -(2 ** 31)), { ord: 1 }).item()).toBe(2 ** 32);
    expect(norm(ints(5, -(2 ** 31)), { ord: Infinity }).item()).toBe(2 ** 31);
  });
  test("softmax and its kin", () => {
    expect(softmax(ints(1700000001, 1700000000)).data[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
    expect(logSoftmax(ints(1700000001, 1700000000)).data[1]).toBeCloseTo(-1 - Math.log1p(Math.exp(-1)), 6);
    expect(logSumExp(ints(16777217, -5)).item()).toBe(Math.fround(16777217));
    expect([softmax(ints(1)), logSoftmax(ints(1)), logSumExp(ints(1))].map(({ dtype }) => dtype)).toEqual(["float32", "float32", "float32"]);
  });
});

describe("no square leaves the range on the way", () => {
  const sizes = { float32: [1e-44, 3e-25, 1, 2e25, 6e37], float64: [1e-310, 3e-200, 1, 2e200, 3e307] } as const;
  test.each(["float32", "float64"] as const)("of %s", (dtype) => {
    const direction = (x: Tensor): readonly number[] => [...x.data].map((each) => Number(each.toFixed(4)));
    for (const size of sizes[dtype]) {
      const x = tensor([3 * size, -4 * size], { dtype });
      const [a, b] = x.data;
      const exact = Math.hypot(a / size, b / size) * size;
      for (const f of [(x: Tensor) => norm(x), (x: Tensor) => norm(x, { axis: 0, keepDims: true }).squeeze()]) {
        expect(Math.abs(f(x).item() / exact - 1)).toBeLessThan(dtype === "float32" ? 0.05 : 1e-13);
        if (size < 1e-40) continue;
        expect(direction(grad((x: Tensor) => f(x))(x))).toEqual([0.6, -0.8]);
        expect(direction(compile(grad((x: Tensor) => f(x)))(x))).toEqual([0.6, -0.8]);
      }
      const spread = std(x);
      expect(Math.abs(spread.item() / Math.abs(a / 2 - b / 2) - 1)).toBeLessThan(dtype === "float32" ? 0.05 : 1e-13);
      if (size > 1e-40) expect(direction(grad((x: Tensor) => std(x))(x))).toEqual([0.5, -0.5]);
    }
  });
  test("infinities, NaN, nothing, and zeros in all orders", () => {
    for (const dtype of ["float32", "float64"] as const) {
      expect(norm(tensor([Infinity, 1], { dtype })).item()).toBe(Infinity);
      expect(norm(tensor([NaN, 1], { dtype })).item()).toBe(NaN);
      expect(norm(tensor([], { dtype })).item()).toBe(0);
      expect(std(tensor([], { dtype })).item()).toBe(NaN);
      expect(std(tensor([2], { dtype }), { correction: 1 }).item()).toBe(NaN);
      expect([...grad((x: Tensor) => norm(x))(tensor([0, 0], { dtype })).data]).toEqual([0, 0]);
      expect([...hessian((x: Tensor) => norm(x))(tensor([0, 0], { dtype })).data]).toEqual([0, 0, 0, 0]);
      expect([...grad((x: Tensor) => std(x))(tensor([2, 2], { dtype })).data]).toEqual([0, 0]);
      expect(norm(tensor([[3, 4], [0, 0]], { dtype }), { axis: 1 }).toArray()).toEqual([5, 0]);
    }
  });
});

describe.each([["float32", 1e-6], ["float64", 1e-14]] as const)("next to 0 and 1, in %s, to the last digits:", (dtype, accuracy) => {
  const differences = [0, 0.5, 1, 5, 15, 20, 40, 80];
  /** What is off by more than its last digits. */
  const off = (got: Tensor, right: readonly number[]): readonly string[] =>
    right.flatMap((each, i) => (Math.abs(got.data[i] - each) <= accuracy * Math.abs(each) ? [] : [`${got.data[i]} is ${each}`]));
  const pair = (...values: readonly number[]): Tensor => tensor([...values], { dtype });

  test.each(differences)("logSoftmax and its gradient where one logit is %s above the other, wherever both are", (d) => {
    for (const run of [(f: (x: Tensor) => Tensor, x: Tensor) => f(x), (f: (x: Tensor) => Tensor, x: Tensor) => compile(f)(x)]) {
      for (const base of [0, 256, -1000]) {
        expect(off(run((x) => logSoftmax(x), pair(base + d, base)), [-Math.log1p(Math.exp(-d)), -d - Math.log1p(Math.exp(-d))])).toEqual([]);
        expect(off(run((x) => logSoftmax(x.reshape([2, 1]), { axis: [0, 1] }).reshape([2]), pair(base, base + d)), [-d - Math.log1p(Math.exp(-d)), -Math.log1p(Math.exp(-d))])).toEqual([]);
        expect(off(run(grad((x: Tensor) => logSoftmax(x).take(0)), pair(base + d, base)), [1 / (1 + Math.exp(d)), -1 / (1 + Math.exp(d))])).toEqual([]);
      }
      expect(off(run((x) => logSumExp(x), pair(0, -d)), [Math.log1p(Math.exp(-d))])).toEqual([]);
      expect(off(run(grad((x: Tensor) => logSumExp(x)), pair(-d, 0)), [1 / (1 + Math.exp(d)), 1 / (1 + Math.exp(-d))])).toEqual([]);
    }
  });
});

test("logSumExp's gradient beside +∞ goes to what is infinite, that of ties is softmax in any order", () => {
  for (const of of [(x: Tensor) => grad((each: Tensor) => logSumExp(each))(x), compile((x: Tensor) => grad((each: Tensor) => logSumExp(each))(x))]) {
    expect(of(tensor([Infinity, 0, -Infinity])).toArray()).toEqual([1, 0, 0]);
    expect(of(tensor([Infinity, 3, Infinity])).toArray()).toEqual([0.5, 0, 0.5]);
    expect(of(tensor([-Infinity, -Infinity])).toArray()).toEqual([0, 0]);
  }
  const second = hessian((x: Tensor) => logSumExp(x))(tensor([0, 0, 0, 0], { dtype: "float64" }));
  expect(second.toArray()).toEqual([0, 1, 2, 3].map((row) => [0, 1, 2, 3].map((column) => (row === column ? 0.1875 : -0.0625))));
});
