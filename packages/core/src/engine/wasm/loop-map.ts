import { bytesPerElement } from "../../dtype.ts";
import type { Expr } from "../expr.ts";
import type { Local } from "./encoder.ts";
import { nodesOf, position, type KernelContext } from "./loop-expression.ts";
import { nest, row, type Walker } from "./loop-nest.ts";
import { emitTiles, isTiled } from "./loop-tile.ts";
import { isPacked, pushLoad, setMaskWidth, spread, store, type Amount, type Stream } from "./loop-vector.ts";

/** An elementwise kernel with everything that its loops need in locals. */
export interface ElementMap {
  readonly values: readonly Expr[];
  readonly extents: readonly Amount[];
  readonly inputs: readonly Walker[];
  readonly outputs: readonly Walker[];
}

/** `outputs[i] = values[i](inputs)` at every position. */
export function emitMap(context: KernelContext, map: ElementMap): void {
  const { f } = context;
  const { extents, inputs, outputs } = map;
  const all = [...inputs, ...outputs];
  const last = extents.length - 1;
  if (last < 0) emitPoint(context, map);
  else if (isTiled(context, map)) {
    nest(f, extents.slice(0, last - 1), all, (pointers) => emitTiles(context, map, pointers, (starts, rows, columns) => {
      const walkers = all.map(({ dtype, strides }, i): Walker => ({ dtype, strides: [strides[last - 1]], pointer: starts[i] }));
      nest(f, [rows], walkers, (inner) => emitRow(context, map, inner, columns));
    }));
  } else nest(f, extents.slice(0, last), all, (pointers) => emitRow(context, map, pointers, extents[last]));
}

/** One element, where there is nothing to walk. */
function emitPoint(context: KernelContext, { values, inputs, outputs }: ElementMap): void {
  const { f } = context;
  const still = ({ dtype }: Walker): Stream => ({ dtype, stride: 0 });
  const at = position(context, values, (index) => {
    const { held, pointer } = inputs[index];
    if (held !== undefined) f.get(held);
    else pushLoad(f, still(inputs[index]), 1, pointer);
    return 4;
  }, 1);
  const results = values.map((value, i) => {
    const width = at.push(value);
    if (outputs[i].dtype === "bool") setMaskWidth(f, width, 4);
    const local = f.local("v128");
    f.set(local);
    return local;
  });
  results.forEach((local, i) => {
    const { held, dtype, pointer } = outputs[i];
    f.get(local).release(local);
    if (held === undefined) store(f, still(outputs[i]), 1, pointer);
    else {
      spread(f, dtype);
      f.set(held);
    }
  });
  at.done();
}

const together = 4;
/** Larger expressions have enough to do with themselves, and their code is long. */
const mostNodes = 200;

/** How many vectors are computed together: an expression waits for its own results, and the instructions of others fill the time. */
export function vectorsAtOnce(values: readonly Expr[]): number {
  const nodes = nodesOf(values);
  return nodes.length > mostNodes || nodes.some(({ kind }) => kind === "rescue") ? 1 : together;
}

/** One run along the last axis. */
function emitRow(context: KernelContext, { values, inputs, outputs, extents }: ElementMap, pointers: readonly Local[], count: Amount): void {
  const { f, lanes } = context;
  const streams = [...inputs, ...outputs].map(({ dtype, strides }): Stream => ({ dtype, stride: strides[extents.length - 1] }));
  // What does not move along the row is read once.
  const still = inputs.map(({ held }, i) => {
    if (held !== undefined) return held;
    if (streams[i].stride !== 0) return null;
    const local = f.local("v128");
    pushLoad(f, streams[i], lanes, pointers[i]);
    f.set(local);
    return local;
  });
  const packed = streams.every((stream) => stream.stride === 0 || isPacked(stream));
  row(f, count, lanes, packed ? vectorsAtOnce(values) : 1, streams, pointers, (moving, active, vectors) => {
    const offset = (i: number, vector: number): number => (vector === 0 ? 0 : vector * lanes * bytesPerElement[streams[i].dtype]);
    // Every value is computed before the first is stored: an output may be one of the inputs, and V8 mixes the instructions of
    // several vectors only where no store parts them.
    const results = Array.from({ length: vectors }, (_, vector) => {
      const at = position(context, values, (index) => {
        const held = still[index];
        if (held !== null) f.get(held);
        else pushLoad(f, streams[index], active, moving[index], offset(index, vector));
        return 4;
      }, active);
      const locals = values.map((value, i) => {
        const width = at.push(value);
        if (streams[inputs.length + i].dtype === "bool") setMaskWidth(f, width, 4);
        const local = f.local("v128");
        f.set(local);
        return local;
      });
      at.done();
      return locals;
    });
    results.forEach((locals, vector) => locals.forEach((local, i) => {
      const which = inputs.length + i;
      f.get(local).release(local);
      store(f, streams[which], active, moving[which], offset(which, vector));
    }));
  });
  still.forEach((local, i) => { if (local !== null && inputs[i].held === undefined) f.release(local); });
}
