import { beforeAll, afterAll, describe, expect, test } from "vitest";
import { installEngine, type Engine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { add, mul } from "../ops/elementwise/arithmetic.ts";
import { greater } from "../ops/elementwise/comparison.ts";
import { where } from "../ops/elementwise/where.ts";
import { matmul } from "../ops/contract/matmul.ts";
import { sum } from "../ops/reduce/sum.ts";
import { stopGradient } from "../ops/stop-gradient.ts";
import { fromData, type Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";
import { compile } from "./compile.ts";
import { scan } from "./control.ts";
import { checkpoint, customVjp } from "./custom.ts";
import { grad, valueAndGrad } from "./gradient.ts";
import { hessian, hvp, jacobian } from "./jacobian.ts";
import { jvp } from "./jvp.ts";
import { vjp } from "./vjp.ts";

let before: Engine | null = null;
beforeAll(() => { before = installEngine(referenceEngine); });
afterAll(() => { if (before !== null) installEngine(before); });

const vector = (...values: number[]): Tensor => fromData(Float64Array.from(values), [values.length], "float64");
const scalar = (value: number): Tensor => fromData(Float64Array.of(value), [], "float64");
const cube = (x: Tensor): Tensor => sum(mul(mul(x, x), x));

describe("grad", () => {
  test("gives derivatives of any order by nesting", () => {
    const first = grad(cube);
    const second = grad((x: Tensor) => sum(first(x)));
    const third = grad((x: Tensor) => sum(second(x)));
    const fourth = grad((x: Tensor) => sum(third(x)));
    const x = vector(1, 2);
    expect(first(x).toArray()).toEqual([3, 12]);
    expect(second(x).toArray()).toEqual([6, 12]);
    expect(third(x).toArray()).toEqual([6, 6]);
    expect(fourth(x).toArray()).toEqual([0, 0]);
  });

  test("does not confuse the perturbations of nested functions", () => {
    // d/dx [x · d/dy (x + y)] = 1; confusing y with x would give 2.
    const inner = (x: Tensor): Tensor => grad((y: Tensor) => add(x, y))(scalar(1));
    expect(grad((x: Tensor) => mul(x, inner(x)))(scalar(1)).item()).toBe(1);
    // d/dx [x · d/dy (x · y)] = 2x
    expect(grad((x: Tensor) => mul(x, grad((y: Tensor) => mul(x, y))(x)))(scalar(3)).item()).toBe(6);
  });

  test("keeps the structure of records and arrays, and the argument asked for", () => {
    const f = (tree: { a: Tensor; rest: [Tensor, { b: Tensor }] }, y: Tensor): Tensor => sum(mul(add(tree.a, mul(tree.rest[0], tree.rest[1].b)), y));
    const tree: { a: Tensor; rest: [Tensor, { b: Tensor }] } = { a: vector(1), rest: [vector(2), { b: vector(3) }] };
    const gradient = grad(f)(tree, vector(10));
    expect([gradient.a.item(), gradient.rest[0].item(), gradient.rest[1].b.item()]).toEqual([10, 30, 20]);
    expect(grad(f, { argument: 1 })(tree, vector(10)).item()).toBe(7);
  });

  test("gives zeros for an argument that is ignored", () => {
    const constant: (x: Tensor) => Tensor = () => scalar(2);
    expect(grad(constant)(vector(1, 2)).toArray()).toEqual([0, 0]);
  });

  test("leaves no history on what it returns or what escapes", () => {
    let escaped: Tensor | undefined;
    const { value, grads } = valueAndGrad((x: Tensor) => { escaped = mul(x, x); return sum(escaped); })(vector(1, 2));
    expect(value.recipe).toBeNull();
    expect(grads.recipe).toBeNull();
    expect(add(escaped ?? value, 1).recipe).toBeNull();
  });

  test("names what is wrong with the function", () => {
    expect(() => grad((x: Tensor) => mul(x, x))(vector(1, 2))).toThrow(/grad: the function returned shape \[2\], not a scalar; reduce it/);
    expect(() => grad((x: Tensor) => sum(x))(fromData(Int32Array.of(1), [1], "int32"))).toThrow(/argument 0 is int32\[1\], and only float32 and float64/);
    const notATensor = (() => 3) as unknown as (x: Tensor) => Tensor;
    expect(() => grad(notATensor)(scalar(1))).toThrow(/returned number, not a tensor/);
    const asynchronous = (async () => scalar(1)) as unknown as (x: Tensor) => Tensor;
    expect(() => grad(asynchronous)(scalar(1))).toThrow(/asynchronous/);
  });

  test("goes through 100,000 operations, deep or wide, without overflow", () => {
    const n = 100_000;
    const deep = grad((x: Tensor) => { let y = x; for (let i = 1; i < n; i++) y = add(y, x); return y; });
    expect(deep(scalar(1)).item()).toBe(n);
  }, 30_000);

  test("walks no further back than the inner function began", () => {
    // Differentiating inside a long outer history must not walk that history each time.
    const steps = 300;
    const run = grad((x: Tensor) => {
      let w = x;
      for (let i = 0; i < steps; i++) w = add(w, mul(grad((v: Tensor) => mul(v, v))(w), -0.25));
      return w;
    });
    expect(run(scalar(1)).item()).toBeCloseTo(0.5 ** steps);
  });
});

describe("variables", () => {
  test("are differentiated by reading them, in any tree", () => {
    const w = new Variable(vector(1, 2));
    const b = new Variable(scalar(3));
    const { value, grads } = valueAndGrad(() => sum(add(mul(w.value, w.value), b.value)), { w, layers: [b] });
    expect(value.item()).toBe(11);
    expect(grads.w.toArray()).toEqual([2, 4]);
    expect(grads.layers[0].item()).toBe(2);
    expect(w.value.toArray()).toEqual([1, 2]);
    expect(w.value.recipe).toBeNull();
  });

  test("assigned on the way keep the new value without history, and nothing when the function fails", () => {
    const w = new Variable(scalar(2));
    const seen = new Variable(scalar(0));
    valueAndGrad(() => { const y = mul(w.value, w.value); seen.assign(y); return y; }, [w]);
    expect(seen.value.item()).toBe(4);
    expect(seen.value.recipe).toBeNull();
    expect(() => valueAndGrad(() => { seen.assign(scalar(9)); throw new Error("stop"); }, [w])).toThrow("stop");
    expect(seen.value.item()).toBe(4);
  });

  test("refuse another shape or dtype and keep what they hold", () => {
    const w = new Variable(vector(1, 2), "weight");
    expect(() => w.assign(vector(1))).toThrow(/variable "weight" is float64\[2\] and cannot hold \[1\]/);
    expect(() => w.assign(fromData(new Float32Array(2), [2], "float32") as Tensor)).toThrow(/cannot hold float32; cast/);
    expect(w.value.toArray()).toEqual([1, 2]);
  });
});

describe("products with the Jacobian", () => {
  const f = (x: Tensor): Tensor => mul(x, x);
  test("vjp, jvp, jacobian, hessian and hvp agree", () => {
    const x = vector(1, 2, 3);
    expect(vjp(f, x).pullback(vector(1, 10, 100))[0].toArray()).toEqual([2, 40, 600]);
    expect(jvp(f, [x], [vector(1, 10, 100)]).tangent.toArray()).toEqual([2, 40, 600]);
    expect(jacobian(f)(x).toArray()).toEqual([[2, 0, 0], [0, 4, 0], [0, 0, 6]]);
    expect(hessian(cube)(x).toArray()).toEqual([[6, 0, 0], [0, 12, 0], [0, 0, 18]]);
    expect(hvp(cube)(x, vector(1, 1, 1)).toArray()).toEqual([6, 12, 18]);
  });
  test("nest in any order", () => {
    const slope = (x: Tensor): Tensor => jvp(cube, [x], [scalar(1)]).tangent;
    expect(grad(slope)(scalar(2)).item()).toBe(12);
    expect(jvp(grad(slope), [scalar(2)], [scalar(1)]).tangent.item()).toBe(6);
    expect(jvp((x: Tensor) => jvp(cube, [x], [scalar(1)]).tangent, [scalar(2)], [scalar(1)]).tangent.item()).toBe(12);
  });
  test("refuse cotangents of another shape", () => {
    expect(() => vjp(f, vector(1, 2)).pullback(vector(1))).toThrow(/vjp: \[1\] stands for a tensor of shape \[2\]/);
  });
});

describe("custom rules", () => {
  test("stopGradient is a constant", () => {
    expect(grad((x: Tensor) => mul(x, stopGradient(x)))(scalar(3)).item()).toBe(3);
  });
  test("customVjp replaces the gradient, and its rule is differentiated for the next order", () => {
    const f = customVjp((x: Tensor) => mul(x, x), ({ g, args: [x] }) => [mul(g, mul(mul(x, x), x))]);
    expect(f(scalar(2)).item()).toBe(4);
    expect(grad(f)(scalar(2)).item()).toBe(8);
    expect(grad(grad(f))(scalar(2)).item()).toBe(12);
  });
  test("customVjp over trees gives each result its share", () => {
    const f = customVjp(
      ({ a, b }: { a: Tensor; b: Tensor }) => ({ sum: add(a, b), product: mul(a, b) }),
      ({ g, args: [{ a, b }] }) => [{ a: add(g.sum, mul(g.product, b)), b: add(g.sum, mul(g.product, a)) }],
    );
    const gradient = grad((tree: { a: Tensor; b: Tensor }) => { const { sum: s, product } = f(tree); return mul(s, product); })({ a: scalar(2), b: scalar(5) });
    // d/da (a + b)·a·b = 2ab + b², d/db = a² + 2ab
    expect([gradient.a.item(), gradient.b.item()]).toEqual([45, 24]);
  });
  test("checkpoint changes neither values nor gradients of any order", () => {
    const plain = (x: Tensor): Tensor => sum(mul(mul(x, x), mul(x, x)));
    const kept = checkpoint(plain);
    const x = vector(1, 2);
    expect(kept(x).item()).toBe(plain(x).item());
    expect(grad(kept)(x).toArray()).toEqual(grad(plain)(x).toArray());
    expect(hessian(kept)(x).toArray()).toEqual(hessian(plain)(x).toArray());
  });
  test("checkpoint finds the variables and tensors it closes over", () => {
    const w = new Variable(fromData(Float64Array.of(1, 2, 3, 4), [2, 2], "float64"));
    const x = fromData(Float64Array.of(1, -1), [1, 2], "float64");
    const loss = (wrap: <F extends (x: Tensor) => Tensor>(f: F) => F) => valueAndGrad((): Tensor => {
      const scaled = mul(w.value, 2);
      const block = wrap(((y: Tensor) => matmul(matmul(y, scaled), w.value)) as (x: Tensor) => Tensor);
      return sum(block(x));
    }, [w]);
    const kept = loss(checkpoint as <F extends (x: Tensor) => Tensor>(f: F) => F);
    const plain = loss((f) => f);
    expect(kept.value.item()).toBe(plain.value.item());
    expect(kept.grads[0].toArray()).toEqual(plain.grads[0].toArray());
  });
  test("checkpoint gives gradients to what it returns as it found it, and to what it returns twice", () => {
    const w = new Variable(scalar(3));
    const outer = scalar(2);
    const loss = (block: (y: Tensor) => readonly Tensor[]) => (x: Tensor): Tensor => {
      const scaled = mul(x, outer);
      const results = [block(x), block(mul(x, 2)), checkpoint(() => [scaled])()];
      return results.flat().reduce((total, each, i) => add(total, mul(each, i + 1)));
    };
    const block = (y: Tensor): readonly Tensor[] => { const twice = mul(y, y); return [y, twice, twice, w.value, w.value]; };
    const of = (f: typeof block): unknown => {
      const { grads } = valueAndGrad(() => loss(f)(mul(w.value, w.value)), [w]);
      return [grad(loss(f))(scalar(5)).item(), grad((x: Tensor) => grad(loss(f))(x))(scalar(5)).item(), grads[0].item()];
    };
    expect(of(checkpoint(block))).toEqual(of(block));
  });
  test("customVjp refuses to be differentiated by what it closes over, and takes it as a constant otherwise", () => {
    const w = new Variable(scalar(3));
    const outer = (x: Tensor): Tensor => { const y = mul(x, x); return customVjp((z: Tensor) => mul(z, y), ({ g }) => [g])(x); };
    const message = /customVjp: the function takes float64\[\] from outside, by which it is differentiated here, .* pass it as an argument, or take stopGradient of it/;
    expect(() => grad(outer)(scalar(2))).toThrow(message);
    expect(() => compile((x: Tensor) => grad(outer)(x))(scalar(2))).toThrow(message);
    expect(() => grad((x: Tensor) => customVjp(() => [x], () => [] as never)()[0])(scalar(2))).toThrow(message);
    const read = customVjp((z: Tensor) => mul(z, w.value), ({ g }) => [g]);
    expect(() => valueAndGrad(() => read(mul(w.value, 2)), [w])).toThrow(message);
    expect(grad(read)(scalar(2)).item()).toBe(1);
    // Neither what is stopped, nor what is compared, nor what only another gradient is taken by.
    const stopped = (x: Tensor): Tensor => { const y = mul(x, x); return customVjp((z: Tensor) => where(greater(y, 1), mul(z, stopGradient(y)), z), ({ g }) => [mul(g, 7)])(x); };
    for (const f of [grad(stopped), compile((x: Tensor) => grad(stopped)(x))]) expect(f(scalar(2)).item()).toBe(7);
    expect(grad((x: Tensor) => add(x, stopGradient(grad((y: Tensor) => customVjp((z: Tensor) => mul(z, x), ({ g }) => [g])(y))(scalar(5)))))(scalar(2)).item()).toBe(1);
    // Nor what a loop takes from outside, by which nothing is differentiated.
    const looped = (x: Tensor, c: Tensor): Tensor => scan((h: Tensor): [Tensor, Tensor] => [checkpoint(customVjp((z: Tensor) => mul(z, c), ({ g }) => [mul(g, 3)]))(h), h], x, [], { length: 2 })[0];
    for (const f of [grad(looped), compile((x: Tensor, c: Tensor) => grad(looped)(x, c))]) expect(f(scalar(2), scalar(5)).item()).toBe(9);
    expect(() => compile((x: Tensor, c: Tensor) => grad(looped, { argument: 1 })(x, c))(scalar(2), scalar(5))).toThrow(message);
  });
  test("customVjp tells results apart that are one tensor", () => {
    const f = customVjp((x: Tensor): readonly [Tensor, Tensor] => [x, x], ({ g: [first, second] }) => [add(first, mul(second, 10))]);
    expect(grad((x: Tensor) => { const [a, b] = f(x); return add(mul(a, 2), mul(b, 3)); })(scalar(1)).item()).toBe(32);
  });
  test("checkpoint runs twice, on the same variables, and assigns once", () => {
    let runs = 0;
    const counter = new Variable(scalar(1));
    const f = checkpoint((x: Tensor) => {
      runs++;
      const draw = counter.value;
      counter.assign(add(draw, 1));
      return mul(x, draw);
    });
    expect(grad(f)(scalar(5)).item()).toBe(1);
    expect(runs).toBe(2);
    expect(counter.value.item()).toBe(2);
  });
});
