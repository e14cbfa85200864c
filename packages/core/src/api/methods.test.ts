import { describe, expect, test } from "vitest";
import { add, arrayEqual, compile, grad, ShapeError, Tensor, tensor, variable } from "../index.ts";
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
    const methods = Object.keys(Object.getOwnPropertyDescriptors(Tensor.prototype)).filter((name) => !["constructor", "shape", "dtype", "rank", "size", "data", "item", "toArray", "toTypedArray", "toString", "toJSON"].includes(name));
    expect(methods.filter((name) => !named.includes(name))).toEqual([]);
    expect(methods.length).toBeGreaterThan(110);
  });
});

describe("a tensor in JavaScript's own constructs", () => {
  test("is iterated along its first axis", () => {
    expect([...square].map((row) => row.toArray())).toEqual([[1, 2], [3, 4]]);
    const [first, second] = square;
    expect([first?.toArray(), second?.shape]).toEqual([[1, 2], [2]]);
    expect([...tensor([5, 6])].map((each) => each.item())).toEqual([5, 6]);
    expect([...tensor([], { shape: [0, 3] })]).toEqual([]);
    expect([...integers.transpose()].map((row) => [row.dtype, row.toArray()])).toEqual([["int32", [6, 1]], ["int32", [-3, 0]], ["int32", [5, 2]]]);
  });

  test("of rank 0 has nothing to iterate over", () => {
    expect(() => [...tensor(1)]).toThrow(new ShapeError("float32[] has no axis to iterate over; item() gives its number"));
  });

  test("is iterated while traced, since its sizes are known", () => {
    const total = (x: Tensor): Tensor => [...x].reduce((sum, row, i) => sum.add(row.mul(i)), tensor([0, 0]) as Tensor);
    expect(compile(total)(square).toArray()).toEqual([3, 4]);
    expect(grad((x: Tensor) => total(x).sum())(square).toArray()).toEqual([[0, 0], [1, 1]]);
  });

  test("becomes nested arrays in JSON, and comes back from there", () => {
    expect(JSON.stringify({ loss: tensor(0.5), x: square, flags: tensor([true, false]) })).toBe('{"loss":0.5,"x":[[1,2],[3,4]],"flags":[true,false]}');
    expect(arrayEqual(tensor(JSON.parse(JSON.stringify(integers)) as number[][], { dtype: "int32" }), integers)).toBe(true);
    expect(JSON.stringify(tensor([NaN, 1]))).toBe("[null,1]");
    expect(JSON.stringify(variable([1, 2]))).toBe("[1,2]");
    expect(() => compile((x: Tensor) => { JSON.stringify(x); return x; })(square)).toThrow("toJSON: float32[2, 2] is traced");
  });

  test("is copied by structuredClone without its class, which functions say", () => {
    const copy = structuredClone(square) as unknown as Tensor;
    expect(() => copy.add).not.toThrow();
    expect(() => add(copy, 1)).toThrow("add: cannot take a copy of a tensor that structuredClone or postMessage made as first argument; send its data, shape and dtype, and make it anew: tensor(data, { shape, dtype })");
    const { data, shape, dtype } = square;
    expect(arrayEqual(tensor(structuredClone(data), { shape, dtype }), square)).toBe(true);
  });
});

describe("assign", () => {
  test("takes what stands for a tensor, in the variable's dtype", () => {
    const w = variable(tensor([1, 2], { dtype: "float64" }));
    w.assign([3, 4]);
    expect([w.value.dtype, w.value.toArray()]).toEqual(["float64", [3, 4]]);
    w.assign(new Float32Array([5, 6]));
    expect([w.value.dtype, w.value.toArray()]).toEqual(["float64", [5, 6]]);
    const scalar = variable(tensor(1, { dtype: "int32" }));
    scalar.assign(7);
    expect([scalar.value.dtype, scalar.value.item()]).toEqual(["int32", 7]);
    scalar.assign(variable(tensor(8, { dtype: "int32" })));
    expect(scalar.value.item()).toBe(8);
  });

  test("is refused as a whole, with the reason", () => {
    const w = variable(tensor([1, 2], { dtype: "int32" }));
    expect(() => { w.assign([1, 2, 3]); }).toThrow("assign: variable is int32[2] and cannot hold [3]");
    expect(() => { w.assign([0.5, 1]); }).toThrow("assign: 0.5 at [0] is not an int32");
    expect(() => { w.assign({} as number[]); }).toThrow("assign: something of type object is not a number");
    expect(w.value.toArray()).toEqual([1, 2]);
  });
});
