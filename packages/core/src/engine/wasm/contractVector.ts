import { storeFirst } from "./contractTile.ts";
import { advance, countUp, smaller, type ElementType } from "./contractType.ts";
import type { Local, ModuleBuilder } from "./encoder.ts";

/**
 * Products of a vector with a matrix, y[j] = Σ_l x[l] · M[l, j]: every element of M is used once, so there is nothing to
 * gain from packing it. One kernel for each way in which M's elements can lie side by side.
 */

/** Rows of M that are added in one pass over y. */
const rowsAtOnce = 8;

/** Emits `combine(x, xStep, matrix, rowStep, depth, y, count)`: the rows of M and the elements of y lie side by side. Steps in bytes. */
export function emitCombine(module: ModuleBuilder, type: ElementType): number {
  const f = module.define(["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [x, xStep, matrix, rowStep, depth, y, count] = f.params;
  const [at, left] = f.locals("i32", 2);
  const pointers = f.locals("i32", rowsAtOnce);
  const factors = f.locals("v128", rowsAtOnce);
  const sums = f.locals("v128", 2);

  const pass = (rows: number): void => {
    for (let i = 0; i < rows; i++) {
      f.get(x).memory(type.loadSplat).set(factors[i]).get(matrix).set(pointers[i]);
      f.get(x, xStep).op("i32.add").set(x).get(matrix, rowStep).op("i32.add").set(matrix);
    }
    // The rows of a pass come together first: y is rounded once for all of them.
    const addRows = (vectors: readonly Local[]): void => {
      for (let i = 0; i < rows; i++) {
        vectors.forEach((sum, j) => {
          if (i > 0) f.get(sum);
          f.get(factors[i], pointers[i]).memory("v128.load", j * 16).op(type.mul);
          if (i > 0) f.op(type.add);
          f.set(sum);
        });
        advance(f, pointers[i], vectors.length * 16);
      }
      vectors.forEach((sum, j) => f.get(at).memory("v128.load", j * 16).get(sum).op(type.add).set(sum));
    };
    f.get(y).set(at).get(count).set(left);
    f.while(() => f.get(left).i32(2 * type.lanes).op("i32.ge_s"), () => {
      addRows(sums);
      sums.forEach((sum, j) => f.get(at, sum).memory("v128.store", j * 16));
      advance(f, at, 32);
      advance(f, left, -2 * type.lanes);
    });
    f.while(() => f.get(left).i32(0).op("i32.gt_s"), () => {
      addRows(sums.slice(0, 1));
      storeFirst(f, type, at, sums[0], 0, () => f.get(left));
      advance(f, at, 16);
      advance(f, left, -type.lanes);
    });
  };

  f.get(y).i32(0).get(count).i32(type.shift).op("i32.shl").memoryFill();
  f.while(() => f.get(depth).i32(rowsAtOnce).op("i32.ge_s"), () => {
    pass(rowsAtOnce);
    advance(f, depth, -rowsAtOnce);
  });
  for (let rows = rowsAtOnce / 2; rows >= 1; rows /= 2) f.get(depth).i32(rows).op("i32.and").if(() => pass(rows));
  return f.index;
}

/** Columns of M whose sums run side by side: hides the latency of the additions. */
const columnsAtOnce = 4;

/** Emits `dots(x, matrix, columnStep, depth, y, yStep, count)`: the elements of x and the columns of M lie side by side. Steps in bytes. */
export function emitDots(module: ModuleBuilder, type: ElementType): number {
  const f = module.define(["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [x, matrix, columnStep, depth, y, yStep, count] = f.params;
  const [at, left] = f.locals("i32", 2);
  const pointers = f.locals("i32", columnsAtOnce);
  const even = f.locals("v128", columnsAtOnce);
  const odd = f.locals("v128", columnsAtOnce);
  const factor = f.local("v128");
  const zeroLoad = type.bytes === 4 ? "v128.load32_zero" : "v128.load64_zero";

  const addVector = (sums: readonly Local[], load: "v128.load" | typeof zeroLoad, offset: number): void => {
    f.get(at).memory(load, offset).set(factor);
    sums.forEach((sum, i) => f.get(sum, factor, pointers[i]).memory(load, offset).op(type.mul).op(type.add).set(sum));
  };
  const whileLeft = (elements: number, body: () => void): void => {
    f.while(() => f.get(left).i32(elements).op("i32.ge_s"), () => {
      body();
      for (const pointer of [at, ...pointers]) advance(f, pointer, elements * type.bytes);
      advance(f, left, -elements);
    });
  };

  f.while(() => f.get(count).i32(0).op("i32.gt_s"), () => {
    pointers.forEach((pointer, i) => {
      // Beyond the last column that one again: its sum is not stored.
      smaller(f, () => f.i32(i), () => f.get(count).i32(1).op("i32.sub"));
      f.get(columnStep).op("i32.mul").get(matrix).op("i32.add").set(pointer);
    });
    for (const sum of [...even, ...odd]) f.v128(new Uint8Array(16)).set(sum);
    f.get(x).set(at).get(depth).set(left);
    whileLeft(2 * type.lanes, () => {
      addVector(even, "v128.load", 0);
      addVector(odd, "v128.load", 16);
    });
    whileLeft(type.lanes, () => addVector(even, "v128.load", 0));
    // The rest goes to the first lane; in the others zero is added to sums that are no −0.
    whileLeft(1, () => addVector(odd, zeroLoad, 0));
    f.block((done) => even.forEach((sum, i) => {
      f.get(count).i32(i).op("i32.le_s").branchIf(done);
      f.get(sum, odd[i]).op(type.add).set(sum);
      for (let half = 8; half >= type.bytes; half /= 2) {
        f.get(sum, sum, sum).shuffle(Array.from({ length: 16 }, (_, byte) => (byte + half) % 16)).op(type.add).set(sum);
      }
      f.get(y, sum).memoryLane(type.storeLane, 0).get(y, yStep).op("i32.add").set(y);
    }));
    f.get(columnStep).i32(columnsAtOnce).op("i32.mul").get(matrix).op("i32.add").set(matrix);
    advance(f, count, -columnsAtOnce);
  });
  return f.index;
}

/** Emits `spread(from, fromStep, to, toStep, count)`: copies elements that lie `fromStep` bytes apart to where they lie `toStep` apart. */
export function emitSpread(module: ModuleBuilder, type: ElementType): number {
  const f = module.define(["i32", "i32", "i32", "i32", "i32"]);
  const [from, fromStep, to, toStep, count] = f.params;
  const at = f.local("i32");
  f.i32(0).set(at);
  countUp(f, at, count, 1, () => {
    f.get(to, from).memory(type.loadBits).memory(type.storeBits);
    f.get(from, fromStep).op("i32.add").set(from).get(to, toStep).op("i32.add").set(to);
  });
  return f.index;
}
