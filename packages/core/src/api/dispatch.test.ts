import { describe, expect, test } from "vitest";
import * as nd from "../index.ts";
import { NdgradError, ShapeError, Tensor, add, concat, div, einsum, maximum, mul, relu, reshape, sum, tensor, variable } from "../index.ts";

/** A function as a caller without types sees it. */
type Untyped = (...args: readonly unknown[]) => unknown;
const untyped = (f: unknown): Untyped => f as Untyped;
const x = tensor([1, 2]);

describe("what stands for a tensor", () => {
  test("numbers and booleans", () => {
    expect(add(x, 1).toArray()).toEqual([2, 3]);
    expect(add(1, x).toArray()).toEqual([2, 3]);
    expect(add(1, 2).item()).toBe(3);
    expect(add(tensor([1, 2], { dtype: "int32" }), 3).dtype).toBe("int32");
    expect(mul(x, true).toArray()).toEqual([1, 2]);
  });

  test("nested arrays, which take the dtype of the tensor beside them", () => {
    expect(add(x, [[10], [20]]).toArray()).toEqual([[11, 12], [21, 22]]);
    expect(add(tensor([1, 2], { dtype: "float64" }), [1, 2]).dtype).toBe("float64");
    expect(add(tensor([1, 2], { dtype: "int32" }), [1, 2]).dtype).toBe("int32");
    expect(maximum(tensor([true]), [2]).dtype).toBe("int32");
    expect(add([1], [2]).dtype).toBe("float32");
    expect(relu([-1, 2]).toArray()).toEqual([0, 2]);
    expect(sum([[1, 2], [3, 4]], { axis: 0 }).toArray()).toEqual([4, 6]);
    expect(concat([x, [3]]).toArray()).toEqual([1, 2, 3]);
  });

  test("typed arrays, which keep theirs", () => {
    expect(add(x, new Float64Array([1, 2])).dtype).toBe("float64");
    expect(add(x, new Int32Array([1, 2])).dtype).toBe("float32");
  });

  test("variables, for their values", () => {
    const v = variable([1, 2]);
    expect(add(v, v).toArray()).toEqual([2, 4]);
    v.assign(tensor([5, 6]));
    expect(relu(v).toArray()).toEqual([5, 6]);
    expect(x.mul(v).toArray()).toEqual([5, 12]);
    expect(einsum("i,i->", v, x).item()).toBe(17);
  });

  test("whole numbers keep int32, fractions beside int32 and bool give float32", () => {
    const whole = tensor([1, 2], { dtype: "int32" });
    const mask = tensor([true, false]);
    for (const [result, dtype, elements] of [
      [add(whole, 3), "int32", [4, 5]], [mul(whole, 0.5), "float32", [0.5, 1]], [mul(0.5, whole), "float32", [0.5, 1]], [whole.sub([0.5, 1]), "float32", [0.5, 1]],
      [whole.mul([2, 3]), "int32", [2, 6]], [mask.mul(0.5), "float32", [0.5, 0]], [mask.add(1), "int32", [2, 1]], [mask.add([0.5, 1]), "float32", [1.5, 1]],
      [maximum(whole, 1.5), "float32", [1.5, 2]], [maximum(whole, -Infinity), "float32", [1, 2]], [nd.minimum(whole, NaN), "float32", [NaN, NaN]],
      [nd.where(mask, whole, 0.5), "float32", [1, 0.5]], [nd.where(mask, 0.5, whole), "float32", [0.5, 2]], [nd.where(mask, whole, 7), "int32", [1, 7]], [nd.where(mask, whole, [0.5, 1]), "float32", [1, 1]],
      [nd.clip(whole, { min: 1.5 }), "float32", [1.5, 2]], [nd.clip(whole, { max: 1 }), "int32", [1, 1]], [nd.clip(whole, { max: [1, 1.5] } as object), "float32", [1, 1.5]],
      [nd.pow(whole, 0.5), "float32", [1, Math.fround(Math.SQRT2)]], [nd.mod(whole, 0.75), "float32", [0.25, 0.5]], [nd.floorDiv(whole, 0.75), "float32", [1, 2]],
      [nd.fullLike(whole, 0.5), "float32", [0.5, 0.5]], [nd.fullLike(whole, 7), "int32", [7, 7]], [nd.fullLike(mask, 1), "bool", [true, true]], [nd.fullLike(mask, 2), "int32", [2, 2]],
      [nd.heaviside(tensor([0, 1], { dtype: "int32" }), 0.5), "float32", [0.5, 1]],
      [div(whole, [0.5]), "float32", [2, 4]], [div(whole, 0.5), "float32", [2, 4]],
    ] as const) expect([result.dtype, result.toArray()]).toEqual([dtype, elements]);
  });

  test("comparisons with a fraction are exact where float32 would round the whole number", () => {
    const large = tensor([2 ** 24 + 1], { dtype: "int32" });
    expect(large.greater(2 ** 24 + 0.5).toArray()).toEqual([true]);
    expect(nd.less(2 ** 24 + 0.5, large).toArray()).toEqual([true]);
    expect(large.equal(0.5).toArray()).toEqual([false]);
  });

  test("functions of whole numbers refuse fractions, and no int32 is out of its range", () => {
    const whole = tensor([1, 2], { dtype: "int32" });
    expect(() => nd.bitwiseAnd(whole, 0.5)).toThrow("bitwiseAnd: 0.5 is not an int32");
    expect(() => nd.leftShift(whole, 0.5)).toThrow("leftShift: 0.5 is not an int32");
    expect(() => add(whole, 2 ** 31)).toThrow("add: 2147483648 is not an int32");
    expect(() => add(whole, [2 ** 31, 1])).toThrow("add: 2147483648 at [0] is not an int32");
  });
});

describe("wrong arguments", () => {
  test.each([
    ["a string", () => untyped(add)(x, "abc"), `add: cannot take a string as second argument (got "abc"); give a tensor, a number or nested arrays`],
    ["null", () => untyped(mul)(null, x), "mul: cannot take null as first argument; give a tensor, a number or nested arrays"],
    ["a function", () => untyped(relu)(relu), "relu: cannot take a function as first argument; give a tensor, a number or nested arrays"],
    ["an object", () => untyped(relu)({}), "relu: cannot take an object of Object as first argument; give a tensor, a number or nested arrays"],
    ["one too few", () => untyped(add)(x), "add: takes 2 arguments, got 1; the second is missing: give a tensor, a number or nested arrays"],
    ["none", () => untyped(sum)(), "sum: takes 1 to 2 arguments, got 0; the first is missing: give a tensor, a number or nested arrays"],
    ["what map() adds", () => [x].map(untyped(relu)), "relu: takes 1 argument, got 3; inside map() and the like write (x) => relu(x)"],
    ["a bare axis", () => untyped(sum)(x, 0), "sum: cannot take a number as second argument (got 0); give options by name, as in { axis: 0 }"],
    ["a shape that is none", () => untyped(reshape)(x, "2"), `reshape: cannot take a string as second argument (got "2"); give a list of sizes, as in [2, 3]`],
    ["an unknown dtype", () => untyped(nd.cast)(x, "float16"), `cast: cannot take a string as second argument (got "float16"); give a dtype: "float32", "float64", "int32" or "bool"`],
    ["no list", () => untyped(concat)(x), "concat: cannot take a tensor as first argument; give a list of tensors"],
    ["no equation", () => untyped(einsum)(x), `einsum: the first argument is the equation, as in "ij,jk->ik"; the tensors follow`],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(NdgradError);
    expect(call).toThrow(message);
  });

  test("through a method are counted as the function's", () => {
    expect(() => untyped(x.add.bind(x))("abc")).toThrow("add: cannot take a string as second argument");
  });

  test("ragged arrays name the place", () => {
    expect(() => untyped(add)(x, [[1, 2], [3]])).toThrow(ShapeError);
  });
});

test("operators on tensors are refused with the remedy", () => {
  const [a, b] = [x as unknown as number, tensor([3]) as unknown as number];
  expect(() => a + b).toThrow("operators do not work on tensors; write x.add(y)");
  expect(() => a < b).toThrow(NdgradError);
  expect(`${String(x)}`).toBe(String(x));
  const w = variable(tensor([3])) as unknown as number;
  expect(() => w + 1).toThrow("a variable float32[1] in an expression such as x + y: operators do not work on tensors; write w.value.add(y)");
  expect(() => w > 1).toThrow(NdgradError);
});

test("options that are undefined count as left out", () => {
  expect(sum(x, undefined).item()).toBe(3);
  expect(x.sum({ axis: undefined }).item()).toBe(3);
});

test("every public function keeps its name", () => {
  const misnamed = Object.entries<unknown>(nd).filter((entry): entry is [string, () => unknown] => typeof entry[1] === "function").filter(([name, value]) => /^[a-z]/.test(name) && value.name !== name).map(([name]) => name);
  expect(misnamed).toEqual([]);
  expect(nd.Tensor).toBe(Tensor);
});

test("triangles keep the dtype, that of bool too", () => {
  for (const dtype of ["bool", "int32", "float32", "float64"] as const) {
    const [lower, upper] = [nd.tril(nd.ones([2, 2], { dtype })), nd.triu(nd.ones([2, 2], { dtype }))];
    expect([lower.dtype, upper.dtype]).toEqual([dtype, dtype]);
    expect(lower.add(0).toArray()).toEqual([[1, 0], [1, 1]]);
    expect(upper.add(0).toArray()).toEqual([[1, 1], [0, 1]]);
  }
});
