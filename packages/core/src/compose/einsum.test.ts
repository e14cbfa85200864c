import { beforeAll, describe, expect, test, vi } from "vitest";
import { expectDerivatives, irregular } from "../../testing/derivatives.ts";
import { installEngine, type Engine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { cast } from "../ops/cast.ts";
import { rowMajorStrides, sizeOf } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";
import { dot, inner, outer, tensordot } from "./contraction.ts";
import { einsum } from "./einsum.ts";

beforeAll(() => { installEngine(referenceEngine); });

/** Einstein's sum as it is defined: a loop over all values of all letters. Letters only, explicit output. */
function naive(equation: string, operands: readonly Tensor[]): { shape: number[]; data: number[] } {
  const [left, output] = equation.split("->");
  const inputs = left.split(",");
  const letters = [...new Set(left.replaceAll(",", ""))];
  const extent = (letter: string): number => {
    const which = inputs.findIndex((term) => term.includes(letter));
    return operands[which].shape[inputs[which].indexOf(letter)];
  };
  const sizes = letters.map(extent);
  const place = (term: string, shape: readonly number[], index: readonly number[]): number => {
    const strides = rowMajorStrides(shape);
    return term.split("").reduce((at, letter, axis) => at + index[letters.indexOf(letter)] * strides[axis], 0);
  };
  const shape = output.split("").map(extent);
  const data = new Array<number>(sizeOf(shape)).fill(0);
  const steps = rowMajorStrides(sizes);
  for (let i = 0; i < sizeOf(sizes); i++) {
    const index = sizes.map((size, k) => Math.floor(i / steps[k]) % size);
    data[place(output, shape, index)] += inputs.reduce((product, term, which) => product * operands[which].data[place(term, operands[which].shape, index)], 1);
  }
  return { shape, data };
}

const extents: Readonly<Record<string, number>> = { a: 2, b: 3, c: 4, d: 2, e: 3, i: 3, j: 4, k: 2, l: 5, x: 1 };
const operandsOf = (equation: string): Tensor[] =>
  equation.split("->")[0].split(",").map((term, which) => irregular(term.split("").map((letter) => extents[letter]), which));

const equations = [
  "ij->ij", "ij->ji", "ij->i", "ij->", "->", "abc->cb",
  "ii->i", "ii->", "iji->j", "aibi->ab", "iii->i",
  "i,i->", "i,j->ij", "i,j->ji", "i,->i", ",->", "ij,ij->ij", "ij,ij->i", "ij,ij->", "ij,ji->", "ij,j->i", "ij,j->ij", "i,ij->j",
  "ij,jk->ik", "ij,jk->ki", "ji,jk->ik", "ij,kj->ik", "ij,jk->", "ij,jk->i", "aij,ajk->aik", "aij,jk->aik", "aij,bjk->abik", "abij,bajk->kabi",
  "ijab,jkb->aik", "ij,kl->ijkl", "ij,kl->jl", "iij,jk->ik", "ij,jj->i", "ix,xj->ij", "ix,ix->i", "ij,jk,kl->il", "ij,jk,kl->", "i,i,i->i", "i,i,i->",
  "abc,cd,be,ae->d", "ai,bi,ci->abc", "ij,ij,jk,k->i", "i,j,k->kji",
];

describe("einsum", () => {
  test.each(equations)("%s", (equation) => {
    const operands = operandsOf(equation);
    const result = einsum(equation, ...operands);
    const expected = naive(equation, operands);
    expect(result.shape).toEqual(expected.shape);
    expected.data.forEach((value, i) => expect(result.data[i]).toBeCloseTo(value, 10));
  });

  test("sizes of 0 give empty results and empty sums", () => {
    expect(einsum("ij,jk->ik", irregular([2, 0]), irregular([0, 3])).toArray()).toEqual([[0, 0, 0], [0, 0, 0]]);
    expect(einsum("ij,jk->ik", irregular([0, 2]), irregular([2, 3])).shape).toEqual([0, 3]);
    expect(einsum("ii->i", irregular([0, 0])).shape).toEqual([0]);
  });

  test("without an arrow the output is what occurs once, in alphabetical order", () => {
    const [a, b] = [irregular([2, 3]), irregular([3, 4], 1)];
    expect(einsum("ba", a).toArray()).toEqual(einsum("ba->ab", a).toArray());
    expect(einsum("ij, jh", a, b).toArray()).toEqual(einsum("ij,jh->hi", a, b).toArray());
    expect(einsum("ii", irregular([3, 3])).shape).toEqual([]);
    expect(einsum("...ij,...jk", irregular([2, 2, 3]), b).shape).toEqual([2, 2, 4]);
    expect(einsum("bB", a).shape).toEqual([3, 2]);
  });

  test("an ellipsis broadcasts", () => {
    const [a, b] = [irregular([2, 1, 3, 4]), irregular([5, 4, 2], 1)];
    const result = einsum("...ij,...jk->...ik", a, b);
    expect(result.shape).toEqual([2, 5, 3, 2]);
    const [x, y] = [a.toArray() as number[][][][], b.toArray() as number[][][]];
    const expected = [0, 1].map((p) => [0, 1, 2, 3, 4].map((q) => [0, 1, 2].map((i) => [0, 1].map((k) => [0, 1, 2, 3].reduce((sum, j) => sum + x[p][0][i][j] * y[q][j][k], 0)))));
    result.data.forEach((value, i) => expect(value).toBeCloseTo(expected.flat(3)[i], 10));
    expect(einsum("i...->...i", irregular([2, 3, 4])).shape).toEqual([3, 4, 2]);
    expect(einsum("...,...->...", irregular([1, 3]), irregular([2, 1])).shape).toEqual([2, 3]);
    expect(einsum("...ii->...i", irregular([2, 3, 3])).shape).toEqual([2, 3]);
    expect(einsum("...,i->...i", irregular([]), irregular([3])).shape).toEqual([3]);
    expect(einsum("...,...->...", irregular([1, 1]), irregular([1])).shape).toEqual([1, 1]);
  });

  test("promotes; integers wrap and bools count", () => {
    const ints = cast(irregular([2, 2]), "int32");
    expect(einsum("ij,j->i", ints, irregular([2])).dtype).toBe("float64");
    expect(einsum("ij,ij->", ints, ints).dtype).toBe("int32");
    expect(einsum("i->", cast(irregular([3]), "bool")).item()).toBe(3);
  });

  test("contracts pairs by batched matrix products, smallest growth first", () => {
    const run = vi.fn<Engine["run"]>((...call) => referenceEngine.run(...call));
    const before = installEngine({ name: "watched", run });
    try {
      einsum("ij,jk,kl->il", irregular([1, 20]), irregular([20, 20]), irregular([20, 20]));
      expect(run.mock.calls.map(([primitive, , , out]) => [primitive.name, out.shape])).toEqual([["matmul", [1, 20]], ["matmul", [1, 20]]]);
      run.mockClear();
      einsum("bhid,bhjd->bhij", irregular([2, 3, 4, 5]), irregular([2, 3, 6, 5]));
      expect(run.mock.calls.map(([primitive]) => primitive.name)).toEqual(["matmul"]);
    } finally {
      if (before !== null) installEngine(before);
    }
  });

  test.each(["ii->i", "ij,jk->ki", "aij,bjk->abik", "i,i->", "ij,ij->i", "abc,cd,be,ae->d", "iij,jk->ik"])("%s is differentiated", (equation) => {
    const operands = operandsOf(equation);
    operands.forEach((operand, which) => expectDerivatives((x) => einsum(equation, ...operands.map((other, i) => (i === which ? x : other))), operand));
  });

  test("an ellipsis that broadcasts is differentiated", () => {
    const [a, b] = [irregular([2, 1, 2]), irregular([3, 2], 1)];
    expectDerivatives((x) => einsum("...i,...i->...", x, b), a);
    expectDerivatives((x) => einsum("...i,...i->...", a, x), b);
  });

  test.each<[string, number[][], string]>([
    ["ij,jk->ik", [[2, 3], [4, 5]], 'einsum: "ij,jk->ik": "j" is 3 in one place and 4 in operand 1 of shape [4, 5]'],
    ["ii->i", [[2, 3]], 'einsum: "ii->i": "i" is 2 in one place and 3 in operand 0 of shape [2, 3]'],
    ["ij->ik", [[2, 3]], 'the output names "k", which no operand has'],
    ["ij->ii", [[2, 3]], 'the output names "i" twice'],
    ["ij,jk->ik", [[2, 3]], "names 2 operands and 1 were given"],
    ["ijk->i", [[2, 3]], '"ijk" names 3 axes, operand 0 of shape [2, 3] has 2; leave some out'],
    ["i->i", [[2, 3]], '"i" names 1 axes, operand 0 of shape [2, 3] has 2; name them all or add "..."'],
    ["i->i->i", [[2]], "more than one arrow"],
    ["i.j->i", [[2, 3]], 'cannot read "i.j"'],
    ["...i->i", [[2, 3]], "is missing in the output"],
    ["...i,...i->...", [[2, 3], [4, 3]], 'axis −1 of "..." is 2 in one place and 4 in operand 1'],
  ])("%s of %j is refused", (equation, shapes, message) => {
    expect(() => einsum(equation, ...shapes.map((shape) => irregular(shape)))).toThrow(message);
  });

  test("no operands are refused", () => {
    expect(() => einsum("->")).toThrow("no operands were given");
  });
});

describe("tensordot, dot, inner and outer", () => {
  const [a, b] = [irregular([2, 3, 4]), irregular([4, 3, 5], 1)];
  const expectClose = (x: Tensor, y: Tensor): void => {
    expect(x.shape).toEqual(y.shape);
    x.data.forEach((value, i) => expect(value).toBeCloseTo(y.data[i], 10));
  };

  test("tensordot pairs axes", () => {
    expectClose(tensordot(a, b, [[1, 2], [1, 0]]), einsum("ijk,kjl->il", a, b));
    expectClose(tensordot(a, b, [[-1], [0]]), einsum("ijk,kab->ijab", a, b));
    expectClose(tensordot(a, b, [2, 0]), einsum("ijk,kab->ijab", a, b));
    expectClose(tensordot(a, irregular([3, 4, 2], 2)), einsum("ijk,jkl->il", a, irregular([3, 4, 2], 2)));
    expectClose(tensordot(irregular([2]), irregular([3]), 0), einsum("i,j->ij", irregular([2]), irregular([3])));
    expectDerivatives((x) => tensordot(x, b, [[1, 2], [1, 0]]), a);
    expectDerivatives((x) => tensordot(a, x, [[1, 2], [1, 0]]), b);
    expect(() => tensordot(a, b, 1)).not.toThrow();
    expect(() => tensordot(a, b, 2)).toThrow("tensordot: axis 1 of [2, 3, 4] and axis 0 of [4, 3, 5] differ (3 and 4)");
    expect(() => tensordot(a, b, [[0], [0, 1]])).toThrow("tensordot: 1 axes beside 2");
    expect(() => tensordot(a, b, 4)).toThrow("tensordot: 4 axes of [2, 3, 4]");
  });

  test("dot follows NumPy's cases", () => {
    expectClose(dot(irregular([3]), irregular([3], 1)), einsum("i,i->", irregular([3]), irregular([3], 1)));
    expectClose(dot(irregular([2, 3]), irregular([3, 4], 1)), einsum("ij,jk->ik", irregular([2, 3]), irregular([3, 4], 1)));
    expectClose(dot(a, irregular([4], 1)), einsum("ijk,k->ij", a, irregular([4], 1)));
    expectClose(dot(a, irregular([5, 4, 2], 1)), einsum("ijk,akb->ijab", a, irregular([5, 4, 2], 1)));
    expectClose(dot(irregular([]), a), einsum(",abc->abc", irregular([]), a));
    expect(() => dot(a, b)).toThrow("dot: sizes 4 and 3 differ in [2, 3, 4] · [4, 3, 5]");
  });

  test("inner and outer", () => {
    expectClose(inner(a, irregular([5, 4], 1)), einsum("ijk,ak->ija", a, irregular([5, 4], 1)));
    expectClose(outer(irregular([2, 2]), irregular([3], 1)), einsum("i,j->ij", irregular([4]), irregular([3], 1)));
  });
});
