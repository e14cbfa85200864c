import { advance, type ElementType } from "./contractType.ts";
import type { FunctionBuilder, Local, ModuleBuilder } from "./encoder.ts";

/**
 * The register tile: 4 rows by 2 vectors. Its 8 sums, the 2 vectors of the right side, the broadcast element of the left
 * and a product fit the 16 vector registers; 6 or 8 rows spill and run at half the speed.
 */
export const tileRows = 4;
const tileVectors = 2;
/** Columns of a tile. */
export const tileColumns = (type: ElementType): number => tileVectors * type.lanes;

/** Steps along the depth in one turn of the loop: V8 checks for interrupts once a turn. */
const unroll = 8;

/**
 * Emits `tiles(a, b, depth, c, cRow, rows, columns, add)`: c[0..rows, 0..columns] = (add ? c : 0) + a·b for one packed panel of a
 * and as many neighbouring ones of b as the columns need. `cRow` is in bytes. Sums run over the depth in order, one lane each: a
 * result does not depend on its place in the tile.
 */
export function emitTiles(module: ModuleBuilder, type: ElementType): number {
  const f = module.define(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [firstA, firstB, depth, firstC, cRow, rows, columns, add] = f.params;
  const sums = Array.from({ length: tileRows }, () => f.locals("v128", tileVectors));
  const right = f.locals("v128", tileVectors);
  const left = f.local("v128");
  const [a, b, c, end] = f.locals("i32", 4);
  const leftStep = tileRows * type.bytes;
  const rightStep = tileVectors * 16;

  const step = (turn: number): void => {
    right.forEach((vector, j) => f.get(b).memory("v128.load", turn * rightStep + j * 16).set(vector));
    sums.forEach((row, i) => {
      f.get(a).memory(type.loadSplat, i * type.bytes).set(left);
      row.forEach((sum, j) => f.get(sum, left, right[j]).op(type.mul).op(type.add).set(sum));
    });
  };
  // Asking after every step whether it was the last serves any depth, and keeps V8 from moving the loads of later steps up
  // front, where they spill (29 GFLOP/s on one core instead of 50). `a` moves with every step because V8 adds the offset of a
  // broadcasting load in an instruction of its own, unless the offset is one that all steps share.
  const sumUp = (): void => {
    sums.flat().forEach((sum) => f.v128(new Uint8Array(16)).set(sum));
    f.get(depth).if(() => f.block((done) => f.loop((again) => {
      for (let turn = 0; turn < unroll; turn++) {
        step(turn);
        advance(f, a, leftStep);
        f.get(a, end).op("i32.eq").branchIf(done);
      }
      advance(f, b, unroll * rightStep);
      f.branch(again);
    })));
  };
  const addStored = (row: readonly Local[]): void => {
    f.get(add).if(() => row.forEach((sum, j) => f.get(sum).get(c).memory("v128.load", j * 16).op(type.add).set(sum)));
  };
  const nextRow = (): void => { f.get(c, cRow).op("i32.add").set(c); };
  const whole = (): void => {
    sums.forEach((row, i) => {
      if (i > 0) nextRow();
      addStored(row);
      row.forEach((sum, j) => f.get(c, sum).memory("v128.store", j * 16));
    });
  };
  const part = (): void => {
    f.block((done) => {
      sums.forEach((row, i) => {
        if (i > 0) {
          f.get(rows).i32(i).op("i32.le_s").branchIf(done);
          nextRow();
        }
        addStored(row);
        row.forEach((sum, j) => storeFirst(f, type, c, sum, j * 16, () => f.get(columns).i32(j * type.lanes).op("i32.sub")));
      });
    });
  };
  f.get(firstA).get(depth).i32(leftStep).op("i32.mul").op("i32.add").set(end);
  f.while(() => f.get(columns).i32(0).op("i32.gt_s"), () => {
    f.get(firstA).set(a).get(firstB).set(b).get(firstC).set(c);
    sumUp();
    f.get(rows).i32(tileRows).op("i32.eq").get(columns).i32(tileColumns(type)).op("i32.ge_s").op("i32.and").if(whole, part);
    f.get(firstB).get(depth).i32(rightStep).op("i32.mul").op("i32.add").set(firstB);
    advance(f, firstC, rightStep);
    advance(f, columns, -tileColumns(type));
  });
  return f.index;
}

/** Stores the first lanes of `value`, as many as `count` leaves on the stack (all of them if it is more than there are, none if it is less than 1). */
export function storeFirst(f: FunctionBuilder, type: ElementType, at: Local, value: Local, offset: number, count: () => void): void {
  const valid = f.local("i32");
  count();
  f.tee(valid).i32(type.lanes).op("i32.ge_s").if(
    () => f.get(at, value).memory("v128.store", offset),
    () => f.block((done) => {
      for (let lane = 0; lane < type.lanes - 1; lane++) {
        f.get(valid).i32(lane).op("i32.le_s").branchIf(done);
        f.get(at, value).memoryLane(type.storeLane, lane, offset + lane * type.bytes);
      }
    }),
  ).release(valid);
}
