import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensor } from "@ndgrad/core";
import { impute, type ImputeFit } from "./impute.ts";

const x = tensor([[1, NaN, 4], [NaN, 2, 4], [4, 2, NaN], [4, 8, 6]]);

describe("impute", () => {
  test.each<readonly [Omit<ImputeFit, "x">, readonly number[]]>([
    [{}, [3, 4, 14 / 3]], [{ strategy: "mean" }, [3, 4, 14 / 3]], [{ strategy: "median" }, [4, 2, 4]], [{ strategy: "mostFrequent" }, [4, 2, 4]],
    [{ strategy: "constant" }, [0, 0, 0]], [{ strategy: "constant", value: -1 }, [-1, -1, -1]],
  ])("%o: what each column gets, as scikit-learn's SimpleImputer", (options, values) => {
    const fitted = impute.fit({ x, ...options });
    fitted.state.values.forEach((value, i) => { expect(value).toBeCloseTo(values[i], 12); });
    const filled = fitted.apply(tensor([[NaN, NaN, NaN], [7, 8, 9]], { dtype: "float64" }));
    expect([filled.dtype, filled.toArray()]).toEqual(["float64", [fitted.state.values, [7, 8, 9]]]);
    expect(impute.restore(JSON.parse(JSON.stringify(fitted.state)) as typeof fitted.state).apply(x).toArray()).toEqual(fitted.apply(x).toArray());
    expect(fitted.inverse(x)).toBe(x);
  });

  test("of a tensor alone takes means; of even counts the median lies between, of equal counts the least is most frequent", () => {
    expect(impute.fit(tensor([[1], [3], [NaN]])).state.values).toEqual([2]);
    expect(impute.fit(tensor([[1.5e308], [-1.5e308]], { dtype: "float64" })).state.values).toEqual([0]);
    expect(impute.fit({ x: tensor([[1], [3]]), strategy: "median" }).state.values).toEqual([2]);
    expect(impute.fit({ x: tensor([[3], [1], [3], [1], [9]]), strategy: "mostFrequent" }).state.values).toEqual([1]);
  });

  test("nothing is missing afterwards, and what was there stays", () => {
    const rows = fc.array(fc.tuple(fc.oneof(fc.constant(NaN), fc.double({ noNaN: true, noDefaultInfinity: true })), fc.double({ noNaN: true, noDefaultInfinity: true })), { minLength: 1, maxLength: 9 });
    fc.assert(fc.property(rows, fc.constantFrom("mean", "median", "mostFrequent", "constant"), (all, strategy) => {
      const data = tensor([[1, 1], ...all], { dtype: "float64" });
      const filled = impute.fit({ x: data, strategy }).apply(data);
      filled.data.forEach((value, i) => {
        expect(value).not.toBeNaN();
        if (!Number.isNaN(data.data[i])) expect(value).toBe(data.data[i]);
      });
    }), { numRuns: 200 });
  });

  test.each<readonly [string, () => unknown, string]>([
    ["a column without numbers", () => impute.fit(tensor([[1, NaN]])), "impute: column 1 has no number at all; leave it out"],
    ["infinite ones", () => impute.fit(tensor([[1], [Infinity]])), "impute: row 1, column 0 is Infinity, and there is no fitting to that"],
    ["no rows", () => impute.fit(tensor(new Float32Array(0), { shape: [0, 2] })), "there are no rows"],
    ["a value without a constant", () => impute.fit({ x, value: 1 }), 'give strategy: "constant" too'],
    ["another strategy", () => impute.fit({ x, strategy: "mode" as "mean" }), 'option "strategy" takes "mean", "median", "mostFrequent", "constant"'],
    ["another width", () => impute.fit(x).apply(tensor([[1]])), "impute: fitted to 3 features, got 1"],
    ["whole numbers", () => impute.fit(tensor([[1]], { dtype: "int32" })), "features are floats"],
  ])("%s: an error", (_, use, message) => {
    expect(use).toThrow(message);
  });
});
