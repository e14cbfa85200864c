import { advance, smaller, type ElementType } from "./contractType.ts";
import type { FunctionBuilder, Local, ModuleBuilder } from "./encoder.ts";

/**
 * Emits `pack(from, lane, step, count, depth, to)`: `count` lanes, `lane` bytes apart, are laid in panels of `width`: for each
 * of `depth` steps, `step` bytes apart, the panel's lanes side by side. The rows of a left operand or the columns of a right
 * one are its lanes. The lanes that fill up the last panel hold whatever is near: they only reach results that are not stored.
 */
export function emitPack(module: ModuleBuilder, type: ElementType, width: number): number {
  const f = module.define(["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [from, lane, step, count, depth, to] = f.params;
  const [panelBytes, end] = f.locals("i32", 2);
  const panels = lineBytes / (width * type.bytes);
  /** On to what comes after so many panels; `to` has come to the end of the first of them. */
  const next = (done: number): void => {
    f.get(lane).i32(width * done).op("i32.mul").get(from).op("i32.add").set(from);
    f.get(panelBytes).i32(done - 1).op("i32.mul").get(to).op("i32.add").set(to);
    advance(f, count, -width * done);
  };
  f.get(depth).i32(width * type.bytes).op("i32.mul").set(panelBytes);
  f.while(() => f.get(count).i32(0).op("i32.gt_s"), () => {
    f.get(to, panelBytes).op("i32.add").set(end);
    f.get(lane).i32(type.bytes).op("i32.eq").if(
      () => f.get(count).i32(width * panels).op("i32.ge_s").if(
        () => {
          copyLanes(f, width * type.bytes, panels, { from, step, to, end, panelBytes });
          next(panels);
        },
        () => {
          copyLanes(f, width * type.bytes, 1, { from, step, to, end, panelBytes });
          next(1);
        },
      ),
      () => {
        gatherLanes(f, type, width, { from, lane, step, count, depth, to, end });
        next(1);
      },
    );
  });
  return f.index;
}

/** Bytes of a line of the caches: where the lanes lie side by side, as many panels are packed at once as one line feeds. */
const lineBytes = 64;

/** The lanes lie side by side: whole vectors are copied, past the last lane too. */
function copyLanes(
  f: FunctionBuilder, bytes: number, panels: number,
  at: { readonly from: Local; readonly step: Local; readonly to: Local; readonly end: Local; readonly panelBytes: Local },
): void {
  const source = f.local("i32");
  const vectors = f.locals("v128", (panels * bytes) / 16);
  const targets = [at.to, ...f.locals("i32", panels - 1)];
  for (let i = 1; i < panels; i++) f.get(targets[i - 1], at.panelBytes).op("i32.add").set(targets[i]);
  f.get(at.from).set(source).while(() => f.get(at.to, at.end).op("i32.lt_u"), () => {
    vectors.forEach((vector, j) => f.get(source).memory("v128.load", j * 16).set(vector));
    vectors.forEach((vector, j) => f.get(targets[Math.floor((j * 16) / bytes)], vector).memory("v128.store", (j * 16) % bytes));
    f.get(source, at.step).op("i32.add").set(source);
    for (const target of targets) advance(f, target, bytes);
  }).release(source, ...vectors, ...targets.slice(1));
}

/** One pointer per lane; where the steps of a lane lie side by side, blocks are transposed in registers. */
function gatherLanes(
  f: FunctionBuilder, type: ElementType, width: number,
  at: { from: Local; lane: Local; step: Local; count: Local; depth: Local; to: Local; end: Local },
): void {
  const bytes = width * type.bytes;
  const { lanes } = type;
  const pointers = f.locals("i32", width);
  pointers.forEach((pointer, i) => {
    if (i === 0) { f.get(at.from).set(pointer); return; }
    // Beyond the last lane that last lane again: it is there to be read.
    smaller(f, () => f.i32(i), () => f.get(at.count).i32(1).op("i32.sub"));
    f.get(at.lane).op("i32.mul").get(at.from).op("i32.add").set(pointer);
  });
  f.get(at.step).i32(type.bytes).op("i32.eq").if(() => {
    const end = f.local("i32");
    f.get(at.to).get(at.depth).i32(-lanes).op("i32.and").i32(bytes).op("i32.mul").op("i32.add").set(end);
    f.while(() => f.get(at.to, end).op("i32.lt_u"), () => {
      for (let group = 0; group < width; group += lanes) {
        const rows = pointers.slice(group, group + lanes);
        const columns = transpose(f, rows.map((pointer) => {
          const row = f.local("v128");
          f.get(pointer).memory("v128.load").set(row);
          return row;
        }));
        columns.forEach((column, i) => f.get(at.to, column).memory("v128.store", i * bytes + group * type.bytes));
        f.release(...columns);
        rows.forEach((pointer) => advance(f, pointer, 16));
      }
      advance(f, at.to, lanes * bytes);
    }).release(end);
  });
  f.while(() => f.get(at.to, at.end).op("i32.lt_u"), () => {
    pointers.forEach((pointer, i) => {
      f.get(at.to, pointer).memory(type.loadBits).memory(type.storeBits, i * type.bytes);
      f.get(pointer, at.step).op("i32.add").set(pointer);
    });
    advance(f, at.to, bytes);
  }).release(...pointers);
}

/** Bytes of the lanes `picked` (numbered through both vectors), for a shuffle. */
const lanesAsBytes = (picked: readonly number[]): number[] => {
  const size = 16 / picked.length;
  return picked.flatMap((lane) => Array.from({ length: size }, (_, byte) => lane * size + byte));
};
const lowPairs = lanesAsBytes([0, 4, 1, 5]);
const highPairs = lanesAsBytes([2, 6, 3, 7]);
const lowHalves = lanesAsBytes([0, 2]);
const highHalves = lanesAsBytes([1, 3]);

/** A square block of 2×2 or 4×4 elements, in the locals of its rows: locals of its columns. The rows are used up. */
function transpose(f: FunctionBuilder, rows: readonly Local[]): readonly Local[] {
  const pair = (a: Local, b: Local, low: readonly number[], high: readonly number[]): Local[] => {
    const [first, second] = f.locals("v128", 2);
    f.get(a, b).shuffle(low).set(first).get(a, b).shuffle(high).set(second).release(a, b);
    return [first, second];
  };
  const halves = (a: Local, b: Local): Local[] => pair(a, b, lowHalves, highHalves);
  if (rows.length === 2) return halves(rows[0], rows[1]);
  const [top, topRest] = pair(rows[0], rows[1], lowPairs, highPairs);
  const [bottom, bottomRest] = pair(rows[2], rows[3], lowPairs, highPairs);
  return [...halves(top, bottom), ...halves(topRest, bottomRest)];
}
