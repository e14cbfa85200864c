import { describe, expect, test } from "vitest";
import {
  NdgradError, Tensor, checkpoint, compile, cond, customVjp, grad, hessian, hvp, jacobian, jvp, scan, tensor, valueAndGrad, variable, vjp, whileLoop, type Variable,
} from "../index.ts";

const x = (): Tensor => tensor([1, 2], { dtype: "float64" });
const w = variable(tensor([3, 4], { dtype: "float64" }), { name: "w" });
class Box { readonly x = x(); }
const net = Object.assign((at: Tensor) => at.mul(w.value), { parameters: () => ({ "0.weight": w }) });

/** The sum of everything that a tree holds, read as its user would. */
const total = (tree: unknown): Tensor => (tree instanceof Tensor ? tree.square().sum()
  : typeof tree === "object" && tree !== null && "assign" in tree ? (tree as typeof w).value.square().sum()
  : typeof tree === "function" ? w.value.square().sum()
  : typeof tree !== "object" || tree === null ? tensor(0, { dtype: "float64" }) : Object.values(tree).map(total).reduce((a, b) => a.add(b), tensor(0, { dtype: "float64" }) as Tensor));

type Loose = (...args: unknown[]) => unknown;
// The types refuse what is tried here.
const loose = (f: unknown): ((...args: unknown[]) => Loose) => f as (...args: unknown[]) => Loose;

/** Every transform that is given a tree to differentiate by. */
const byArgument: Readonly<Record<string, (tree: unknown) => unknown>> = {
  grad: (tree) => loose(grad)(total)(tree),
  "grad by argument": (tree) => loose(grad)((_: unknown, given: unknown) => total(given), { argument: 1 })(0, tree),
  valueAndGrad: (tree) => (loose(valueAndGrad)(total)(tree) as { grads: unknown }).grads,
  vjp: (tree) => (loose(vjp)(total, tree) as unknown as { pullback: (g: Tensor) => unknown[] }).pullback(tensor(1, { dtype: "float64" }))[0],
  jacobian: (tree) => loose(jacobian)(total)(tree),
  hessian: (tree) => loose(hessian)(total)(tree),
  hvp: (tree) => loose(hvp)(total)(tree, tree),
  jvp: (tree) => (loose(jvp)(total, [tree], [tree]) as unknown as { tangent: unknown }).tangent,
};

const foreign: readonly (readonly [kind: string, value: unknown, path: string, named: RegExp])[] = [
  ["a number", 3, "", /the number 3/], ["a number in a record", { a: x(), n: 3 }, "n", /the number 3/], ["a string", [x(), "name"], "\\[1\\]", /the string "name"/], ["a boolean", { a: [true, x()] }, "a\\[0\\]", /the boolean true/],
  ["a number[]", [1, 2], "", /an array of numbers.*tensor\(\[…\]\)/], ["a typed array", { data: Float32Array.of(1) }, "data", /a Float32Array.*tensor\(…\)/], ["a Map", new Map([["x", x()]]), "", /a Map.*a plain record/], ["a Set", { s: new Set([x()]) }, "s", /a Set/],
  ["a Date", [x(), new Date()], "\\[1\\]", /a Date/], ["an instance of a class", { box: new Box() }, "box", /an instance of Box/], ["a function", { x: x(), f: () => 1 }, "f", /a function/], ["a promise", { later: Promise.resolve(x()) }, "later", /a promise.*await it/], ["a symbol", [Symbol("s")], "\\[0\\]", /a symbol/],
  ["a record with an entry under a symbol", { a: x(), [Symbol("s")]: x() }, "", /an entry under Symbol\(s\)/], ["a record with a hidden entry", { in: Object.defineProperty({ a: x() }, "b", { value: x() }) }, "in", /the hidden entry b/],
  ["an array with a property of its own", [Object.assign([x()], { more: x() })], "\\[0\\]", /the property more/],
];
const empty: readonly (readonly [kind: string, value: unknown])[] = [["an empty record", {}], ["an empty array", []], ["nothing", undefined], ["null", null], ["branches without leaves", { a: [], b: { c: null } }]];

const dataOf = (tree: unknown): unknown => JSON.parse(JSON.stringify(tree, (_, value: unknown) => (value instanceof Tensor ? value.toArray() : value)));

describe.each(Object.entries(byArgument))("%s", (name, run) => {
  test.each(foreign)("refuses %s, by its path and with a remedy", (_, value, path, named) => {
    const message = new RegExp(`^${name.split(" ")[0]}: argument [01]${path === "" ? "" : ` \\(.*${path}\\)`} is .*; .+`, "s");
    expect(() => run(value)).toThrow(NdgradError);
    expect(() => run(value)).toThrow(message);
    expect(() => run(value)).toThrow(named);
  });
  test.each(empty)("refuses %s", (_, value) => { expect(() => run(value)).toThrow(/nothing to differentiate by/); });
  test("refuses a tree that it is itself a part of", () => {
    const around: unknown[] = [x()];
    around.push(around);
    expect(() => run(around)).toThrow(/itself a part of/);
  });
});

test("gradients stand where tensors, variables and modules stand, whatever lies between", () => {
  const tree = { a: x(), rest: [w, { net, nothing: undefined, none: null }], again: w };
  const at = [6, 8];
  // w is read four times: itself twice, through the module, and in the record.
  const through = at.map((each) => each * 3);
  const expected = { a: [2, 4], rest: [through, { net: { "0.weight": through }, none: null }], again: through };
  for (const name of ["grad", "grad by argument", "valueAndGrad", "vjp", "jacobian"]) expect(dataOf(byArgument[name](tree)), name).toEqual(expected);
  expect(dataOf(byArgument["grad"](w))).toEqual(at);
  expect(dataOf(byArgument["grad"](net))).toEqual({ "0.weight": at });
  const only = { u: x(), v: [x()] };
  expect(dataOf(hvp((t: typeof only) => t.u.square().mul(t.v[0]).sum())(only, { v: [x()], u: x() }))).toEqual({ u: [4, 16], v: [[2, 8]] });
  const second = hessian((t: { u: Tensor; v: Tensor }) => t.u.square().mul(t.v).sum())({ u: x(), v: x() });
  expect(dataOf(second)).toEqual({ u: { u: [[2, 0], [0, 4]], v: [[2, 0], [0, 4]] }, v: { u: [[2, 0], [0, 4]], v: [[0, 0], [0, 0]] } });
  expect(dataOf(jacobian((n: number, t: Tensor) => ({ twice: t.mul(n), sum: t.sum() }), { argument: 1 })(2, x()))).toEqual({ twice: [[2, 0], [0, 2]], sum: [1, 1] });
  expect(dataOf(hessian((at: typeof w) => at.value.square().sum().mul(2))(w))).toEqual([[4, 0], [0, 4]]);
});

test("jvp takes tangents in any order of entries, and names one that is missing or too many", () => {
  const f = ({ a, b }: { a: Tensor; b: Tensor }): Tensor => a.mul(10).add(b);
  const [one, zero] = [tensor([1, 1], { dtype: "float64" }), tensor([0, 0], { dtype: "float64" })];
  expect(jvp(f, [{ a: x(), b: x() }], [{ b: zero, a: one }]).tangent.toArray()).toEqual([10, 10]);
  expect(() => loose(jvp)(f, [{ a: x(), b: x() }], [{ a: one }])).toThrow(/jvp: the list of tangents has no tensor at \[0\].b/);
  expect(() => loose(jvp)(f, [{ a: x(), b: x() }], [{ a: one, b: one, c: one }])).toThrow(/jvp: the list of tangents has float64\[2\] at \[0\].c, where nothing stands/);
});

describe("valueAndGrad over variables", () => {
  const run = (): Tensor => w.value.square().sum();
  test("takes variables, trees of them and modules", () => {
    const record = { parameters: () => ({ w }), scale: x(), name: "plain" };
    expect(valueAndGrad(run, { record }).grads.record.w.toArray()).toEqual([6, 8]);
    expect(grad((given: { record: typeof record }) => given.record.parameters().w.value.mul(given.record.scale).sum())({ record }).record.w.toArray()).toEqual([1, 2]);
    for (const [tree, grads] of [[w, [6, 8]], [{ w }, { w: [6, 8] }], [net, { "0.weight": [6, 8] }], [{ net, list: [w] }, { net: { "0.weight": [6, 8] }, list: [[6, 8]] }]] as const) {
      expect(dataOf((loose(valueAndGrad)(run, tree) as unknown as { grads: unknown }).grads)).toEqual(grads);
    }
  });
  test.each(foreign.filter(([, value]) => typeof value !== "number"))("refuses %s", (_, value) => { expect(() => loose(valueAndGrad)(run, value)).toThrow(/^valueAndGrad: variables .*; .+/); });
  test.each(empty.filter(([, value]) => value !== undefined))("refuses %s", (_, value) => { expect(() => loose(valueAndGrad)(run, value)).toThrow(/nothing to differentiate by/); });
  test("refuses values of variables, and misspelt options", () => {
    expect(() => loose(valueAndGrad)(run, { w: w.value })).toThrow(/valueAndGrad: variables \(w\) is the tensor float64\[2\].*give the variable itself/);
    expect(() => loose(valueAndGrad)(run, { argment: 1 })).toThrow(/unknown option "argment"; did you mean "argument"/);
    expect(() => loose(grad)(total, { dim: 1 })).toThrow(/grad: unknown option "dim"/);
  });
});

describe("results", () => {
  const transforms: Readonly<Record<string, (f: Loose) => unknown>> = {
    grad: (f) => loose(grad)(f)(x()), valueAndGrad: (f) => loose(valueAndGrad)(f)(x()), vjp: (f) => loose(vjp)(f, x()), jvp: (f) => loose(jvp)(f, [x()], [x()]), jacobian: (f) => loose(jacobian)(f)(x()), hessian: (f) => loose(hessian)(f)(x()), hvp: (f) => loose(hvp)(f)(x(), x()),
    checkpoint: (f) => loose(checkpoint)(f)(x()), customVjp: (f) => loose(customVjp)(f, () => [])(x()), compile: (f) => loose(compile)(f)(x()), scan: (f) => loose(scan)(f, x(), x()), whileLoop: (f) => loose(whileLoop)((at: Tensor) => at.sum().greater(0), f, x()), cond: (f) => loose(cond)(tensor(true), f, () => 0),
  };
  const bad: readonly (readonly [string, () => unknown])[] = [["a promise", async () => Promise.reject(new Error("later"))], ["a Map", () => new Map([["x", x()]])], ["an instance of a class", () => ({ box: new Box() })], ["a typed array", () => [Float32Array.of(1)]]];
  for (const [name, run] of Object.entries(transforms)) {
    test.each(bad)(`of ${name} are no %s`, (_, f) => {
      expect(() => run(f)).toThrow(NdgradError);
      expect(() => run(f)).toThrow(new RegExp(`^(${name}|grad): `));
    });
  }
  test("that are missing are asked for", () => {
    for (const name of ["grad", "valueAndGrad", "vjp", "jvp", "jacobian", "hessian", "hvp", "scan", "whileLoop"]) expect(() => transforms[name](() => undefined), name).toThrow(/returned nothing; return/);
  });
  test("without a float have no derivatives", () => {
    for (const name of ["vjp", "jvp", "jacobian"]) expect(() => transforms[name]((at) => (at as Tensor).cast("int32")), name).toThrow(/int32\[2\], and only float32 and float64 have gradients/);
    expect(() => jacobian((at: Tensor) => [at, at.cast("int32")])(x())).toThrow(/jacobian: the function returned int32\[2\]/);
  });
});

describe("what is passed through", () => {
  test("is seen as a whole, or refused: what no key holds would keep a compiled function's answer as it was", () => {
    const factor = Symbol("factor");
    const named = Object.assign([2], { factor: 3 });
    const hidden = Object.defineProperty({}, "factor", { value: 3 });
    for (const [name, transform] of [["compile", compile], ["checkpoint", checkpoint]] as const) {
      const f = loose(transform)((given: Tensor) => given);
      expect(() => f(x(), { [factor]: 2 })).toThrow(new RegExp(`^${name}: argument 1 is a record with an entry under Symbol\\(factor\\).*; .+`));
      expect(() => f(x(), { options: named })).toThrow(new RegExp(`^${name}: argument 1 \\(options\\) is an array with the property factor.*; .+`));
      expect(() => f(x(), hidden)).toThrow(new RegExp(`^${name}: argument 1 is a record with the hidden entry factor.*; .+`));
      expect(() => loose(transform)((given: Tensor) => ({ [factor]: given }))(x())).toThrow(new RegExp(`^${name}: the result is a record with an entry under`));
      expect((f(x(), [undefined, new Array(2)], Object.freeze({ a: 1 }), Object.create(null)) as unknown as Tensor).toArray()).toEqual([1, 2]);
    }
  });
  const changing = foreign.filter(([kind]) => !/number(?!\[)|string|boolean|function|number\[\]/.test(kind));
  for (const [name, call] of Object.entries({ compile: loose(compile)(() => x()), checkpoint: loose(checkpoint)(() => x()), customVjp: loose(customVjp)(() => x(), () => []) })) {
    test.each(changing)(`${name} refuses %s`, (_, value, path) => { expect(() => call(x(), value)).toThrow(new RegExp(`^${name}: argument 1${path === "" ? "" : ` \\(${path}\\)`} is .* a value that cannot change between runs; .+`)); });
    test(`${name} takes values`, () => { expect(call(x(), 3, "s", true, null, undefined, [1, { a: 2n }], () => 1)).toBeInstanceOf(Tensor); });
  }
  test("a loop carries tensors only, in one structure", () => {
    const step = (carry: unknown): unknown => [carry, null];
    for (const [kind, value, , named] of foreign) for (const place of [[value, x()], [x(), value]]) expect(() => loose(scan)(step, ...place), kind).toThrow(named);
    for (const [kind, value, , named] of foreign) expect(() => loose(whileLoop)(() => tensor(false), step, value), kind).toThrow(named);
    expect(() => loose(scan)(step, w, x())).toThrow(/scan: the carry is a variable/);
    expect(() => loose(scan)((carry: Tensor) => carry, x(), x())).toThrow(/scan: the step returned float64\[2\], not a pair; return the next carry and an element of the results, \[carry, y\]/);
    expect(() => loose(scan)(({ a }: { a: Tensor }) => [{ b: a }, a], { a: x() }, x())).toThrow(/scan: the carry that the step returns has no tensor at a/);
    expect(() => loose(scan)(step, x(), x(), { revers: true })).toThrow(/scan: unknown option "revers"/);
  });
  test("what a step returns goes by name, not by order", () => {
    const f = (h: Tensor): Tensor => scan(({ h: a, n }: { h: Tensor; n: Tensor }): [{ h: Tensor; n: Tensor }, null] => [{ n: n.add(10), h: a.mul(2) }, null], { h, n: h }, [], { length: 2 })[0].h;
    expect(f(x()).toArray()).toEqual([4, 8]);
    expect(compile(f)(x()).toArray()).toEqual([4, 8]);
    const g = (c: Tensor): { a: Tensor; b: Tensor } => cond(c.sum().greater(0), () => ({ a: c, b: c.mul(2) }), () => ({ b: c.mul(3), a: c }));
    expect(dataOf(compile(g)(x().neg()))).toEqual(dataOf(g(x().neg())));
  });
});

test("customVjp takes variables as arguments", () => {
  const f = customVjp((v: typeof w, at: typeof w.value) => v.value.mul(at), ({ g, args: [v, at] }) => [g.mul(at).mul(100), g.mul(v.value)]);
  expect(valueAndGrad(() => f(w, tensor([1, 2], { dtype: "float64" })).sum(), { w }).grads.w.toArray()).toEqual([100, 200]);
  expect(grad((at: typeof w.value) => f(w, at).sum())(tensor([1, 2], { dtype: "float64" })).toArray()).toEqual([3, 4]);
});

describe("when a transform has ended", () => {
  test("what escaped keeps no history, nor does what it assigned", () => {
    const cell: Variable = variable(x());
    const escaped: Tensor[] = [];
    const f = (at: Tensor): Tensor => { const y = at.square().exp(); escaped.push(y); cell.assign(y); return y.sum(); };
    for (const run of [() => grad(f)(x()), () => valueAndGrad(f)(x()), () => vjp(f, x()), () => jvp(f, [x()], [x()]), () => jacobian(f)(x()), () => hessian(f)(x()), () => hvp(f)(x(), x())]) {
      run();
      expect([escaped.pop()?.recipe, cell.value.recipe]).toEqual([null, null]);
    }
    expect(() => grad((at: Tensor) => { f(at); throw new Error("stop"); })(x())).toThrow("stop");
    expect(escaped.pop()?.recipe).toBeNull();
  });
  test("a failed call has assigned nothing", () => {
    const cell: Variable = variable(x());
    for (const transform of [grad, jacobian, hessian]) expect(() => loose(transform)((at: Tensor): Tensor => { cell.assign(at.mul(2)); throw new Error("stop"); })(x())).toThrow("stop");
    expect(() => vjp((at: Tensor) => { cell.assign(at.mul(2)); return at.cast("int32"); }, x())).toThrow(/only float32/);
    expect(cell.value.toArray()).toEqual([1, 2]);
  });
  test("a pullback may be called again", () => {
    const { pullback } = vjp((at: Tensor) => at.square(), x());
    for (let i = 1; i < 3; i++) expect(pullback(tensor([i, 1], { dtype: "float64" }))[0].toArray()).toEqual([2 * i, 4]);
  });
});
