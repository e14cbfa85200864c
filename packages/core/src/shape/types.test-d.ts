import { describe, expectTypeOf, test } from "vitest";
import {
  add, arange, argMax, broadcastTo, cast, clip, concat, dot, eye, expandDims, full, fullLike, greater, linspace, matmul, mean, moveAxis, oneHot, ones, outer, relu, reshape,
  slice, softmax, squeeze, stack, sum, swapAxes, take, tensor, transpose, unstack, variable, where, zeros, zerosLike,
  type Broadcast, type DType, type MatMul, type Named, type ReadonlyFloat32Array, type ReadonlyTypedArray, type Shape, type Tensor,
} from "../index.ts";

type Batch = Named<"batch">;
declare const size: number;
declare const unknownRank: Tensor;
declare const rows: Tensor<[number, 784], "float32">;
const a = zeros([2, 3]);

describe("numbers beside a tensor", () => {
  const whole = ones([2], { dtype: "int32" });
  const mask = ones([2], { dtype: "bool" });
  test("take its dtype, but a fraction beside int32 and bool makes float32", () => {
    expectTypeOf(whole.mul(2).dtype).toEqualTypeOf<"int32">();
    expectTypeOf(whole.mul(-3).dtype).toEqualTypeOf<"int32">();
    expectTypeOf(whole.mul(0.5).dtype).toEqualTypeOf<"float32">();
    expectTypeOf(add(1e-7, whole).dtype).toEqualTypeOf<"float32">();
    expectTypeOf(mask.add(0.5).dtype).toEqualTypeOf<"float32">();
    expectTypeOf(mask.add(2).dtype).toEqualTypeOf<"int32">();
    expectTypeOf(a.mul(size).dtype).toEqualTypeOf<"float32">();
    expectTypeOf(where(mask, whole, 0.5).dtype).toEqualTypeOf<"float32">();
    expectTypeOf(whole.clip({ min: 0.5 }).dtype).toEqualTypeOf<"float32">();
    expectTypeOf(whole.clip({ min: 0, max: 5 }).dtype).toEqualTypeOf<"int32">();
    expectTypeOf(fullLike(whole, 0.5).dtype).toEqualTypeOf<"float32">();
    expectTypeOf(whole.less(0.5).dtype).toEqualTypeOf<"bool">();
  });

  test("whose values the compiler does not know leave both open beside int32", () => {
    expectTypeOf(whole.mul(size).dtype).toEqualTypeOf<"int32" | "float32">();
    expectTypeOf(whole.add(whole as Tensor<[2], "int32"> | number).dtype).toEqualTypeOf<"int32" | "float32">();
    expectTypeOf(a.add(a as Tensor<[2, 3]> | number).shape).toEqualTypeOf<readonly [2, 3]>();
  });
});

describe("sizes", () => {
  test("broadcast", () => {
    expectTypeOf<Broadcast<[2, 3], [3]>["shape"]>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<Broadcast<[5, 1, 3], [4, 1]>["shape"]>().toEqualTypeOf<[5, 4, 3]>();
    expectTypeOf<Broadcast<[number, 3], [2, 1]>["shape"]>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<Broadcast<[number, 3], [1, 3]>["shape"]>().toEqualTypeOf<[number, 3]>();
    expectTypeOf<Broadcast<[], [2, 3]>["shape"]>().toEqualTypeOf<[2, 3]>();
    expectTypeOf<Broadcast<[0, 3], [1, 3]>["shape"]>().toEqualTypeOf<[0, 3]>();
    expectTypeOf<Broadcast<Shape, [2, 3]>["shape"]>().toBeAny();
    expectTypeOf<Broadcast<[Batch, 10], [10]>["shape"]>().toEqualTypeOf<[Batch, 10]>();
  });

  test("meet in products of matrices", () => {
    expectTypeOf<MatMul<[8, 2, 3], [3, 4]>["shape"]>().toEqualTypeOf<[8, 2, 4]>();
    expectTypeOf<MatMul<[5, 1, 2, 3], [7, 3, 4]>["shape"]>().toEqualTypeOf<[5, 7, 2, 4]>();
    expectTypeOf<MatMul<[number, 784], [784, 10]>["shape"]>().toEqualTypeOf<[number, 10]>();
    expectTypeOf<MatMul<[Batch, 784], [784, 10]>["shape"]>().toEqualTypeOf<[Batch, 10]>();
    expectTypeOf<MatMul<[3], [3, 4]>["shape"]>().toEqualTypeOf<[4]>();
    expectTypeOf<MatMul<[2, 3], [3]>["shape"]>().toEqualTypeOf<[2]>();
    expectTypeOf<MatMul<[3], [3]>["shape"]>().toEqualTypeOf<[]>();
    expectTypeOf<MatMul<Shape, [3, 4]>["shape"]>().toBeAny();
  });
});

describe("functions and methods carry shapes and dtypes", () => {
  test("creation", () => {
    expectTypeOf(a).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(ones([2], { dtype: "int32" })).toEqualTypeOf<Tensor<[2], "int32">>();
    expectTypeOf(zeros([size, 3]).shape).toEqualTypeOf<readonly [number, 3]>();
    expectTypeOf(zeros([] as number[]).shape).toEqualTypeOf<Shape>();
    expectTypeOf(full([2], true)).toEqualTypeOf<Tensor<[2], "bool">>();
    expectTypeOf(eye(3)).toEqualTypeOf<Tensor<[3, 3], "float32">>();
    expectTypeOf(eye(3, { columns: 4, dtype: "float64" })).toEqualTypeOf<Tensor<[3, 4], "float64">>();
    expectTypeOf(linspace(0, 1, 5).shape).toEqualTypeOf<readonly [5]>();
    expectTypeOf(arange(5, { dtype: "int32" })).toEqualTypeOf<Tensor<[number], "int32">>();
    expectTypeOf(zerosLike(a)).toEqualTypeOf<typeof a>();
    expectTypeOf(variable(a).value).toEqualTypeOf<typeof a>();
    const shape = [2, 3] as const;
    expectTypeOf(zeros(shape).shape).toEqualTypeOf<readonly [2, 3]>();
  });

  test("literals", () => {
    expectTypeOf(tensor([[1, 2, 3], [4, 5, 6]])).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(tensor([true, false])).toEqualTypeOf<Tensor<[2], "bool">>();
    expectTypeOf(tensor(3)).toEqualTypeOf<Tensor<[], "float32">>();
    expectTypeOf(tensor([] as number[][])).toEqualTypeOf<Tensor<[number, number], "float32">>();
    expectTypeOf(tensor(new Float64Array(3))).toEqualTypeOf<Tensor<[number], "float64">>();
    expectTypeOf(tensor(new Int32Array(6), { shape: [2, -1] })).toEqualTypeOf<Tensor<[2, number], "int32">>();
    expectTypeOf(tensor([1, 2], { dtype: "int32" })).toEqualTypeOf<Tensor<[2], "int32">>();
    // @ts-expect-error rows of 2 and 1 elements
    tensor([[1, 2], [3]]);
  });

  test("elementwise", () => {
    expectTypeOf(relu(a)).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(ones([2], { dtype: "int32" }).exp()).toEqualTypeOf<Tensor<[2], "float32">>();
    expectTypeOf(a.tanh().neg().square()).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(relu(variable(a))).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(a.add(2)).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(add(2, a)).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(a.add(zeros([4, 1, 1])).shape).toEqualTypeOf<readonly [4, 2, 3]>();
    expectTypeOf(add(a, zeros([3], { dtype: "float64" }))).toEqualTypeOf<Tensor<[2, 3], "float64">>();
    expectTypeOf(ones([2], { dtype: "int32" }).div(2)).toEqualTypeOf<Tensor<[2], "float32">>();
    expectTypeOf(a.greater(0)).toEqualTypeOf<Tensor<[2, 3], "bool">>();
    expectTypeOf(greater(a, zeros([3]))).toEqualTypeOf<Tensor<[2, 3], "bool">>();
    expectTypeOf(cast(a, "int32")).toEqualTypeOf<Tensor<[2, 3], "int32">>();
    expectTypeOf(clip(a, { min: 0 }).shape).toEqualTypeOf<readonly [2, 3]>();
    expectTypeOf(where(a.greater(0), a, 0)).toEqualTypeOf<Tensor<[2, 3], "float32">>();
    expectTypeOf(where(a.greater(0), zeros([3]), zeros([2, 1])).shape).toEqualTypeOf<readonly [2, 3]>();
    expectTypeOf(a.add([[1, 2, 3]])).toEqualTypeOf<Tensor>();
    expectTypeOf(unknownRank.add(a).shape).toEqualTypeOf<Shape>();
    expectTypeOf(a.add(unknownRank).shape).toEqualTypeOf<Shape>();
  });

  test("reductions", () => {
    expectTypeOf(sum(a)).toEqualTypeOf<Tensor<[], "float32">>();
    expectTypeOf(a.sum({ axis: 0 })).toEqualTypeOf<Tensor<[3], "float32">>();
    expectTypeOf(a.mean({ axis: -1, keepDims: true })).toEqualTypeOf<Tensor<[2, 1], "float32">>();
    expectTypeOf(mean(a, { keepDims: true }).shape).toEqualTypeOf<readonly [1, 1]>();
    expectTypeOf(zeros([2, 3, 4]).max({ axis: [0, -1] }).shape).toEqualTypeOf<readonly [3]>();
    expectTypeOf(argMax(a, { axis: 1 })).toEqualTypeOf<Tensor<[2], "int32">>();
    expectTypeOf(a.sum({ axis: size }).shape).toEqualTypeOf<Shape>();
    expectTypeOf(unknownRank.sum().shape).toEqualTypeOf<readonly []>();
    expectTypeOf(unknownRank.sum({ axis: 0 }).shape).toEqualTypeOf<Shape>();
    expectTypeOf(softmax(a, { axis: 1 })).toEqualTypeOf<typeof a>();
    expectTypeOf(a.variance({ axis: 0, correction: 1 }).shape).toEqualTypeOf<readonly [3]>();
    expectTypeOf(a.cumSum({ axis: 0 }).shape).toEqualTypeOf<readonly [2, 3]>();
    expectTypeOf(a.greater(0).sum()).toEqualTypeOf<Tensor<[], "int32">>();
  });

  test("contractions", () => {
    expectTypeOf(matmul(a, zeros([3, 4]))).toEqualTypeOf<Tensor<[2, 4], "float32">>();
    expectTypeOf(rows.matmul(zeros([784, 10])).shape).toEqualTypeOf<readonly [number, 10]>();
    expectTypeOf(rows.matmul(variable(zeros([784, 10]))).shape).toEqualTypeOf<readonly [number, 10]>();
    expectTypeOf(unknownRank.matmul(a).shape).toEqualTypeOf<Shape>();
    expectTypeOf(dot(zeros([3]), zeros([3])).shape).toEqualTypeOf<readonly []>();
    expectTypeOf(outer(zeros([2]), zeros([3])).shape).toEqualTypeOf<readonly [2, 3]>();
  });

  test("movement", () => {
    expectTypeOf(transpose(a).shape).toEqualTypeOf<readonly [3, 2]>();
    expectTypeOf(zeros([2, 3, 4]).transpose([0, -1, 1]).shape).toEqualTypeOf<readonly [2, 4, 3]>();
    expectTypeOf(swapAxes(zeros([2, 3, 4]), 0, -1).shape).toEqualTypeOf<readonly [4, 3, 2]>();
    expectTypeOf(moveAxis(a, 0, 1).shape).toEqualTypeOf<readonly [number, number]>();
    expectTypeOf(reshape(a, [3, 2]).shape).toEqualTypeOf<readonly [3, 2]>();
    expectTypeOf(a.reshape([-1, 2]).shape).toEqualTypeOf<readonly [number, 2]>();
    expectTypeOf(a.reshape(unknownRank.shape).shape).toEqualTypeOf<Shape>();
    expectTypeOf(expandDims(a, -1).shape).toEqualTypeOf<readonly [2, 3, 1]>();
    expectTypeOf(a.expandDims(1).shape).toEqualTypeOf<readonly [2, 1, 3]>();
    expectTypeOf(squeeze(zeros([2, 1, 3, 1])).shape).toEqualTypeOf<readonly [2, 3]>();
    expectTypeOf(squeeze(zeros([2, 1, 3, 1]), { axis: 1 }).shape).toEqualTypeOf<readonly [2, 3, 1]>();
    expectTypeOf(broadcastTo(zeros([3]), [2, 3]).shape).toEqualTypeOf<readonly [2, 3]>();
    expectTypeOf(concat([a, zeros([4, 3])])).toEqualTypeOf<Tensor<[number, 3], "float32">>();
    expectTypeOf(concat([a, a], { axis: -1 }).shape).toEqualTypeOf<readonly [2, number]>();
    expectTypeOf(stack([a, a, a])).toEqualTypeOf<Tensor<[3, 2, 3], "float32">>();
    expectTypeOf(stack([a, a], { axis: 2 }).shape).toEqualTypeOf<readonly [2, 3, 2]>();
    expectTypeOf(stack([] as Tensor<[2], "int32">[])).toEqualTypeOf<Tensor<[number, 2], "int32">>();
    expectTypeOf(unstack(a)).toEqualTypeOf<[Tensor<[3], "float32">, Tensor<[3], "float32">]>();
    expectTypeOf(unstack(rows)).toEqualTypeOf<Tensor<[784], "float32">[]>();
    expectTypeOf(unstack(unknownRank)).toEqualTypeOf<Tensor[]>();
    expectTypeOf(a.split(2)).toEqualTypeOf<[Tensor<[number, number], "float32">, Tensor<[number, number], "float32">]>();
    expectTypeOf(a.split(size)).toEqualTypeOf<Tensor<[number, number], "float32">[]>();
    expectTypeOf(a.split([1])).toEqualTypeOf<Tensor<[number, number], "float32">[]>();
    expectTypeOf(slice(a, [0]).shape).toEqualTypeOf<readonly [3]>();
    expectTypeOf(a.slice([[], [0, 2]]).shape).toEqualTypeOf<readonly [2, number]>();
    expectTypeOf(a.flip().roll(1).shape).toEqualTypeOf<readonly [2, 3]>();
  });

  test("indexing", () => {
    expectTypeOf(take(a, 0).shape).toEqualTypeOf<readonly [3]>();
    expectTypeOf(take(a, [0, 1, 1]).shape).toEqualTypeOf<readonly [3, 3]>();
    expectTypeOf(a.take(zeros([4, 5], { dtype: "int32" }), { axis: 1 }).shape).toEqualTypeOf<readonly [2, 4, 5]>();
    expectTypeOf(a.take(unknownRank).shape).toEqualTypeOf<Shape>();
    expectTypeOf(oneHot(argMax(a, { axis: 1 }), 10)).toEqualTypeOf<Tensor<[2, 10], "float32">>();
    expectTypeOf(oneHot([0, 2], 3, { dtype: "bool" })).toEqualTypeOf<Tensor<[2, 3], "bool">>();
  });
});

describe("what is refused", () => {
  test("shapes that do not go together", () => {
    expectTypeOf(a.shape).toEqualTypeOf<readonly [2, 3]>();
    // @ts-expect-error cannot broadcast [2, 3] with [4]
    add(a, zeros([4]));
    // @ts-expect-error cannot broadcast [2, 3] with [4]
    a.mul(zeros([4]));
    // @ts-expect-error matmul: inner sizes 3 and 5 differ in [2, 3] @ [5, 4]
    matmul(a, zeros([5, 4]));
    // @ts-expect-error inner sizes differ for the method too
    a.matmul(zeros([2, 4]));
    // @ts-expect-error a scalar is no matrix
    a.matmul(zeros([]));
    // @ts-expect-error cannot broadcast [2, 3] with [2]
    where(a.greater(0), zeros([2]), a);
    // @ts-expect-error concat: [2, 4] does not join [2, 3] along axis 0
    concat([a, zeros([2, 4])]);
    // @ts-expect-error stack: shapes [2, 3] and [3, 2] differ
    stack([a, zeros([3, 2])]);
    // @ts-expect-error names of sizes are compared
    add(zeros([2]) as Tensor as Tensor<[Named<"batch">], "float32">, zeros([2]) as Tensor as Tensor<[Named<"time">], "float32">);
    // @ts-expect-error cannot broadcast [2, 3] with [2, 4]
    a.broadcastTo([2, 4]);
  });

  test("axes and orders", () => {
    expectTypeOf(a.shape).toEqualTypeOf<readonly [2, 3]>();
    // @ts-expect-error axis 2 is out of range for [2, 3]
    a.sum({ axis: 2 });
    // @ts-expect-error axis -3 is out of range for [2, 3]
    softmax(a, { axis: -3 });
    // @ts-expect-error does not name each axis once
    a.transpose([0, 0]);
    // @ts-expect-error does not name each axis
    a.transpose([0]);
    // @ts-expect-error axis 0 of [2, 3] has size 2, not 1
    a.squeeze({ axis: 0 });
    // @ts-expect-error axis 3 is out of range
    a.expandDims(3);
  });

  test("dtypes and things that are no tensors", () => {
    expectTypeOf(a.shape).toEqualTypeOf<readonly [2, 3]>();
    // @ts-expect-error a string is no tensor
    a.add("2");
    // @ts-expect-error there is no float16
    a.cast("float16");
    // @ts-expect-error indices are int32, not float32
    a.take(zeros([2]));
    // @ts-expect-error positional axes are options here
    a.sum(0);
  });
});

describe("what only the run knows always works", () => {
  test("number and Shape", () => {
    const plain: Tensor<[number, number]> = a;
    const any: Tensor = a;
    expectTypeOf(plain.matmul(a).shape).toEqualTypeOf<readonly [number, 3]>();
    expectTypeOf(any.add(any).sum({ axis: 0 }).shape).toEqualTypeOf<Shape>();
    expectTypeOf(concat([any, a]).shape).toEqualTypeOf<Shape>();
    const dtypeOfRun = "float64" as DType;
    expectTypeOf(zeros([2], { dtype: dtypeOfRun }).add(1).shape).toEqualTypeOf<readonly [2]>();
  });

  test("generic code over sizes", () => {
    const dense = <N extends number, In extends number, Out extends number>(x: Tensor<[N, In], "float32">, w: Tensor<[In, Out], "float32">, b: Tensor<[Out], "float32">): Tensor<[N, Out], "float32"> =>
      x.matmul(w).add(b).relu();
    expectTypeOf(dense(rows, zeros([784, 10]), zeros([10])).shape).toEqualTypeOf<readonly [number, 10]>();
    const centred = <N extends number, K extends number>(x: Tensor<[N, K], "float32">): Tensor<[N, K], "float32"> => x.sub(x.mean({ axis: 1, keepDims: true }));
    expectTypeOf(centred(a).shape).toEqualTypeOf<readonly [2, 3]>();
    const swish = <S extends Shape>(x: Tensor<S, "float32">): Tensor<S, "float32"> => x.mul(x.sigmoid()).add(1);
    expectTypeOf(swish(a).shape).toEqualTypeOf<readonly [2, 3]>();
    const gram = <N extends number, K extends number>(x: Tensor<[N, K], "float32">): Tensor<[K, K], "float32"> => x.transpose().matmul(x);
    expectTypeOf(gram(a).shape).toEqualTypeOf<readonly [3, 3]>();
    const anyTensor = <T extends Tensor>(x: T): Tensor => x.add(x).mul(2);
    expectTypeOf(anyTensor(a)).toEqualTypeOf<Tensor>();
  });

  test("functions go where functions are taken", () => {
    const layers: ((x: Tensor) => Tensor)[] = [relu, (x) => x.tanh()];
    expectTypeOf(layers.map((layer) => layer(a))).toEqualTypeOf<Tensor[]>();
    expectTypeOf<ReturnType<typeof relu>>().toEqualTypeOf<Tensor>();
  });
});

describe("what is unknown fits everywhere", () => {
  const takes = (x: Tensor<[number, 784], "float32">) => x.shape;
  const one: Tensor<[2], "float32"> = zeros([2]);

  test("a plain tensor, and whatever comes of one", () => {
    expectTypeOf(takes).toBeCallableWith(unknownRank);
    expectTypeOf(takes(unknownRank.add(a))).toEqualTypeOf<readonly [number, 784]>();
    expectTypeOf(takes(unknownRank.reshape([-1, 784]))).toEqualTypeOf<readonly [number, 784]>();
    const shape: Shape = unknownRank.shape;
    expectTypeOf(takes(zeros(shape))).toEqualTypeOf<readonly [number, 784]>();
    expectTypeOf((value: Tensor) => { variable(one).assign(value); }).toBeFunction();
    // @ts-expect-error 785 is not 784
    takes(zeros([2, 785]));
    // @ts-expect-error float64 is not float32
    takes(zeros([2, 784], { dtype: "float64" }));
  });

  test("and no `any` is read from it", () => {
    expectTypeOf(unknownRank.shape).toEqualTypeOf<readonly number[]>();
    expectTypeOf(unknownRank.shape[0]).toEqualTypeOf<number>();
    expectTypeOf(unknownRank.dtype).toEqualTypeOf<DType>();
    expectTypeOf(unknownRank.data).toEqualTypeOf<ReadonlyTypedArray>();
    expectTypeOf(unknownRank.data[0]).toEqualTypeOf<number>();
    expectTypeOf(unknownRank.sum().dtype).toEqualTypeOf<DType>();
    expectTypeOf(unknownRank.take(0).shape).toEqualTypeOf<readonly number[]>();
    expectTypeOf(unknownRank.oneHot(3).shape).toEqualTypeOf<readonly number[]>();
    expectTypeOf(concat([a, unknownRank]).shape[0]).toEqualTypeOf<number>();
    expectTypeOf(unknownRank.greater(0).dtype).toEqualTypeOf<"bool">();
  });
});

describe("a tensor is read only", () => {
  test("its shape and its elements", () => {
    expectTypeOf(a.shape).toEqualTypeOf<readonly [2, 3]>();
    expectTypeOf(zeros([1, 2, 3, 4, 5, 6, 7, 8]).shape).toEqualTypeOf<readonly [1, 2, 3, 4, 5, 6, 7, 8]>();
    expectTypeOf(a.data).toEqualTypeOf<ReadonlyFloat32Array>();
    expectTypeOf(a.toTypedArray()).toEqualTypeOf<Float32Array>();
    expectTypeOf(tensor(a.data, { shape: [6] })).toEqualTypeOf<Tensor<[6], "float32">>();
    const never = () => {
      // @ts-expect-error a shape stays
      a.shape[0] = 2;
      // @ts-expect-error elements stay
      a.data[0] = 1;
      // @ts-expect-error nothing writes into them
      a.data.set([1]);
      // @ts-expect-error nor sorts them
      a.data.sort();
      // @ts-expect-error nor through a part of them
      a.data.subarray(1).fill(0);
      // @ts-expect-error of a plain tensor neither
      unknownRank.data[0] = 1;
    };
    expectTypeOf(never).toBeFunction();
  });
});

describe("unions of tensors", () => {
  const flag = size > 0;
  const either = flag ? zeros([2]) : zeros([3]);
  const kinds = flag ? zeros([2, 2]) : ones([2, 2], { dtype: "int32" });

  test("have the methods, and the functions", () => {
    expectTypeOf(either.add(1)).toEqualTypeOf<Tensor<[2], "float32"> | Tensor<[3], "float32">>();
    expectTypeOf(either.mul(zeros([4, 1])).shape).toEqualTypeOf<readonly [4, 2] | readonly [4, 3]>();
    expectTypeOf(zeros([4, 1]).mul(either).shape).toEqualTypeOf<readonly [4, 2] | readonly [4, 3]>();
    expectTypeOf(add(either, 1)).toEqualTypeOf<Tensor<[2], "float32"> | Tensor<[3], "float32">>();
    expectTypeOf(either.exp()).toEqualTypeOf<Tensor<[2], "float32"> | Tensor<[3], "float32">>();
    expectTypeOf(relu(either)).toEqualTypeOf<Tensor<[2], "float32"> | Tensor<[3], "float32">>();
    expectTypeOf(either.greater(0).dtype).toEqualTypeOf<"bool">();
    expectTypeOf(either.cast("int32")).toEqualTypeOf<Tensor<[2], "int32"> | Tensor<[3], "int32">>();
    expectTypeOf(either.clip({ min: 0 }).shape).toEqualTypeOf<readonly [2] | readonly [3]>();
    expectTypeOf([zeros([2]), zeros([3])].map((x) => x.sum())).toExtend<Tensor<[], "float32">[]>();
    expectTypeOf(either.sum({ axis: 0, keepDims: true })).toEqualTypeOf<Tensor<[1], "float32">>();
    expectTypeOf(either.softmax()).toEqualTypeOf<Tensor<[2], "float32"> | Tensor<[3], "float32">>();
    expectTypeOf(either.cumSum({ axis: 0 }).shape).toEqualTypeOf<readonly [2] | readonly [3]>();
    expectTypeOf(either.matmul(unknownRank)).toEqualTypeOf<Tensor>();
    expectTypeOf(zeros([3, 2]).matmul(flag ? zeros([2]) : zeros([2, 4])).shape).toEqualTypeOf<Shape>();
    expectTypeOf(either.dot(2).shape).toEqualTypeOf<Shape>();
    expectTypeOf(either.outer(either).shape).toExtend<readonly [number, number]>();
    expectTypeOf(either.reshape([1, -1]).shape).toEqualTypeOf<readonly [1, number]>();
    expectTypeOf(either.expandDims(0).shape).toEqualTypeOf<Shape>();
    expectTypeOf(either.transpose().shape).toEqualTypeOf<Shape>();
    expectTypeOf(either.flip().shape).toEqualTypeOf<readonly [2] | readonly [3]>();
    expectTypeOf(either.broadcastTo([4, 6]).shape).toEqualTypeOf<readonly [4, 6]>();
    expectTypeOf(either.take([0]).shape).toEqualTypeOf<Shape>();
    expectTypeOf(either.slice([[0, 1]]).shape).toEqualTypeOf<Shape>();
    expectTypeOf(either.unstack()[0].dtype).toEqualTypeOf<"float32">();
    expectTypeOf(either.where(either.greater(0), 0).dtype).toEqualTypeOf<DType>();
    expectTypeOf(kinds.add(1).dtype).toEqualTypeOf<"float32" | "int32">();
    expectTypeOf(kinds.mul(kinds).shape).toEqualTypeOf<readonly [2, 2]>();
    expectTypeOf(kinds.topK(1).values.dtype).toEqualTypeOf<"float32" | "int32">();
  });

  test("are refused where one of them is", () => {
    // @ts-expect-error cannot broadcast [3] with [4]
    const wrong = () => either.add(zeros([4]));
    expectTypeOf(wrong).toBeFunction();
    // @ts-expect-error axis 1 is out of range for both
    const axis = () => either.sum({ axis: 1 });
    expectTypeOf(axis).toBeFunction();
  });
});
