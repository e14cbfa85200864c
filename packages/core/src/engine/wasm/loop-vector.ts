import { bytesPerElement, type DType } from "../../dtype.ts";
import type { ScalarType } from "../expr.ts";
import type { FunctionBuilder, Local } from "./encoder.ts";

/** How many elements a vector instruction works on: four where all are of 32 bits or fewer, else two. */
export type Lanes = 2 | 4;

/** How many lanes of a vector hold elements. */
export type Count = 1 | 2 | 3 | 4;

/** The bytes in a lane of a bool's mask: masks come as wide as the comparison that made them; `0` fits any width. */
export type MaskWidth = 0 | 4 | 8;

/** The vector type that holds numbers of a type; with two lanes, those of 32 bits keep to the low half. */
export const vectorShape: {
  readonly float32: "f32x4"; readonly float64: "f64x2"; readonly int32: "i32x4"; readonly int64: "i64x2";
} = { float32: "f32x4", float64: "f64x2", int32: "i32x4", int64: "i64x2" };

/** The 16 bytes of a vector with one value in every lane; bool is a mask. */
export function splatBytes(value: number | bigint, type: ScalarType): Uint8Array {
  switch (type) {
    case "float32": return new Uint8Array(new Float32Array(4).fill(Number(value)).buffer);
    case "float64": return new Uint8Array(new Float64Array(2).fill(Number(value)).buffer);
    case "int32": return new Uint8Array(new Int32Array(4).fill(Number(value)).buffer);
    case "int64": return new Uint8Array(new BigInt64Array(2).fill(BigInt.asIntN(64, BigInt(value))).buffer);
    case "bool": return new Uint8Array(16).fill(Number(value) === 0 ? 0 : 255);
  }
}

/** A mask of the first lane. */
export const firstLane = (bytes: 4 | 8): Uint8Array => new Uint8Array(16).fill(255, 0, bytes);

/** Swaps the halves of a vector, or the neighbours of 32 bits within the low half. */
export const swapHalves: readonly number[] = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
export const swapNeighbours: readonly number[] = [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11];
/** The low half of each of two 64-bit lanes, in the low half. */
export const lowWords: readonly number[] = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];
/** The low half of one vector before the low half of another. */
export const joinLow: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** A number of bytes or elements: known, or in a local. */
export type Amount = number | { readonly local: Local };

export const pushAmount = (f: FunctionBuilder, amount: Amount): FunctionBuilder =>
  typeof amount === "number" ? f.i32(amount) : f.get(amount.local);

/** Moves a pointer by `times` strides. */
export function advance(f: FunctionBuilder, pointer: Local, stride: Amount, times = 1): void {
  if (typeof stride === "number") {
    if (stride * times !== 0) f.get(pointer).i32(stride * times).op("i32.add").set(pointer);
    return;
  }
  f.get(pointer, stride.local);
  if (times !== 1) f.i32(times).op("i32.mul");
  f.op("i32.add").set(pointer);
}

/** An operand along the vectorised axis. */
export interface Stream {
  readonly dtype: DType;
  /** In bytes. */
  readonly stride: Amount;
}

/** Whether the elements of a vector lie side by side. */
export const isPacked = ({ dtype, stride }: Stream): boolean => stride === bytesPerElement[dtype];

/** Shuffles the one vector on the stack. */
export function shuffleSelf(f: FunctionBuilder, bytes: readonly number[]): void {
  const same = f.local("v128");
  f.tee(same).get(same).shuffle(bytes).release(same);
}

/** Spreads the first lane of the vector on the stack, an element of a dtype (bool: a mask of 32 bits), over all lanes. */
export function spread(f: FunctionBuilder, dtype: DType): void {
  shuffleSelf(f, Array.from({ length: 16 }, (_, byte) => byte % (bytesPerElement[dtype] === 8 ? 8 : 4)));
}

/** Turns the mask on the stack into lanes of `width` bytes. */
export function setMaskWidth(f: FunctionBuilder, from: MaskWidth, width: 4 | 8): void {
  if (from === 4 && width === 8) f.op("i64x2.extend_low_i32x4_s");
  if (from === 8 && width === 4) shuffleSelf(f, lowWords);
}

/** Pushes `pointer + times · stride` and gives the part of it that an instruction can add by itself. */
export function pushAddress(f: FunctionBuilder, pointer: Local, stride: Amount, times: number, offset: number): number {
  f.get(pointer);
  if (typeof stride === "number" && stride >= 0) return offset + stride * times;
  if (times !== 0) {
    pushAmount(f, stride);
    if (times !== 1) f.i32(times).op("i32.mul");
    f.op("i32.add");
  }
  return offset;
}

/** Bytes of 0 or 1 in the lowest lanes become a mask of 32-bit lanes. */
const maskOfBytes = (f: FunctionBuilder): FunctionBuilder =>
  f.op("i8x16.neg").op("i16x8.extend_low_i8x16_s").op("i32x4.extend_low_i16x8_s");

/** Pushes `count` elements from the pointer plus `offset` bytes; bool as a mask of 32-bit lanes. Three may be read along with what follows them. */
export function pushLoad(f: FunctionBuilder, stream: Stream, count: Count, pointer: Local, offset = 0): void {
  const { dtype, stride } = stream;
  const bytes = bytesPerElement[dtype];
  if (stride === 0 && count !== 1) {
    f.get(pointer).memory(bytes === 8 ? "v128.load64_splat" : bytes === 4 ? "v128.load32_splat" : "v128.load8_splat", offset);
  } else if (count === 1 || isPacked(stream)) {
    const size = bytes * (count === 3 ? 4 : count);
    if (size === 16) f.get(pointer).memory("v128.load", offset);
    else if (size >= 4) f.get(pointer).memory(size === 8 ? "v128.load64_zero" : "v128.load32_zero", offset);
    else f.get(pointer).v128(new Uint8Array(16)).memoryLane(size === 2 ? "v128.load16_lane" : "v128.load8_lane", 0, offset);
  } else {
    const gathered = f.local("v128");
    f.v128(new Uint8Array(16)).set(gathered);
    for (let lane = 0; lane < count; lane++) {
      const at = pushAddress(f, pointer, stride, lane, offset);
      f.get(gathered).memoryLane(bytes === 8 ? "v128.load64_lane" : bytes === 4 ? "v128.load32_lane" : "v128.load8_lane", lane, at).set(gathered);
    }
    f.get(gathered).release(gathered);
  }
  if (dtype === "bool") maskOfBytes(f);
}

/** Stores the vector (bool: a mask of 32-bit lanes) on the stack as `count` elements at the pointer plus `offset` bytes. */
export function store(f: FunctionBuilder, stream: Stream, count: Count, pointer: Local, offset = 0): void {
  const { dtype, stride } = stream;
  const bytes = bytesPerElement[dtype];
  const value = f.local("v128");
  f.set(value);
  if (dtype === "bool") f.get(value, value).op("i16x8.narrow_i32x4_s").get(value).op("i8x16.narrow_i16x8_s").op("i8x16.neg").set(value);
  if (count === 1 || isPacked(stream)) {
    const whole = (size: number): void => {
      f.get(pointer, value);
      if (size === 16) f.memory("v128.store", offset);
      else f.memoryLane(size === 8 ? "v128.store64_lane" : size === 4 ? "v128.store32_lane" : size === 2 ? "v128.store16_lane" : "v128.store8_lane", 0, offset);
    };
    if (count !== 3) whole(bytes * count);
    else {
      whole(bytes * 2);
      f.get(pointer, value).memoryLane(bytes === 4 ? "v128.store32_lane" : "v128.store8_lane", 2, offset + 2 * bytes);
    }
  } else {
    for (let lane = 0; lane < count; lane++) {
      const at = pushAddress(f, pointer, stride, lane, offset);
      f.get(value).memoryLane(bytes === 8 ? "v128.store64_lane" : bytes === 4 ? "v128.store32_lane" : "v128.store8_lane", lane, at);
    }
  }
  f.release(value);
}
