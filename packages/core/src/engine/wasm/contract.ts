import { emitPack } from "./contractPack.ts";
import { emitTile, storeFirst, tileColumns, tileRows } from "./contractTile.ts";
import { address, advance, countUp, elementTypes, smaller, type ContractDType, type ElementType } from "./contractType.ts";
import type { FunctionBuilder, Local, ModuleBuilder } from "./encoder.ts";

/**
 * Matrix products: C[m, n] = A[m, k] · B[k, n], batched, both sides strided in any way, C with rows of neighbours.
 * The scheme is that of Goto and van de Geijn (Anatomy of High-Performance Matrix Multiplication, 2008): blocks that
 * fit the caches are packed into panels, and a register tile runs over pairs of panels.
 */
export interface ContractOptions {
  readonly dtype: ContractDType;
  /**
   * Emits what is done to a finished vector of C: takes `value`, leaves a v128. Its lanes are `lanes` columns from `column` on in
   * row `row` of product `batch`; those past the last column are not stored, so reading for them is harmless.
   */
  readonly epilogue?: (f: FunctionBuilder, at: EpiloguePosition) => void;
}
export interface EpiloguePosition {
  readonly value: Local;
  readonly batch: Local;
  readonly row: Local;
  readonly column: Local;
  readonly lanes: number;
}

/** The parameters of an emitted function, all i32, in order. Addresses in bytes, strides in elements, ranges without their end. */
export const contractParameters = [
  "m", "n", "k",
  /** The part of the result to compute: products, rows and columns. The bits of a result do not depend on the split. */
  "batchStart", "batchEnd", "rowStart", "rowEnd", "columnStart", "columnEnd",
  /** Operands at position zero of everything. */
  "a", "aBatch", "aRow", "aColumn",
  "b", "bBatch", "bRow", "bColumn",
  "c", "cBatch", "cRow",
  /** Room of `contractScratch` bytes, aligned to 16; one for each thread. */
  "scratch",
] as const;
export type ContractParameter = (typeof contractParameters)[number];

/** Bytes past the last element of an operand that may be read, though never used: the memory must reach that far. */
export const contractOverrun = 64;

// Bytes of a packed panel stay in the first-level cache, blocks of A in the second, blocks of B in the third.
const depthBlock = 256;
const rowBlock = 128;
const columnBlock = 1024;

/** The depth of the blocks that `k` is cut into: about equal, for a short last block would waste the packing. It alone decides the order of the sums. */
const blockDepth = (k: number): number => {
  const blocks = Math.max(1, Math.ceil(k / depthBlock));
  return (Math.ceil(k / blocks) + 3) & ~3;
};

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Bytes of scratch that a product of these sizes needs. */
export function contractScratch(dtype: ContractDType, m: number, n: number, k: number): number {
  const type = elementTypes[dtype];
  const depth = blockDepth(k);
  const rows = Math.min(roundUp(m, tileRows), rowBlock);
  const columns = Math.min(roundUp(n, tileColumns(type)), columnBlock);
  return depth * (rows + columns) * type.bytes;
}

/**
 * Emits the product for one dtype and gives the function's index; its parameters are `contractParameters`. The function
 * needs the module to import a memory. An empty depth gives zeros.
 */
export function emitContract(module: ModuleBuilder, options: ContractOptions): number {
  const type = elementTypes[options.dtype];
  const tile = emitTile(module, type);
  const packRows = emitPack(module, type, tileRows);
  const packColumns = emitPack(module, type, tileColumns(type));
  const finish = options.epilogue === undefined ? null : emitFinish(module, type, options.epilogue);

  const f = module.define(contractParameters.map(() => "i32"));
  const p = Object.fromEntries(contractParameters.map((name, i) => [name, f.params[i]])) as Readonly<Record<ContractParameter, Local>>;
  for (const stride of [p.aBatch, p.aRow, p.aColumn, p.bBatch, p.bRow, p.bColumn, p.cBatch, p.cRow]) {
    f.get(stride).i32(type.shift).op("i32.shl").set(stride);
  }
  const [batch, a, b, c] = f.locals("i32", 4);
  const [depth, start, left, packedRows, packedColumns] = f.locals("i32", 5);
  const [column, columns, row, rows, i, j, rightPanel] = f.locals("i32", 7);
  const width = tileColumns(type);

  // depth = blockDepth(k)
  f.get(p.k).i32(depthBlock - 1).op("i32.add").i32(depthBlock).op("i32.div_u").tee(left).i32(1).get(left).op("select").set(left);
  f.get(p.k, left).op("i32.add").i32(1).op("i32.sub").get(left).op("i32.div_u").i32(3).op("i32.add").i32(-4).op("i32.and").set(depth);
  f.get(p.scratch).set(packedRows);
  smaller(f, () => f.get(p.m).i32(tileRows - 1).op("i32.add").i32(-tileRows).op("i32.and"), () => f.i32(rowBlock));
  f.get(depth).op("i32.mul").i32(type.shift).op("i32.shl").get(p.scratch).op("i32.add").set(packedColumns);

  const tiles = (): void => {
    f.i32(0).set(j);
    f.get(packedColumns).set(rightPanel);
    countUp(f, j, columns, width, () => {
      f.i32(0).set(i);
      countUp(f, i, rows, tileRows, () => {
        f.get(i, left).op("i32.mul").i32(type.shift).op("i32.shl").get(packedRows).op("i32.add");
        f.get(rightPanel, left);
        f.get(c).get(row, i).op("i32.add").get(p.cRow).op("i32.mul").op("i32.add").get(column, j).op("i32.add").i32(type.shift).op("i32.shl").op("i32.add");
        f.get(p.cRow);
        smaller(f, () => f.get(rows, i).op("i32.sub"), () => f.i32(tileRows));
        smaller(f, () => f.get(columns, j).op("i32.sub"), () => f.i32(width));
        f.get(start).call(tile);
      });
      f.get(rightPanel).get(left).i32(width * type.bytes).op("i32.mul").op("i32.add").set(rightPanel);
    });
    if (finish !== null) {
      f.get(start, left).op("i32.add").get(p.k).op("i32.ge_s").if(() => {
        f.get(batch, row, column, rows, columns);
        f.get(c).get(row, p.cRow).op("i32.mul").op("i32.add").get(column).i32(type.shift).op("i32.shl").op("i32.add");
        f.get(p.cRow).call(finish);
      });
    }
  };
  const blockOf = (size: Local, at: Local, limit: Local, most: number): void => {
    smaller(f, () => f.get(limit, at).op("i32.sub"), () => f.i32(most));
    f.set(size);
  };

  f.get(p.batchStart).set(batch);
  countUp(f, batch, p.batchEnd, 1, () => {
    address(f, p.a, batch, p.aBatch); f.set(a);
    address(f, p.b, batch, p.bBatch); f.set(b);
    address(f, p.c, batch, p.cBatch); f.set(c);
    f.get(p.columnStart).set(column);
    countUp(f, column, p.columnEnd, columnBlock, () => {
      blockOf(columns, column, p.columnEnd, columnBlock);
      // An empty depth takes one turn too, to write its zeros.
      f.i32(0).set(start).loop((again) => {
        smaller(f, () => f.get(p.k, start).op("i32.sub"), () => f.get(depth));
        f.set(left);
        address(f, b, start, p.bRow); f.get(column, p.bColumn).op("i32.mul").op("i32.add");
        f.get(p.bColumn, p.bRow, columns, left, packedColumns).call(packColumns);
        f.get(p.rowStart).set(row);
        countUp(f, row, p.rowEnd, rowBlock, () => {
          blockOf(rows, row, p.rowEnd, rowBlock);
          address(f, a, row, p.aRow); f.get(start, p.aColumn).op("i32.mul").op("i32.add");
          f.get(p.aRow, p.aColumn, rows, left, packedRows).call(packRows);
          tiles();
        });
        f.get(start, depth).op("i32.add").tee(start).get(p.k).op("i32.lt_s").branchIf(again);
      });
    });
  });
  return f.index;
}

/** Emits `finish(batch, row, column, rows, columns, c, cRow)`: the epilogue over a block of C whose first element is at `c`. */
function emitFinish(module: ModuleBuilder, type: ElementType, epilogue: NonNullable<ContractOptions["epilogue"]>): number {
  const f = module.define(["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [batch, row, firstColumn, rows, columns, c, cRow] = f.params;
  const [column, columnEnd, rowEnd, at] = f.locals("i32", 4);
  const value = f.local("v128");
  f.get(firstColumn, columns).op("i32.add").set(columnEnd).get(row, rows).op("i32.add").set(rowEnd);
  countUp(f, row, rowEnd, 1, () => {
    f.get(c).set(at).get(firstColumn).set(column);
    countUp(f, column, columnEnd, type.lanes, () => {
      f.get(at).memory("v128.load").set(value);
      epilogue(f, { value, batch, row, column, lanes: type.lanes });
      f.set(value);
      storeFirst(f, type, at, value, 0, () => f.get(columnEnd, column).op("i32.sub"));
      advance(f, at, 16);
    });
    f.get(c, cRow).op("i32.add").set(c);
  });
  return f.index;
}
