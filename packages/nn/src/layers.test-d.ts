import { describe, expectTypeOf, test } from "vitest";
import { ones, valueAndGrad, variable, zeros, type AnyDType, type Shape, type Tensor, type Variable } from "@ndgrad/core";
import { relu, sigmoid, tanh } from "./activations.ts";
import { defineModule } from "./define-module.ts";
import { dense, type Dense } from "./dense.ts";
import { fit } from "./fit.ts";
import { crossEntropy } from "./losses.ts";
import { accuracy } from "./metrics.ts";
import { model } from "./model.ts";
import type { Layer, Module, Variables } from "./module.ts";
import { adam } from "./optimizers.ts";
import { sequential } from "./sequential.ts";

/** The names that are known, without those that `Variables` has for all others. */
type Known<V> = { [K in keyof V as string extends K ? never : K]: V[K] };
type Named<M extends Module> = Known<ReturnType<M["parameters"]>>;
type Pair<In extends number, Out extends number> = { readonly weight: Variable<[In, Out], "float32">; readonly bias: Variable<[Out], "float32"> };

declare const anyShape: Tensor;
declare const batch: Tensor<[number, 784]>;

describe("dense", () => {
  test("takes the last axis from one size to the other", () => {
    const layer = dense(784, 128);
    expectTypeOf(layer).toEqualTypeOf<Dense<784, 128, "float32", true>>();
    expectTypeOf(layer(batch).shape).toEqualTypeOf<readonly [number, 128]>();
    expectTypeOf(layer(zeros([32, 784])).shape).toEqualTypeOf<readonly [32, 128]>();
    expectTypeOf(layer(zeros([784])).shape).toEqualTypeOf<readonly [128]>();
    expectTypeOf(layer(zeros([2, 3, 784])).shape).toEqualTypeOf<readonly [2, 3, 128]>();
    // @ts-expect-error 100 is not 784
    layer(zeros([32, 100]));
    // @ts-expect-error a scalar has no last axis
    layer(zeros([]));
  });

  test("leaves to the run what only the run knows", () => {
    expectTypeOf(dense(784, 128)(anyShape).shape).toEqualTypeOf<Shape>();
    expectTypeOf(dense(128)(batch).shape).toEqualTypeOf<readonly [number, 128]>();
    const size: number = 784;
    expectTypeOf(dense(size, 10)(batch).shape).toEqualTypeOf<readonly [number, 10]>();
    expectTypeOf(dense(784, 10)(zeros([3, size])).shape).toEqualTypeOf<readonly [3, 10]>();
  });

  test("works where sizes are type parameters", () => {
    const twice = <N extends number>(layer: Dense<N, N>, x: Tensor<[number, N]>) => layer(layer(x as Tensor) as Tensor);
    expectTypeOf(twice(dense(4, 4), zeros([2, 4]))).toExtend<Tensor>();
  });
});

describe("sequential", () => {
  test("carries sizes through", () => {
    const mlp = sequential(dense(784, 128), relu, dense(128, 10), sigmoid);
    expectTypeOf(mlp(batch).shape).toEqualTypeOf<readonly [number, 10]>();
    expectTypeOf(mlp(zeros([32, 784])).shape).toEqualTypeOf<readonly [32, 10]>();
    // @ts-expect-error 100 is not 784
    mlp(zeros([32, 100]));
    const nested = sequential(mlp, tanh, dense(10, 2));
    expectTypeOf(nested(batch).shape).toEqualTypeOf<readonly [number, 2]>();
    expectTypeOf(sequential()(batch).shape).toEqualTypeOf<readonly [number, 784]>();
    const lazy = sequential(dense(128), relu, dense(10));
    expectTypeOf(lazy(batch).shape).toEqualTypeOf<readonly [number, 10]>();
  });

  test("refuses neighbours that do not fit", () => {
    expectTypeOf(sequential(dense(784, 128), dense(128, 10))).toExtend<(x: Tensor<[number, 784]>) => Tensor<[number, 10]>>();
    // @ts-expect-error 128 is not 64
    sequential(dense(784, 128), dense(64, 10));
    // @ts-expect-error a number is no layer
    sequential(dense(784, 128), 3);
    // @ts-expect-error 128 is not 64, relu or not
    sequential(dense(784, 128), relu, dense(64, 10));
    // @ts-expect-error the inner model puts out 10
    sequential(sequential(dense(784, 128), relu, dense(128, 10)), dense(64, 2));
    // @ts-expect-error the inner model takes 784
    sequential(dense(5, 4), sequential(dense(784, 128), relu));
  });

  test("takes functions and lists, and then knows less", () => {
    expectTypeOf(sequential(dense(784, 128), (x: Tensor) => x.mul(2))(batch).shape).toEqualTypeOf<Shape>();
    expectTypeOf(sequential([dense(784, 128), relu])(batch).shape).toEqualTypeOf<Shape>();
    expectTypeOf(sequential(dense(784, 8), relu, dense(8, 8), relu, dense(8, 8), relu, dense(8, 2))(batch).shape).toEqualTypeOf<Shape>();
    expectTypeOf(sequential(dense(784, 8), relu, dense(8, 8), relu, dense(8, 8), relu)(batch).shape).toEqualTypeOf<readonly [number, 8]>();
  });
});

describe("model", () => {
  const mlp = model({ hidden: dense(784, 128), out: dense(128, 10) }, ({ hidden, out }, x: Tensor<[number, 784]>) => out(relu(hidden(x))));

  test("is called like its forward function", () => {
    expectTypeOf(mlp(batch).shape).toEqualTypeOf<readonly [number, 10]>();
    expectTypeOf(mlp.parts.hidden).toEqualTypeOf<Dense<784, 128, "float32", true>>();
    // @ts-expect-error 100 is not 784
    mlp(zeros([32, 100]));
    // @ts-expect-error 128 is not 64
    model({ hidden: dense(784, 128), out: dense(64, 10) }, ({ hidden, out }, x: Tensor<[number, 784]>) => out(relu(hidden(x))));
  });

  test("is trained on data that fit", async () => {
    const y = zeros([32], { dtype: "int32" });
    const options = { loss: crossEntropy, optimizer: adam(), metrics: { accuracy } };
    const history = await fit(mlp, { x: zeros([32, 784]), y }, options);
    expectTypeOf(history.accuracy).toEqualTypeOf<readonly number[]>();
    expectTypeOf(history.validation.loss).toEqualTypeOf<readonly number[]>();
    // @ts-expect-error there is no such metric
    expectTypeOf(history.precision).toBeAny();
    // @ts-expect-error 100 is not 784
    await fit(mlp, { x: zeros([32, 100]), y }, options);
    // @ts-expect-error 100 is not 784
    await fit(sequential(dense(784, 10)), { x: zeros([32, 100]), y }, options);
  });
});

describe("parameters", () => {
  const mlp = model({ hidden: dense(784, 128), out: dense(128, 10) }, ({ hidden, out }, x: Tensor<[number, 784]>) => out(relu(hidden(x))));
  type Mlp = {
    readonly "hidden.weight": Variable<[784, 128], "float32">; readonly "hidden.bias": Variable<[128], "float32">;
    readonly "out.weight": Variable<[128, 10], "float32">; readonly "out.bias": Variable<[10], "float32">;
  };

  test("of a layer are its weight, and its bias as the option says", () => {
    const [pair, lazy, none, wide] = [dense(2, 3, { seed: 1 }), dense(3), dense(2, 3, { bias: false }), dense(2, 3, { dtype: "float64", bias: true })];
    expectTypeOf<Named<typeof pair>>().toEqualTypeOf<Pair<2, 3>>();
    expectTypeOf<Named<typeof lazy>>().toEqualTypeOf<Pair<number, 3>>();
    expectTypeOf<Named<typeof none>>().toEqualTypeOf<{ readonly weight: Variable<[2, 3], "float32"> }>();
    expectTypeOf<Named<typeof wide>["bias"]>().toEqualTypeOf<Variable<[3], "float64">>();
    const perhaps = (bias: boolean | undefined) => dense(2, 3, { bias });
    expectTypeOf<Named<ReturnType<typeof perhaps>>>().toEqualTypeOf<{ readonly weight: Variable<[2, 3], "float32">; readonly bias?: Variable<[3], "float32"> }>();
    expectTypeOf<Named<Dense>>().toEqualTypeOf<{ readonly weight: Variable<[number, number], AnyDType>; readonly bias?: Variable<[number], AnyDType> }>();
    const layers: readonly Dense[] = [pair, lazy, none, wide, perhaps(true)];
    expectTypeOf(layers[0].parameters()).toExtend<Variables>();
  });

  test("go by their paths in models, lists, records and layers in a row", () => {
    expectTypeOf<Named<typeof mlp>>().toEqualTypeOf<Mlp>();
    const row = sequential(dense(2, 3), relu, dense(3, 1, { bias: false }));
    expectTypeOf<Named<typeof row>>().toEqualTypeOf<{
      readonly "0.weight": Variable<[2, 3], "float32">; readonly "0.bias": Variable<[3], "float32">; readonly "2.weight": Variable<[3, 1], "float32">;
    }>();
    const nested = model(
      { blocks: [dense(8, 8, { bias: false }), row], heads: { a: dense(8, 1, { bias: false }) }, scale: variable(ones([8])), act: tanh, f: (x: Tensor) => x },
      ({ blocks: [first], scale }, x: Tensor) => first(x).mul(scale.value),
    );
    expectTypeOf<Named<typeof nested>>().toEqualTypeOf<{
      readonly "blocks.0.weight": Variable<[8, 8], "float32">;
      readonly "blocks.1.0.weight": Variable<[2, 3], "float32">; readonly "blocks.1.0.bias": Variable<[3], "float32">;
      readonly "blocks.1.2.weight": Variable<[3, 1], "float32">;
      readonly "heads.a.weight": Variable<[8, 1], "float32">; readonly scale: Variable<[8], "float32">;
    }>();
    const perhaps = model({ a: dense(2, 3, { bias: Math.sqrt(4) > 1 }) }, ({ a }, x: Tensor) => a(x));
    expectTypeOf<Named<typeof perhaps>>().toEqualTypeOf<{ readonly "a.weight": Variable<[2, 3], "float32">; readonly "a.bias"?: Variable<[3], "float32"> }>();
  });

  test("of lists whose length only the run knows go by any number", () => {
    const blocks = Array.from({ length: 3 }, () => dense(8, 8));
    const tower = model({ blocks }, ({ blocks: all }, x: Tensor) => all.reduce((y: Tensor, block) => block(y), x));
    expectTypeOf(tower.parameters()[`blocks.${1 as number}.weight`]).toEqualTypeOf<Variable<[8, 8], "float32">>();
    expectTypeOf(model({ mixed: [dense(2, 3), relu].slice() }, (_, x: Tensor) => x).parameters()).toExtend<Variables>();
  });

  test("of modules of one's own are its variables and those of its parts", () => {
    const own = defineModule({ kind: "scale", variables: () => ({ scale: variable(ones([3])) }), forward: (x: Tensor) => x });
    expectTypeOf<Named<typeof own>>().toEqualTypeOf<{ readonly scale: Variable<[3], "float32"> }>();
    const both = defineModule({ kind: "both", parts: { inner: own }, variables: () => ({ shift: variable(ones([2])) }), forward: (x: Tensor) => x });
    expectTypeOf<Named<typeof both>>().toEqualTypeOf<{ readonly "inner.scale": Variable<[3], "float32">; readonly shift: Variable<[2], "float32"> }>();
    const plain = defineModule({ kind: "plain", forward: (x: Tensor) => x });
    expectTypeOf<Named<typeof plain>>().toEqualTypeOf<Readonly<Record<never, never>>>();
  });

  test("have gradients of the same names", () => {
    const { grads } = valueAndGrad(() => mlp(batch).sum(), mlp.parameters());
    expectTypeOf(grads["hidden.weight"]).toEqualTypeOf<Tensor<[784, 128], "float32">>();
    expectTypeOf(grads["out.bias"]).toEqualTypeOf<Tensor<[10], "float32">>();
    expectTypeOf(valueAndGrad(() => mlp(batch).sum(), mlp).grads["out.bias"]).toEqualTypeOf<Tensor<[10], "float32">>();
    adam().update(mlp.parameters(), grads);
  });

  test("stay open where types say nothing", () => {
    type Net = Module & ((x: Tensor) => Tensor);
    const step = (net: Net) => valueAndGrad(() => net(anyShape).sum(), net.parameters()).grads;
    expectTypeOf(step(dense(2, 3))).toEqualTypeOf<ReturnType<typeof step>>();
    step(mlp);
    step(sequential(dense(2, 3), relu, mlp));
    step(sequential([dense(2, 3)]));
    step(model({ net: mlp }, ({ net }, x: Tensor) => net(x)));
    step(defineModule({ kind: "own", variables: () => ({ w: variable(ones([3])) }), forward: (x: Tensor) => x }));
    const wrap = (net: Net, layer: Layer) => model({ net, layer, last: dense(3, 1) }, ({ net: inner, last }, x: Tensor) => last(inner(x)));
    expectTypeOf<Named<ReturnType<typeof wrap>>>().toEqualTypeOf<{ readonly "last.weight": Variable<[3, 1], "float32">; readonly "last.bias": Variable<[1], "float32"> }>();
    expectTypeOf(wrap(mlp, relu).parameters()["net.hidden.weight"]).toEqualTypeOf<Variable>();
    for (const parameter of Object.values(mlp.parameters())) parameter.assign(anyShape);
    const twice = <M extends Net>(net: M) => model({ a: net, b: net }, ({ a, b }, x: Tensor) => b(a(x))).parameters();
    expectTypeOf(twice(mlp)).toExtend<Variables>();
  });
});
