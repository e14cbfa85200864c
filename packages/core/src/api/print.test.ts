import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { arange, compile, grad, tensor, variable, zeros, type Tensor } from "../index.ts";

describe("printing", () => {
  test("aligns columns and says shape and dtype", () => {
    expect(String(tensor([[1, 20], [300, 4]]))).toBe("tensor([[  1,  20],\n        [300,   4]], shape=[2, 2], dtype=float32)");
    expect(String(tensor([1.5, -2.25, 0.001, NaN, Infinity]))).toBe("tensor([   1.500,   -2.250,    0.001,      NaN, Infinity],\n       shape=[5], dtype=float32)");
  });

  test("shows as many digits as a dtype can vouch for", () => {
    expect(String(tensor([1 / 3, 0.1]))).toBe("tensor([0.3333333, 0.1000000], shape=[2], dtype=float32)");
    expect(String(tensor([0.1, 0.25]))).toBe("tensor([0.10, 0.25], shape=[2], dtype=float32)");
    expect(String(tensor([1 / 3], { dtype: "float64" }))).toBe("tensor([0.33333333], shape=[1], dtype=float64)");
    expect(String(tensor([-0, 0]))).toBe("tensor([-0,  0], shape=[2], dtype=float32)");
  });

  test("uses exponents for very small and very large numbers", () => {
    expect(String(tensor([1e-8, 1, 1.5e9]))).toBe("tensor([1.0e-08, 1.0e+00, 1.5e+09], shape=[3], dtype=float32)");
    expect(String(tensor([1e300], { dtype: "float64" }))).toBe("tensor([1e+300], shape=[1], dtype=float64)");
  });

  test("of scalars, bools, integers and empty tensors", () => {
    expect(String(tensor(3.5))).toBe("tensor(3.5, shape=[], dtype=float32)");
    expect(String(tensor([[true, false]]))).toBe("tensor([[ true, false]], shape=[1, 2], dtype=bool)");
    expect(String(tensor([-1, 10], { dtype: "int32" }))).toBe("tensor([-1, 10], shape=[2], dtype=int32)");
    expect(String(zeros([0]))).toBe("tensor([], shape=[0], dtype=float32)");
    expect(String(zeros([2, 0, 3]))).toBe("tensor([[]], shape=[2, 0, 3], dtype=float32)");
  });

  test("of variables", () => {
    const w = variable(tensor([[1, 20], [300, 4]]), { name: "w" });
    expect(String(w)).toBe('variable "w": tensor([[  1,  20],\n                      [300,   4]], shape=[2, 2], dtype=float32)');
    expect(inspect(w)).toBe(String(w));
    expect(compile(() => variable(3).toString())()).toContain("variable: tensor(");
  });

  test("sets blocks apart and wraps at 80 columns", () => {
    expect(String(arange(8).reshape([2, 2, 2]))).toBe(
      "tensor([[[0, 1],\n         [2, 3]],\n\n        [[4, 5],\n         [6, 7]]], shape=[2, 2, 2], dtype=float32)",
    );
    const lines = String(arange(100).div(7)).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.length).toBeGreaterThan(10);
  });

  test("leaves out the middle of more than 1000 elements", () => {
    expect(String(arange(1000))).not.toContain("...");
    expect(String(arange(2000))).toBe("tensor([   0,    1,    2, ..., 1997, 1998, 1999], shape=[2000], dtype=float32)");
    expect(String(arange(10000).reshape([100, 100]))).toBe([
      "tensor([[   0,    1,    2, ...,   97,   98,   99],",
      "        [ 100,  101,  102, ...,  197,  198,  199],",
      "        [ 200,  201,  202, ...,  297,  298,  299],",
      "        ...,",
      "        [9700, 9701, 9702, ..., 9797, 9798, 9799],",
      "        [9800, 9801, 9802, ..., 9897, 9898, 9899],",
      "        [9900, 9901, 9902, ..., 9997, 9998, 9999]],",
      "       shape=[100, 100], dtype=float32)",
    ].join("\n"));
  });

  test("of views follows their layout", () => {
    expect(String(tensor([[1, 2], [3, 4]]).transpose())).toBe("tensor([[1, 3],\n        [2, 4]], shape=[2, 2], dtype=float32)");
    // a stretched scalar of many elements is not written out to print six of them
    expect(String(zeros([100_000, 10_000]))).toContain("shape=[100000, 10000]");
  });

  test("is what Node shows, within other values too", () => {
    const x = tensor([1, 2]);
    expect(inspect(x)).toBe(String(x));
    expect(inspect({ x })).toBe("{ x: tensor([1, 2], shape=[2], dtype=float32) }");
  });

  test("of values inside a gradient", () => {
    let seen = "";
    grad((x: Tensor) => { seen = String(x.mul(2)); return x.sum(); })(tensor([1, 2]));
    expect(seen).toBe("tensor([2, 4], shape=[2], dtype=float32)");
  });

  test("of traced values, which have no elements yet", () => {
    let seen = "";
    compile((x: Tensor) => { seen = String(x); return x.add(1); })(tensor([1, 2]));
    expect(seen).toBe("tensor(traced, shape=[2], dtype=float32)");
  });
});
