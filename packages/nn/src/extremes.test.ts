import { describe, expect, test } from "vitest";
import { compile, grad, tensor, type DType, type FloatDType, type Tensor } from "@ndgrad/core";
import { installEngine, referenceEngine } from "@ndgrad/core/internal";
import * as losses from "./losses.ts";
import * as metrics from "./metrics.ts";

// Every exported loss and metric over extreme predictions and targets, in both float dtypes, eagerly and compiled: against
// float64 formulas, infinities as limits. A loss without a formula here fails the first test.

/** As they stand, and compiled. */
type Way = <Args extends readonly unknown[], Out>(f: (...args: Args) => Out) => (...args: Args) => Out;
const ways: readonly (readonly [how: string, run: Way])[] = [["eagerly", (f) => f], ["compiled", (f) => compile(f)]];

/** In plain loops, by what primitives are defined as. */
const plainly: Way = (f) => (...args) => {
  const engine = installEngine(referenceEngine);
  try {
    return f(...args);
  } finally {
    if (engine !== null) installEngine(engine);
  }
};

type Call = (prediction: Tensor, target: Tensor, options?: losses.LossOptions) => Tensor;
interface Wanted { readonly value: number; readonly gradient: readonly number[] }
interface Law {
  readonly call: Call;
  /** Predictions of one example, and its target. */
  readonly cases: (extremes: readonly number[]) => readonly (readonly [p: readonly number[], y: readonly number[]])[];
  readonly wanted: (p: readonly number[], y: readonly number[]) => Wanted;
  readonly targetDType?: DType;
}

const common = [0, 1e-30, -1e-30, 1e-9, 2e-7, 0.5, -0.5, 1, -1, 1 - 2 ** -24, 3, -15, 15, 40, -88, 104, -750, 999.5, 1000, 3e18, -2e19, 1e30, 1e38, -1e38, Infinity, -Infinity, NaN];
const extremes: Readonly<Record<FloatDType, readonly number[]>> = { float32: common, float64: [...common, 1e-200, 1e154, -1.5e308] };
const pairs = (ps: readonly number[], ys: readonly number[]) => ps.flatMap((p) => ys.map((y) => [[p], [y]] as const));

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
/** 0 · ∞ is 0: what has no weight does not count. */
const times = (weight: number, x: number) => (weight === 0 && Math.abs(x) === Infinity ? 0 : weight * x);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const huber = (delta: number): Law => ({
  call: (p, y, options) => losses.huber(p, y, { ...options, delta }),
  cases: (all) => pairs(all, all),
  wanted: ([p], [y]) => {
    const e = p - y;
    return Math.abs(e) < delta ? { value: (e / 2) * e, gradient: [e] } : { value: delta * (Math.abs(e) - delta / 2), gradient: [delta * Math.sign(e)] };
  },
});

/** −log softmax at a class, and its gradient, softmax − 1 at that class: the latter as the sum of all others. */
function surprise(logits: readonly number[], chosen: number): Wanted {
  const top = Math.max(...logits);
  const shares = logits.map((x) => (x === top ? 1 : Math.exp(x - top)));
  const softmax = shares.map((share) => (top === -Infinity ? NaN : share / sum(shares)));
  const others = softmax.filter((_, i) => i !== chosen);
  const own = logits[chosen];
  const value = own === -Infinity || Number.isNaN(top) ? (Number.isNaN(top) || top === -Infinity ? NaN : Infinity)
    : own === Infinity ? 0
    : top === Infinity ? Infinity
    : own === top ? Math.log1p(sum(logits.flatMap((x, i) => (i === chosen ? [] : [Math.exp(x - own)]))))
    : Math.log(sum(shares)) + (top - own);
  return { value, gradient: softmax.map((share, i) => (i === chosen ? -sum(others) : share)) };
}

const rows = (all: readonly number[]) => all.flatMap((a) => all.flatMap((b) => all.map((c) => [a, b, c])))
  // Which of two infinite logits is larger, nobody can say.
  .filter((row) => row.filter((x) => x === Infinity).length < 2);
const logits = [0, 0.25, -15, 40, 999.5, 1000, -1000, 1e38, -1e38, Infinity, -Infinity, NaN];

const laws: Readonly<Record<string, readonly Law[]>> = {
  meanSquaredError: [{ call: losses.meanSquaredError, cases: (all) => pairs(all, all), wanted: ([p], [y]) => ({ value: (p - y) ** 2, gradient: [2 * (p - y)] }) }],
  meanAbsoluteError: [{ call: losses.meanAbsoluteError, cases: (all) => pairs(all, all), wanted: ([p], [y]) => ({ value: Math.abs(p - y), gradient: [Math.sign(p - y)] }) }],
  huber: [huber(1), huber(0.25), huber(2 ** 60), huber(1e300)],
  binaryCrossEntropy: [{
    call: losses.binaryCrossEntropy,
    cases: (all) => pairs(all, [0, 0.25, 1]),
    wanted: ([p], [y]) => {
      const bounded = Math.min(Math.max(p, 1e-7), 1 - 1e-7);
      const gradient = bounded === p ? -(y / p - (1 - y) / (1 - p)) : Number.isNaN(p) ? NaN : 0;
      return { value: -(y * Math.log(bounded) + (1 - y) * Math.log1p(-bounded)), gradient: [gradient] };
    },
  }],
  binaryCrossEntropyWithLogits: [{
    call: losses.binaryCrossEntropyWithLogits,
    cases: (all) => pairs(all, [0, 0.25, 1]),
    wanted: ([x], [y]) => ({ value: times(y, softplus(-x)) + times(1 - y, softplus(x)), gradient: [(1 - y) * sigmoid(x) - y * sigmoid(-x)] }),
  }],
  crossEntropy: [
    { call: losses.crossEntropy, targetDType: "int32", cases: () => rows(logits).flatMap((p) => [0, 1, 2].map((y) => [p, [y]] as const)), wanted: (p, [y]) => surprise(p, y) },
    {
      call: losses.crossEntropy,
      cases: () => rows(logits).flatMap((p) => [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.125, 0.25, 0.625]].map((y) => [p, y] as const)),
      wanted: (p, y) => {
        const each = p.map((_, i) => surprise(p, i));
        return { value: sum(each.map(({ value }, i) => times(y[i], value))), gradient: p.map((_, k) => sum(each.map(({ gradient }, i) => times(y[i], gradient[k])))) };
      },
    },
  ],
};

test("every exported loss has a law, and every metric", () => {
  expect(Object.keys(losses).sort()).toEqual(Object.keys(laws).sort());
  expect(Object.keys(metrics).sort()).toEqual(Object.keys(shares).sort());
});

const round = (value: number, dtype: FloatDType) => (dtype === "float32" ? Math.fround(value) : value);

/** Within some units in the last place of the largest term, or the same infinity or NaN. */
function mismatches(actual: ArrayLike<number>, wanted: readonly number[], dtype: FloatDType, say: (i: number) => string): readonly string[] {
  const [relative, least] = dtype === "float32" ? [4e-6, 2e-38] : [1e-13, 1e-307];
  return wanted.flatMap((each, i) => {
    const want = round(each, dtype);
    const fits = Object.is(actual[i], want) || Math.abs(actual[i] - want) <= relative * Math.abs(want) + least;
    return fits ? [] : [`${say(i)}: ${actual[i]}, not ${want}`];
  });
}

describe.each(Object.entries(laws).flatMap(([name, forms]) => forms.map((law, i) => [forms.length === 1 ? name : `${name} ${i + 1}`, law] as const)))("%s", (_, law) => {
  test.each(["float32", "float64"] as const)("is its formula over extreme %s inputs, and so is its gradient", (dtype) => {
    const cases = law.cases(extremes[dtype]).map(([p, y]) => [p.map((value) => round(value, dtype)), y.map((value) => round(value, dtype))] as const);
    const [width, targetWidth] = [cases[0][0].length, cases[0][1].length];
    const p = tensor(cases.flatMap(([each]) => each), { dtype }).reshape(width === 1 ? [cases.length] : [cases.length, width]);
    const y = tensor(cases.flatMap(([, each]) => each), { dtype: law.targetDType ?? dtype }).reshape(targetWidth === 1 ? [cases.length] : [cases.length, targetWidth]);
    const wanted = cases.map(([each, target]) => law.wanted(each, target));
    const each = (x: Tensor, target: Tensor) => law.call(x, target, { reduction: "none" });
    const gradient = (x: Tensor, target: Tensor) => grad((at: Tensor) => law.call(at, target, { reduction: "sum" }))(x);
    for (const [how, run] of [...ways, ["by the reference", plainly] as const]) {
      const say = (i: number, of: number) => `${how}, of [${cases[Math.floor(i / of)].map((numbers) => numbers.join(", ")).join("] and [")}]`;
      expect(mismatches(run(each)(p, y).data, wanted.map(({ value }) => value), dtype, (i) => say(i, 1))).toEqual([]);
      expect(mismatches(run(gradient)(p, y).data, wanted.flatMap((one) => one.gradient), dtype, (i) => `gradient ${say(i, width)}`)).toEqual([]);
    }
  });
});

const isRight = (p: number, y: number, threshold: number) => (y === 0 ? p < threshold : p >= threshold);
const shares: Readonly<Record<string, (dtype: FloatDType, run: Way) => readonly (readonly [actual: number, wanted: number])[]>> = {
  accuracy(dtype, run) {
    const of = run((p: Tensor, y: Tensor) => metrics.accuracy(p, y));
    const wanted = (row: readonly number[], y: number) => Number(!row.some(Number.isNaN) && row.indexOf(Math.max(...row)) === y);
    return rows(logits).flatMap((row) => [0, 2].map((y) => [of(tensor(row, { dtype }), tensor(y, { dtype: "int32" })).item(), wanted(row, y)] as const));
  },
  binaryAccuracy(dtype, run) {
    const of = run((p: Tensor, y: Tensor) => metrics.binaryAccuracy(p, y));
    return pairs(extremes[dtype], [0, 1]).map(([[p], [y]]) => [of(tensor([p], { dtype }), tensor([y])).item(), Number(isRight(round(p, dtype), y, 0.5))] as const);
  },
};

describe.each(Object.entries(shares))("%s", (_, outcomes) => {
  test.each(["float32", "float64"] as const)("counts what is right among extreme %s predictions", (dtype) => {
    for (const [, run] of ways) for (const [actual, wanted] of outcomes(dtype, run)) expect(actual).toBe(wanted);
  });
});

// Integers: what the same numbers give as float64, whatever they are beside.
const whole = [0, 1, -1, 100_000, 16_777_217, 1_700_000_001, 1_700_000_003, 2 ** 31 - 1, -(2 ** 31)];
interface Integers { readonly call: Call; readonly p: readonly number[]; readonly y: readonly number[]; readonly shape: readonly number[]; readonly targetShape?: readonly number[] }
const differing = { p: whole.flatMap((p) => whole.map(() => p)), y: whole.flatMap(() => whole), shape: [81] };
const deciding = { p: whole.flatMap((p) => [p, p]), y: whole.flatMap(() => [0, 1]), shape: [18] };
const integers: Readonly<Record<string, Integers>> = {
  meanSquaredError: { call: losses.meanSquaredError, ...differing },
  meanAbsoluteError: { call: losses.meanAbsoluteError, ...differing },
  huber: { call: losses.huber, ...differing },
  binaryCrossEntropy: { call: losses.binaryCrossEntropy, ...deciding },
  binaryCrossEntropyWithLogits: { call: losses.binaryCrossEntropyWithLogits, ...deciding },
  crossEntropy: { call: losses.crossEntropy, p: whole, y: [1, 0, 0, 0, 0, 1, 1, 0, 0], shape: [3, 3] },
  accuracy: { call: (p, y) => metrics.accuracy(p, y), p: whole, y: [0, 2, 2], shape: [3, 3], targetShape: [3] },
  binaryAccuracy: { call: (p, y) => metrics.binaryAccuracy(p, y), ...deciding },
};

test("there are integers for every loss and metric", () => {
  expect(Object.keys(integers).sort()).toEqual([...Object.keys(losses), ...Object.keys(metrics)].sort());
});

describe.each(Object.entries(integers))("%s of integers", (_, { call, p, y, shape, targetShape = shape }) => {
  test.each(["int32", "float32"] as const)("is exact beside targets of %s", (dtype) => {
    const prediction = tensor(p, { dtype: "int32" }).reshape([...shape]);
    const target = tensor(y, { dtype }).reshape([...targetShape]);
    const wanted = Math.fround(call(prediction.cast("float64"), target.cast("float64")).item());
    for (const [, run] of ways) {
      const actual = run((a: Tensor, b: Tensor) => call(a, b))(prediction, target);
      expect(actual.dtype).toBe("float32");
      expect(actual.item()).toBe(wanted);
    }
  });
});

test("differences of integers are taken before digits are lost", () => {
  const [a, b] = [tensor(Int32Array.of(1_700_000_001)), tensor(Int32Array.of(1_700_000_003))];
  expect(losses.meanSquaredError(a, b).item()).toBe(4);
  expect(losses.meanSquaredError(tensor(Int32Array.of(100_000)), tensor(Int32Array.of(0))).item()).toBe(1e10);
  expect(losses.meanAbsoluteError(tensor([16_777_216]), tensor(Int32Array.of(16_777_217))).item()).toBe(1);
  expect(grad((x: Tensor) => losses.meanSquaredError(x, tensor(Int32Array.of(16_777_217))))(tensor([16_777_216])).data).toEqual(Float32Array.of(-2));
  expect(losses.meanSquaredError(tensor([true, false]), tensor([false, false])).item()).toBe(0.5);
});
