import { describe, expectTypeOf, test } from "vitest";
import { zeros, type Shape, type Tensor } from "@ndgrad/core";
import { relu, sigmoid, tanh } from "./activations.ts";
import { dense, type Dense } from "./dense.ts";
import { fit } from "./fit.ts";
import { crossEntropy } from "./losses.ts";
import { accuracy } from "./metrics.ts";
import { model } from "./model.ts";
import { adam } from "./optimizers.ts";
import { sequential } from "./sequential.ts";

declare const anyShape: Tensor;
declare const batch: Tensor<[number, 784]>;

describe("dense", () => {
  test("takes the last axis from one size to the other", () => {
    const layer = dense(784, 128);
    expectTypeOf(layer).toEqualTypeOf<Dense<784, 128, "float32">>();
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
    expectTypeOf(mlp.parts.hidden).toEqualTypeOf<Dense<784, 128, "float32">>();
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
