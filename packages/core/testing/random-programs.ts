import fc from "fast-check";
import { isFloat, type FloatDType } from "../src/dtype.ts";
import { NdgradError } from "../src/errors.ts";
import { cast } from "../src/ops/cast.ts";
import { add, mul, sub } from "../src/ops/elementwise/arithmetic.ts";
import { tanh } from "../src/ops/elementwise/hyperbolic.ts";
import { sum } from "../src/ops/reduce/sum.ts";
import { fromData, type Tensor } from "../src/tensor.ts";
import { checkpoint } from "../src/transform/custom.ts";
import { valueAndGrad } from "../src/transform/gradient.ts";
import { Variable } from "../src/variable.ts";
import { Machine, filled, numbersFrom, operations, squash } from "./random-operations.ts";

/** One step of a random program: which operation, on which of the values so far, and how. */
export type Step = readonly [operation: number, first: number, second: number, how: number];

/** A random function of tensors and variables, as plain data that shrinks. */
export interface RandomProgram {
  readonly rows: number;
  readonly columns: number;
  readonly dtype: FloatDType;
  readonly steps: readonly Step[];
  /** Whether the variables' gradients of a scalar of it are taken, and how: within `checkpoint` or not. */
  readonly gradient: "none" | "plain" | "checkpointed";
  readonly seed: number;
}

const extents = fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 1, max: 9 }) }, { weight: 3, arbitrary: fc.integer({ min: 10, max: 40 }) }, { weight: 1, arbitrary: fc.constant(0) });
const number = fc.nat({ max: 9999 });

/** Programs of `shortest` to `longest` steps. */
export const randomPrograms = (longest: number, shortest = 5): fc.Arbitrary<RandomProgram> => fc.record({
  rows: extents, columns: extents, dtype: fc.constantFrom<FloatDType>("float32", "float32", "float64"),
  steps: fc.array(fc.tuple(number, number, number, number), { minLength: shortest, maxLength: longest, size: "max" }),
  gradient: fc.constantFrom("none" as const, "none" as const, "plain" as const, "checkpointed" as const), seed: number,
});

/** New variables for a program. */
export function variablesFor({ rows, columns, dtype, seed }: RandomProgram): readonly Variable[] {
  const next = numbersFrom(seed + 1);
  return [new Variable(filled([rows, columns], dtype, next)), new Variable(filled([rows, columns], dtype, next)), new Variable(filled([columns], dtype, next)),
    new Variable(filled([], dtype, next)), new Variable(filled([rows], "int32", next)), new Variable(fromData(Int32Array.of(seed, -1), [2], "int32"))];
}

/** Arguments for the n-th call of a program. */
export function argumentsFor({ rows, columns, dtype, seed }: RandomProgram, call: number): readonly Tensor[] {
  const next = numbersFrom(seed * 31 + call);
  return [filled([rows, columns], dtype, next), filled([columns, rows], dtype, next), filled([columns], dtype, next), filled([2, rows, columns], dtype, next),
    filled([rows, columns], dtype === "float32" ? "float64" : "float32", next), filled([rows], "int32", next), filled([rows, columns], "bool", next)];
}

/** What a call of a program gives: tensors to be compared, some of them twice, an argument among them, and a number. */
export type Outcome = readonly (Tensor | number)[];

/** Runs a program, eagerly or in a trace. */
export function runProgram(program: RandomProgram, args: readonly Tensor[], variables: readonly Variable[]): Outcome {
  const run = (given: readonly Tensor[]): readonly Tensor[] => {
    const machine = new Machine(given, variables, program.dtype);
    for (const [operation, first, second, how] of program.steps) {
      try {
        operations[operation % operations.length](machine, first, second, how);
      } catch (error) {
        // A step that does not suit these shapes is left out; which ones are, depends on shapes alone.
        if (!(error instanceof NdgradError)) throw error;
      }
    }
    return machine.values.slice(-3).map(({ x }) => x);
  };
  if (program.gradient === "none") {
    const results = run(args);
    return [...results, results[0], args[0], 3];
  }
  const floats = variables.filter(({ dtype }) => isFloat(dtype));
  const body = program.gradient === "checkpointed" ? checkpoint((...given: readonly Tensor[]) => run(given)) : (...given: readonly Tensor[]) => run(given);
  const { value: [loss, ...rest], grads } = valueAndGrad((): readonly [Tensor, ...Tensor[]] => {
    const results = body(...args);
    const terms = results.map((x) => sum(tanh(cast(isFloat(x.dtype) ? x : mul(cast(x, "float64"), 1e-3), "float64"))));
    return [terms.reduce(add), ...results];
  }, floats);
  floats.forEach((variable, i) => variable.assign(sub(variable.value, mul(squash(grads[i]), 0.1))));
  return [loss, ...rest, ...grads, loss, args[0], 3];
}
