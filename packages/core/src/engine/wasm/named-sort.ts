import { bytesPerElement } from "../../dtype.ts";
import type { FunctionBuilder, Local } from "./encoder.ts";
import { countUp, type NamedOperands } from "./named.ts";

/** Positions in order along the middle axis, by merging runs of doubling length from one half of the scratch into the other. */
export function emitArgSort(f: FunctionBuilder, { inputs: [x], out, sizes: [outer, n, inner, descending], scratch, dtype }: NamedOperands): void {
  const bytes = bytesPerElement[dtype];
  const [start, first, second, width, place, stride] = f.locals("i32", 6);
  const type = dtype === "float32" ? "f32" : dtype === "float64" ? "f64" : "i32";
  const load = dtype === "bool" ? "i32.load8_u" : `${type}.load` as const;
  const [left, right] = f.locals(type, 2);
  f.get(inner).i32(bytes).op("i32.mul").set(stride);
  countUp(f, outer, (o) => countUp(f, inner, (i) => {
    f.get(o, n).op("i32.mul").get(inner).op("i32.mul").get(i).op("i32.add").set(place);
    f.get(x, place).i32(bytes).op("i32.mul").op("i32.add").set(start);
    f.get(scratch).set(first).get(scratch, n).i32(2).op("i32.shl").op("i32.add").set(second);
    countUp(f, n, (k) => f.get(first, k).i32(2).op("i32.shl").op("i32.add").get(k).memory("i32.store"));
    f.i32(1).set(width).while(() => f.get(width, n).op("i32.lt_u"), () => {
      mergeRuns(f, { first, second, width, n, key: (position, to) => {
        f.get(start).get(position).memory("i32.load").get(stride).op("i32.mul").op("i32.add").memory(load).set(to);
      }, left, right, rightFirst: () => {
        const floats = type !== "i32";
        f.get(descending).if(
          () => f.get(right, left).op(type === "i32" ? "i32.gt_s" : `${type}.gt`),
          () => f.get(right, left).op(type === "i32" ? "i32.lt_s" : `${type}.lt`), "i32",
        );
        // A number comes before a NaN.
        if (floats) f.get(left, left).op(`${type}.ne`).get(right, right).op(`${type}.eq`).op("i32.and").op("i32.or");
      } });
      f.get(first, second).set(first).set(second);
      f.get(width).i32(1).op("i32.shl").set(width);
    });
    countUp(f, n, (k) => {
      f.get(out, k, inner).op("i32.mul").get(place).op("i32.add").i32(2).op("i32.shl").op("i32.add");
      f.get(first, k).i32(2).op("i32.shl").op("i32.add").memory("i32.load").memory("i32.store");
    });
  }));
  f.release(start, first, second, width, place, stride, left, right);
}

interface Merge {
  readonly first: Local;
  readonly second: Local;
  readonly width: Local;
  readonly n: Local;
  /** Loads the key that the position at an address names. */
  readonly key: (position: Local, to: Local) => void;
  readonly left: Local;
  readonly right: Local;
  /** Pushes whether the right key must come before the left one. */
  readonly rightFirst: () => void;
}

/** Merges neighbouring runs of `width` positions of `first` into `second`. */
function mergeRuns(f: FunctionBuilder, { first, second, width, n, key, left, right, rightFirst }: Merge): void {
  const [a, aEnd, b, bEnd, to, end] = f.locals("i32", 6);
  const take = (from: Local): void => {
    f.get(to, from).memory("i32.load").memory("i32.store");
    for (const pointer of [to, from]) f.get(pointer).i32(4).op("i32.add").set(pointer);
  };
  /** Sets `limit` to `from` plus a run, but no further than the end. */
  const runEnd = (limit: Local, from: Local): void => {
    f.get(from, width).i32(2).op("i32.shl").op("i32.add").tee(limit).get(end).get(limit, end).op("i32.lt_u").op("select").set(limit);
  };
  f.get(first).set(a).get(second).set(to);
  f.get(first, n).i32(2).op("i32.shl").op("i32.add").set(end);
  f.while(() => f.get(a, end).op("i32.lt_u"), () => {
    runEnd(aEnd, a);
    f.get(aEnd).set(b);
    runEnd(bEnd, b);
    f.get(b, bEnd).op("i32.lt_u").if(() => {
      key(a, left);
      key(b, right);
      f.block((done) => f.loop((again) => {
        rightFirst();
        f.if(
          () => {
            take(b);
            f.get(b, bEnd).op("i32.ge_u").branchIf(done);
            key(b, right);
          },
          () => {
            take(a);
            f.get(a, aEnd).op("i32.ge_u").branchIf(done);
            key(a, left);
          },
        );
        f.branch(again);
      }));
    });
    // One side is used up; the rest of the other follows.
    for (const [rest, limit] of [[a, aEnd], [b, bEnd]] as const) f.while(() => f.get(rest, limit).op("i32.lt_u"), () => take(rest));
    f.get(bEnd).set(a);
  });
  f.release(a, aEnd, b, bEnd, to, end);
}
