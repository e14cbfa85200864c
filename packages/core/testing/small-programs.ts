import type fc from "fast-check";
import { input } from "../src/engine/expr.ts";
import type { LoopKernel, Operand, Program } from "../src/engine/program.ts";
import type { Tensor } from "../src/tensor.ts";
import { compileFor } from "../src/transform/compile.ts";
import { argumentsFor, randomPrograms, runProgram, variablesFor } from "./random-programs.ts";

/** Compiled programs whose elements can be counted out one by one. */
export const smallPrograms: fc.Arbitrary<Program> = randomPrograms(25).filter(({ rows, columns }) => rows * columns < 200).map((program) => {
  const variables = variablesFor(program);
  return compileFor((...args) => runProgram(program, args as readonly Tensor[], variables), argumentsFor(program, 0)).program;
});

/** A loop over [8, 4] that copies one buffer to another; offsets and strides as given. */
export const copy = (from: Partial<Operand>, to: Partial<Operand>): LoopKernel => ({
  kind: "loop", extents: [8, 4], values: [input(0, "float32")], reduce: null, epilogue: null,
  inputs: [{ buffer: 0, dtype: "float32", strides: [4, 1], offset: 0, ...from }], outputs: [{ buffer: 1, dtype: "float32", strides: [4, 1], offset: 0, ...to }],
});
