import type { DType } from "../../dtype.ts";
import type { ScalarType } from "../expr.ts";
import { isInOrder, type Combine } from "../lowering.ts";
import type { FunctionBuilder, Local } from "./encoder.ts";
import { firstLane, joinLow, lowWords, shuffleSelf, splatBytes, swapHalves, swapNeighbours, vectorShape, type Lanes } from "./loop-vector.ts";

/** How one kind of reduction is written: its accumulator is a few vectors, one element's group per lane. */
export interface Combiner {
  /** The dtype of the reduced value. */
  readonly result: DType;
  /** How many vectors an accumulator takes. */
  readonly vectors: number;
  /** The bytes in a lane of the positions that `add` wants, 0 if it wants none. */
  readonly positionBytes: 0 | 4 | 8;
  /** Elements join one after the other: products of floats in another order overflow or vanish on the way. */
  readonly inOrder: boolean;
  /** Sets an accumulator to what changes nothing. */
  begin(f: FunctionBuilder, state: readonly Local[]): void;
  /** Lets a vector of values (bool: a mask of 32-bit lanes) join; only its first lane if `single`. */
  add(f: FunctionBuilder, state: readonly Local[], value: Local, position: Local | null, single: boolean): void;
  /** Lets another accumulator join. */
  merge(f: FunctionBuilder, state: readonly Local[], other: readonly Local[]): void;
  /** Brings all lanes together in the first. */
  across(f: FunctionBuilder, state: readonly Local[]): void;
  /** Pushes the reduced values. */
  finish(f: FunctionBuilder, state: readonly Local[]): void;
}

/** @param type The type of the values that meet. */
export function combinerOf(combine: Combine, type: ScalarType, lanes: Lanes): Combiner {
  if (type === "int64") throw new Error(`wasm: there is no ${combine} of int64`);
  if (combine === "argMax" || combine === "argMin") return extremePosition(combine, type, lanes);
  if (type === "float32" && (combine === "sum" || combine === "prod")) return inFloat64(combine, lanes);
  return inPlace(combine, type, lanes);
}

/** The shuffles after which every lane has met every other. */
const folds = (bytes: 4 | 8, lanes: Lanes): readonly (readonly number[])[] =>
  lanes === 4 ? [swapHalves, swapNeighbours] : bytes === 8 ? [swapHalves] : [swapNeighbours];

/** Combinations in the values' own type. */
function inPlace(combine: Combine, type: DType, lanes: Lanes): Combiner {
  const [neutral, op] = neutralAndOp(combine, type);
  const bytes = type === "float64" ? 8 : 4;
  const start = splatBytes(neutral, type);
  return {
    result: type, vectors: 1, positionBytes: 0, inOrder: isInOrder(combine, type),
    begin: (f, [total]) => { f.v128(start).set(total); },
    add(f, [total], value, _, single) {
      f.get(total, value);
      if (single) f.v128(start).v128(firstLane(bytes)).op("v128.bitselect");
      f.op(op).set(total);
    },
    merge: (f, [total], [other]) => { f.get(total, other).op(op).set(total); },
    across(f, [total]) {
      for (const fold of folds(bytes, lanes)) f.get(total, total, total).shuffle(fold).op(op).set(total);
    },
    finish: (f, [total]) => { f.get(total); },
  };
}

type BinaryOp = "v128.or" | "v128.and" | `${"f32x4" | "f64x2"}.${"add" | "mul" | "min" | "max"}` | `i32x4.${"add" | "mul" | "min_s" | "max_s"}`;

function neutralAndOp(combine: Combine, type: DType): readonly [number, BinaryOp] {
  if (type === "bool") {
    if (combine === "any") return [0, "v128.or"];
    if (combine === "all") return [1, "v128.and"];
    throw new Error(`wasm: there is no ${combine} of bool`);
  }
  const shape = vectorShape[type];
  const float = shape !== "i32x4";
  switch (combine) {
    case "sum": return [0, `${shape}.add`];
    case "prod": return [1, `${shape}.mul`];
    case "max": return float ? [-Infinity, `${shape}.max`] : [-(2 ** 31), "i32x4.max_s"];
    case "min": return float ? [Infinity, `${shape}.min`] : [2 ** 31 - 1, "i32x4.min_s"];
    default: throw new Error(`wasm: there is no ${combine} of ${type}`);
  }
}

/** Sums and products of float32 in float64: errors stay below float32's rounding for as many elements as fit in memory. */
function inFloat64(combine: "sum" | "prod", lanes: Lanes): Combiner {
  const op = combine === "sum" ? "f64x2.add" : "f64x2.mul";
  const neutral = combine === "sum" ? 0 : 1;
  return {
    result: "float32", vectors: lanes / 2, positionBytes: 0, inOrder: isInOrder(combine, "float32"),
    begin: (f, state) => { for (const total of state) f.v128(splatBytes(neutral, "float64")).set(total); },
    add(f, [low, high], value, _, single) {
      f.get(low, value);
      if (single) f.v128(splatBytes(neutral, "float32")).v128(firstLane(4)).op("v128.bitselect");
      f.op("f64x2.promote_low_f32x4").op(op).set(low);
      if (lanes === 4 && !single) f.get(high, value, value).shuffle(swapHalves).op("f64x2.promote_low_f32x4").op(op).set(high);
    },
    merge: (f, state, other) => { state.forEach((total, i) => f.get(total, other[i]).op(op).set(total)); },
    across(f, [low, high]) {
      if (lanes === 4) f.get(low, high).op(op).set(low);
      f.get(low, low, low).shuffle(swapHalves).op(op).set(low);
    },
    finish(f, [low, high]) {
      f.get(low).op("f32x4.demote_f64x2_zero");
      if (lanes === 4) f.get(high).op("f32x4.demote_f64x2_zero").shuffle(joinLow);
    },
  };
}

/** The position of the first extreme element; NaN is more extreme than any number. */
function extremePosition(combine: "argMax" | "argMin", type: DType, lanes: Lanes): Combiner {
  if (type === "bool") throw new Error(`wasm: there is no ${combine} of bool`);
  const shape = vectorShape[type];
  const bytes = type === "float64" ? 8 : 4;
  const positions = bytes === 8 ? "i64x2" : "i32x4";
  const float = type !== "int32";
  const largest = combine === "argMax" ? 1 : -1;
  const worst = float ? -largest * Infinity : largest === 1 ? -(2 ** 31) : 2 ** 31 - 1;
  // No element is better than the worst value: where none is found, the first one is as good as any.
  const none = splatBytes(bytes === 8 ? BigInt(2 ** 31 - 1) : 2 ** 31 - 1, bytes === 8 ? "int64" : "int32");
  const further = shape === "i32x4" ? (largest === 1 ? "i32x4.gt_s" : "i32x4.lt_s") : largest === 1 ? `${shape}.gt` as const : `${shape}.lt` as const;
  const better = (f: FunctionBuilder, value: Local, best: Local): void => {
    f.get(value, best).op(further);
    if (shape !== "i32x4") f.get(value, value).op(`${shape}.ne`).get(best, best).op(`${shape}.eq`).op("v128.and").op("v128.or");
  };
  /** Where the mask on the stack holds, the other value and its position are taken. */
  const take = (f: FunctionBuilder, [best, at]: readonly Local[], value: Local, position: Local): void => {
    const taken = f.local("v128");
    f.set(taken).get(value, best, taken).op("v128.bitselect").set(best);
    f.get(position, at, taken).op("v128.bitselect").set(at).release(taken);
  };
  const meet = (f: FunctionBuilder, state: readonly Local[], value: Local, position: Local): void => {
    const [best, at] = state;
    better(f, value, best);
    better(f, best, value);
    f.op("v128.not").get(position, at).op(`${positions}.lt_s`).op("v128.and").op("v128.or");
    take(f, state, value, position);
  };
  return {
    result: "int32", vectors: 2, positionBytes: bytes, inOrder: false,
    begin: (f, [best, at]) => { f.v128(splatBytes(worst, type)).set(best).v128(none).set(at); },
    add(f, state, value, position, single) {
      if (position === null) throw new Error(`wasm: ${combine} without positions`);
      better(f, value, state[0]);
      if (single) f.v128(firstLane(bytes)).op("v128.and");
      take(f, state, value, position);
    },
    merge: (f, state, [best, at]) => meet(f, state, best, at),
    across(f, state) {
      const [best, at] = state;
      const [otherBest, otherAt] = f.locals("v128", 2);
      for (const fold of folds(bytes, lanes)) {
        f.get(best, best).shuffle(fold).set(otherBest).get(at, at).shuffle(fold).set(otherAt);
        meet(f, state, otherBest, otherAt);
      }
      f.release(otherBest, otherAt);
    },
    finish(f, [, at]) {
      f.get(at, at).v128(none).op(`${positions}.ne`).op("v128.and");
      if (bytes === 8) shuffleSelf(f, lowWords);
    },
  };
}
