import * as core from "@ndgrad/core";
import { isFloat, rowMajorStrides, sizeOf, type DType, type Picker, type SampleInput, type Tensor } from "@ndgrad/core/internal";

// What core's functions that are no primitives mean: plain loops in float64, written without them.

/** A row-major array of float64. */
export interface Defined { readonly shape: readonly number[]; readonly data: readonly number[] }

/** A call that a function must get right. */
export interface ComposedSample {
  readonly inputs: readonly SampleInput[];
  readonly call: (...inputs: readonly Tensor[]) => Tensor | readonly Tensor[];
  readonly define: (...inputs: readonly Defined[]) => Defined | readonly Defined[];
  /** The results' dtype. */
  readonly gives: DType;
}

export interface Composed {
  readonly sample: (pick: Picker) => ComposedSample;
  /** What the result is: moved or chosen elements to the bit, or computed, to a few roundings of itself and, where terms cancel, of the largest input. */
  readonly accuracy: "exact" | "relative" | "cancelling";
  /** Whether finite differences can follow it. */
  readonly smooth: boolean;
  /** Its result's shape, or a boolean, depends on elements: it runs eagerly only. */
  readonly eagerOnly?: boolean;
  /** Special values go in too (NaN, infinities, signed zeros, very large and small numbers). */
  readonly special: boolean;
}

const numbers: readonly DType[] = ["float32", "float64", "int32"];
const anyDType: readonly DType[] = ["float32", "float64", "int32", "bool"];
const toFloat = (dtype: DType): DType => (isFloat(dtype) ? dtype : "float32");
const toNumber = (dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);
const rangeOf = (dtype: DType): readonly [number, number] => (dtype === "bool" ? [0, 1] : [-3, 3]);
const input = (shape: readonly number[], dtype: DType, range: readonly [number, number] = rangeOf(dtype)): SampleInput => ({ shape, dtype, range });

/** An array by the value at each index. */
function build(shape: readonly number[], value: (index: readonly number[]) => number): Defined {
  const strides = rowMajorStrides(shape);
  return { shape, data: Array.from({ length: sizeOf(shape) }, (_, flat) => value(shape.map((extent, axis) => Math.floor(flat / strides[axis]) % extent))) };
}
const at = ({ shape, data }: Defined, index: readonly number[]): number => data[rowMajorStrides(shape).reduce((sum, stride, axis) => sum + stride * index[axis], 0)];
const replaced = (index: readonly number[], axis: number, value: number): number[] => index.map((each, k) => (k === axis ? value : each));

/** One number of each group along some axes, in row-major order. */
function grouped(x: Defined, axes: readonly number[], keepDims: boolean, of: (group: readonly number[]) => number): Defined {
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const within = x.shape.map((extent, axis) => (axes.includes(axis) ? extent : 1));
  const whole = build(kept, (index) => of(build(within, (inner) => at(x, inner.map((each, k) => each + index[k]))).data));
  return keepDims ? whole : { shape: x.shape.filter((_, axis) => !axes.includes(axis)), data: whole.data };
}
/** Rows along an axis, each made of the old one. */
function alongAxis(x: Defined, axis: number, of: (row: readonly number[]) => readonly number[], size = x.shape[axis]): Defined {
  return build(replaced(x.shape, axis, size), (index) => of(Array.from({ length: x.shape[axis] }, (_, k) => at(x, replaced(index, axis, k))))[index[axis]]);
}
const mapped = (x: Defined, f: (value: number) => number): Defined => ({ shape: x.shape, data: x.data.map(f) });
const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const largest = (values: readonly number[]): number => values.reduce((most, x) => Math.max(most, x), -Infinity);

/** Deviations from the mean, squared and added up, relative to the largest of them: nothing overflows. */
function spreadOf(values: readonly number[], correction: number): number {
  const centred = values.map((x) => x - mean(values));
  return Math.hypot(...centred) / Math.sqrt(Math.max(values.length - correction, 0));
}
/** Largest and log1p Σ exp(x − largest) over the others: what is next to 0 is not lost beside a 1. */
function logSumParts(values: readonly number[]): readonly [most: number, more: number] {
  const most = largest(values);
  return [most, Math.log1p(sum(values.filter((_, i) => i !== values.indexOf(most)).map((x) => Math.exp(x - most))))];
}
function logSum(values: readonly number[]): number {
  const [most, more] = logSumParts(values);
  return Number.isFinite(most) ? most + more : most;
}
function softmaxOf(values: readonly number[]): number[] {
  const powers = values.map((x) => Math.exp(x - largest(values)));
  return powers.map((power) => power / sum(powers));
}
const logSoftmaxOf = (values: readonly number[]): number[] => {
  const [most, more] = logSumParts(values);
  return values.map((x) => x - most - more);
};
/** In order, equal ones as they stand, NaN last both ways. */
const orderOf = (values: readonly number[], descending: boolean): number[] => values.map((_, i) => i).sort((a, b) => {
  const [x, y] = [values[a], values[b]];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
  return (x === y ? 0 : (x < y) !== descending ? -1 : 1) || a - b;
});

type ReduceCall = (x: Tensor, options: { readonly axis: readonly number[]; readonly keepDims: boolean }) => Tensor;
/** A function that makes one number of groups. */
const reduction = (call: ReduceCall, of: (group: readonly number[]) => number, { accuracy = "relative", smooth = true, leastSize = 0, gives = toFloat, special = true }: {
  readonly accuracy?: Composed["accuracy"]; readonly smooth?: boolean; readonly leastSize?: number; readonly gives?: (dtype: DType) => DType; readonly special?: boolean;
} = {}): Composed => ({
  accuracy, smooth, special,
  sample(pick) {
    const dtype = pick.oneOf(anyDType);
    const shape = pick.shape({ leastSize });
    const axes = shape.map((_, axis) => axis).filter(() => pick.boolean());
    const keepDims = pick.boolean();
    return { inputs: [input(shape, dtype)], gives: gives(dtype), call: (x) => call(x, { axis: axes, keepDims }), define: (x) => grouped(x, axes, keepDims, of) };
  },
});
/** A function that makes a row of a row. */
const rowwise = (call: (x: Tensor, axis: number) => Tensor, of: (row: readonly number[]) => readonly number[], accuracy: Composed["accuracy"], gives: (dtype: DType) => DType): Composed => ({
  accuracy, smooth: accuracy !== "exact", special: true,
  sample(pick) {
    const dtype = pick.oneOf(anyDType);
    const shape = pick.shape({ leastRank: 1 });
    const axis = pick.integer(0, shape.length - 1);
    return { inputs: [input(shape, dtype)], gives: gives(dtype), call: (x) => call(x, axis - (pick.boolean() ? shape.length : 0)), define: (x) => alongAxis(x, axis, of) };
  },
});
/** A function of each element. */
const elementwise = (call: (x: Tensor) => Tensor, of: (x: number) => number, { accuracy = "relative", gives = toFloat, smooth = true, dtypes = anyDType }: {
  readonly accuracy?: Composed["accuracy"]; readonly gives?: (dtype: DType) => DType; readonly smooth?: boolean; readonly dtypes?: readonly DType[];
} = {}): Composed => ({
  accuracy, smooth, special: true,
  sample(pick) {
    const dtype = pick.oneOf(dtypes);
    return { inputs: [input(pick.shape(), dtype)], gives: gives(dtype), call, define: (x) => mapped(x, of) };
  },
});
/** Elements in other places. */
const movement = (draw: (pick: Picker, shape: readonly number[]) => Pick<ComposedSample, "call" | "define">, { leastRank = 0, leastSize = 0 } = {}): Composed => ({
  accuracy: "exact", smooth: true, special: true,
  sample(pick) {
    const dtype = pick.oneOf(anyDType);
    const shape = pick.shape({ leastRank, leastSize });
    return { inputs: [input(shape, dtype)], gives: dtype, ...draw(pick, shape) };
  },
});
/** A product of two arrays, by the shapes of both. */
const product = (draw: (pick: Picker) => { readonly shapes: readonly [readonly number[], readonly number[]] } & Pick<ComposedSample, "call" | "define">): Composed => ({
  accuracy: "cancelling", smooth: true, special: false,
  sample(pick) {
    const dtype = pick.oneOf(numbers);
    const { shapes: [a, b], call, define } = draw(pick);
    return { inputs: [input(a, dtype), input(b, dtype)], gives: dtype, call, define };
  },
});
/** A new array without inputs. */
const creation = (draw: (pick: Picker, dtype: DType) => { readonly call: () => Tensor; readonly define: () => Defined }, dtypes: readonly DType[] = anyDType, accuracy: Composed["accuracy"] = "exact"): Composed => ({
  accuracy, smooth: false, special: false,
  sample(pick) {
    const dtype = pick.oneOf(dtypes);
    return { inputs: [], gives: dtype, ...draw(pick, dtype) };
  },
});

const size = (pick: Picker): number => pick.integer(0, 4);
const vector = (pick: Picker): number[] => [pick.integer(1, 5)];
const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
/** Abramowitz and Stegun 7.1.6, and 1 from where float64 says so. */
function errorFunction(x: number): number {
  if (Math.abs(x) > 6 || Number.isNaN(x)) return Math.sign(x);
  let [term, total] = [x, x];
  for (let n = 1; n < 200; n++) total += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}
const matrixShape = (pick: Picker): number[] => [...pick.shape({ mostRank: 1, mostSize: 3 }), size(pick), size(pick)];
const triangle = (call: (x: Tensor, offset: number) => Tensor, keeps: (ahead: number, offset: number) => boolean): Composed => ({
  accuracy: "exact", smooth: true, special: true,
  sample(pick) {
    const dtype = pick.oneOf(anyDType);
    const offset = pick.integer(-3, 3);
    return {
      inputs: [input(matrixShape(pick), dtype)], gives: dtype, call: (x) => call(x, offset),
      define: (x) => build(x.shape, (index) => (keeps(index[index.length - 1] - index[index.length - 2], offset) ? at(x, index) : 0)),
    };
  },
});
const diagonalOf = (x: Defined, offset: number): Defined => {
  const [rows, columns] = x.shape.slice(-2);
  const length = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)));
  return build([...x.shape.slice(0, -2), length], (index) => {
    const i = index[index.length - 1];
    return at(x, [...index.slice(0, -1), i + Math.max(-offset, 0), i + Math.max(offset, 0)]);
  });
};
const ordersOf = (pick: Picker, rank: number): number[] => {
  const left = Array.from({ length: rank }, (_, axis) => axis);
  return Array.from({ length: rank }, () => left.splice(pick.integer(0, left.length - 1), 1)[0]);
};
const permuted = (x: Defined, order: readonly number[]): Defined =>
  build(order.map((axis) => x.shape[axis]), (index) => at(x, x.shape.map((_, axis) => index[order.indexOf(axis)])));
/** Where a place of a longer axis comes from. */
const gathered = (x: Defined, axis: number, from: readonly number[]): Defined => build(replaced(x.shape, axis, from.length), (index) => at(x, replaced(index, axis, from[index[axis]])));
const rolledBy = (extent: number, shift: number): number[] => Array.from({ length: extent }, (_, i) => (((i - shift) % extent) + extent) % extent);
const places = (start: number, stop: number): number[] => Array.from({ length: Math.max(stop - start, 0) }, (_, i) => start + i);
const closeTo = (a: number, b: number, rtol: number, atol: number, equalNaN: boolean): boolean =>
  a === b || (Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b)) || (equalNaN && Number.isNaN(a) && Number.isNaN(b));
const booleans = (call: (a: Tensor, b: Tensor) => boolean, of: (a: Defined, b: Defined) => boolean): Composed => ({
  accuracy: "exact", smooth: false, eagerOnly: true, special: true,
  sample(pick) {
    const [a, b] = [pick.oneOf(anyDType), pick.oneOf(anyDType)];
    const shape = pick.shape({ mostRank: 2, mostSize: 2 });
    return {
      inputs: [input(shape, a, [0, 1]), input(shape, b, [0, 1])], gives: "bool",
      call: (x, y) => core.tensor(call(x, y)), define: (x, y) => ({ shape: [], data: [Number(of(x, y))] }),
    };
  },
});

/** The meaning of each function of core that is no primitive. */
export const composed: Readonly<Record<string, Composed>> = {
  mean: reduction(core.mean, mean, { accuracy: "cancelling", special: false }),
  variance: reduction((x, options) => core.variance(x, { ...options, correction: 1 }), (group) => spreadOf(group, 1) ** 2),
  std: reduction(core.std, (group) => spreadOf(group, 0), { smooth: false }),
  norm: reduction(core.norm, (group) => (group.some(Number.isNaN) && !group.some((x) => Math.abs(x) === Infinity) ? NaN : Math.hypot(...group)), { smooth: false }),
  countNonZero: reduction(core.countNonZero, (group) => group.filter((x) => x !== 0).length, { accuracy: "exact", smooth: false, gives: () => "int32" }),
  logSumExp: reduction(core.logSumExp, logSum, { accuracy: "cancelling" }),
  softmax: rowwise((x, axis) => core.softmax(x, { axis }), softmaxOf, "relative", toFloat),
  logSoftmax: rowwise((x, axis) => core.logSoftmax(x, { axis }), logSoftmaxOf, "relative", toFloat),
  sort: rowwise((x, axis) => core.sort(x, { axis, descending: true }), (row) => orderOf(row, true).map((i) => row[i]), "exact", (dtype) => dtype),
  topK: {
    accuracy: "exact", smooth: false, special: true,
    sample(pick) {
      const dtype = pick.oneOf(numbers);
      const shape = pick.shape({ leastRank: 1 });
      const axis = pick.integer(0, shape.length - 1);
      const k = pick.integer(0, shape[axis]);
      const smallest = pick.boolean();
      return {
        inputs: [input(shape, dtype)], gives: dtype, call: (x) => core.topK(x, k, { axis, smallest }).values,
        define: (x) => alongAxis(x, axis, (row) => orderOf(row, !smallest).map((i) => row[i]), k),
      };
    },
  },

  clip: elementwise((x) => core.clip(x, { min: -1, max: 2 }), (x) => Math.min(Math.max(x, -1), 2), { accuracy: "exact", gives: toNumber, smooth: false }),
  elu: elementwise((x) => core.elu(x, { alpha: 0.5 }), (x) => (x > 0 ? x : 0.5 * Math.expm1(x)), { smooth: false }),
  gelu: elementwise((x) => core.gelu(x), (x) => 0.5 * x * (1 + errorFunction(x / Math.SQRT2)), { accuracy: "cancelling" }),
  "gelu ": elementwise((x) => core.gelu(x, { approximate: "tanh" }), (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))), { accuracy: "cancelling" }),
  heaviside: elementwise((x) => core.heaviside(x), (x) => (Number.isNaN(x) ? NaN : Number(x > 0)), { accuracy: "exact", gives: (dtype) => dtype, smooth: false }),
  leakyRelu: elementwise((x) => core.leakyRelu(x, { slope: 0.25 }), (x) => (x > 0 ? x : x * 0.25), { smooth: false }),
  logSigmoid: elementwise((x) => core.logSigmoid(x), (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)))),
  silu: elementwise((x) => core.silu(x), (x) => x * sigmoid(x)),
  isClose: {
    accuracy: "exact", smooth: false, special: true,
    sample(pick) {
      const shape = pick.shape();
      const options = { rtol: pick.oneOf([0, 0.1, 1e-5]), atol: pick.oneOf([0, 0.5]), equalNaN: pick.boolean() };
      return {
        inputs: [input(shape, pick.oneOf(anyDType), [0, 1]), input(shape, pick.oneOf(anyDType), [0, 1])], gives: "bool",
        call: (a, b) => core.isClose(a, b, options),
        define: (a, b) => ({ shape: a.shape, data: a.data.map((x, i) => Number(closeTo(x, b.data[i], options.rtol, options.atol, options.equalNaN))) }),
      };
    },
  },
  allClose: booleans((a, b) => core.allClose(a, b, { atol: 0.5 }), (a, b) => a.data.every((x, i) => closeTo(x, b.data[i], 1e-5, 0.5, false))),
  arrayEqual: booleans((a, b) => core.arrayEqual(a, b), (a, b) => a.data.every((x, i) => x === b.data[i])),

  dot: product((pick) => {
    const [m, k, n] = [size(pick), size(pick), size(pick)];
    return { shapes: [[m, k], [k, n]], call: (a, b) => core.dot(a, b), define: (a, b) => build([m, n], ([i, j]) => sum(places(0, k).map((l) => at(a, [i, l]) * at(b, [l, j])))) };
  }),
  inner: product((pick) => {
    const [m, k, n] = [size(pick), size(pick), size(pick)];
    return { shapes: [[m, k], [n, k]], call: (a, b) => core.inner(a, b), define: (a, b) => build([m, n], ([i, j]) => sum(places(0, k).map((l) => at(a, [i, l]) * at(b, [j, l])))) };
  }),
  outer: product((pick) => {
    const [a, b] = [pick.shape({ mostRank: 2 }), pick.shape({ mostRank: 2 })];
    return { shapes: [a, b], call: (x, y) => core.outer(x, y), define: (x, y) => build([sizeOf(a), sizeOf(b)], ([i, j]) => x.data[i] * y.data[j]) };
  }),
  tensordot: product((pick) => {
    const [m, k, l, n] = [size(pick), size(pick), size(pick), size(pick)];
    return {
      shapes: [[k, m, l], [l, n, k]], call: (a, b) => core.tensordot(a, b, [[0, 2], [2, 0]]),
      define: (a, b) => build([m, n], ([i, j]) => sum(places(0, k).flatMap((p) => places(0, l).map((q) => at(a, [p, i, q]) * at(b, [q, j, p]))))),
    };
  }),
  einsum: product((pick) => {
    const [m, k, n] = [size(pick), size(pick), size(pick)];
    // A batch, a diagonal and a sum of one operand alone.
    return {
      shapes: [[m, k, k], [n, m]], call: (a, b) => core.einsum("bii,jb->bj", a, b) as Tensor,
      define: (a, b) => build([m, n], ([i, j]) => sum(places(0, k).map((l) => at(a, [i, l, l]) * at(b, [j, i])))),
    };
  }),
  trace: {
    accuracy: "cancelling", smooth: true, special: false,
    sample(pick) {
      const dtype = pick.oneOf(numbers);
      const offset = pick.integer(-2, 2);
      return { inputs: [input(matrixShape(pick), dtype)], gives: dtype, call: (x) => core.trace(x, { offset }), define: (x) => { const d = diagonalOf(x, offset); return grouped(d, [d.shape.length - 1], false, sum); } };
    },
  },
  diagonal: {
    accuracy: "exact", smooth: true, special: true,
    sample(pick) {
      const dtype = pick.oneOf(anyDType);
      const offset = pick.integer(-4, 4);
      return { inputs: [input(matrixShape(pick), dtype)], gives: dtype, call: (x) => core.diagonal(x, { offset }), define: (x) => diagonalOf(x, offset) };
    },
  },
  diagonalMatrix: movement((pick, shape) => {
    const offset = pick.integer(-2, 2);
    const side = shape[shape.length - 1] + Math.abs(offset);
    return {
      call: (x) => core.diagonalMatrix(x, { offset }),
      define: (x) => build([...shape.slice(0, -1), side, side], (index) => {
        const [row, column] = index.slice(-2);
        return column - row === offset ? at(x, [...index.slice(0, -2), Math.min(row, column)]) : 0;
      }),
    };
  }, { leastRank: 1 }),

  expandDims: movement((pick, shape) => {
    const axis = pick.integer(0, shape.length);
    return { call: (x) => core.expandDims(x, axis), define: (x) => ({ shape: [...shape.slice(0, axis), 1, ...shape.slice(axis)], data: x.data }) };
  }),
  squeeze: movement((_, shape) => ({ call: (x) => core.squeeze(x), define: (x) => ({ shape: shape.filter((extent) => extent !== 1), data: x.data }) })),
  flip: movement((pick, shape) => {
    const axes = shape.map((__, axis) => axis).filter(() => pick.boolean());
    return { call: (x) => core.flip(x, { axis: axes }), define: (x) => build(shape, (index) => at(x, index.map((each, k) => (axes.includes(k) ? shape[k] - 1 - each : each)))) };
  }),
  transpose: movement((pick, shape) => {
    const order = ordersOf(pick, shape.length);
    return { call: (x) => core.transpose(x, order), define: (x) => permuted(x, order) };
  }),
  swapAxes: movement((pick, shape) => {
    const [a, b] = [pick.integer(0, shape.length - 1), pick.integer(0, shape.length - 1)];
    return { call: (x) => core.swapAxes(x, a, b - shape.length), define: (x) => permuted(x, shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis))) };
  }, { leastRank: 1 }),
  moveAxis: movement((pick, shape) => {
    const [from, to] = [pick.integer(0, shape.length - 1), pick.integer(0, shape.length - 1)];
    const order = shape.map((_, axis) => axis).filter((axis) => axis !== from);
    order.splice(to, 0, from);
    return { call: (x) => core.moveAxis(x, from, to), define: (x) => permuted(x, order) };
  }, { leastRank: 1 }),
  concat: movement((pick, shape) => {
    const axis = pick.integer(0, shape.length - 1);
    return { call: (x) => core.concat([x, x, x], { axis }), define: (x) => gathered(x, axis, [...places(0, shape[axis]), ...places(0, shape[axis]), ...places(0, shape[axis])]) };
  }, { leastRank: 1 }),
  stack: movement((pick, shape) => {
    const axis = pick.integer(0, shape.length);
    return { call: (x) => core.stack([x, x], { axis }), define: (x) => build([...shape.slice(0, axis), 2, ...shape.slice(axis)], (index) => at(x, index.filter((_, k) => k !== axis))) };
  }),
  unstack: movement((pick, shape) => {
    const axis = pick.integer(0, shape.length - 1);
    return {
      call: (x) => core.unstack(x, { axis }),
      define: (x) => places(0, shape[axis]).map((i) => build(shape.filter((_, k) => k !== axis), (index) => at(x, [...index.slice(0, axis), i, ...index.slice(axis)]))),
    };
  }, { leastRank: 1 }),
  split: movement((pick, shape) => {
    const axis = pick.integer(0, shape.length - 1);
    const [cut] = [pick.integer(0, 6)];
    const stop = Math.min(cut, shape[axis]);
    return { call: (x) => core.split(x, [cut], { axis }), define: (x) => [gathered(x, axis, places(0, stop)), gathered(x, axis, places(stop, shape[axis]))] };
  }, { leastRank: 1 }),
  pad: movement((pick, shape) => {
    const padding = shape.map(() => [pick.integer(0, 2), pick.integer(0, 2)] as const);
    return {
      call: (x) => core.pad(x, padding, { value: 1 }),
      define: (x) => build(shape.map((extent, k) => extent + padding[k][0] + padding[k][1]), (index) => {
        const from = index.map((each, k) => each - padding[k][0]);
        return from.every((each, k) => each >= 0 && each < shape[k]) ? at(x, from) : 1;
      }),
    };
  }),
  tile: movement((pick, shape) => {
    const counts = [pick.integer(0, 2), ...shape.map(() => pick.integer(0, 3))];
    return {
      call: (x) => core.tile(x, counts),
      define: (x) => build(counts.map((count, k) => (k === 0 ? count : count * shape[k - 1])), (index) => at(x, index.slice(1).map((each, k) => each % shape[k]))),
    };
  }),
  repeat: movement((pick, shape) => {
    const axis = pick.integer(0, shape.length - 1);
    const counts = places(0, shape[axis]).map(() => pick.integer(0, 3));
    return { call: (x) => core.repeat(x, counts, { axis }), define: (x) => gathered(x, axis, counts.flatMap((count, i) => new Array<number>(count).fill(i))) };
  }, { leastRank: 1 }),
  roll: movement((pick, shape) => {
    const axis = pick.integer(0, shape.length - 1);
    const shift = pick.integer(-7, 7);
    return { call: (x) => core.roll(x, shift, { axis }), define: (x) => gathered(x, axis, rolledBy(shape[axis], shift)) };
  }, { leastRank: 1 }),
  meshGrid: {
    accuracy: "exact", smooth: true, special: true,
    sample(pick) {
      const dtype = pick.oneOf(anyDType);
      const [a, b] = [vector(pick), vector(pick)];
      return { inputs: [input(a, dtype), input(b, dtype)], gives: dtype, call: (x, y) => core.meshGrid([x, y]), define: (x, y) => [build([...a, ...b], ([i]) => x.data[i]), build([...a, ...b], ([, j]) => y.data[j])] };
    },
  },

  tril: triangle((x, offset) => core.tril(x, { offset }), (ahead, offset) => ahead <= offset),
  triu: triangle((x, offset) => core.triu(x, { offset }), (ahead, offset) => ahead >= offset),
  oneHot: {
    accuracy: "exact", smooth: false, special: false,
    sample(pick) {
      const depth = pick.integer(1, 5);
      const shape = pick.shape({ mostRank: 2 });
      const dtype = pick.oneOf(anyDType);
      return { inputs: [input(shape, "int32", [0, depth - 1])], gives: dtype, call: (x) => core.oneHot(x, depth, { dtype }), define: (x) => build([...shape, depth], (index) => Number(at(x, index.slice(0, -1)) === index[index.length - 1])) };
    },
  },
  booleanMask: {
    accuracy: "exact", smooth: false, eagerOnly: true, special: false,
    sample(pick) {
      const shape = pick.shape({ leastRank: 1 });
      const dtype = pick.oneOf(anyDType);
      return {
        inputs: [input(shape, dtype), input(shape.slice(0, 1), "bool")], gives: dtype, call: (x, mask) => core.booleanMask(x, mask),
        define: (x, mask) => gathered(x, 0, places(0, shape[0]).filter((i) => mask.data[i] !== 0)),
      };
    },
  },
  nonZero: {
    accuracy: "exact", smooth: false, eagerOnly: true, special: true,
    sample(pick) {
      const shape = pick.shape();
      return {
        inputs: [input(shape, pick.oneOf(anyDType), [0, 1])], gives: "int32", call: (x) => core.nonZero(x),
        define(x) {
          const found: (readonly number[])[] = [];
          build(shape, (index) => { if (at(x, index) !== 0) found.push(index); return 0; });
          return { shape: [found.length, shape.length], data: found.flat() };
        },
      };
    },
  },

  zeros: creation((pick, dtype) => { const shape = pick.shape(); return { call: () => core.zeros(shape, { dtype }), define: () => build(shape, () => 0) }; }),
  ones: creation((pick, dtype) => { const shape = pick.shape(); return { call: () => core.ones(shape, { dtype }), define: () => build(shape, () => 1) }; }),
  full: creation((pick, dtype) => { const shape = pick.shape(); const value = pick.integer(0, 1); return { call: () => core.full(shape, value, { dtype }), define: () => build(shape, () => value) }; }),
  tensor: creation((pick, dtype) => { const values = [pick.integer(0, 1), pick.integer(0, 1)]; return { call: () => core.tensor([values, values], { dtype }), define: () => ({ shape: [2, 2], data: [...values, ...values] }) }; }),
  zerosLike: movement((_, shape) => ({ call: (x) => core.zerosLike(x), define: () => build(shape, () => 0) })),
  onesLike: movement((_, shape) => ({ call: (x) => core.onesLike(x), define: () => build(shape, () => 1) })),
  fullLike: movement((_, shape) => ({ call: (x) => core.fullLike(x, 1), define: () => build(shape, () => 1) })),
  eye: creation((pick, dtype) => {
    const [rows, columns, offset] = [size(pick), size(pick), pick.integer(-4, 4)];
    return { call: () => core.eye(rows, { columns, offset, dtype }), define: () => build([rows, columns], ([i, j]) => Number(j - i === offset)) };
  }),
  arange: creation((pick, dtype) => {
    const [start, stop, step] = [pick.integer(-9, 9), pick.integer(-9, 9), pick.oneOf([-3, -1, 1, 2])];
    return { call: () => core.arange(start, stop, step, { dtype }), define: () => { const length = Math.max(0, Math.ceil((stop - start) / step)); return { shape: [length], data: places(0, length).map((i) => start + i * step) }; } };
  }, numbers),
  linspace: creation((pick, dtype) => {
    const [start, stop, count] = [pick.oneOf([-3, 0, 1e30, -1.5e308]), pick.oneOf([4, -2, 1.5e308]), pick.integer(0, 6)];
    const wide = dtype === "float64" ? [start, stop] : [Math.sign(start), Math.sign(stop)];
    return {
      call: () => core.linspace(wide[0], wide[1], count, { dtype }),
      define: () => ({ shape: [count], data: places(0, count).map((i) => (count === 1 ? wide[0] : wide[0] * (1 - i / (count - 1)) + wide[1] * (i / (count - 1)))) }),
    };
  }, ["float32", "float64"], "cancelling"),
};
