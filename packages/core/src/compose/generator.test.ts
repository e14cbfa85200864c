import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { installEngine } from "../engine/engine.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { createWasmEngine, wasmObstacle } from "../engine/wasm/engine.ts";
import { literalTensor } from "../ops/literal-tensor.ts";
import { reshape } from "../ops/movement/reshape.ts";
import { iota } from "../ops/creation.ts";
import { withScope } from "../graph/scope.ts";
import { registry } from "../primitive.ts";
import { Tensor, fromData } from "../tensor.ts";
import { advance, generator } from "./generator.ts";

const wasmEngine = wasmObstacle() === null ? createWasmEngine() : referenceEngine;
const count = 20_000;
const mean = (data: ArrayLike<number>): number => Array.from(data).reduce((a, b) => a + b, 0) / data.length;
const variance = (data: ArrayLike<number>): number => {
  const center = mean(data);
  return mean(Array.from(data, (x) => (x - center) ** 2));
};
/** Σ (seen − expected)² / expected over classes; about their number if the classes are as likely as expected. */
const chiSquare = (seen: readonly number[], expected: readonly number[]): number => seen.reduce((sum, n, i) => sum + (n - expected[i]) ** 2 / expected[i], 0);
const tally = (data: ArrayLike<number>, classes: number, classOf: (x: number) => number): number[] => {
  const seen = new Array<number>(classes).fill(0);
  for (const x of Array.from(data)) seen[classOf(x)]++;
  return seen;
};
const evenly = (classes: number): number[] => new Array<number>(classes).fill(count / classes);

// The bounds below are those that a chi-square variable of so many degrees of freedom exceeds once in 10,000 times.
describe.each(["reference", "wasm"])("on the %s engine", (name) => {
  beforeEach(() => { installEngine(name === "reference" ? referenceEngine : wasmEngine); });

  test.each(["float32", "float64"] as const)("uniform %s", (dtype) => {
    const { data } = generator(1).uniform([count], { dtype });
    expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...data)).toBeLessThan(1);
    expect(Math.abs(mean(data) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / count));
    expect(variance(data)).toBeCloseTo(1 / 12, 2);
    expect(chiSquare(tally(data, 100, (x) => Math.floor(x * 100)), evenly(100))).toBeLessThan(162);
    // Neighbours do not know of each other.
    const pairs = tally(Array.from(data.slice(0, -1), (x, i) => Math.floor(x * 10) * 10 + Math.floor(data[i + 1] * 10)), 100, (x) => x);
    expect(chiSquare(pairs, evenly(100))).toBeLessThan(162);
    const moved = generator(1).uniform([count], { low: -3, high: 5, dtype }).data;
    expect(Math.max(...moved.map((x, i) => Math.abs(x - (data[i] * 8 - 3))))).toBeLessThan(1e-6);
  });

  test.each(["float32", "float64"] as const)("normal %s", (dtype) => {
    const { data } = generator(2).normal([count], { dtype });
    expect(Math.abs(mean(data))).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(variance(data) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(mean(Array.from(data, (x) => x ** 4)) - 3)).toBeLessThan(0.3);
    // Half a standard deviation wide, the tails beyond 2.5 as one class each.
    const below = [-2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5];
    const share = [0.00620967, 0.01654047, 0.04405707, 0.09184805, 0.14988228, 0.19146246, 0.19146246, 0.14988228, 0.09184805, 0.04405707, 0.01654047, 0.00620967];
    const seen = tally(data, 12, (x) => below.filter((edge) => x >= edge).length);
    expect(chiSquare(seen, share.map((part) => part * count))).toBeLessThan(38);
    const scaled = generator(2).normal([count], { mean: 10, std: 2, dtype }).data;
    expect(Math.max(...scaled.map((x, i) => Math.abs(x - (data[i] * 2 + 10))))).toBeLessThan(3e-6);
    expect(generator(2).normal([3, 5], { dtype }).shape).toEqual([3, 5]);
  });

  test("bernoulli", () => {
    for (const p of [0, 0.1, 0.5, 0.9, 1]) {
      const drawn = generator(3).bernoulli([count], p);
      expect(drawn.dtype).toBe("bool");
      expect(Math.abs(mean(drawn.data) - p)).toBeLessThanOrEqual(4 * Math.sqrt((p * (1 - p)) / count));
    }
    const each = generator(3).bernoulli([count / 2, 2], literalTensor("tensor", [0, 1]));
    expect(each.data.every((x, i) => x === i % 2)).toBe(true);
  });

  test("integers", () => {
    const dice = generator(4).integers([count], { low: 1, high: 7 });
    expect(dice.dtype).toBe("int32");
    expect(chiSquare(tally(dice.data, 6, (x) => x - 1), evenly(6))).toBeLessThan(26);
    const whole = generator(4).integers([count], { low: -(2 ** 31), high: 2 ** 31 }).data;
    expect(chiSquare(tally(whole, 16, (x) => Math.floor((x + 2 ** 31) / 2 ** 28)), evenly(16))).toBeLessThan(45);
    expect(chiSquare(tally(whole, 16, (x) => x & 15), evenly(16))).toBeLessThan(45);
    expect([...generator(4).integers([5], { low: 7, high: 8 }).data]).toEqual([7, 7, 7, 7, 7]);
  });

  test("bits", () => {
    const { data } = generator(5).bits([count]);
    for (let bit = 0; bit < 32; bit++) expect(Math.abs(mean(Array.from(data, (x) => (x >>> bit) & 1)) - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / count));
  });

  test("permutation, shuffle and choice", () => {
    const random = generator(6);
    const order = random.permutation(1000).data;
    expect([...order].sort((a, b) => a - b)).toEqual([...iota(1000, "int32").data]);
    expect(order.filter((x, i) => x === i).length).toBeLessThan(8);
    const first = tally(Array.from({ length: 3000 }, () => { const [a, b, c] = random.permutation(3).data; return a * 9 + b * 3 + c; }), 27, (x) => x).filter((n) => n > 0);
    expect(chiSquare(first, new Array<number>(6).fill(500))).toBeLessThan(26);
    const x = reshape(iota(12, "float32"), [4, 3]);
    const columns = random.shuffle(x, { axis: 1 }).toArray() as number[][];
    expect(columns.map((row) => row.map((value) => value % 3))).toEqual(columns.map(() => columns[0]));
    expect([...columns[0]].sort((a, b) => a - b)).toEqual([0, 1, 2]);
    expect(new Set(random.choice(iota(10, "int32"), 10, { replace: false }).data).size).toBe(10);
    expect(random.choice(x, 7, { axis: 1 }).shape).toEqual([4, 7]);
    expect(random.permutation(0).shape).toEqual([0]);
  });
});

describe("a generator", () => {
  beforeAll(() => { installEngine(referenceEngine); });

  test("gives the same numbers for the same seed, on every engine, and others at the next draw", () => {
    const drawAll = (): number[][] => {
      const random = generator(2 ** 40 + 5);
      return [random.bits([7]), random.uniform([3]), random.uniform([3], { dtype: "float64" }), random.integers([4], { high: 9 }), random.permutation(20), random.bernoulli([9])].map(({ data }) => [...data]);
    };
    const once = drawAll();
    expect(drawAll()).toEqual(once);
    installEngine(wasmEngine);
    expect(drawAll()).toEqual(once);
    installEngine(referenceEngine);
    const random = generator(5);
    expect([...random.bits([4]).data]).not.toEqual([...random.bits([4]).data]);
    const seeds = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, 2 ** 40].map((seed) => generator(seed).bits([1]).data[0]);
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  test("moves its counter past the blocks it has drawn, and can be set back", () => {
    const random = generator(8);
    const all = random.bits([10]).data;
    expect([...random.counter.value.data]).toEqual([5, 0]);
    random.counter.assign(literalTensor("tensor", [2, 0], { dtype: "int32" }) as Tensor<[2], "int32">);
    expect([...random.bits([6]).data]).toEqual(Array.from(all.slice(4)));
    expect([...random.bits([0]).data]).toEqual([]);
  });

  test("splits into streams of their own", () => {
    const [a, b] = generator(9).split();
    const [c] = generator(9).split(1);
    expect([...a.bits([4]).data]).toEqual([...c.bits([4]).data]);
    expect([...a.bits([4]).data]).not.toEqual([...b.bits([4]).data]);
    const parent = generator(9);
    expect([...parent.split(2)[0].bits([4]).data]).not.toEqual([...parent.split(2)[0].bits([4]).data]);
  });

  test.each([[0, 0, 5], [-1, 0, 1], [-3, 7, 2], [-3, 7, 3], [-3, -1, 9], [2 ** 31 - 1, 1, 4], [-(2 ** 31), 1, 2 ** 31 - 1], [-1, 3, 2 ** 31 - 1]])("counter (%i, %i) + %i, known and traced", (low, high, blocks) => {
    const start = Int32Array.of(low, high);
    const sum = (BigInt(high) << 32n) + BigInt(low >>> 0) + BigInt(blocks);
    const expected = [Number(BigInt.asIntN(32, sum)), Number(BigInt.asIntN(32, sum >> 32n))];
    const known = fromData(start, [2], "int32");
    expect([...advance(known, blocks).data]).toEqual(expected);
    expect([...evaluated(known, (counter) => advance(counter, blocks))]).toEqual(expected);
  });

  test("refuses what it cannot draw", () => {
    const random = generator(1);
    expect(() => generator(0.5)).toThrow("generator: 0.5 is not a seed");
    expect(() => generator(2 ** 53)).toThrow("is not a seed");
    expect(() => random.uniform([2], { low: 1, high: 0 })).toThrow("uniform: from 1 to 0");
    expect(() => random.uniform([-1])).toThrow("uniform: -1 is not a size in [-1]");
    expect(() => random.normal([2], { std: -1 })).toThrow("normal: mean 0 and standard deviation -1");
    expect(() => random.normal([2], { dtype: "int32" as "float32" })).toThrow("normal: draws float32 or float64, not int32");
    expect(() => random.bernoulli([2], 1.5)).toThrow("bernoulli: 1.5 is not a probability");
    expect(() => random.bernoulli([2], literalTensor("tensor", [0, 1, 1]))).toThrow("bernoulli: cannot broadcast [3] with [2]");
    expect(() => random.integers([2], { high: 0 })).toThrow("integers: from 0 up to, not including, 0");
    expect(() => random.integers([2], { low: 0.5, high: 2 })).toThrow("give whole numbers");
    expect(() => random.choice(iota(3, "int32"), 4, { replace: false })).toThrow("choice: 4 parts of axis 0 of [3] without replacement; it has 3");
    expect(() => random.choice(iota(0, "int32"), 1)).toThrow("choice: 1 parts of axis 0 of [0]; it has 0");
    expect([...random.counter.value.data]).toEqual([0, 0]);
  });
});

/** The elements of f(x) by way of its recipe, as a compiled function would get them: nothing is known while f runs. */
function evaluated(x: Tensor, f: (x: Tensor) => Tensor): ArrayLike<number> & Iterable<number> {
  return withScope("trace", (scope) => {
    // Any primitive will do where a recipe is only there to be there.
    const [primitiveOfInput] = registry.values();
    const unknown = new Tensor([...x.shape], x.dtype, null, { primitive: primitiveOfInput, inputs: [], attributes: undefined, scope });
    const run = (tensor: Tensor): Tensor => {
      if (tensor === unknown) return x;
      if (tensor.storage !== null || tensor.recipe === null) return tensor;
      const { primitive, inputs, attributes } = tensor.recipe;
      const known = inputs.map(run);
      const spec = primitive.infer(known, attributes);
      return fromData(referenceEngine.run(primitive, known, attributes, spec), spec.shape, spec.dtype);
    };
    const result = f(unknown);
    expect(result.storage).toBeNull();
    return run(result).data;
  });
}

test("an order is that of the numbers between 0 and 1 that the same words make", () => {
  const units = generator(11).uniform([500], { dtype: "float64" }).data;
  expect([...generator(11).permutation(500).data]).toEqual(Array.from(units.keys()).sort((a, b) => units[a] - units[b]));
});

describe("a seed's epochs", () => {
  test("have streams of their own, the first that of the seed alone, and come again after 2²¹", () => {
    const order = (seed: number, epoch?: number): string => generator(seed, epoch === undefined ? {} : { epoch }).permutation(20).data.join();
    expect(order(7, 0)).toBe(order(7));
    expect(order(7, 2 ** 21 + 3)).toBe(order(7, 3));
    const orders = [0, 1, 2 ** 32 - 1].flatMap((seed) => [0, 1, 2, 2 ** 20, 2 ** 21 - 1].map((epoch) => order(seed, epoch)));
    expect(new Set(orders).size).toBe(orders.length);
  });

  test("are refused for seeds that share them with others, and where they are none", () => {
    for (const seed of [-1, 2 ** 32]) expect(() => generator(seed, { epoch: 1 })).toThrow(`generator: seed ${seed} has no epochs`);
    for (const epoch of [-1, 0.5, NaN]) expect(() => generator(1, { epoch })).toThrow(`generator: ${epoch} is not an epoch`);
  });
});
