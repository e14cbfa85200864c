import { contractParameters, emitContract, type ContractParameter } from "./contract.ts";
import type { ContractDType } from "./contractType.ts";
import { ModuleBuilder } from "./encoder.ts";
import type { ContractKernel } from "../program.ts";
import { known } from "../sizes.ts";

/** A module whose `run(block)` computes a matrix product; the block holds `contractParameters`. */
export function compileContract(dtype: ContractDType): WebAssembly.Module {
  const module = new ModuleBuilder().importMemory("env", "memory", { least: 1 });
  const product = emitContract(module, { dtype });
  const f = module.define(["i32"]);
  contractParameters.forEach((_, i) => f.get(f.params[0]).memory("i32.load", 4 * i));
  f.call(product);
  module.export("run", f.index);
  return new WebAssembly.Module(module.bytes());
}

/** The blocks of a product: one for each run of batches that all operands walk with one stride. */
export function contractBlocks(kernel: ContractKernel, addressOf: (buffer: number) => number, bytes: number, scratch: number): readonly Int32Array[] {
  const operands = [kernel.a, kernel.b, kernel.out].map(({ buffer, strides, offset }) => ({
    start: addressOf(buffer) + known(offset) * bytes, strides: strides.map(known),
  }));
  const batch = kernel.batch.map(known);
  // Merge as many of the last batch axes as all operands walk as one.
  let first = batch.length;
  let run = 1;
  let steps = [0, 0, 0];
  while (first > 0) {
    const axis = first - 1;
    if (batch[axis] !== 1) {
      if (run === 1) steps = operands.map(({ strides }) => strides[axis]);
      else if (operands.some(({ strides }, i) => strides[axis] !== steps[i] * run)) break;
      run *= batch[axis];
    }
    first--;
  }
  const [m, n, k] = [kernel.m, kernel.n, kernel.k].map(known);
  const last = batch.length;
  const blocks: Int32Array[] = [];
  const visit = (axis: number, starts: readonly number[]): void => {
    if (axis < first) {
      for (let i = 0; i < batch[axis]; i++) visit(axis + 1, starts.map((start, which) => start + i * operands[which].strides[axis] * bytes));
      return;
    }
    const [a, b, c] = operands;
    const values: Readonly<Record<ContractParameter, number>> = {
      m, n, k, batchStart: 0, batchEnd: run, rowStart: 0, rowEnd: m, columnStart: 0, columnEnd: n,
      a: starts[0], aBatch: steps[0], aRow: a.strides[last], aColumn: a.strides[last + 1],
      b: starts[1], bBatch: steps[1], bRow: b.strides[last], bColumn: b.strides[last + 1],
      c: starts[2], cBatch: steps[2], cRow: c.strides[last], scratch,
    };
    blocks.push(Int32Array.from(contractParameters, (name) => values[name]));
  };
  visit(0, operands.map(({ start }) => start));
  return blocks;
}
