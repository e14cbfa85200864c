import { describe, expect, test } from "vitest";
import {
  compile, cond, grad, oneHot, ones, scan, scatterAdd, setThreads, take, takeAdd, takeAlongAxis, tensor, valueAndGrad, variable, zeros, type Tensor,
} from "../index.ts";

const ints = (...values: readonly number[]): Tensor<[number], "int32"> => tensor([...values], { dtype: "int32" });
const x = tensor([10, 20, 30]);

/** What reads indices into three places, and the least index that it takes. */
const readers: Readonly<Record<string, readonly [f: (indices: Tensor) => Tensor, least: number]>> = {
  take: [(indices) => take(x, indices), -3],
  takeAdd: [(indices) => takeAdd(x, indices, 1), -3],
  takeAlongAxis: [(indices) => takeAlongAxis(x, indices, { axis: 0 }), -3],
  scatterAdd: [(indices) => scatterAdd(x, indices, 1, { axis: 0 }), -3],
  oneHot: [(indices) => oneHot(indices, 3), 0],
};

describe.each(Object.keys(readers))("%s of indices out of range", (name) => {
  const [f, least] = readers[name];

  test("throws compiled as it does eagerly, and serves the next call", () => {
    for (const computed of [false, true]) {
      const compiled = compile((indices: Tensor) => f(computed ? indices.add(1) : indices));
      const given = (index: number): Tensor => ints(0, computed ? index - 1 : index);
      for (const index of [3, 1000, least - 1, -1000]) {
        expect(() => f(ints(0, index))).toThrow(`${name}: index ${index}`);
        expect(() => compiled(given(index))).toThrow(`${name}: index ${index} is out of range for ${name === "oneHot" ? "depth 3" : "an axis of size 3"}; use ${least} … 2`);
      }
      for (const index of [least, 2]) expect(compiled(given(index)).toArray()).toEqual(f(ints(computed ? 1 : 0, index)).toArray());
    }
  });

  test("throws in loops and branches that run, not in those that do not", () => {
    const looped = compile((indices: Tensor) => scan((sum: Tensor, index: Tensor) => {
      const next = sum.add(f(index.reshape([1])).sum());
      return [next, next];
    }, tensor(0), indices)[0]);
    expect(() => looped(ints(0, 3, 1))).toThrow(`${name}: index 3`);
    expect(() => looped(ints(0, 2, 1))).not.toThrow();
    const branched = compile((indices: Tensor, flag: Tensor<[], "bool">) => cond(flag, () => f(indices).sum().cast("float32"), () => tensor(0)));
    expect(() => branched(ints(7), tensor(true))).toThrow(`${name}: index 7`);
    expect(branched(ints(7), tensor(false)).item()).toBe(0);
  });
});

describe("a step with an index out of range", () => {
  const table = variable(ones([3, 2]));
  const before = table.value.toArray();
  const train = (computed: boolean) => compile((ids: Tensor) => {
    const { value, grads } = valueAndGrad(() => take(table.value, computed ? ids.mul(1).add(0) : ids).square().sum(), [table]);
    table.assign(table.value.sub(grads[0].mul(0.5)));
    return value;
  });

  test("changes nothing where the indices are an argument, on one thread and on two", () => {
    const step = train(false);
    for (const threads of [1, 2]) {
      setThreads(threads);
      expect(() => step(ints(0, 5))).toThrow("take: index 5 is out of range for an axis of size 3; use -3 … 2");
      expect(table.value.toArray()).toEqual(before);
    }
    setThreads(1);
    step(ints(0, -1));
    expect(table.value.toArray()).toEqual([[0, 0], [1, 1], [0, 0]]);
  });

  test("says what became of variables where the step computed them", () => {
    table.assign(tensor([[1, 1], [1, 1], [1, 1]]));
    const step = train(true);
    step(ints(1));
    const shifted = compile((ids: Tensor) => {
      const picked = take(table.value, ids.add(3)).sum();
      table.assign(zeros([3, 2]));
      return picked;
    });
    expect(() => shifted(ints(2))).toThrow("take: index 5 is out of range for an axis of size 3; use -3 … 2. A compiled function computed it: variables that it assigns hold what the first place gave instead");
    expect(table.value.toArray()).toEqual([[0, 0], [0, 0], [0, 0]]);
    expect(() => compile((ids: Tensor) => grad((each: Tensor) => take(each, ids.add(1)).sum())(x))(ints(2))).toThrow("index 3");
  });
});
