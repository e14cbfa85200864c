import { fewVectors } from "../partial.ts";
import { blockScratch, emitBlocks } from "./contractBlocks.ts";
import { defineContract } from "./contractParameters.ts";
import { storeFirst } from "./contractTile.ts";
import { advance, countUp, elementTypes, type ContractDType, type ElementType } from "./contractType.ts";
import { emitColumnByColumn, emitRowByRow, emitVectorKernels, vectorScratch } from "./contractVectors.ts";
import type { FunctionBuilder, Local, ModuleBuilder } from "./encoder.ts";
import type { PlainOp } from "./opcodes.ts";

export { contractOverrun, contractParameters, type ContractParameter } from "./contractParameters.ts";

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
  readonly epilogue?: ((f: FunctionBuilder, at: EpiloguePosition) => void) | undefined;
  /** How many vectors are finished together (1): the epilogue is written so many times more. */
  readonly together?: number | undefined;
  /** Pushes the address at which the epilogue's vector is stored, if that is not where the product was summed up: C itself. */
  readonly target?: ((f: FunctionBuilder, at: EpiloguePosition) => void) | undefined;
}
export interface EpiloguePosition {
  readonly value: Local;
  readonly batch: Local;
  readonly row: Local;
  readonly column: Local;
  readonly lanes: number;
}

/** A dot product must be this deep to be worth its start and its end. */
const leastDepthOfDots = 16;
/** With this shallow a depth and this long a row, adding rows of B beats packing whatever the number of rows. */
const fewRowsOfB = 4;
const longRow = 64;

/** Bytes of scratch that a product of these sizes needs. */
export function contractScratch(dtype: ContractDType, m: number, n: number, k: number): number {
  const type = elementTypes[dtype];
  return Math.max(blockScratch(type, m, n, k), vectorScratch(m, k) + type.lanes) * type.bytes;
}

/**
 * Emits the product for one dtype and gives the function's index; its parameters are `contractParameters`. The function
 * needs the module to import a memory. An empty depth gives zeros.
 */
export function emitContract(module: ModuleBuilder, options: ContractOptions): number {
  const type = elementTypes[options.dtype];
  const finish = options.epilogue === undefined ? null : emitFinish(module, type, options.epilogue, options);
  const kernels = emitVectorKernels(module, type);
  const rowByRow = emitRowByRow(module, type, kernels, finish);
  const columnByColumn = emitColumnByColumn(module, type, kernels, finish);
  const blocks = emitBlocks(module, type, finish, options.target !== undefined);

  const { f, p } = defineContract(module);
  for (const stride of [p.aBatch, p.aRow, p.aColumn, p.bBatch, p.bRow, p.bColumn, p.cBatch, p.cRow]) {
    f.get(stride).i32(type.shift).op("i32.shl").set(stride);
  }
  const compare = (local: Local, comparison: PlainOp, value: number): FunctionBuilder => f.get(local).i32(value).op(comparison);
  const sideBySide = (along: Local): FunctionBuilder => compare(along, "i32.eq", type.bytes);
  /** Whether a matrix can be multiplied by a vector well: by its rows, or by dot products with columns that are long enough. */
  const fit = (along: Local, down: Local): void => {
    sideBySide(along);
    sideBySide(down);
    compare(p.k, "i32.ge_s", leastDepthOfDots).op("i32.and").op("i32.or");
  };
  // The choice looks at the whole product, never at the part that is asked for: the order of the sums hangs on it.
  fit(p.bColumn, p.bRow);
  // Taking each of a few rows or columns as a vector beats packing the other side.
  compare(p.m, "i32.le_s", fewVectors).op("i32.and");
  sideBySide(p.bColumn);
  compare(p.k, "i32.le_s", fewRowsOfB).op("i32.and");
  compare(p.n, "i32.ge_s", longRow).op("i32.and").op("i32.or");
  f.if(
    () => f.get(...f.params).call(rowByRow),
    () => {
      fit(p.aRow, p.aColumn);
      compare(p.n, "i32.le_s", fewVectors).op("i32.and").if(
        () => f.get(...f.params).call(columnByColumn),
        () => f.get(...f.params).call(blocks),
      );
    },
  );
  return f.index;
}

/** Emits `finish(batch, row, column, rows, columns, c, cRow)`: the epilogue over a block of C whose first element is at `c`. */
function emitFinish(module: ModuleBuilder, type: ElementType, epilogue: NonNullable<ContractOptions["epilogue"]>, { target, together = 1 }: ContractOptions): number {
  const f = module.define(["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [batch, row, firstColumn, rows, columns, c, cRow] = f.params;
  const [column, columnEnd, rowEnd, at, to] = f.locals("i32", 5);
  const here = f.locals("i32", together);
  const values = f.locals("v128", together);
  /** Some neighbouring vectors, and on to the next. */
  const vectors = (count: number, store: (to: Local, value: Local, offset: number) => void): void => {
    const positions = values.slice(0, count).map((value, i): EpiloguePosition => ({ value, batch, row, column: here[i], lanes: type.lanes }));
    positions.forEach((position, i) => f.get(column).i32(i * type.lanes).op("i32.add").set(position.column).get(at).memory("v128.load", 16 * i).set(position.value));
    for (const position of positions) {
      epilogue(f, position);
      f.set(position.value);
    }
    positions.forEach((position, i) => {
      if (target === undefined) store(at, position.value, 16 * i);
      else {
        target(f, position);
        f.set(to);
        store(to, position.value, 0);
      }
    });
    advance(f, at, count * 16);
    advance(f, column, count * type.lanes);
  };
  f.get(firstColumn, columns).op("i32.add").set(columnEnd).get(row, rows).op("i32.add").set(rowEnd);
  countUp(f, row, rowEnd, 1, () => {
    f.get(c).set(at).get(firstColumn).set(column);
    for (const count of new Set([together, 1])) {
      f.while(() => f.get(columnEnd, column).op("i32.sub").i32(count * type.lanes).op("i32.ge_s"), () => vectors(count, (place, value, offset) => f.get(place, value).memory("v128.store", offset)));
    }
    f.get(column, columnEnd).op("i32.lt_s").if(() => vectors(1, (place, value, offset) => storeFirst(f, type, place, value, offset, () => f.get(columnEnd).get(here[0]).op("i32.sub"))));
    f.get(c, cRow).op("i32.add").set(c);
  });
  return f.index;
}
