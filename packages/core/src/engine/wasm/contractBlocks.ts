import { emitPack } from "./contractPack.ts";
import { defineContract, forBatch } from "./contractParameters.ts";
import { emitTiles, tileColumns, tileRows } from "./contractTile.ts";
import { address, countUp, smaller, type ElementType } from "./contractType.ts";
import type { Local, ModuleBuilder } from "./encoder.ts";

// A packed panel of each side stays in the first-level cache, a block of B in the second (768 KiB, of 1 MiB and more).
const depthBlock = 384;
const rowBlock = 128;
const columnBlock = (type: ElementType): number => 2048 / type.bytes;

/** The depth of the blocks that `k` is cut into: about equal, for a short last block would waste the packing. It alone decides the order of the sums. */
const blockDepth = (k: number): number => {
  const blocks = Math.max(1, Math.ceil(k / depthBlock));
  return (Math.ceil(k / blocks) + 3) & ~3;
};

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Elements of scratch: a packed block of each side, and a row of tiles. */
export function blockScratch(type: ElementType, m: number, n: number, k: number): number {
  const columns = Math.min(roundUp(n, tileColumns(type)), columnBlock(type));
  return blockDepth(k) * (Math.min(roundUp(m, tileRows), rowBlock) + columns) + tileRows * columns;
}

/**
 * Emits the product by packed blocks. Within a block the tiles go along the rows of C: down its columns their lines would
 * meet in few sets of the caches where C's row is a power of two (float64 at 1024³: 14 GFLOP/s instead of 23).
 * @param apart Whether `finish` writes elsewhere: sums of a single block need not go to C then, only to a row of tiles in scratch.
 */
export function emitBlocks(module: ModuleBuilder, type: ElementType, finish: number | null, apart: boolean): number {
  const multiply = module.once(`tiles ${type.mul}`, () => emitTiles(module, type));
  const packRows = module.once(`pack rows ${type.mul}`, () => emitPack(module, type, tileRows));
  const packColumns = module.once(`pack columns ${type.mul}`, () => emitPack(module, type, tileColumns(type)));
  const { f, p } = defineContract(module);
  const [depth, start, left, packedRows, packedColumns] = f.locals("i32", 5);
  const [column, columns, row, rows, i] = f.locals("i32", 5);
  const [leftPanel, tileHeight] = f.locals("i32", 2);
  const [rowOfTiles, sums, sumsRow] = f.locals("i32", 3);
  const width = tileColumns(type);

  // depth = blockDepth(k)
  f.get(p.k).i32(depthBlock - 1).op("i32.add").i32(depthBlock).op("i32.div_u").tee(left).i32(1).get(left).op("select").set(left);
  f.get(p.k, left).op("i32.add").i32(1).op("i32.sub").get(left).op("i32.div_u").i32(3).op("i32.add").i32(-4).op("i32.and").set(depth);
  f.get(p.scratch).set(rowOfTiles);
  smaller(f, () => f.get(p.n).i32(width - 1).op("i32.add").i32(-width).op("i32.and"), () => f.i32(columnBlock(type)));
  f.i32(tileRows).op("i32.mul").i32(type.shift).op("i32.shl").get(p.scratch).op("i32.add").set(packedRows);
  smaller(f, () => f.get(p.m).i32(tileRows - 1).op("i32.add").i32(-tileRows).op("i32.and"), () => f.i32(rowBlock));
  f.get(depth).op("i32.mul").i32(type.shift).op("i32.shl").get(packedRows).op("i32.add").set(packedColumns);

  const tiles = (batch: Local, c: Local): void => {
    f.i32(0).set(i);
    f.get(packedRows).set(leftPanel);
    countUp(f, i, rows, tileRows, () => {
      smaller(f, () => f.get(rows, i).op("i32.sub"), () => f.i32(tileRows));
      f.set(tileHeight);
      f.get(c).get(row, i).op("i32.add").get(p.cRow).op("i32.mul").op("i32.add").get(column).i32(type.shift).op("i32.shl").op("i32.add").set(sums);
      f.get(p.cRow).set(sumsRow);
      if (apart) f.get(left, p.k).op("i32.eq").if(() => f.get(rowOfTiles).set(sums).get(columns).i32(width - 1).op("i32.add").i32(-width).op("i32.and").i32(type.shift).op("i32.shl").set(sumsRow));
      f.get(leftPanel, packedColumns, left, sums, sumsRow, tileHeight, columns, start).call(multiply);
      if (finish !== null) {
        f.get(start, left).op("i32.add").get(p.k).op("i32.ge_s").if(() => f.get(batch).get(row, i).op("i32.add").get(column, tileHeight, columns, sums, sumsRow).call(finish));
      }
      f.get(leftPanel).get(left).i32(tileRows * type.bytes).op("i32.mul").op("i32.add").set(leftPanel);
    });
  };
  const blockOf = (size: Local, at: Local, limit: Local, most: number): void => {
    smaller(f, () => f.get(limit, at).op("i32.sub"), () => f.i32(most));
    f.set(size);
  };

  forBatch(f, p, (batch, a, b, c) => {
    f.get(p.columnStart).set(column);
    countUp(f, column, p.columnEnd, columnBlock(type), () => {
      blockOf(columns, column, p.columnEnd, columnBlock(type));
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
          tiles(batch, c);
        });
        f.get(start, depth).op("i32.add").tee(start).get(p.k).op("i32.lt_s").branchIf(again);
      });
    });
  });
  return f.index;
}
