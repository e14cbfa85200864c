import { address, countUp } from "./contractType.ts";
import type { FunctionBuilder, Local, ModuleBuilder } from "./encoder.ts";

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

/** A function with `contractParameters`, and those as locals by name. */
export function defineContract(module: ModuleBuilder): { readonly f: FunctionBuilder; readonly p: ContractLocals } {
  const f = module.define(contractParameters.map(() => "i32"));
  return { f, p: Object.fromEntries(contractParameters.map((name, i) => [name, f.params[i]])) as Record<ContractParameter, Local> };
}
export type ContractLocals = Readonly<Record<ContractParameter, Local>>;

/** `body` for each product of the batch, with its number and the addresses of its operands. Here strides are in bytes already. */
export function forBatch(f: FunctionBuilder, p: ContractLocals, body: (batch: Local, a: Local, b: Local, c: Local) => void): void {
  const [batch, a, b, c] = f.locals("i32", 4);
  f.get(p.batchStart).set(batch);
  countUp(f, batch, p.batchEnd, 1, () => {
    address(f, p.a, batch, p.aBatch); f.set(a);
    address(f, p.b, batch, p.bBatch); f.set(b);
    address(f, p.c, batch, p.cBatch); f.set(c);
    body(batch, a, b, c);
  });
}
