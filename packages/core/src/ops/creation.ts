import { allocate, type DType } from "../dtype.ts";
import type { Spec } from "../primitive.ts";
import { fromData, type Tensor } from "../tensor.ts";
import { broadcastTo } from "./movement/broadcast-to.ts";
import { scalar } from "./literal.ts";

/** A tensor full of one value. It holds a single element that is walked with stride 0. */
export const full = (shape: readonly number[], value: number | boolean, dtype: DType): Tensor =>
  shape.length === 0 ? scalar("full", value, dtype) : broadcastTo(scalar("full", value, dtype), shape);

export const zerosLike = ({ shape, dtype }: Spec): Tensor => full(shape, 0, dtype);
export const onesLike = ({ shape, dtype }: Spec): Tensor => full(shape, 1, dtype);

/** 0, 1, …, size − 1. */
export function iota(size: number, dtype: DType): Tensor {
  const data = allocate(dtype, size);
  for (let i = 0; i < size; i++) data[i] = i;
  return fromData(data, [size], dtype);
}
