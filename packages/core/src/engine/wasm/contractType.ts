import type { FunctionBuilder, Local } from "./encoder.ts";
import type { MemoryOp, PlainOp } from "./opcodes.ts";

/** The element types that matrix products are emitted for. */
export type ContractDType = "float32" | "float64" | "int32";

/** What the kernels' text needs to know of an element type. */
export interface ElementType {
  /** Bytes of an element, and the base-2 logarithm of that. */
  readonly bytes: number;
  readonly shift: number;
  /** Elements in a vector. */
  readonly lanes: number;
  readonly add: PlainOp;
  readonly mul: PlainOp;
  /** One element into all lanes. */
  readonly loadSplat: MemoryOp;
  /** One element as raw bits, and the value type that holds it. */
  readonly bits: "i32" | "i64";
  readonly loadBits: MemoryOp;
  readonly storeBits: MemoryOp;
  readonly storeLane: "v128.store32_lane" | "v128.store64_lane";
}

const single = {
  bytes: 4, shift: 2, lanes: 4, loadSplat: "v128.load32_splat", bits: "i32", loadBits: "i32.load", storeBits: "i32.store", storeLane: "v128.store32_lane",
} as const;

export const elementTypes: Readonly<Record<ContractDType, ElementType>> = {
  float32: { ...single, add: "f32x4.add", mul: "f32x4.mul" },
  int32: { ...single, add: "i32x4.add", mul: "i32x4.mul" },
  float64: {
    bytes: 8, shift: 3, lanes: 2, add: "f64x2.add", mul: "f64x2.mul", loadSplat: "v128.load64_splat",
    bits: "i64", loadBits: "i64.load", storeBits: "i64.store", storeLane: "v128.store64_lane",
  },
};

/** `for (at = from; at < limit; at += step)`, tested first. `at` is set by the caller. */
export function countUp(f: FunctionBuilder, at: Local, limit: Local, step: number, body: () => void): void {
  f.while(() => f.get(at, limit).op("i32.lt_s"), () => {
    body();
    advance(f, at, step);
  });
}

/** `local += bytes`. */
export const advance = (f: FunctionBuilder, local: Local, bytes: number): void => { f.get(local).i32(bytes).op("i32.add").set(local); };

/** Leaves `min(a, b)` of two signed numbers. */
export const smaller = (f: FunctionBuilder, a: () => void, b: () => void): void => {
  const [left, right] = f.locals("i32", 2);
  a();
  f.set(left);
  b();
  f.set(right).get(left, right, left, right).op("i32.lt_s").op("select").release(left, right);
};

/** Leaves `base + index · stride`. */
export const address = (f: FunctionBuilder, base: Local, index: Local, stride: Local): void => { f.get(index, stride).op("i32.mul").get(base).op("i32.add"); };
