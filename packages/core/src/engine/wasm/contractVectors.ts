import { defineContract, forBatch } from "./contractParameters.ts";
import { address, countUp, type ElementType } from "./contractType.ts";
import { emitCombine, emitDots, emitSpread } from "./contractVector.ts";
import type { FunctionBuilder, Local, ModuleBuilder } from "./encoder.ts";

/** Products with so few rows or columns that each of them is taken as a vector times a matrix. */
interface VectorKernels { readonly combine: number; readonly dots: number; readonly spread: number }

/** Emits the kernels that both ways share. */
export const emitVectorKernels = (module: ModuleBuilder, type: ElementType): VectorKernels => ({
  combine: module.once(`combine ${type.mul}`, () => emitCombine(module, type)),
  dots: module.once(`dots ${type.mul}`, () => emitDots(module, type)),
  spread: module.once(`spread ${type.mul}`, () => emitSpread(module, type)),
});

/** Elements of scratch: a vector gathered, or a result before it is spread. */
export const vectorScratch = (m: number, k: number): number => Math.max(m, k);

const pushBytes = (f: FunctionBuilder, type: ElementType, elements: Local): void => { f.get(elements).i32(type.shift).op("i32.shl"); };

/** Emits the product as a vector times B for each row of C; B's rows or columns must lie side by side. */
export function emitRowByRow(module: ModuleBuilder, type: ElementType, { combine, dots, spread }: VectorKernels, finish: number | null): number {
  const { f, p } = defineContract(module);
  const [row, x, matrix, y, count] = f.locals("i32", 5);
  forBatch(f, p, (batch, a, b, c) => {
    f.get(p.columnEnd, p.columnStart).op("i32.sub").set(count);
    address(f, b, p.columnStart, p.bColumn); f.set(matrix);
    f.get(p.rowStart).set(row);
    countUp(f, row, p.rowEnd, 1, () => {
      address(f, a, row, p.aRow); f.set(x);
      address(f, c, row, p.cRow); pushBytes(f, type, p.columnStart); f.op("i32.add").set(y);
      f.get(p.bColumn).i32(type.bytes).op("i32.eq").if(
        () => f.get(x, p.aColumn, matrix, p.bRow, p.k, y, count).call(combine),
        () => {
          f.get(x, p.aColumn, p.scratch).i32(type.bytes).get(p.k).call(spread);
          f.get(p.scratch, matrix, p.bColumn, p.k, y).i32(type.bytes).get(count).call(dots);
        },
      );
    });
    if (finish === null) return;
    f.get(batch, p.rowStart, p.columnStart).get(p.rowEnd, p.rowStart).op("i32.sub").get(p.columnEnd, p.columnStart).op("i32.sub");
    address(f, c, p.rowStart, p.cRow); pushBytes(f, type, p.columnStart); f.op("i32.add").get(p.cRow).call(finish);
  });
  return f.index;
}

/** Emits the product as A times a vector for each column of C; A's rows or columns must lie side by side. */
export function emitColumnByColumn(module: ModuleBuilder, type: ElementType, { combine, dots, spread }: VectorKernels, finish: number | null): number {
  const { f, p } = defineContract(module);
  const [column, x, matrix, y, count] = f.locals("i32", 5);
  forBatch(f, p, (batch, a, b, c) => {
    f.get(p.rowEnd, p.rowStart).op("i32.sub").set(count);
    address(f, a, p.rowStart, p.aRow); f.set(matrix);
    f.get(p.columnStart).set(column);
    countUp(f, column, p.columnEnd, 1, () => {
      address(f, b, column, p.bColumn); f.set(x);
      address(f, c, p.rowStart, p.cRow); pushBytes(f, type, column); f.op("i32.add").set(y);
      f.get(p.aRow).i32(type.bytes).op("i32.eq").if(
        () => {
          f.get(x, p.bRow, matrix, p.aColumn, p.k, p.scratch, count).call(combine);
          f.get(p.scratch).i32(type.bytes).get(y, p.cRow, count).call(spread);
        },
        () => {
          f.get(x, p.bRow, p.scratch).i32(type.bytes).get(p.k).call(spread);
          f.get(p.scratch, matrix, p.aRow, p.k, y, p.cRow, count).call(dots);
        },
      );
    });
    if (finish === null) return;
    f.get(batch, p.rowStart, p.columnStart).get(p.rowEnd, p.rowStart).op("i32.sub").get(p.columnEnd, p.columnStart).op("i32.sub");
    address(f, c, p.rowStart, p.cRow); pushBytes(f, type, p.columnStart); f.op("i32.add").get(p.cRow).call(finish);
  });
  return f.index;
}
