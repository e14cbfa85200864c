import { describe, expect, test } from "vitest";
import "@ndgrad/gradcheck/vitest";
import { erf, tensor, type Tensor } from "@ndgrad/core";
import { elu, gelu, identity, leakyRelu, silu, step } from "./activations.ts";

const points = [-30, -3, -1, -0.1, 0.1, 1, 3, 30];
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe.each<[string, (x: Tensor) => Tensor, (x: number) => number]>([
  ["identity", identity, (x) => x],
  ["gelu", gelu, (x) => (x / 2) * (1 + erf(tensor(x / Math.SQRT2, { dtype: "float64" })).item())],
  ["silu", silu, (x) => x * sigmoid(x)],
  ["leakyRelu", leakyRelu, (x) => (x >= 0 ? x : 0.01 * x)],
  ["leakyRelu with a slope", (x) => leakyRelu(x, { slope: 0.3 }), (x) => (x >= 0 ? x : 0.3 * x)],
  ["elu", elu, (x) => (x >= 0 ? x : Math.expm1(x))],
  ["elu with alpha", (x) => elu(x, { alpha: 2 }), (x) => (x >= 0 ? x : 2 * Math.expm1(x))],
])("%s", (_, activation, formula) => {
  test("is its formula", () => {
    activation(tensor(points, { dtype: "float64" })).data.forEach((value, i) => expect(value).toBeCloseTo(formula(points[i]), 12));
  });

  test("has the formula's gradients", () => {
    expect(activation).toHaveCorrectGradients([tensor([-3, -1, -0.1, 0.1, 1, 3], { dtype: "float64" })], { order: 2 });
  });

  test("stays finite far out, and so does its gradient", () => {
    const far = tensor([-1e4, 1e4]);
    expect(activation(far).data.every(Number.isFinite)).toBe(true);
    expect(activation).toHaveCorrectGradients([tensor([-1e4, 1e4], { dtype: "float64" })]);
  });
});

test("step is 0 below 0 and 1 from 0 on", () => {
  expect([...step(tensor([-1, -1e-30, 0, 1e-30, 2])).data]).toEqual([0, 0, 1, 1, 1]);
  expect(step(tensor([1], { dtype: "float64" })).dtype).toBe("float64");
});
