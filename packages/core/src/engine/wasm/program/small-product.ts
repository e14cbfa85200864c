import { oneBatchAxis } from "../../bands.ts";
import type { ContractKernel, Operand } from "../../program.ts";
import type { EpiloguePosition } from "../contract.ts";
import { countUp, elementTypes, type ContractDType, type ElementType } from "../contractType.ts";
import type { FunctionBuilder, Local } from "../encoder.ts";
import { known } from "../../sizes.ts";

/**
 * Products with few columns, written out for their sizes: a handful of rows with all their columns is summed up in
 * registers, so nothing is packed (but a right side whose columns are not neighbours) and no sum goes through memory.
 */

/**
 * Rows at a time for so many vectors of columns: sums, both sides' vectors and one product must fit the 15 vector registers
 * that V8 gives out, for it loads all of a step before the first use, and a sum that spills costs its way through memory at every step.
 */
const rowsAtOnce = [6, 4, 2, 2];
/** How many vectors of columns are taken together, for a row of so many. */
const columnChunks = [[1], [2], [3], [4], [3, 2], [3, 3]];
/** With more columns than this, or so much work, packing both sides pays. */
const mostVectors = columnChunks.length;
const fewVectors = 3;
const mostWork = 300_000;
const mostDepth = 2048;
/** Steps along the depth in one turn of the loop. */
const unroll = 8;

const vectorsOf = (kernel: ContractKernel, type: ElementType): number => Math.ceil(known(kernel.n) / type.lanes);

/** Whether a product is of this kind. */
export function isSmallProduct(kernel: ContractKernel): boolean {
  const { a, b } = kernel;
  const [m, n, k] = [kernel.m, kernel.n, kernel.k].map(known);
  const vectors = vectorsOf(kernel, elementTypes[kernel.out.dtype as ContractDType]);
  const forward = [...a.strides, ...b.strides].every((stride) => known(stride) >= 0);
  // The end of the depth is told by a's column.
  const endless = k > 1 && known(a.strides[a.strides.length - 1]) === 0;
  return forward && !endless && (batchesOf(kernel) === 1 || oneBatchAxis(kernel)) && k > 0 && k <= mostDepth
    && (vectors <= fewVectors || (vectors <= mostVectors && m * n * k <= mostWork));
}

const batchesOf = ({ batch }: ContractKernel): number => batch.reduce<number>((product, size) => product * known(size), 1);

/** Bytes of scratch memory for a right side that has to be packed. */
export function smallProductScratch(kernel: ContractKernel): number {
  const type = elementTypes[kernel.out.dtype as ContractDType];
  return isPackedRight(kernel) ? 0 : known(kernel.k) * vectorsOf(kernel, type) * 16 + 16;
}

/** Whether the columns of the right side are neighbours. */
const isPackedRight = ({ b, n }: ContractKernel): boolean => n === 1 || known(b.strides[b.strides.length - 1]) === 1;

/** What the code of a product finds where, and what it does with a finished vector. */
export interface SmallProductContext {
  readonly addressOf: (operand: Operand) => number;
  /** Leaves the epilogue of `value` at a position. */
  readonly epilogue: ((f: FunctionBuilder, at: EpiloguePosition) => void) | null;
}

/**
 * Writes a function body `(start, end, scratch)` that computes the units from start to end: of so many equal parts of a product's
 * rows, or of several products.
 */
export function emitSmallProduct(f: FunctionBuilder, kernel: ContractKernel, units: number, { addressOf, epilogue }: SmallProductContext): void {
  const type = elementTypes[kernel.out.dtype as ContractDType];
  const { bytes, lanes } = type;
  const [start, end, scratch] = f.params;
  const [n, k] = [kernel.n, kernel.k].map(known);
  const vectors = vectorsOf(kernel, type);
  const [aRow, aColumn] = kernel.a.strides.slice(-2).map((stride) => known(stride) * bytes);
  const outRow = known(kernel.out.strides[kernel.out.strides.length - 2]) * bytes;
  const batches = batchesOf(kernel);
  const perUnit = (batches > 1 ? batches : known(kernel.m)) / units;
  const [batch, row, limit, aAt, aStep, bAt, outAt, aEnd] = f.locals("i32", 8);
  const [rowHere, column] = f.locals("i32", 2);
  /** Leaves the address of this product's first element. */
  const pushFirst = (operand: Operand): void => {
    f.i32(addressOf(operand));
    const step = batches > 1 ? known(operand.strides[operand.strides.length - 3]) * bytes : 0;
    if (step !== 0) f.get(batch).i32(step).op("i32.mul").op("i32.add");
  };
  const packed = isPackedRight(kernel);
  const bRow = packed ? known(kernel.b.strides[kernel.b.strides.length - 2]) * bytes : vectors * 16;
  const bFirst = f.local("i32");

  /** All rows of some neighbouring columns. */
  const chunk = (first: number, width: number): void => {
    const most = rowsAtOnce[width - 1];
    const sums = Array.from({ length: most }, () => f.locals("v128", width));
    const factors = f.locals("v128", width);
    const splat = f.local("v128");

    /** One step along the depth: b's row against one element of each row of a. */
    const step = (rows: number, turn: number): void => {
      factors.forEach((vector, v) => f.get(bAt).memory("v128.load", turn * bRow + (first + v) * 16).set(vector));
      for (let i = 0; i < rows; i++) {
        f.get(aStep).memory(type.loadSplat, i * aRow).set(splat);
        sums[i].forEach((sum, v) => {
          if (turn > 0) f.get(sum);
          f.get(splat, factors[v]).op(type.mul);
          if (turn > 0) f.op(type.add);
          f.set(sum);
        });
      }
    };
    const finish = (rows: number): void => {
      for (let i = 0; i < rows; i++) {
        f.get(row).i32(i).op("i32.add").set(rowHere);
        sums[i].forEach((sum, v) => {
          if (epilogue !== null) {
            f.i32((first + v) * lanes).set(column);
            epilogue(f, { value: sum, batch, row: rowHere, column, lanes });
            f.set(sum);
          }
          storeFirst(f, type, outAt, sum, i * outRow + (first + v) * 16, Math.min(lanes, n - (first + v) * lanes));
        });
      }
    };
    const block = (rows: number): void => {
      f.get(aAt).set(aStep).get(bFirst).set(bAt);
      step(rows, 0);
      if (k > 1) {
        const turns = Math.min(k - 1, unroll);
        f.get(aAt).i32((k - 1) * aColumn).op("i32.add").set(aEnd);
        // Asking after every step whether it was the last keeps V8 from loading for all steps up front (see contractTile.ts).
        f.block((done) => f.loop((again) => {
          for (let turn = 1; turn <= turns; turn++) {
            f.get(aStep).i32(aColumn).op("i32.add").set(aStep);
            step(rows, turn);
            f.get(aStep, aEnd).op("i32.eq").branchIf(done);
          }
          f.get(bAt).i32(turns * bRow).op("i32.add").set(bAt).branch(again);
        }));
      }
      finish(rows);
      f.get(row).i32(rows).op("i32.add").set(row);
      f.get(aAt).i32(rows * aRow).op("i32.add").set(aAt);
      f.get(outAt).i32(rows * outRow).op("i32.add").set(outAt);
    };

    if (batches > 1) f.i32(0).set(row);
    else f.get(start).i32(perUnit).op("i32.mul").set(row);
    pushFirst(kernel.a);
    f.get(row).i32(aRow).op("i32.mul").op("i32.add").set(aAt);
    pushFirst(kernel.out);
    f.get(row).i32(outRow).op("i32.mul").op("i32.add").set(outAt);
    // Where all rows are taken, it is known how many are left over in the end.
    const counts = batches > 1 ? [most, known(kernel.m) % most] : [most, 4, 2, 1];
    for (const rows of counts.filter((count, i) => count > 0 && count <= most && counts.indexOf(count) === i)) {
      f.while(() => f.get(row).i32(rows).op("i32.add").get(limit).op("i32.le_s"), () => block(rows));
    }
    f.release(...sums.flat(), ...factors, splat);
  };
  /** All columns of the rows before `limit`. */
  const product = (): void => {
    pushFirst(kernel.b);
    f.set(bFirst);
    if (!packed) {
      packRight(f, kernel, type, bFirst, scratch);
      f.get(scratch).set(bFirst);
    }
    let first = 0;
    for (const width of columnChunks[vectors - 1]) {
      chunk(first, width);
      first += width;
    }
  };
  if (batches === 1) {
    f.i32(0).set(batch).get(end).i32(perUnit).op("i32.mul").set(limit);
    product();
  } else {
    const last = f.local("i32");
    f.get(start).i32(perUnit).op("i32.mul").set(batch).get(end).i32(perUnit).op("i32.mul").set(last).i32(known(kernel.m)).set(limit);
    countUp(f, batch, last, 1, product);
  }
}

/** Copies the right side of a product, whose first element is at `first`, into scratch memory, row by row in whole vectors. */
function packRight(f: FunctionBuilder, { b, k, n }: ContractKernel, type: ElementType, first: Local, scratch: Local): void {
  const { bytes } = type;
  const [bRow, bColumn] = b.strides.slice(-2).map((stride) => known(stride) * bytes);
  const rowBytes = Math.ceil(known(n) / type.lanes) * 16;
  const [from, to, left] = f.locals("i32", 3);
  // Down each column: for a transposed matrix those elements are neighbours.
  f.i32(0).set(left);
  f.while(() => f.get(left).i32(known(n)).op("i32.lt_s"), () => {
    f.get(left).i32(bColumn).op("i32.mul").get(first).op("i32.add").set(from);
    f.get(left).i32(bytes).op("i32.mul").get(scratch).op("i32.add").set(to);
    const rest = f.local("i32");
    f.i32(known(k)).set(rest).loop((again) => {
      f.get(to, from).memory(type.loadBits).memory(type.storeBits);
      f.get(from).i32(bRow).op("i32.add").set(from).get(to).i32(rowBytes).op("i32.add").set(to);
      f.get(rest).i32(1).op("i32.sub").tee(rest).branchIf(again);
    });
    f.release(rest);
    f.get(left).i32(1).op("i32.add").set(left);
  });
  f.release(from, to, left);
}

/** Stores the first `count` lanes. */
function storeFirst(f: FunctionBuilder, type: ElementType, at: Local, value: Local, offset: number, count: number): void {
  if (count === type.lanes) f.get(at, value).memory("v128.store", offset);
  else for (let lane = 0; lane < count; lane++) f.get(at, value).memoryLane(type.storeLane, lane, offset + lane * type.bytes);
}

