import { isFloat, type DType, type FloatDType } from "../src/dtype.ts";
import { NdgradError } from "../src/errors.ts";
import { bind } from "../src/graph/bind.ts";
import { logSumExp, softmax } from "../src/compose/softmax.ts";
import { mean, variance } from "../src/compose/statistics.ts";
import { cast } from "../src/ops/cast.ts";
import { matmul } from "../src/ops/contract/matmul.ts";
import { add, div, mul, neg, sub } from "../src/ops/elementwise/arithmetic.ts";
import { relu, sigmoid } from "../src/ops/elementwise/activation.ts";
import { greater, less } from "../src/ops/elementwise/comparison.ts";
import { mod } from "../src/ops/elementwise/division.ts";
import { exp, log } from "../src/ops/elementwise/exponential.ts";
import { maximum, minimum } from "../src/ops/elementwise/extremes.ts";
import { tanh } from "../src/ops/elementwise/hyperbolic.ts";
import { sqrt, square } from "../src/ops/elementwise/powers.ts";
import { abs, floor } from "../src/ops/elementwise/rounding.ts";
import { where } from "../src/ops/elementwise/where.ts";
import { takeAlongAxis, scatterAdd } from "../src/ops/indexing/along-axis.ts";
import { argSort } from "../src/ops/indexing/arg-sort.ts";
import { take, takeAdd } from "../src/ops/indexing/take.ts";
import { broadcastTo } from "../src/ops/movement/broadcast-to.ts";
import { permute } from "../src/ops/movement/permute.ts";
import { concat, pad } from "../src/ops/movement/place.ts";
import { expandDims, reshape } from "../src/ops/movement/reshape.ts";
import { flip, slice } from "../src/ops/movement/slice.ts";
import { randomBits } from "../src/ops/random/random-bits.ts";
import { cumSum } from "../src/ops/reduce/cumulative.ts";
import { argMax, max, min } from "../src/ops/reduce/extremes.ts";
import { any } from "../src/ops/reduce/logical.ts";
import { sum } from "../src/ops/reduce/sum.ts";
import { registry, type Picker, type Primitive } from "../src/primitive.ts";
import { broadcastShapes, sizeOf } from "../src/shape/shape.ts";
import { fromData, type Tensor } from "../src/tensor.ts";
import type { Variable } from "../src/variable.ts";

/** A value of a running program. */
export interface Value {
  readonly x: Tensor;
  /** Every engine computes the same bits: such values may be compared, rounded and sorted. */
  readonly exact: boolean;
  /** About how large elements are. */
  readonly bound: number;
}

/** Numbers from a seed: 0 ≤ x < 1. */
export function numbersFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Random elements; floats within [−2, 2). */
export function filled(shape: readonly number[], dtype: DType, next: () => number): Tensor {
  const size = sizeOf(shape);
  switch (dtype) {
    case "float32": return fromData(Float32Array.from({ length: size }, () => Math.fround(4 * next() - 2)), shape, dtype);
    case "float64": return fromData(Float64Array.from({ length: size }, () => 4 * next() - 2), shape, dtype);
    case "int32": return fromData(Int32Array.from({ length: size }, () => Math.floor(200 * next()) - 100), shape, dtype);
    case "bool": return fromData(Uint8Array.from({ length: size }, () => Number(next() < 0.5)), shape, dtype);
  }
}

/** Any tensor's elements, repeated or cut off, in another shape. */
export function fit(x: Tensor, shape: readonly number[]): Tensor {
  const size = sizeOf(shape);
  if (x.size === size) return reshape(x, shape);
  if (x.size > size) return reshape(slice(reshape(x, [x.size]), [[0, size]]), shape);
  if (x.size === 0) return broadcastTo(fromData(filled([1], x.dtype, () => 0.75).toTypedArray(), [1], x.dtype), [size]).reshape(shape);
  const times = Math.ceil(size / x.size);
  return reshape(slice(reshape(broadcastTo(reshape(x, [1, x.size]), [times, x.size]), [times * x.size]), [[0, size]]), shape);
}

/** To (−1, 1), the same bits everywhere. */
export const squash = (x: Tensor): Tensor => div(x, add(abs(x), 1));

/** Steps at which a small difference becomes a large one. */
const jumps = new Set(["floor", "ceil", "trunc", "round", "sign", "mod", "floorDiv", "copySign", "atan2", "tan"]);
/** What IEEE arithmetic defines to the last bit, whoever computes it. */
const exactly = new Set([
  "identity", "stopGradient", "broadcastTo", "place", "permute", "reshape", "slice", "take", "takeAlongAxis", "max", "min", "argMax", "argMin", "argSort", "add", "sub", "mul", "div",
  "sqrt", "neg", "abs", "square", "relu", "where", "maximum", "minimum", "cast", "floor", "ceil", "trunc", "round", "sign", "copySign", "reciprocal",
  "equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual", "isNaN", "isFinite", "isInf",
]);

/** What a running program has come to: its values so far, and its variables. */
export class Machine {
  readonly values: Value[];
  readonly variables: readonly Variable[];
  readonly dtype: FloatDType;
  /** Whether gradients of what is computed may be asked for. */
  readonly watched: boolean;
  constructor(values: readonly Value[], variables: readonly Variable[], dtype: FloatDType, watched: boolean) {
    this.values = [...values];
    this.variables = variables;
    this.dtype = dtype;
    this.watched = watched;
  }

  /** A machine for the inside of a loop or branch: it sees what is there so far, and what it is given as the newest. */
  inside(given: readonly Value[], watched: boolean = this.watched): Machine {
    return new Machine([...this.values, ...given], this.variables, this.dtype, watched);
  }

  /** The newest values are taken more often, so that programs grow deep. */
  pick(choice: number, fits: (value: Value) => boolean = () => true): Value {
    const from = choice % 3 === 0 ? this.values.length : Math.min(this.values.length, 5);
    for (let i = 0; i < this.values.length; i++) {
      const value = this.values[this.values.length - 1 - ((choice + i) % from)];
      if (fits(value)) return value;
      if (i >= from) break;
    }
    return this.values.find(fits) ?? this.values[0];
  }

  put(x: Tensor, exact: boolean, bound: number): void {
    if (isFloat(x.dtype) && !(bound <= 20)) this.values.push({ x: squash(x), exact, bound: 1 });
    else this.values.push({ x, exact: exact || !isFloat(x.dtype), bound });
  }

  float(choice: number, dtype: FloatDType | null = null): Value {
    const { x, exact, bound } = this.pick(choice);
    const wanted = dtype ?? (isFloat(x.dtype) ? x.dtype : this.dtype);
    return x.dtype === "int32" ? { x: squash(cast(x, wanted)), exact, bound: 1 } : { x: cast(x, wanted), exact, bound };
  }
  exact(choice: number): Value { return this.pick(choice, ({ exact }) => exact); }
  int(choice: number): Tensor {
    const { x } = this.pick(choice, ({ x: { dtype } }) => !isFloat(dtype));
    return cast(x, "int32");
  }
}

/** One kind of step: what it takes and makes follows from three numbers. */
export type Operation = (machine: Machine, first: number, second: number, how: number) => void;

const unaries: readonly (readonly [f: (x: Tensor) => Tensor, exact: boolean, bound: (b: number) => number])[] = [
  [tanh, false, () => 1], [sigmoid, false, () => 1], [relu, true, (b) => b], [neg, true, (b) => b], [square, true, (b) => b * b], [abs, true, (b) => b],
  [(x) => exp(squash(x)), false, () => 3], [(x) => log(add(square(x), 0.5)), false, (b) => b + 1], [(x) => sqrt(add(square(x), 1)), true, (b) => b + 1],
  [(x) => mul(x, 1), true, (b) => b], [(x) => sub(neg(neg(x)), 0), true, (b) => b], [(x) => add(mul(x, 0.5), 0.25), true, (b) => b], [squash, true, () => 1],
];
const binaries: readonly (readonly [f: (a: Tensor, b: Tensor) => Tensor, bound: (a: number, b: number) => number])[] = [
  [add, (a, b) => a + b], [sub, (a, b) => a + b], [mul, (a, b) => a * b], [(a, b) => div(a, add(square(b), 1)), (a) => a], [maximum, Math.max], [minimum, Math.max],
];

/** An axis of a tensor of rank 1 or more. */
const axisOf = (x: Tensor, how: number): number => how % Math.max(1, x.rank);
const atLeastVector = (x: Tensor): Tensor => (x.rank === 0 ? reshape(x, [1]) : x);
const small = (x: Tensor, most: number): Tensor => (x.size > most ? fit(x, [most]) : x);

function fitting(a: Tensor, b: Tensor): Tensor {
  try {
    if (sizeOf(broadcastShapes("fit", a.shape, b.shape)) <= 4000) return b;
  } catch (error) {
    if (!(error instanceof NdgradError)) throw error;
  }
  return fit(b, a.shape);
}

/** The primitives that a step may draw from the registry, in the order they are defined. */
const primitives: readonly Primitive[] = [...registry.values()];

function drawn(machine: Machine, first: number, second: number, how: number): void {
  const primitive = primitives[first % primitives.length];
  const next = numbersFrom(second * 10_000 + how);
  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const pick: Picker = {
    integer, oneOf: (choices) => choices[integer(0, choices.length - 1)], boolean: () => next() < 0.5,
    shape: ({ leastRank = 0, mostRank = 4, leastSize = 0, mostSize = 5 } = {}) => Array.from({ length: integer(leastRank, mostRank) }, () => integer(leastSize, mostSize)),
  };
  const sample = primitive.sample(pick);
  const spec = (i: number): Value => {
    const { shape, dtype, range: [least, most] } = sample.inputs[i];
    if (dtype === "bool") {
      const { x } = machine.pick(how + i, ({ x: { dtype: own } }) => own === "bool");
      return { x: fit(cast(x, "bool"), shape), exact: true, bound: 1 };
    }
    if (dtype === "int32") {
      const x = fit(machine.int(how + i), shape);
      return { x: most - least >= 2 ** 31 ? x : add(mod(x, most - least + 1), least), exact: true, bound: most };
    }
    const value = machine.float(second + i, dtype);
    return { x: add(mul(add(squash(fit(value.x, shape)), 1), (most - least) / 2), least), exact: value.exact, bound: most };
  };
  const inputs = sample.inputs.map((_, i) => spec(i));
  const exact = inputs.every((each) => each.exact);
  const result = primitive.infer(inputs.map(({ x }) => x), sample.attributes);
  const jumping = inputs.some(({ x }) => isFloat(x.dtype)) && (!isFloat(result.dtype) || jumps.has(primitive.name));
  if (jumping && !exact) return;
  machine.put(bind(primitive, inputs.map(({ x }) => x), sample.attributes), exact && exactly.has(primitive.name), Infinity);
}

const unary: Operation = (machine, first, _, how) => {
  const { x, exact, bound } = machine.float(first);
  const [f, keeps, grow] = unaries[how % unaries.length];
  machine.put(f(x), exact && keeps, grow(bound));
};
const binary: Operation = (machine, first, second, how) => {
  const a = machine.float(first);
  const b = machine.float(second, a.x.dtype as FloatDType);
  const [f, grow] = binaries[how % binaries.length];
  machine.put(f(a.x, fitting(a.x, b.x)), a.exact && b.exact, grow(a.bound, b.bound));
};
const reduction: Operation = (machine, first, _, how) => {
  const { x, bound } = machine.float(first);
  const axis = x.rank === 0 ? [] : how % 4 === 0 ? x.shape.map((__, i) => i) : axisOf(x, how >> 2);
  const f = [sum, mean, max, min, logSumExp, variance, (y: Tensor, options: object) => sum(mul(y, y), options)][(how >> 4) % 7];
  machine.put(f(x, { axis, keepDims: how % 2 === 0 }), false, Math.max(bound, 1) ** 2 * x.size);
};
const row: Operation = (machine, first, _, how) => {
  const value = machine.float(first);
  const x = atLeastVector(value.x);
  const axis = axisOf(x, how);
  if (how % 2 === 0) machine.put(softmax(x, { axis }), false, 1);
  else machine.put(div(sub(x, mean(x, { axis, keepDims: true })), sqrt(add(variance(x, { axis, keepDims: true }), 0.1))), false, 5);
};
const product: Operation = (machine, first, second, how) => {
  const a = machine.float(first);
  const b = machine.float(second, a.x.dtype as FloatDType);
  const [m, k, n, batch] = [1 + (how % 7), (how >> 2) % 12, 1 + ((how >> 3) % 9), (how >> 5) % 4];
  const left = a.x.rank >= 2 && a.x.size < 2000 ? a.x : fit(a.x, batch === 0 ? [m, k] : batch === 3 ? [2, batch, m, k] : [batch, m, k]);
  const inner = left.shape[left.rank - 1];
  const right = how % 2 === 0 ? fit(b.x, [inner, n]) : permute(fit(b.x, how % 3 === 0 ? [2, n, inner] : [n, inner]), how % 3 === 0 ? [0, 2, 1] : [1, 0]);
  if (right.rank === 3 && left.rank >= 3 && left.shape[left.rank - 3] !== 2) return;
  const flipped = how % 5 === 0 && left.rank === 2 ? matmul(permute(right, right.rank === 2 ? [1, 0] : [0, 2, 1]), permute(left)) : matmul(left, right);
  machine.put(flipped, false, a.bound * b.bound * Math.max(inner, 1));
};
const view: Operation = (machine, first, _, how) => {
  const { x, exact, bound } = machine.pick(first);
  const axis = axisOf(x, how >> 3);
  const views: readonly (() => Tensor)[] = [
    () => permute(x), () => reshape(x, [x.size]), () => flip(x, x.rank === 0 ? [] : axis), () => slice(x, x.shape.map((__, at) => (at === axis ? [(how >> 4) % 3, null, 1 + (how % 2)] : []))),
    () => expandDims(x, axis), () => (x.size < 500 ? broadcastTo(x, [2, ...x.shape]) : x), () => (x.rank < 2 ? x : reshape(x, [x.shape[0], x.size / Math.max(1, x.shape[0]) || 0])),
    () => permute(x, x.shape.map((__, at) => (at + 1) % x.rank)),
  ];
  machine.put(views[how % views.length](), exact, bound);
};
const placing: Operation = (machine, first, second, how) => {
  const value = machine.pick(first);
  const x = small(atLeastVector(value.x), 2000);
  const other = machine.pick(second, ({ x: { dtype } }) => dtype === x.dtype);
  const axis = axisOf(x, how);
  if (how % 2 === 0 && other.x.dtype === x.dtype) machine.put(concat([x, fit(other.x, x.shape), x], axis), value.exact && other.exact, Math.max(value.bound, other.bound));
  else machine.put(pad(x, x.shape.map((_, at) => (at === axis ? [1, 2] : [0, 0])), x.dtype === "bool" ? 1 : 3), value.exact, Math.max(value.bound, 3));
};
const indexing: Operation = (machine, first, second, how) => {
  const value = machine.float(first);
  const x = atLeastVector(value.x);
  const axis = axisOf(x, how);
  const extent = x.shape[axis];
  if (extent === 0) return;
  const indices = (shape: readonly number[]): Tensor => sub(mod(fit(machine.int(second), shape), extent), how % 3 === 0 ? extent : 0);
  const along = x.shape.map((size, at) => (at === axis ? 3 : size));
  switch ((how >> 3) % 5) {
    case 0: return machine.put(take(x, indices([4]), { axis }), value.exact, value.bound);
    case 1: return machine.put(takeAlongAxis(x, indices(along), axis), value.exact, value.bound);
    case 2: return machine.put(scatterAdd(x, indices(along), fit(x, along), axis), false, value.bound * 4);
    case 3: return machine.put(takeAdd(x, indices([3]), fit(x, along), { axis }), false, value.bound * 4);
    default: return machine.put(cumSum(x, { axis, reverse: how % 2 === 0 }), false, value.bound * extent);
  }
};
const whole: Operation = (machine, first, second, how) => {
  const a = machine.exact(first);
  switch (how % 7) {
    case 0: return machine.put(greater(a.x, fit(cast(machine.exact(second).x, a.x.dtype), a.x.shape)), true, 1);
    case 1: return machine.put(cast(a.x, "int32"), true, 100);
    case 2: return machine.put(argMax(add(fit(a.x, [3, 5]), 0), { axis: how % 2 }), true, 5);
    case 3: return machine.put(argSort(small(atLeastVector(a.x), 300), { descending: how % 2 === 0 }), true, 100);
    case 4: return machine.put(floor(cast(a.x, machine.dtype)), true, a.bound);
    case 5: return machine.put(any(cast(a.x, "bool"), { axis: a.x.rank === 0 ? [] : axisOf(a.x, how) }), true, 1);
    default: return machine.put(add(machine.int(first), mul(sum(machine.int(second)), 3)), true, 100);
  }
};
const choice: Operation = (machine, first, second, how) => {
  const a = machine.float(first);
  const b = machine.float(second, a.x.dtype as FloatDType);
  const condition = machine.exact(how);
  machine.put(where(less(fit(condition.x, a.x.shape), 1), a.x, fit(b.x, a.x.shape)), a.exact && b.exact, Math.max(a.bound, b.bound));
};
const random: Operation = (machine, _, __, how) => {
  const counter = machine.variables[5];
  const bits = randomBits(fromData(Int32Array.of(how, 7), [2], "int32"), counter.value, how % 50);
  counter.assign(add(counter.value, fromData(Int32Array.of(25, 0), [2], "int32")));
  machine.put(bits, true, 100);
};
const reading: Operation = (machine, _, __, how) => {
  const at = how % machine.variables.length;
  // What an earlier call has put into a variable is not known: only whole numbers are exact for certain.
  machine.put(machine.variables[at].value, false, at === 4 ? 100 : 2);
};
const assigning: Operation = (machine, first, second, how) => {
  const at = how % 5;
  const variable = machine.variables[at];
  if (at === 4) return variable.assign(mod(fit(machine.int(first), variable.shape), 1000));
  if (how % 3 === 0) {
    const [u, v] = machine.variables;
    const old = u.value;
    u.assign(v.value);
    v.assign(old);
    return;
  }
  const value = machine.float(first, machine.dtype);
  const update = value.bound > 2 ? squash(fit(value.x, variable.shape)) : fit(value.x, variable.shape);
  variable.assign(second % 3 === 0 ? update : add(mul(variable.value, 0.5), mul(update, 0.5)));
};
const casting: Operation = (machine, first) => {
  const { x, exact, bound } = machine.float(first);
  machine.put(cast(x, x.dtype === "float32" ? "float64" : "float32"), exact, bound);
};

/** What a step may do; what comes often stands here often. */
export const operations: readonly Operation[] = [
  unary, unary, unary, binary, binary, binary, binary, reduction, reduction, row, product, product, view, view, placing, indexing, whole, choice, random, reading, reading, assigning, casting, drawn, drawn, drawn,
];
