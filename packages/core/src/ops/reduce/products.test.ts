import { describe, expect, test } from "vitest";
import { compile, grad, hessian, tensor, type Tensor } from "../../index.ts";

/** Factors whose products leave the range of floats in one order and stay within it in another. */
const rows: readonly (readonly number[])[] = [
  [1e-30, 1e30, 1e30, 1e-30], [1e30, 1e-30, 1e30, 1e-30], [1e-30, 1e-30, 1e30, 1e30], [0, 2, 5], [3, 0, 0, 4], [-0, 2], [-1, 0, -2],
  Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1e30 : 1e-30)), Array.from({ length: 33 }, (_, i) => (i % 4 < 2 ? 1e-25 : 1e25)),
  [Infinity, 0.5, -2], [NaN, 1], [5], [],
];
const wider = (row: readonly number[]): readonly number[] => row.map((x) => (Math.abs(Math.log10(Math.abs(x))) > 20 ? Math.sign(x) * Math.abs(x) ** 7 : x));

const inOrder = (row: readonly number[]): number => row.reduce((product, x) => product * x, 1);
/** 10 to a sum of logarithms, so that nothing overflows on the way. */
const exactly = (factors: readonly number[]): number => {
  if (factors.some((x) => x === 0)) return 0;
  return factors.reduce((sign, x) => sign * Math.sign(x), 1) * 10 ** factors.reduce((sum, x) => sum + Math.log10(Math.abs(x)), 0);
};
const without = (row: readonly number[], ...places: readonly number[]): number[] => row.filter((_, i) => !places.includes(i));

function expectClose(got: ArrayLike<number>, expected: readonly number[], dtype: "float32" | "float64"): void {
  const round = (x: number): number => (dtype === "float32" ? Math.fround(x) : x);
  expect(got.length).toBe(expected.length);
  const least = dtype === "float32" ? 2 ** -126 : 2 ** -1022;
  expected.map(round).forEach((each, i) => {
    if (!Number.isFinite(each)) expect(got[i], `at ${i}`).toBe(each);
    else expect(Math.abs(got[i] - each), `${got[i]} is not ${each} at ${i}`).toBeLessThanOrEqual(2e-5 * Math.abs(each) + (each === 0 ? 0 : least * 1e-6));
  });
}

describe.each(["float32", "float64"] as const)("products of %s", (dtype) => {
  const drawn = (dtype === "float32" ? rows : [...rows, ...rows.map(wider)]).map((row) => (dtype === "float32" ? row.map(Math.fround) : row));
  const smooth = drawn.filter((row) => row.every(Number.isFinite));
  const ways: readonly (readonly [string, (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor])[] = [["eagerly", (f) => f], ["compiled", (f) => compile(f)]];

  test.each(ways)("factors meet in their order, %s", (_, way) => {
    for (const row of drawn) {
      const x = tensor(row, { dtype });
      expectClose(way((x) => x.prod())(x).data, [inOrder(row)], dtype);
      // A column of a matrix whose rows lie apart, and the rows of one that is stretched.
      expectClose(way((x) => x.expandDims(1).broadcastTo([row.length, 3]).prod({ axis: 0 }))(x).data, [0, 1, 2].map(() => inOrder(row)), dtype);
      expectClose(way((x) => x.expandDims(0).broadcastTo([3, row.length]).transpose().prod({ axis: 0 }))(x).data, [0, 1, 2].map(() => inOrder(row)), dtype);
      expectClose(way((x) => x.flip().prod())(x).data, [inOrder([...row].reverse())], dtype);
      expectClose(way((x) => x.cumProd())(x).data, row.map((__, i) => inOrder(row.slice(0, i + 1))), dtype);
      expectClose(way((x) => x.cumProd({ reverse: true }))(x).data, row.map((__, i) => inOrder(row.slice(i).reverse())), dtype);
    }
  });

  test.each(ways)("gradients are right where factors are zeros, very large or very small, %s", (_, way) => {
    for (const row of smooth) {
      const x = tensor(row, { dtype });
      const others = row.map((__, i) => exactly(without(row, i)));
      expectClose(way((x) => grad((x: Tensor) => x.prod())(x))(x).data, others, dtype);
      const weights = row.map((__, i) => i % 3);
      const sums = (reverse: boolean): number[] => row.map((__, j) => row.reduce((sum, ___, i) => {
        const met = reverse ? row.map((____, k) => k).slice(i) : row.map((____, k) => k).slice(0, i + 1);
        return met.includes(j) && weights[i] !== 0 ? sum + weights[i] * exactly(met.filter((k) => k !== j).map((k) => row[k])) : sum;
      }, 0));
      for (const reverse of [false, true]) {
        const expected = sums(reverse);
        const got = way((x) => grad((x: Tensor) => x.cumProd({ reverse }).mul(tensor(weights, { dtype })).sum())(x))(x).data;
        // Sums of what overflows have no value.
        const settled = row.map((__, i) => i).filter((i) => Math.abs(expected[i]) < 1e35);
        expectClose(settled.map((i) => got[i]), settled.map((i) => expected[i]), dtype);
      }
    }
  });

  test("and so are those of second order", () => {
    for (const row of smooth.filter(({ length }) => length < 5)) {
      const expected = row.flatMap((_, i) => row.map((__, j) => (i === j ? 0 : exactly(without(row, i, j)))));
      expectClose(hessian((x: Tensor) => x.prod())(tensor(row, { dtype })).data, expected, dtype);
    }
  });
});
