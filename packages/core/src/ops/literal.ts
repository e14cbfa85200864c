import { allocate, type DType } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { fromData, Tensor } from "../tensor.ts";

/** What operations take where a tensor is meant: a bare number or boolean stands for a scalar tensor. */
export type Value = Tensor | number | boolean;

/** A scalar of a given dtype; throws where the dtype cannot hold the value. */
export function scalar(op: string, value: number | boolean, dtype: DType): Tensor {
  const number = Number(value);
  checkElement(op, number, dtype);
  const data = allocate(dtype, 1);
  data[0] = number;
  return fromData(data, [], dtype);
}

/** Throws where `dtype` cannot hold `value` exactly enough: fractions, NaN and overflow in int32, anything but 0 and 1 in bool. `place` says where it stands. */
export function checkElement(op: string, value: number, dtype: DType, place = ""): void {
  if (dtype === "int32" && value !== (value | 0)) {
    throw new DTypeError(`${op}: ${value}${place} is not an int32 (whole numbers from −2³¹ to 2³¹ − 1); use float32 or float64, or cast the tensor first`);
  }
  if (dtype === "bool" && value !== 0 && value !== 1) {
    throw new DTypeError(`${op}: ${value}${place} is not a bool; use true, false, 0 or 1, or cast the tensor first`);
  }
}

/** Whether a bare number is taken in the dtype of the tensor beside it: any beside floats, whole ones beside int32. */
export const fitsBeside = (value: number, dtype: DType): boolean => dtype === "float32" || dtype === "float64" || (dtype === "int32" && Number.isInteger(value));

/** The dtype of a bare number beside a tensor: the tensor's; beside int32 and bool a whole number is int32, all others (fractions, NaN, ±Infinity) are `fraction`. */
export function dtypeBeside(value: number, dtype: DType, fraction: DType = "float32"): DType {
  if (fitsBeside(value, dtype)) return dtype;
  return Number.isInteger(value) ? "int32" : fraction;
}

/** The tensors meant by `values`: a number or boolean takes the dtype of the tensors beside it, as far as that holds it (`dtypeBeside`). */
export function asTensors(op: string, values: readonly Value[], common: DType | undefined, fraction?: DType): Tensor[] {
  return values.map((value) => {
    if (value instanceof Tensor) return value;
    if (typeof value === "boolean") return scalar(op, value, "bool");
    return scalar(op, value, common === undefined ? "float32" : dtypeBeside(value, common, fraction));
  });
}
