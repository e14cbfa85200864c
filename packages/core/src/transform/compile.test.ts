import { describe, expect, test } from "vitest";
import "../index.ts";
import { difference } from "../../testing/compare.ts";
import { relu } from "../ops/elementwise/activation.ts";
import { add, mul, neg, sub } from "../ops/elementwise/arithmetic.ts";
import { exp } from "../ops/elementwise/exponential.ts";
import { greater } from "../ops/elementwise/comparison.ts";
import { tanh } from "../ops/elementwise/hyperbolic.ts";
import { cast } from "../ops/cast.ts";
import { matmul } from "../ops/contract/matmul.ts";
import { zeros } from "../ops/creation.ts";
import { broadcastTo } from "../ops/movement/broadcast-to.ts";
import { permute } from "../ops/movement/permute.ts";
import { reshape } from "../ops/movement/reshape.ts";
import { flip } from "../ops/movement/slice.ts";
import { sum } from "../ops/reduce/sum.ts";
import { argMax } from "../ops/reduce/extremes.ts";
import { generator } from "../compose/generator.ts";
import { fromData, Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";
import { compile } from "./compile.ts";
import { eagerly } from "./eagerly.ts";
import { checkpoint, customVjp } from "./custom.ts";
import { grad, valueAndGrad } from "./gradient.ts";
import { hessian } from "./jacobian.ts";

/** Irregular float32 elements, none alike. */
const some = (shape: readonly number[], phase = 0): Tensor =>
  fromData(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 2 * Math.sin(1.7 * i * i + 2.3 * i + 0.6 + phase)), shape, "float32");
const vector = (...values: number[]): Tensor => fromData(Float32Array.from(values), [values.length], "float32");
const scalar = (value: number): Tensor => fromData(Float32Array.of(value), [], "float32");

const expectClose = (actual: Tensor, expected: Tensor): void => expect(difference(actual, expected, 1e-5)).toBeNull();
/** A function gives the same compiled as eagerly, twice. */
function expectAlike<Args extends readonly Tensor[]>(f: (...args: Args) => Tensor, ...args: Args): void {
  const compiled = compile(f);
  for (let call = 0; call < 2; call++) expectClose(compiled(...args), f(...args));
}

describe("arguments and results", () => {
  test("are trees: arrays, records, numbers, strings, nothing, the same tensor twice, an argument itself", () => {
    const f = compile((tree: { a: Tensor; rest: [Tensor, number] }, mode: string) => {
      const twice = mul(tree.a, tree.rest[1]);
      return { twice, again: [twice, tree.a], both: { mode, none: null, undefined, count: 3, constant: vector(1, 2) } };
    });
    for (const factor of [2, 3]) {
      const result = f({ a: vector(1, 2), rest: [vector(9), factor] }, "m");
      expect(result.twice.toArray()).toEqual([factor, 2 * factor]);
      expect(result.again.map((each) => each.toArray())).toEqual([[factor, 2 * factor], [1, 2]]);
      expect(result.both).toMatchObject({ mode: "m", none: null, undefined: undefined, count: 3 });
      expect(result.both.constant.toArray()).toEqual([1, 2]);
    }
  });
  test("without any tensor are given back as they are", () => {
    expect(compile((x: number) => x + 1)(2)).toBe(3);
    expect(compile((x: Tensor) => { mul(x, 2); })(vector(1))).toBeUndefined();
  });
  test("of no elements and of rank 0 work", () => {
    expectAlike((x) => add(sum(x, { axis: 0 }), 1), zeros([0, 3]));
    expectAlike((x) => mul(x, 2), zeros([0]));
    expectAlike((x) => mul(x, x), scalar(3));
    expectAlike((x, y) => matmul(x, y), zeros([3, 0]), zeros([0, 2]));
  });
  test("may be views of other arrays", () => {
    expectAlike((x) => mul(x, 2), permute(some([3, 4])));
    expectAlike((x) => mul(x, 2), flip(some([5]), 0));
    expectAlike((x) => mul(x, 2), broadcastTo(some([1, 3]), [4, 3]));
  });
  test("are results of their own: later runs leave them alone", () => {
    const f = compile((x: Tensor) => mul(x, 2));
    const first = f(some([100]));
    const kept = [...first.data];
    f(some([100], 1));
    expect([...first.data]).toEqual(kept);
  });
  test("that are variables are read and assigned", () => {
    const step = compile((parts: { w: Variable; x: Tensor }) => { parts.w.assign(add(parts.w.value, parts.x)); return parts.w.value; });
    const w = new Variable(vector(1, 2));
    step({ w, x: vector(10, 20) });
    expect(step({ w, x: vector(10, 20) }).toArray()).toEqual([21, 42]);
    expect(w.value.toArray()).toEqual([21, 42]);
  });
});

describe("the cache", () => {
  function counted<Args extends readonly unknown[]>(f: (...args: Args) => unknown, cacheSize?: number): { readonly f: (...args: Args) => unknown; readonly traces: () => number } {
    let traces = 0;
    return { f: compile((...args: Args) => { traces++; return f(...args); }, cacheSize === undefined ? {} : { cacheSize }), traces: () => traces };
  }
  test("traces once for each shape, dtype and static argument", () => {
    const { f, traces } = counted((x: Tensor, factor: number) => mul(x, factor));
    const calls: readonly (readonly [Tensor, number])[] = [[vector(1), 2], [vector(3), 2], [vector(1, 2), 2], [vector(1), 4], [vector(1), 2], [cast(vector(1), "float64"), 2], [vector(1), -0], [vector(1), 0]];
    const counts = calls.map((call) => { f(...call); return traces(); });
    expect(counts).toEqual([1, 1, 2, 3, 3, 4, 5, 6]);
  });
  test("tells apart what looks alike in writing", () => {
    const written = (args: readonly unknown[]): string => JSON.stringify(args, (__, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
    const { f, traces } = counted((...args: unknown[]) => written(args));
    const calls = [["a", "b"], ["a,b"], [["a"], "b"], ["a", ["b"]], [{ a: "b" }], [{ "a.b": 1 }], [{ a: { b: 1 } }], [[]], [{}], [null], [undefined], ["null"], [1], ["1"], [1n], [true], ["true"], []];
    calls.forEach((call, i) => {
      expect(f(...call)).toBe(written(call));
      expect(traces()).toBe(i + 1);
    });
  });
  test("goes by identity for functions, in records too", () => {
    const { f, traces } = counted((x: Tensor, how: { readonly apply: (x: Tensor) => Tensor }) => how.apply(x));
    const double = { apply: (x: Tensor) => mul(x, 2) };
    f(vector(1), double); f(vector(1), { ...double });
    expect(traces()).toBe(1);
    expect(f(vector(1), { apply: (x) => mul(x, 3) })).toMatchObject({ data: Float32Array.of(3) });
    expect(traces()).toBe(2);
  });
  test("sees records and arrays that were changed in place", () => {
    const options = { factors: [2] };
    const f = compile((x: Tensor, { factors }: { factors: readonly number[] }) => mul(x, factors[0]));
    expect(f(vector(1), options).item()).toBe(2);
    options.factors[0] = 7;
    expect(f(vector(1), options).item()).toBe(7);
  });
  test("keeps the programs used last, and no more than it may", () => {
    const { f, traces } = counted((x: Tensor) => mul(x, 2), 2);
    const [one, two, three] = [vector(1), vector(1, 2), vector(1, 2, 3)];
    f(one); f(two); f(one); f(three);
    expect(traces()).toBe(3);
    f(one);
    expect(traces()).toBe(3);
    f(two);
    expect(traces()).toBe(4);
    expect(() => compile(() => 1, { cacheSize: 0 })).toThrow(/compile: cacheSize 0; give a whole number from 1 up/);
  });
});

describe("variables", () => {
  const both = (a: Tensor, b: Tensor): [Variable, Variable] => [new Variable(a), new Variable(b)];
  /** After each of two runs the variables hold the same whether the update is compiled or not. */
  function expectSameUpdates(update: (a: Variable, b: Variable) => unknown, a: Tensor, b: Tensor): void {
    const plain = both(a, b);
    const inPlace = both(a, b);
    const compiled = compile(() => update(...inPlace));
    for (let run = 0; run < 3; run++) {
      const right = update(...plain);
      const result = compiled();
      if (right instanceof Tensor) expectClose(result as Tensor, right);
      plain.forEach((variable, i) => expectClose(inPlace[i].value, variable.value));
    }
  }
  const square = some([6, 6]);
  test.each<[string, (a: Variable, b: Variable) => unknown]>([
    ["swapped", (a, b) => { const old = a.value; a.assign(b.value); b.assign(old); }],
    ["crossed in one loop", (a, b) => { const [x, y] = [a.value, b.value]; a.assign(add(x, y)); b.assign(sub(x, y)); }],
    ["assigned twice", (a, b) => { a.assign(mul(a.value, 2)); a.assign(add(a.value, b.value)); }],
    ["assigned back what they held", (a) => { const old = a.value; a.assign(mul(old, 2)); a.assign(old); }],
    ["given to each other", (a, b) => { a.assign(b.value); return b.value; }],
    ["given one value", (a, b) => { const next = mul(a.value, 0.5); a.assign(next); b.assign(next); return next; }],
    ["read by a product afterwards", (a, b) => { const old = a.value; a.assign(mul(old, 0.5)); return matmul(old, b.value); }],
    ["updated by a product of themselves", (a, b) => { a.assign(mul(matmul(a.value, b.value), 0.1)); }],
    ["updated by a product and themselves", (a, b) => { a.assign(add(mul(matmul(b.value, b.value), 0.1), a.value)); }],
    ["updated through their transpose", (a) => { a.assign(add(mul(a.value, 0.5), permute(a.value))); }],
    ["updated through themselves flipped", (a) => { a.assign(sub(flip(a.value, 0), a.value)); }],
    ["updated by their own sum", (a) => { a.assign(sub(a.value, mul(sum(a.value), 0.01))); }],
    ["updated by sums of their rows", (a) => { a.assign(add(a.value, mul(broadcastTo(sum(a.value, { axis: 0, keepDims: true }), [6, 6]), 0.01))); }],
    ["updated by their first row", (a) => { a.assign(add(a.value, broadcastTo(reshape(matmul(fromData(new Float32Array([1, 0, 0, 0, 0, 0]), [1, 6], "float32"), a.value), [1, 6]), [6, 6]))); }],
    ["read as old by several, in any order", (a, b) => { const [x, y] = [a.value, b.value]; a.assign(add(x, sum(y))); b.assign(add(y, sum(x))); return add(matmul(x, y), permute(x)); }],
  ])("%s", (_, update) => expectSameUpdates(update, square, some([6, 6], 1)));
  test("of one row, the epilogue of a reduction", () => {
    expectSameUpdates((a, b) => { a.assign(sub(a.value, mul(sum(b.value, { axis: 0 }), 0.1))); }, some([6]), square);
  });

  test("are seen by eager code at once, and eager assignments by the next run", () => {
    const count = new Variable(scalar(1));
    const step = compile(() => { count.assign(mul(count.value, 2)); });
    step(); step();
    expect(count.value.item()).toBe(4);
    count.assign(scalar(10));
    step();
    expect(count.value.item()).toBe(20);
  });
  test("are shared by programs", () => {
    const w = new Variable(vector(1, 2));
    const up = compile((x: Tensor) => { w.assign(add(w.value, x)); });
    const down = compile((x: Tensor) => { w.assign(sub(w.value, x)); });
    up(vector(5, 5)); up(vector(5, 5)); down(vector(1, 1));
    expect(w.value.toArray()).toEqual([10, 11]);
  });
  test("keep values that were taken from them", () => {
    const w = new Variable(vector(1, 2));
    const step = compile(() => { w.assign(mul(w.value, 2)); });
    step();
    const taken = w.value;
    step();
    expect([taken.toArray(), w.value.toArray()]).toEqual([[2, 4], [4, 8]]);
  });
  test("keep what they hold when the function fails", () => {
    const w = new Variable(vector(1, 2));
    const step = compile((x: Tensor) => { w.assign(mul(w.value, 2)); return matmul(x, x); });
    expect(() => step(some([2, 3]))).toThrow(/matmul: inner sizes 3 and 2 differ/);
    expect(w.value.toArray()).toEqual([1, 2]);
  });
});

describe("epilogues and prologues", () => {
  const [a, b, c] = [some([5, 7]), some([7, 6], 1), some([5, 6], 2)];
  const bias = some([6], 3);
  test.each<[string, (a: Tensor, b: Tensor, c: Tensor, bias: Tensor) => Tensor]>([
    ["bias and activation", (x, y, _, z) => relu(add(matmul(x, y), z))],
    ["a whole matrix beside the product", (x, y, z) => mul(add(matmul(x, y), z), 0.5)],
    ["the product's transpose", (x, y, z) => add(permute(matmul(x, y)), permute(z))],
    ["the product and its transpose", (x, y) => add(sum(permute(matmul(x, y)), { axis: 0 }), 1)],
    ["the product twice", (x, y) => { const p = matmul(x, y); return mul(p, tanh(p)); }],
    ["another dtype", (x, y) => cast(matmul(x, y), "float64")],
    ["a comparison", (x, y, z) => greater(matmul(x, y), z)],
    ["whole numbers from a product", (x, y) => cast(mul(matmul(x, y), 10), "int32")],
    ["products of whole numbers as floats", (x, y) => mul(cast(matmul(cast(mul(x, 5), "int32"), cast(mul(y, 5), "int32")), "float32"), 0.5)],
    ["a batch that is stretched", (x, y) => relu(sub(matmul(broadcastTo(x, [2, 3, 5, 7]), broadcastTo(reshape(add(broadcastTo(y, [3, 7, 6]), broadcastTo(reshape(vector(1, 2, 3), [3, 1, 1]), [3, 7, 6])), [1, 3, 7, 6]), [2, 3, 7, 6])), some([2, 3, 5, 6], 4)))],
    ["reshaped after the product", (x, y, z) => add(reshape(matmul(x, y), [6, 5]), reshape(z, [6, 5]))],
    ["both operands the same", (x) => tanh(matmul(x, permute(x)))],
    ["a sum's prologue and epilogue", (x) => tanh(mul(sum(exp(mul(x, 0.5)), { axis: 1 }), 0.1))],
    ["a sum over the first axis", (x) => mul(sum(mul(x, x), { axis: 0 }), 0.5)],
    ["a sum over all, stretched again", (x) => sub(x, sum(x))],
    ["softmax by hand", (x) => { const e = exp(x); return mul(e, broadcastTo(exp(neg(reshape(sum(e, { axis: 1 }), [5, 1]))), [5, 7])); }],
    ["a position as a float", (x) => mul(cast(argMax(x, { axis: 1 }), "float32"), 0.5)],
    ["a position in a comparison", (x) => greater(argMax(x, { axis: 0 }), 2)],
    ["a sum of bools", (x) => mul(sum(greater(x, 0), { axis: 1 }), 3)],
    ["a reduction of a transposed product", (x, y, _, z) => sum(mul(permute(matmul(x, y)), reshape(z, [6, 1])), { axis: 1 })],
  ])("%s", (_, f) => expectAlike(f, a, b, c, bias));
});

describe("transforms", () => {
  const x = some([4, 3]);
  const f = (y: Tensor): Tensor => sum(mul(tanh(y), y));
  test("nest: compile in compile, grad in compile, compile in grad", () => {
    const inner = compile((y: Tensor) => mul(tanh(y), y));
    expectAlike((y) => add(inner(y), 1), x);
    expectAlike((y) => grad(f)(y), x);
    expectAlike((y) => grad((z: Tensor) => sum(inner(z)))(y), x);
    expectClose(grad((y: Tensor) => sum(inner(y)))(x), grad(f)(x));
    expectClose(grad(compile(f))(x), grad(f)(x));
    expectAlike((y) => grad(compile(f))(y), x);
  });
  test("of any order", () => {
    expectAlike((y) => hessian(f)(y), some([4]));
    expectAlike((y) => grad((z: Tensor) => sum(grad(f)(z)))(y), x);
  });
  test("checkpoint and customVjp", () => {
    expectAlike((y) => grad((z: Tensor) => sum(checkpoint((u: Tensor) => tanh(mul(u, u)))(z)))(y), x);
    const clipped = customVjp((y: Tensor) => mul(y, 2), ({ g }) => [mul(g, 7)]);
    expectAlike((y) => grad((z: Tensor) => sum(clipped(z)))(y), x);
    expectAlike((y) => clipped(y), x);
  });
  test("let no gradient through whole numbers, as eagerly", () => {
    expectAlike((y) => grad((z: Tensor) => sum(mul(cast(cast(z, "int32"), "float32"), z)))(y), x);
  });
  test("valueAndGrad over variables, with an update", () => {
    const [plain, compiled] = [0, 1].map(() => {
      const w = new Variable(some([3, 2], 5));
      return { w, step: (y: Tensor): Tensor => { const { value, grads } = valueAndGrad(() => sum(tanh(matmul(y, w.value))), [w]); w.assign(sub(w.value, mul(grads[0], 0.1))); return value; } };
    });
    const step = compile(compiled.step);
    for (let i = 0; i < 5; i++) expectClose(step(x), plain.step(x));
    expectClose(compiled.w.value, plain.w.value);
  });
  test("random generators go on from call to call with the numbers they give eagerly", () => {
    const [plain, compiled] = [generator(7), generator(7)];
    const draw = compile(() => [compiled.uniform([5]), compiled.normal([3]), compiled.bernoulli([4], 0.5)] as const);
    const seen = new Set<number>();
    for (let i = 0; i < 4; i++) {
      const [u, n, c] = draw();
      expectClose(u, plain.uniform([5]));
      expectClose(n, plain.normal([3]));
      expectClose(c, plain.bernoulli([4], 0.5));
      seen.add(u.data[0]);
    }
    expect(seen.size).toBe(4);
  });
});

describe("errors name the operation, the place and the remedy", () => {
  test("reading elements", () => {
    expect(() => compile((x: Tensor) => mul(x, x).item())(scalar(2))).toThrow(/item: float32\[\] is traced and has no elements \(it is the result of mul\); return it from the traced function and read the result/);
    expect(() => compile((x: Tensor) => x.data[0])(scalar(2))).toThrow(/data: float32\[\] is traced and has no elements \(it is argument \[0\]\)/);
    expect(() => compile((tree: { x: Tensor }) => tree.x.toArray())({ x: vector(1) })).toThrow(/toArray: .* \(it is argument \[0\]\.x\)/);
    const w = new Variable(vector(1), "weight");
    expect(() => compile(() => w.value.item())()).toThrow(/it is variable weight/);
  });
  test("traced tensors that outlive their trace", () => {
    const leaked: Tensor[] = [];
    const f = compile((x: Tensor) => { leaked.push(mul(x, 2)); return x; });
    f(vector(1));
    expect(() => add(leaked[0], 1)).toThrow(/add: float32\[1\] \(the result of mul\) belongs to a trace that has ended; return it from the traced function instead/);
    expect(() => compile(() => leaked[0])()).toThrow(/compile: the result \(float32\[1\]\) belongs to a trace that has ended; compute it inside/);
    expect(() => compile(() => ({ a: [leaked[0]] }))()).toThrow(/compile: result a\[0\]/);
    expect(() => f(leaked[0])).toThrow(/traced and has no elements/);
    const w = new Variable(vector(1), "weight");
    expect(() => w.assign(leaked[0])).toThrow(/assign: float32\[1\] is traced and has no elements for variable "weight"/);
    expect(() => compile(() => { w.assign(leaked[0]); })()).toThrow(/compile: the new value of variable weight \(float32\[1\]\) belongs to a trace that has ended/);
    expect(w.value.toArray()).toEqual([1]);
  });
  test("assigning another shape or dtype", () => {
    const w = new Variable(vector(1, 2), "weight");
    expect(() => compile((x: Tensor) => { w.assign(x); })(vector(1))).toThrow(/assign: variable "weight" is float32\[2\] and cannot hold \[1\]/);
    expect(() => compile((x: Tensor) => { w.assign(cast(x, "float64")); })(vector(1, 2))).toThrow(/cannot hold float64; cast/);
    expect(w.value.toArray()).toEqual([1, 2]);
  });
  test("asynchronous functions, and no second failure later", async () => {
    const f = compile(async (x: Tensor) => { await Promise.resolve(); return x.item(); });
    expect(() => f(scalar(1))).toThrow(/compile: the function is asynchronous; compile a function that returns its result at once/);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  });
  test("chance and the time, which would be the same at every call", () => {
    const { random } = Math;
    const { now } = Date;
    const f = compile((x: Tensor, which: string) => mul(x, which === "random" ? Math.random() : Date.now()));
    expect(() => f(vector(1), "random")).toThrow(/compile: Math.random\(\) would give the same number at every call of the compiled function; draw from a generator/);
    expect(() => f(vector(1), "now")).toThrow(/compile: Date.now\(\) would give the time of tracing/);
    expect([Math.random, Date.now]).toEqual([random, now]);
    expect(compile((x: Tensor) => mul(x, eagerly(() => Math.floor(Math.random()) + 2)))(vector(1)).item()).toBe(2);
    expect([Math.random, Date.now]).toEqual([random, now]);
    expect(Object.getOwnPropertyDescriptor(Math, "random")).toMatchObject({ writable: true, enumerable: false, configurable: true });
  });
  test("and the next call works", () => {
    let fails = true;
    const f = compile((x: Tensor) => { if (fails) throw new Error("stop"); return mul(x, 2); });
    expect(() => f(vector(1))).toThrow("stop");
    fails = false;
    expect(f(vector(1)).toArray()).toEqual([2]);
  });
});
