import { allocate, isDType, dtypes, type DType } from "../dtype.ts";
import { DTypeError, NdgradError, ShapeError } from "../errors.ts";
import type { Spec } from "../primitive.ts";
import { checkShape } from "../shape/shape.ts";
import { fromData, type Tensor } from "../tensor.ts";
import { broadcastTo } from "./movement/broadcast-to.ts";
import { checkElement, dtypeBeside, scalar } from "./literal.ts";

/** The dtype of what is made; float32 unless given. */
export interface CreationOptions { readonly dtype?: DType | undefined }

/** Throws unless `dtype` is one of the four: callers without types may pass anything. */
export function checkDType(op: string, dtype: DType): void {
  if (!isDType(dtype)) throw new DTypeError(`${op}: "${String(dtype)}" is not a dtype; use ${dtypes.join(", ")}`);
}

/** A tensor full of one value. It holds a single element that is walked with stride 0. */
export function full(shape: readonly number[], value: number | boolean, dtype: DType, op = "full"): Tensor {
  checkDType(op, dtype);
  checkShape(op, shape);
  return broadcastTo(scalar(op, value, dtype), shape);
}

/**
 * A tensor of zeros. NumPy: zeros.
 * @throws ShapeError for negative or fractional sizes; DTypeError for an unknown dtype.
 * @example zeros([2]) // [0, 0]
 */
export const zeros = (shape: readonly number[], { dtype = "float32" }: CreationOptions = {}): Tensor => full(shape, 0, dtype, "zeros");

/**
 * A tensor of ones. NumPy: ones.
 * @throws ShapeError for negative or fractional sizes; DTypeError for an unknown dtype.
 * @example ones([2]) // [1, 1]
 */
export const ones = (shape: readonly number[], { dtype = "float32" }: CreationOptions = {}): Tensor => full(shape, 1, dtype, "ones");

/** A tensor of another one's shape, full of one value: in the other's dtype where that holds it, else in the value's own. NumPy: full_like. */
export function fullLike({ shape, dtype: own }: Spec, value: number | boolean, { dtype }: CreationOptions = {}): Tensor {
  const holds = typeof value === "boolean" || (own === "bool" && (value === 0 || value === 1));
  return full(shape, value, dtype ?? (holds ? own : dtypeBeside(value, own)), "fullLike");
}
/** Zeros of another tensor's shape and dtype. NumPy: zeros_like. */
export const zerosLike = ({ shape, dtype }: Spec): Tensor => full(shape, 0, dtype);
/** Ones of another tensor's shape and dtype. NumPy: ones_like. */
export const onesLike = ({ shape, dtype }: Spec): Tensor => full(shape, 1, dtype);

/** 0, 1, …, size − 1. */
export function iota(size: number, dtype: DType): Tensor {
  const data = allocate(dtype, size);
  for (let i = 0; i < size; i++) data[i] = i;
  return fromData(data, [size], dtype);
}

/**
 * Ones on a diagonal, zeros elsewhere: [rows, columns]. NumPy: eye.
 * @param options `columns` as many as rows unless given; `offset` 1 means the diagonal above the main one.
 * @throws ShapeError for negative or fractional sizes.
 * @example eye(2) // [[1, 0], [0, 1]]
 */
export function eye(rows: number, { columns = rows, offset = 0, dtype = "float32" }: CreationOptions & { readonly columns?: number | undefined; readonly offset?: number | undefined } = {}): Tensor {
  checkDType("eye", dtype);
  checkShape("eye", [rows, columns]);
  if (!Number.isInteger(offset)) throw new ShapeError(`eye: an offset of ${offset}; use a whole number`);
  const data = allocate(dtype, rows * columns);
  for (let row = Math.max(0, -offset); row < rows && row + offset < columns; row++) data[row * columns + row + offset] = 1;
  return fromData(data, [rows, columns], dtype);
}

/**
 * Numbers in equal steps from `start` (0 unless given) up to, not including, `stop`: start + i·step for i < ⌈(stop − start) / step⌉.
 * float32 unless another dtype is asked for. NumPy: arange.
 * @throws NdgradError for a step of 0 or bounds that are not finite; DTypeError where the dtype cannot hold a number.
 * @example arange(3) // [0, 1, 2]
 * @example arange(1, 2, 0.25) // [1, 1.25, 1.5, 1.75]
 */
export function arange(...range: readonly [...bounds: ArangeBounds, options?: CreationOptions]): Tensor {
  const numbers = range.filter((each): each is number => typeof each === "number");
  const given = range.filter((each) => typeof each === "object");
  if (given.length > 1 || range.slice(numbers.length).some((each) => typeof each === "number")) throw new NdgradError("arange: options come once, after the numbers: start, stop, step, { dtype }");
  const { dtype = "float32" } = given[0] ?? {};
  const [start, stop, step] = numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
  checkDType("arange", dtype);
  if (![start, stop, step].every(Number.isFinite) || step === 0) throw new NdgradError(`arange: from ${start} to ${stop} in steps of ${step}; use finite numbers and a step other than 0`);
  const size = Math.max(0, Math.ceil((stop - start) / step));
  checkShape("arange", [size]);
  return sequence("arange", size, dtype, (i) => start + i * step);
}
/** Where a range ends; where it starts and ends; these and the step. */
export type ArangeBounds = readonly [stop: number] | readonly [start: number, stop: number, step?: number];

/**
 * `count` numbers at equal distances from `start` to `stop`, both included: start + i·(stop − start)/(count − 1). NumPy: linspace.
 * @throws ShapeError unless the count is a whole number from 0 up; DTypeError where the dtype cannot hold a number.
 * @example linspace(0, 1, 5) // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, stop: number, count: number, { dtype = "float32" }: CreationOptions = {}): Tensor {
  checkDType("linspace", dtype);
  checkShape("linspace", [count]);
  const step = (stop - start) / (count - 1);
  // From one end of the range of floats to the other, the distance is out of it.
  const between = (i: number): number => (Number.isFinite(step) ? start + i * step : start * (1 - i / (count - 1)) + stop * (i / (count - 1)));
  // Rounding may miss the end by a little: it is given as it is.
  return sequence("linspace", count, dtype, (i) => (i === 0 ? start : i === count - 1 ? stop : between(i)));
}

function sequence(op: string, size: number, dtype: DType, element: (i: number) => number): Tensor {
  const data = allocate(dtype, size);
  for (let i = 0; i < size; i++) {
    const value = element(i);
    checkElement(op, value, dtype);
    data[i] = value;
  }
  return fromData(data, [size], dtype);
}
