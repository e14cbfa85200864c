import { bytesPerElement } from "../../dtype.ts";
import { paddedBytes } from "../plan.ts";
import type { LoopKernel, NestKernel, Operand, Size } from "../program.ts";
import type { Local } from "./encoder.ts";
import { emitWalk, groundOf, lanesOf, rootsOf, type Bindings, type Walk } from "./loop.ts";
import { hoistConstants, type KernelContext } from "./loop-expression.ts";
import { nest, type Walker } from "./loop-nest.ts";
import { advance, pushAmount, type Amount } from "./loop-vector.ts";

/** Rows at a time have about so many elements: enough for what is computed of one row not to wait for what is computed of the same row before. */
const blockElements = 512;

/** How many positions of the last shared extent a stage goes through before the next one has its turn. */
export function rowsAtOnce({ shared, stages }: NestKernel): number {
  const size = ({ extents }: LoopKernel): number => extents.slice(shared).reduce<number>((product, extent) => product * (typeof extent === "number" ? extent : 1), 1);
  const longest = Math.max(1, ...stages.map(size));
  // Whole vectors of what there is one of for each row.
  return 2 * longest > blockElements ? 1 : 4 * Math.ceil(blockElements / longest / 4);
}

/** Whether a local array is a single value that can stay in a register. */
const isHeld = (rows: number, { size }: { readonly size: number }): boolean => rows === 1 && size === 1;

/** Where a nest's rows stand in scratch memory, and the bytes they take: each with room to read past its end. */
export function nestScratch(kernel: NestKernel): { readonly offsets: ReadonlyMap<number, number>; readonly bytes: number } {
  const rows = rowsAtOnce(kernel);
  const offsets = new Map<number, number>();
  let bytes = 0;
  for (const local of kernel.locals) {
    if (isHeld(rows, local)) continue;
    offsets.set(local.buffer, bytes);
    bytes += paddedBytes({ dtype: local.dtype, size: local.size * rows });
  }
  return { offsets, bytes };
}

/** An operand at a block of rows, whose place is known once the block is. */
type Placing = (pointers: readonly Local[]) => Walker;

/** Writes the code of stages, one after the other at each position of the extents they share, or at some positions at a time. */
export function emitNest(context: KernelContext, kernel: NestKernel, bindings: Bindings): void {
  const { f } = context;
  const { shared, stages, locals } = kernel;
  const { amount, walker } = groundOf(context, bindings);
  const rows = rowsAtOnce(kernel);
  const rowAxis = shared - 1;
  const held = new Map(locals.filter((local) => isHeld(rows, local)).map(({ buffer }) => [buffer, f.local("v128")]));
  const nowhere = f.local("i32");
  const sizes = new Map(locals.map(({ buffer, size }) => [buffer, size]));
  // Operands that move alike from position to position have one pointer.
  const outer: Walker[] = [];
  const numbers = new Map<string, number>();
  const placed = (operand: Operand): Placing => {
    const { buffer, dtype } = operand;
    const along = (strides: readonly Size[]): readonly Amount[] => strides.map((stride) => amount(stride, bytesPerElement[dtype]));
    const own = operand.strides.slice(shared);
    const local = held.get(buffer);
    // A value that is held has no place in memory: its pointer may be copied and moved, but nothing is loaded from there.
    if (local !== undefined) return () => ({ dtype, strides: along(own), pointer: nowhere, held: local });
    const strides = along(rows === 1 ? own : [sizes.get(buffer) ?? operand.strides[rowAxis], ...own]);
    const key = JSON.stringify([buffer, dtype, operand.offset, operand.strides.slice(0, shared)]);
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = outer.push(walker({ ...operand, strides: operand.strides.slice(0, shared) })) - 1));
    const which = number;
    return (pointers) => ({ dtype, strides, pointer: pointers[which] });
  };
  const walks = stages.map((stage) => ({
    stage, inputs: stage.inputs.map(placed), outputs: stage.outputs.map(placed), after: stage.epilogue?.inputs.map(placed) ?? [],
    own: stage.extents.slice(shared).map((extent) => amount(extent)),
  }));
  const extents = stages[0].extents.slice(0, shared).map((extent) => amount(extent));
  hoistConstants(context, stages.flatMap(rootsOf));

  const emitStages = (pointers: readonly Local[], count: readonly Amount[]): void => {
    for (const { stage, own, inputs, outputs, after } of walks) {
      const at = (operands: readonly Placing[]): readonly Walker[] => operands.map((operand) => operand(pointers));
      emitWalk({ ...context, lanes: lanesOf(stage) }, stage, collapsed(context, stage, { extents: [...count, ...own], inputs: at(inputs), outputs: at(outputs), after: at(after) }));
    }
  };
  if (rows === 1) nest(f, extents, outer, (pointers) => emitStages(pointers, []));
  else nest(f, extents.slice(0, rowAxis), outer, (pointers) => blocks(context, outer, pointers, rowAxis, extents[rowAxis], rows, (starts, count) => emitStages(starts, [{ local: count }])));
}

/** The rows of a stage as one, where every operand walks them so and nothing is reduced. */
function collapsed({ f }: KernelContext, { reduce }: LoopKernel, walk: Walk): Walk {
  const { extents: [rows, columns, ...rest], inputs, outputs } = walk;
  if (reduce !== null || typeof rows === "number" || typeof columns !== "number") return walk;
  if ([...inputs, ...outputs].some(({ strides: [down, across] }) => typeof across !== "number" || down !== columns * across)) return walk;
  const all = f.local("i32");
  f.get(rows.local).i32(columns).op("i32.mul").set(all);
  const flat = (walkers: readonly Walker[]): readonly Walker[] => walkers.map((each) => ({ ...each, strides: each.strides.slice(1) }));
  return { ...walk, extents: [{ local: all }, ...rest], inputs: flat(inputs), outputs: flat(outputs) };
}

/** Walks an axis some rows at a time; `body` gets pointers to the first of them and how many there are. */
function blocks(
  { f }: KernelContext, walkers: readonly Walker[], pointers: readonly Local[], axis: number, extent: Amount, rows: number,
  body: (pointers: readonly Local[], count: Local) => void,
): void {
  const [left, count] = f.locals("i32", 2);
  const moving = pointers.map((pointer) => {
    const own = f.local("i32");
    f.get(pointer).set(own);
    return own;
  });
  pushAmount(f, extent).set(left);
  f.while(() => f.get(left), () => {
    f.get(left).i32(rows).get(left).i32(rows).op("i32.lt_u").op("select").set(count);
    body(moving, count);
    walkers.forEach(({ strides }, i) => advance(f, moving[i], strides[axis], rows));
    f.get(left, count).op("i32.sub").set(left);
  });
  f.release(left, count, ...moving);
}
