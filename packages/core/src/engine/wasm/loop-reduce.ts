import { bytesPerElement } from "../../dtype.ts";
import type { Expr } from "../expr.ts";
import type { Combine } from "../lowering.ts";
import type { Local } from "./encoder.ts";
import { combinerOf, type Combiner } from "./loop-combine.ts";
import { position, type KernelContext } from "./loop-expression.ts";
import { nest, row, type Walker } from "./loop-nest.ts";
import { advance, isPacked, pushAmount, pushLoad, setMaskWidth, splatBytes, spread, store, type Amount, type Count, type Lanes, type Stream } from "./loop-vector.ts";

/** A reduction with everything that its loops need in locals. */
export interface Reduction {
  readonly combine: Combine;
  /** How many of the last extents are reduced. */
  readonly axes: number;
  readonly value: Expr;
  readonly extents: readonly Amount[];
  readonly inputs: readonly Walker[];
  /** Walked along the axes that stay. */
  readonly output: Walker;
  readonly epilogue: { readonly expr: Expr; readonly inputs: readonly Walker[] } | null;
}

/**
 * `output = epilogue(combine over the last axes of value(inputs))`. Where the last axis that stays runs along memory and the
 * last reduced one does not, lanes hold neighbouring results; else lanes share one result and meet at its end. Either order
 * depends on shapes and strides alone.
 */
export function emitReduction(context: KernelContext, reduction: Reduction): void {
  const { extents, axes, inputs, output } = reduction;
  const kept = extents.length - axes;
  const combiner = combinerOf(reduction.combine, reduction.value.type, context.lanes);
  const along = (axis: number): boolean => inputs.every(({ dtype, strides }) => strides[axis] === 0 || isPacked({ dtype, stride: strides[axis] }));
  // What is stored as it was formed is more than one vector: neighbours go side by side, others one by one.
  const sideBySide = kept > 0 && (!isStoredAsFormed(reduction, combiner) || isPacked({ dtype: output.dtype, stride: output.strides[kept - 1] }));
  if (sideBySide && along(kept - 1) && !along(extents.length - 1)) emitAcrossRows(context, reduction, combiner, kept);
  else emitWithinRows(context, reduction, combiner, kept);
}

/** The axes of an operand from `first` on. */
const from = (walkers: readonly Walker[], pointers: readonly Local[], first: number): Walker[] =>
  walkers.map((walker, i) => ({ ...walker, strides: walker.strides.slice(first), pointer: pointers[i] }));

/** Whether sums of float32 are stored in float64, as they were formed. */
function isStoredAsFormed({ epilogue, output }: Reduction, { result }: Combiner): boolean {
  if (epilogue !== null || output.dtype === result) return false;
  if (output.dtype !== "float64" || result !== "float32") throw new Error(`wasm: a ${result} is not stored as ${output.dtype}`);
  return true;
}

/** Pushes the epilogue of a reduced value. */
function pushResult(
  context: KernelContext, { epilogue }: Reduction, combiner: Combiner, state: readonly Local[],
  pushInput: (index: number) => void, count: Count,
): void {
  const { f } = context;
  combiner.finish(f, state);
  if (epilogue === null) return;
  const reduced = f.local("v128");
  f.set(reduced);
  const at = position(context, [epilogue.expr], (index) => {
    if (index === 0) f.get(reduced);
    else pushInput(index - 1);
    return 4;
  }, count);
  const width = at.push(epilogue.expr);
  if (epilogue.expr.type === "bool") setMaskWidth(f, width, 4);
  at.done();
  f.release(reduced);
}

/** Positions within a group, as the combiner's lanes want them. */
function positionsFrom(context: KernelContext, { positionBytes }: Combiner, step: 0 | 1): Local | null {
  if (positionBytes === 0) return null;
  const { f } = context;
  const local = f.local("v128");
  f.v128(positionBytes === 8 ? new Uint8Array(new BigInt64Array([0n, BigInt(step)]).buffer) : new Uint8Array(new Int32Array([0, step, 2 * step, 3 * step]).buffer));
  f.set(local);
  return local;
}

function movePositions({ f }: KernelContext, { positionBytes }: Combiner, positions: Local | null, by: number): void {
  if (positions === null) return;
  f.get(positions).v128(positionBytes === 8 ? splatBytes(BigInt(by), "int64") : splatBytes(by, "int32"));
  f.op(positionBytes === 8 ? "i64x2.add" : "i32x4.add").set(positions);
}

/** Pushes a vector of values, bool as a mask of 32-bit lanes. */
function pushValue(context: KernelContext, { value, inputs }: Reduction, streams: readonly Stream[], pointers: readonly Local[], count: Count, vector: number): void {
  const { f, lanes } = context;
  const at = position(context, [value], (index) => {
    const { held } = inputs[index];
    if (held !== undefined) f.get(held);
    else pushLoad(f, streams[index], count, pointers[index], streams[index].stride === 0 ? 0 : vector * lanes * bytesPerElement[inputs[index].dtype]);
    return 4;
  }, count);
  const width = at.push(value);
  if (value.type === "bool") setMaskWidth(f, width, 4);
  at.done();
}

/** Lets a vector of values join, each in the lane of its own result or, if `shared`, all in one: those of a rest one by one. */
function addValue(
  context: KernelContext, reduction: Reduction, combiner: Combiner, state: readonly Local[], positions: Local | null,
  streams: readonly Stream[], pointers: readonly Local[], count: Count, vector: number, shared: boolean,
): void {
  const { f, lanes } = context;
  const joining = f.local("v128");
  pushValue(context, reduction, streams, pointers, count, vector);
  f.set(joining);
  if (!shared || (count === lanes && !combiner.inOrder)) {
    combiner.add(f, state, joining, positions, false);
    movePositions(context, combiner, positions, shared ? count : 1);
  } else {
    const bytes = reduction.value.type === "float64" ? 8 : 4;
    for (let lane = 0; lane < count; lane++) {
      if (lane > 0) f.get(joining, joining).shuffle(Array.from({ length: 16 }, (_, byte) => (byte + bytes) % 16)).set(joining);
      combiner.add(f, state, joining, positions, true);
      movePositions(context, combiner, positions, 1);
    }
  }
  f.release(joining);
}

/** Lanes share one result. */
function emitWithinRows(context: KernelContext, reduction: Reduction, combiner: Combiner, kept: number): void {
  const { f, lanes } = context;
  const { extents, inputs, output, epilogue } = reduction;
  const last = extents.length - 1;
  const streams = inputs.map(({ dtype, strides }): Stream => ({ dtype, stride: strides[last] }));
  const packed = streams.every((stream) => stream.stride === 0 || isPacked(stream));
  // Several accumulators: additions need not wait for each other.
  const most = extents[last];
  const sets = packed && combiner.positionBytes === 0 && !combiner.inOrder && !(typeof most === "number" && most < 4 * lanes) ? 4 : 1;
  const outer = [...inputs, output, ...(epilogue?.inputs ?? [])];
  nest(f, extents.slice(0, kept), outer, (pointers) => {
    const states = Array.from({ length: sets }, () => f.locals("v128", combiner.vectors));
    for (const state of states) combiner.begin(f, state);
    const positions = positionsFrom(context, combiner, 1);
    nest(f, extents.slice(kept, last), from(inputs, pointers, kept), (starts) => {
      row(f, extents[last], lanes, sets, streams, starts, (moving, count, vectors) => {
        // What is left over joins the first accumulator, whether it comes together or one by one.
        for (let vector = 0; vector < vectors; vector++) addValue(context, reduction, combiner, states[vectors === sets ? vector : 0], positions, streams, moving, count, vector, true);
      });
    });
    for (let half = sets >> 1; half > 0; half >>= 1) for (let i = 0; i < half; i++) combiner.merge(f, states[i], states[i + half]);
    combiner.across(f, states[0]);
    if (isStoredAsFormed(reduction, combiner)) f.get(states[0][0]);
    else pushResult(context, reduction, combiner, states[0], (index) => {
      const at = inputs.length + 1 + index;
      const { held, dtype } = outer[at];
      if (held !== undefined) f.get(held);
      else pushLoad(f, { dtype, stride: 0 }, 1, pointers[at]);
    }, 1);
    if (output.held === undefined) store(f, { dtype: output.dtype, stride: 0 }, 1, pointers[inputs.length]);
    else {
      spread(f, output.dtype);
      f.set(output.held);
    }
    for (const state of states) f.release(...state);
    if (positions !== null) f.release(positions);
  });
}

/** Lanes hold neighbouring results. */
function emitAcrossRows(context: KernelContext, reduction: Reduction, combiner: Combiner, kept: number): void {
  const { f, lanes } = context;
  const { extents, inputs, output, epilogue } = reduction;
  const axis = kept - 1;
  const outer = [...inputs, output, ...(epilogue?.inputs ?? [])];
  const streams = outer.map(({ dtype, strides }): Stream => ({ dtype, stride: strides[axis] }));
  const results = inputs.length;
  /** Whole columns from the pointers down: of some vectors, that hold so many elements each. */
  const columns = (pointers: readonly Local[], counts: readonly Count[]): void => {
    const states = counts.map(() => f.locals("v128", combiner.vectors));
    for (const state of states) combiner.begin(f, state);
    const positions = positionsFrom(context, combiner, 0);
    nest(f, extents.slice(kept), from(inputs, pointers, kept), (moving) => {
      states.forEach((state, vector) => addValue(context, reduction, combiner, state, positions, streams, moving, counts[vector], vector, false));
    });
    states.forEach((state, vector) => {
      const count = counts[vector];
      const shift = (which: number): number => vector * lanes * bytesPerElement[outer[which].dtype];
      if (isStoredAsFormed(reduction, combiner)) {
        // Two results of float64 a vector.
        for (let first = 0; first < count; first += 2) {
          f.get(state[first / 2]);
          store(f, streams[results], Math.min(count - first, 2) as Count, pointers[results], shift(results) + first * bytesPerElement.float64);
        }
        return;
      }
      pushResult(context, reduction, combiner, state, (index) => {
        const which = results + 1 + index;
        const { held } = outer[which];
        if (held !== undefined) f.get(held);
        else pushLoad(f, streams[which], count, pointers[which], streams[which].stride === 0 ? 0 : shift(which));
      }, count);
      store(f, streams[results], count, pointers[results], shift(results));
    });
    for (const state of states) f.release(...state);
    if (positions !== null) f.release(positions);
  };
  const packed = streams.every((stream) => stream.stride === 0 || isPacked(stream));
  nest(f, extents.slice(0, axis), outer, (pointers) => {
    const left = f.local("i32");
    pushAmount(f, extents[axis]).set(left);
    const moving = pointers.map((pointer) => {
      const own = f.local("i32");
      f.get(pointer).set(own);
      return own;
    });
    const rounds = (vectors: number, count: 1 | Lanes): void => {
      const step = vectors * count;
      f.while(() => f.get(left).i32(step).op("i32.ge_u"), () => {
        columns(moving, new Array<Count>(vectors).fill(count));
        streams.forEach(({ stride }, i) => advance(f, moving[i], stride, step));
        f.get(left).i32(step).op("i32.sub").set(left);
      });
    };
    const most = extents[axis];
    if (packed && combiner.positionBytes === 0 && typeof most === "number") {
      // The last ones go together with what does not fill a vector: one alone would wait for each of its additions.
      const last = most % (4 * lanes) + (most >= 4 * lanes && combiner.vectors === 1 ? 4 * lanes : 0);
      f.get(left).i32(last).op("i32.sub").set(left);
      rounds(4, lanes);
      const counts = Array.from({ length: Math.ceil(last / lanes) }, (_, vector) => Math.min(lanes, last - vector * lanes) as Count);
      if (counts.length > 0) columns(moving, counts);
    } else {
      if (packed && combiner.positionBytes === 0) rounds(4, lanes);
      rounds(1, lanes);
      if (typeof most !== "number") rounds(1, 1);
      else if (most % lanes > 0) columns(moving, [(most % lanes) as Count]);
    }
    f.release(left, ...moving);
  });
}
