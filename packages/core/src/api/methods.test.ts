import { describe, expect, test } from "vitest";
import { Tensor, tensor } from "../index.ts";
import * as arithmetic from "./arithmetic.ts";
import * as comparison from "./comparison.ts";
import * as contraction from "./contraction.ts";
import * as elementary from "./functions.ts";
import * as indexing from "./indexing.ts";
import * as movement from "./movement.ts";
import * as reductions from "./reductions.ts";

type Untyped = (...args: readonly unknown[]) => unknown;
const functions = { ...arithmetic, ...comparison, ...contraction, ...elementary, ...indexing, ...movement, ...reductions } as unknown as Readonly<Record<string, Untyped>>;

/** They take a list of tensors, or an equation, first. */
const noMethods = new Set(["concat", "stack", "meshGrid", "einsum"]);
const named = Object.keys(functions).filter((name) => !noMethods.has(name));

const floats = tensor([[0.25, 0.5, 0.75], [0.125, 0.375, 0.625]]);
const integers = tensor([[6, -3, 5], [1, 0, 2]], { dtype: "int32" });
const places = tensor([[1, 0, 2], [0, 0, 1]], { dtype: "int32" });
const square = tensor([[1, 2], [3, 4]]);
const binary = "add sub mul div floorDiv mod pow maximum minimum hypot copySign atan2 equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalXor isClose allClose arrayEqual";

/** For each method that needs more than `floats`: the tensor, and the arguments after it. */
const calls: Readonly<Record<string, readonly [Tensor, ...unknown[]]>> = {
  ...Object.fromEntries(binary.split(" ").map((name) => [name, [floats, tensor([0.5, 0.25, 2])] as const])),
  ...Object.fromEntries("bitwiseAnd bitwiseOr bitwiseXor leftShift rightShift".split(" ").map((name) => [name, [integers, 3] as const])),
  bitwiseNot: [integers],
  acosh: [floats.add(1)],
  clip: [floats, { min: 0.2, max: 0.5 }], cast: [floats, "float64"], where: [floats, floats.greater(0.3), -1],
  gelu: [floats, { approximate: "tanh" }], elu: [floats, { alpha: 2 }], leakyRelu: [floats.neg(), { slope: 0.5 }],
  sum: [floats, { axis: 0 }], mean: [floats, { axis: -1, keepDims: true }], variance: [floats, { axis: 0, correction: 1 }], norm: [floats, { ord: 1 }],
  argMax: [floats, { axis: 1 }], cumSum: [floats, { axis: 0, reverse: true }], sort: [floats, { descending: true }], softmax: [floats, { axis: 0 }],
  matmul: [floats, floats.transpose()], dot: [floats, tensor([1, 2, 3])], inner: [floats, floats], outer: [floats, tensor([1, 2])], tensordot: [floats, floats, [1, 1]],
  diagonal: [square], trace: [square, { offset: 1 }], diagonalMatrix: [floats, { offset: 1 }], tril: [square, { offset: -1 }], triu: [square],
  reshape: [floats, [3, -1]], transpose: [floats, [1, 0]], swapAxes: [floats, 0, 1], moveAxis: [floats, 0, -1], expandDims: [floats, [0, -1]],
  squeeze: [floats.expandDims(0), { axis: 0 }], broadcastTo: [floats, [2, 2, 3]], flip: [floats, { axis: 1 }], slice: [floats, [0, [null, null, -1]]],
  pad: [floats, [[1, 0], [0, 2]], { value: 7 }], tile: [floats, [2, 1]], repeat: [floats, 2, { axis: 1 }], roll: [floats, 1, { axis: 1 }],
  split: [floats, 3, { axis: 1 }], unstack: [floats, { axis: 1 }],
  take: [floats, [2, 0], { axis: 1 }], takeAdd: [floats, [1, 1], 2], takeAlongAxis: [floats, places, { axis: 1 }], scatterAdd: [floats, places, floats, { axis: 1 }], oneHot: [places, 3],
  booleanMask: [floats, floats.greater(0.3)], topK: [floats, 2, { smallest: true }],
};

/** A result as plain values, whatever it is made of. */
function plain(result: unknown): unknown {
  if (result instanceof Tensor) return { shape: result.shape, dtype: result.dtype, elements: result.toArray() };
  if (Array.isArray(result)) return result.map(plain);
  if (typeof result === "object" && result !== null) return Object.fromEntries(Object.entries(result).map(([key, value]) => [key, plain(value)]));
  return result;
}

describe("a method is the function with the tensor first", () => {
  test.each(named)("%s", (name) => {
    const [x, ...rest] = calls[name] ?? [floats];
    const method = (x as unknown as Readonly<Record<string, Untyped | undefined>>)[name];
    expect(method, `there is no method ${name}`).toBeTypeOf("function");
    const byMethod = method?.call(x, ...rest);
    // where(condition, a, b) has its own order: the tensor is what is taken where the condition holds.
    const byFunction = name === "where" ? functions.where(rest[0], x, rest[1]) : functions[name](x, ...rest);
    expect(plain(byMethod)).toEqual(plain(byFunction));
  });

  test("and no method lacks its function", () => {
    const methods = Object.keys(Object.getOwnPropertyDescriptors(Tensor.prototype)).filter((name) => !["constructor", "rank", "size", "data", "item", "toArray", "toString"].includes(name));
    expect(methods.filter((name) => !named.includes(name))).toEqual([]);
    expect(methods.length).toBeGreaterThan(110);
  });
});
