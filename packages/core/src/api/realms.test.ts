import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import * as nd from "../index.ts";

// A value is written as text, made by this realm and by another, and given to the same call: what comes out must be the same.
const calls: Readonly<Record<string, readonly [text: string, call: (value: never) => unknown]>> = {
  ...Object.fromEntries(["Float32Array", "Float64Array", "Int32Array", "Uint8Array", "Int16Array", "Uint8ClampedArray"].map((name) => [name, [`${name}.of(1, 2)`, (value: never) => nd.tensor(value)]] as const)),
  "lists of lists": ["[[1, 2], [3, 4]]", (value) => nd.tensor(value)],
  "lists of typed arrays": ["[Float64Array.of(1, 2), Float64Array.of(3, 4)]", (value) => nd.tensor(value)],
  "options": ["({ shape: [2, 2], dtype: 'float64' })", (options) => nd.tensor([1, 2, 3, 4], options)],
  "axes": ["({ axis: [0, -1], keepDims: true })", (options) => nd.ones([2, 2]).sum(options)],
  "shapes": ["[2, 3]", (shape) => nd.zeros(shape)],
  "typed indices": ["Int32Array.of(0, 2)", (indices) => nd.take(nd.tensor([1, 2, 3]), indices)],
  "listed indices": ["[0, 2]", (indices) => nd.take(nd.tensor([1, 2, 3]), indices)],
  "operands": ["Float32Array.of(0.5, 0.25)", (value) => nd.tensor([1, 2]).add(value)],
  "ranges": ["[[0, 2]]", (ranges) => nd.tensor([1, 2, 3]).slice(ranges)],
  "conditions": ["[true, false]", (condition) => nd.where(condition, 1, 2)],
  "what is assigned": ["Float32Array.of(5, 6)", (value) => {
    const cell = nd.variable(nd.tensor([1, 2]));
    cell.assign(value);
    return cell.value;
  }],
  "trees of tensors": ["({ at: [{ x: 0 }] })", (tree: { at: [{ x: unknown }] }) => {
    tree.at[0].x = nd.tensor([1, 2]);
    return nd.grad((each: typeof tree) => (each.at[0].x as nd.Tensor).square().sum())(tree as never);
  }],
  "trees of variables": ["({ w: 0 })", (tree: { w: unknown }) => {
    const w = nd.variable(nd.tensor([1, 2]));
    tree.w = w;
    return nd.valueAndGrad(() => w.value.square().sum(), tree as { w: nd.Variable }).grads.w;
  }],
  "arguments of compiled functions": ["({ x: 0 })", (tree: { x: unknown }) => {
    const doubled = nd.compile((each: typeof tree) => ({ y: (each.x as nd.Tensor).mul(2) }));
    return [1, 2].map((value) => {
      tree.x = nd.tensor(value);
      return doubled(tree);
    });
  }],
  "static arguments": ["[{ factor: 2 }, { factor: 3 }]", (options: readonly { factor: number }[]) => {
    const scaled = nd.compile((x: nd.Tensor, { factor }: { factor: number }) => x.mul(factor));
    return options.map((each) => scaled(nd.tensor(1), each));
  }],
  "asynchronous functions": ["(async () => 1)", (f: (x: nd.Tensor) => never) => {
    try {
      return nd.grad(f)(nd.tensor(1));
    } catch (error) {
      return String(error);
    }
  }],
};

describe("values of another realm are read as this one's", () => {
  test.each(Object.entries(calls))("%s", (_, [text, call]) => {
    // oxlint-disable-next-line no-eval -- the same text as in the other realm
    const here = call((0, eval)(`(${text})`) as never);
    const there = call(runInNewContext(`(${text})`) as never);
    expect(written(there)).toBe(written(here));
  });
});

/** Tensors print dtype and shape; toJSON would leave them out. */
const written = (value: unknown): string => JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, each: unknown) {
  return this[key] instanceof nd.Tensor ? String(this[key]) : each;
});
