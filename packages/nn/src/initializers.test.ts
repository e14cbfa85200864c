import { describe, expect, test } from "vitest";
import { generator } from "@ndgrad/core";
import * as initializers from "./initializers.ts";

const shape = [200, 300];
const draw = (initializer: initializers.Initializer, seed = 1) => initializer(shape, generator(seed), "float32").data;
const moments = (values: ArrayLike<number>) => {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b) / list.length;
  return { mean, std: Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length), most: Math.max(...list.map(Math.abs)) };
};

describe("initializers", () => {
  // 60,000 draws: the standard deviation is known to a third of a percent.
  test.each<[keyof typeof initializers, initializers.Initializer, number]>([
    ["glorotNormal", initializers.glorotNormal, Math.sqrt(2 / 500)],
    ["heNormal", initializers.heNormal, Math.sqrt(2 / 200)],
    ["glorotUniform", initializers.glorotUniform, Math.sqrt(2 / 500)],
    ["heUniform", initializers.heUniform, Math.sqrt(2 / 200)],
    ["normal", initializers.normal(0, 0.5), 0.5],
    ["uniform", initializers.uniform(-1, 1), 1 / Math.sqrt(3)],
  ])("%s has its mean and deviation", (name, initializer, std) => {
    const found = moments(draw(initializer));
    expect(Math.abs(found.mean)).toBeLessThan(std / 50);
    expect(found.std / std).toBeCloseTo(1, 1.7);
    if (/uniform/i.test(name)) expect(found.most).toBeLessThanOrEqual(std * Math.sqrt(3) * 1.000001);
    else expect(found.most).toBeGreaterThan(3.5 * std);
  });

  test("repeat themselves for the same seed", () => {
    expect(draw(initializers.heNormal, 5)).toEqual(draw(initializers.heNormal, 5));
    expect(draw(initializers.heNormal, 5)).not.toEqual(draw(initializers.heNormal, 6));
  });

  test("fill", () => {
    const fill = (initializer: initializers.Initializer) => initializer([2, 2], generator(1), "float64");
    expect([fill(initializers.zeros).toArray(), fill(initializers.ones).toArray(), fill(initializers.constant(0.3)).toArray()]).toEqual([
      [[0, 0], [0, 0]], [[1, 1], [1, 1]], [[0.3, 0.3], [0.3, 0.3]],
    ]);
    expect(fill(initializers.ones).dtype).toBe("float64");
  });

  test("refuse bounds that are none", () => {
    expect(() => initializers.uniform(1, 1)).toThrow("uniform: low must be below high, got 1 and 1");
    expect(() => initializers.uniform(0, Infinity)).toThrow("uniform");
    expect(() => initializers.normal(0, -1)).toThrow("normal: std must not be negative");
  });
});
