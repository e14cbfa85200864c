import type { DType } from "../../dtype.ts";
import type { FunctionBuilder, Local } from "./encoder.ts";
import { advance, pushAmount, type Amount, type Count, type Lanes, type Stream } from "./loop-vector.ts";

/** An operand with its strides in bytes and a pointer to its first element. */
export interface Walker {
  readonly dtype: DType;
  readonly strides: readonly Amount[];
  readonly pointer: Local;
  /** Where the one value is, in every lane, instead of in memory. */
  readonly held?: Local;
}

/** Loops over axes, the first one outermost; `body` gets pointers to where each operand's rest begins. */
export function nest(f: FunctionBuilder, extents: readonly Amount[], walkers: readonly Walker[], body: (pointers: readonly Local[]) => void): void {
  const inside = (axis: number, pointers: readonly Local[]): void => {
    if (axis === extents.length) { body(pointers); return; }
    const strides = walkers.map((walker) => walker.strides[axis]);
    const moving = strides.map((stride, i) => {
      if (stride === 0) return pointers[i];
      const own = f.local("i32");
      f.get(pointers[i]).set(own);
      return own;
    });
    countDown(f, extents[axis], () => {
      inside(axis + 1, moving);
      strides.forEach((stride, i) => advance(f, moving[i], stride));
    });
    moving.forEach((own, i) => { if (own !== pointers[i]) f.release(own); });
  };
  inside(0, walkers.map(({ pointer }) => pointer));
}

/** Runs `body` so many times. */
function countDown(f: FunctionBuilder, times: Amount, body: () => void): void {
  const left = f.local("i32");
  pushAmount(f, times).tee(left).if(() => {
    f.loop((again) => {
      body();
      f.get(left).i32(1).op("i32.sub").tee(left).branchIf(again);
    });
  });
  f.release(left);
}

/**
 * Walks one axis by vectors, `unroll` at a time, then what is left: whole vectors, and the elements of one that is not full, each
 * together where it is known how many they are, else one by one. `body` is written once for each: it gets pointers, how many lanes
 * hold elements, and how many vectors a round has.
 */
export function row(
  f: FunctionBuilder, extent: Amount, lanes: Lanes, unroll: number, streams: readonly Stream[], pointers: readonly Local[],
  body: (pointers: readonly Local[], count: Count, vectors: number) => void,
): void {
  const left = f.local("i32");
  pushAmount(f, extent).set(left);
  const moving = streams.map(({ stride }, i) => {
    if (stride === 0) return pointers[i];
    const own = f.local("i32");
    f.get(pointers[i]).set(own);
    return own;
  });
  const rounds = (step: number, write: () => void): void => {
    if (typeof extent === "number" && extent < step) return;
    f.get(left).i32(step).op("i32.ge_u").if(() => {
      f.loop((again) => {
        write();
        streams.forEach(({ stride }, i) => advance(f, moving[i], stride, step));
        f.get(left).i32(step).op("i32.sub").tee(left).i32(step).op("i32.ge_u").branchIf(again);
      });
    });
  };
  if (unroll > 1) rounds(unroll * lanes, () => body(moving, lanes, unroll));
  if (typeof extent !== "number") {
    rounds(lanes, () => body(moving, lanes, 1));
    rounds(1, () => body(moving, 1, 1));
  } else {
    const vectors = Math.floor(extent / lanes) % unroll;
    if (unroll === 1) rounds(lanes, () => body(moving, lanes, 1));
    else if (vectors > 0) {
      body(moving, lanes, vectors);
      streams.forEach(({ stride }, i) => advance(f, moving[i], stride, vectors * lanes));
    }
    if (extent % lanes > 0) body(moving, (extent % lanes) as Count, 1);
  }
  moving.forEach((own, i) => { if (own !== pointers[i]) f.release(own); });
  f.release(left);
}
