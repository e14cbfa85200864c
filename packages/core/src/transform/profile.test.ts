import { expect, test } from "vitest";
import { ones, profile, tensor, variable, type Tensor } from "../index.ts";

test("times every kernel of a step, and changes no variable", () => {
  const w = variable(ones([64, 64]));
  const made = profile((x: Tensor) => {
    const h = x.matmul(w.value).relu();
    w.assign(w.value.mul(0.5));
    return h.sum();
  }, ones([64, 64]));
  expect(w.value.data[0]).toBe(1);
  expect(made.kernels.length).toBeGreaterThan(1);
  expect(made.kernels.every(({ microseconds, operations }) => microseconds > 0 && operations > 0)).toBe(true);
  expect(made.kernels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});

test("is a table of at most 80 columns", () => {
  const lines = String(profile((x: Tensor) => x.exp().sum(), tensor([1, 2, 3]))).split("\n");
  expect(lines.at(-1)).toMatch(/^ +[\d.]+ µs in 1 kernel$/);
  expect(lines.every((line) => line.length <= 80)).toBe(true);
});
