import { describe, expectTypeOf, test } from "vitest";
import {
  cond, grad, hessian, hvp, jacobian, jvp, ones, scan, tensor, valueAndGrad, variable, vjp, whileLoop, zeros, type GradientsOf, type HasParameters, type Tensor, type Variable,
} from "../index.ts";

interface Params { w: Tensor<[2]>; b: Tensor<[]> | undefined; layers: { v: Variable<[3], "float64"> }[] }
declare const params: Params;
declare const x: Tensor<[2], "float32">;
declare const net: ((x: Tensor) => Tensor) & { parameters(): { "0.weight": Variable<[2, 3], "float32"> } };

describe("trees", () => {
  test("gradients have the tree's structure; a module stands for its parameters", () => {
    expectTypeOf(grad((p: Params) => p.w.sum())(params)).toEqualTypeOf<{ w: Tensor<[2]>; b: Tensor<[]> | undefined; layers: { v: Tensor<[3], "float64"> }[] }>();
    const { grads } = valueAndGrad(() => net(x).sum(), { net });
    expectTypeOf(grads.net["0.weight"]).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf<GradientsOf<HasParameters>>().toEqualTypeOf<unknown>();
    expectTypeOf(jacobian((t: Tensor<[2], "float64">) => ({ y: t.reshape([2, 1]) }))(zeros([2], { dtype: "float64" })).y).toEqualTypeOf<Tensor<[2, 1, 2], "float64">>();
    expectTypeOf(hessian((t: { a: Tensor<[2], "float32"> }) => t.a.sum())({ a: x }).a.a).toEqualTypeOf<Tensor<[2, 2], "float32">>();
    expectTypeOf(hvp((n: number, t: Tensor<[2], "float32">) => t.sum().mul(n), { argument: 1 })(3, x, x)).toEqualTypeOf<Tensor<[2], "float32">>();
  });
  test("anything else is refused", () => {
    // @ts-expect-error grad: argument 0 is a number
    grad((n: number) => tensor(2).mul(n).square());
    // @ts-expect-error grad: argument 0 is an array of numbers
    grad((n: number[]) => tensor(n).sum());
    // @ts-expect-error grad: argument 0.n is a number
    grad((t: { x: Tensor; n: number }) => t.x.sum());
    grad((t: { x: Tensor; n: number }, y: Tensor) => t.x.mul(y).sum(), { argument: 1 });
    // @ts-expect-error grad: argument 0 is a Map
    grad((t: Map<string, Tensor>) => tensor(t.size));
    // @ts-expect-error hessian: argument 0.data is a typed array
    hessian((t: { data: Float32Array }) => tensor(t.data).sum());
    // @ts-expect-error vjp: an argument.0 is a number
    vjp((n: number) => tensor(n), 3);
    // @ts-expect-error jvp: the function returns nothing
    jvp((t: Tensor) => { t.sum(); }, [x], [x]);
    // @ts-expect-error jacobian: the result is a promise
    jacobian(async (t: Tensor) => t);
    // @ts-expect-error valueAndGrad: variables.w is a tensor; give the variable itself
    valueAndGrad(() => x.sum(), { w: variable(x).value });
    // @ts-expect-error valueAndGrad: variables.rate is a number
    valueAndGrad(() => x.sum(), { w: variable(x), rate: 3 });
    expectTypeOf(grad((t: Tensor) => t.sum())(x)).toEqualTypeOf<Tensor>();
  });
});

test("functions of trees that a type parameter stands for are differentiated", () => {
  const ofTensor = <T extends Tensor>(f: (given: T) => Tensor, given: T) => grad(f)(given);
  const ofRecord = <P extends Readonly<Record<string, Tensor>>>(f: (given: P) => Tensor, given: P) => [grad(f)(given), hessian(f)(given), jacobian(f)(given)] as const;
  const ofVariables = <P extends Readonly<Record<string, Variable>> | readonly Variable[]>(f: () => Tensor, variables: P) => valueAndGrad(f, variables).grads;
  expectTypeOf(ofTensor((t: Tensor<[2], "float32">) => t.sum(), x)).toEqualTypeOf<Tensor<[2], "float32">>();
  expectTypeOf(ofRecord((p: { w: Tensor<[2], "float32"> }) => p.w.sum(), { w: x })[0]).toEqualTypeOf<{ w: Tensor<[2], "float32"> }>();
  expectTypeOf(ofVariables(() => x.sum(), { w: variable(x) }).w).toEqualTypeOf<Tensor<[2], "float32">>();
  expectTypeOf(ofVariables(() => x.sum(), [variable(x)] as const)[0]).toEqualTypeOf<Tensor<[2], "float32">>();
  // @ts-expect-error nothing says that it is a tree
  const ofAnything = <T>(f: (given: T) => Tensor, given: T) => grad(f)(given);
  expectTypeOf(ofAnything).toBeFunction();
});

describe("loops", () => {
  test("steps see one element of the sequences, results are stacked", () => {
    const [h, ys] = scan((carry, each) => {
      expectTypeOf(carry).toEqualTypeOf<Tensor<[3], "float32">>();
      expectTypeOf(each).toEqualTypeOf<Tensor<[3], "float32">>();
      return [carry.add(each), { sum: carry.sum(), carry }];
    }, zeros([3]), ones([5, 3]));
    expectTypeOf(h).toEqualTypeOf<Tensor<[3], "float32">>();
    expectTypeOf(ys.sum.shape).toEqualTypeOf<Tensor<[5]>["shape"]>();
    expectTypeOf(ys.carry.shape).toEqualTypeOf<Tensor<[5, 3]>["shape"]>();
    // @ts-expect-error the results have a step's length in front
    ys.carry.shape satisfies [3];
    scan((carry: Tensor, { a, b: [b] }) => {
      expectTypeOf(a).toEqualTypeOf<Tensor<[2], "float32">>();
      expectTypeOf(b).toEqualTypeOf<Tensor<[], "int32">>();
      return [carry, null];
    }, x, { a: zeros([4, 2]), b: [zeros([4], { dtype: "int32" })] as const });
    const [, untyped] = scan((carry: Tensor, each: Tensor): [Tensor, Tensor] => [carry.add(each), each], x, zeros([4, 2]) as Tensor);
    expectTypeOf(untyped.shape).toEqualTypeOf<Tensor["shape"]>();
    const [, counted] = scan((carry: Tensor<[2], "float32">): [Tensor<[2], "float32">, Tensor<[2], "float32">] => [carry, carry], x, [], { length: 3 });
    expectTypeOf(counted.shape).toEqualTypeOf<Tensor<[number, 2]>["shape"]>();
  });
  test("carries keep their type, and are tensors", () => {
    // @ts-expect-error the carry changes its shape
    scan((carry, each) => [each, carry], zeros([3]), ones([5, 4]));
    // @ts-expect-error scan: the carry is a number
    scan((n: number, each: Tensor) => [n + 1, each], 0, ones([5]));
    // @ts-expect-error scan: a sequence is an array of numbers
    scan((carry: Tensor) => [carry, carry], zeros([]), [1, 2, 3]);
    // @ts-expect-error the step returns no pair
    scan((carry: Tensor, each: Tensor) => carry.add(each), zeros([]), ones([3]));
    expectTypeOf(whileLoop(({ n }) => n.less(3), ({ n, y }) => ({ n: n.add(1), y }), { n: zeros([]), y: zeros([2]) }).y).toEqualTypeOf<Tensor<[2], "float32">>();
    // @ts-expect-error whileLoop: the carry.n is a number
    whileLoop(() => tensor(true), (carry) => carry, { n: 3 });
    expectTypeOf(cond(tensor(true), () => ({ a: zeros([2]) }), () => ({ a: ones([2]) })).a).toEqualTypeOf<Tensor<[2], "float32">>();
    // @ts-expect-error cond: the result is a string
    cond(tensor(true), () => "yes", () => "no");
    cond(tensor(true), () => { variable(x).assign(x); }, () => {});
  });
});
