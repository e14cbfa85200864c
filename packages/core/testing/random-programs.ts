import fc from "fast-check";
import { isFloat, type FloatDType } from "../src/dtype.ts";
import { mul, sub } from "../src/ops/elementwise/arithmetic.ts";
import { fromData, type Tensor } from "../src/tensor.ts";
import { checkpoint } from "../src/transform/custom.ts";
import { valueAndGrad } from "../src/transform/gradient.ts";
import { Variable } from "../src/variable.ts";
import { lossOf, runSteps, type CondStep, type CustomStep, type GradStep, type PlainStep, type ScanStep, type Step, type WhileStep } from "./random-control.ts";
import { Machine, filled, numbersFrom, squash, type Value } from "./random-operations.ts";

/** A random function of tensors and variables, as plain data that shrinks. */
export interface RandomProgram {
  readonly rows: number;
  readonly columns: number;
  readonly dtype: FloatDType;
  readonly steps: readonly Step[];
  /** Whether the results depend on all that is computed, or most of it is left behind. */
  readonly everything: boolean;
  /** Whether the variables' gradients of a scalar of it are taken, and how: within `checkpoint` or not. */
  readonly gradient: "none" | "plain" | "checkpointed";
  readonly seed: number;
}

const extents = fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 1, max: 9 }) }, { weight: 3, arbitrary: fc.integer({ min: 10, max: 40 }) }, { weight: 1, arbitrary: fc.constant(0) });
const number = fc.nat({ max: 9999 });
const plain: fc.Arbitrary<PlainStep> = fc.tuple(number, number, number, number);
// What is compared and rounded has no gradient: not too often.
const exact = fc.constantFrom(false, false, false, true);

/** Steps as they may stand inside of `around` loops and branches: one in `rarity` is a loop or branch itself. */
function steps(rarity: number, around = 0): fc.Arbitrary<Step> {
  if (around === 2) return plain;
  const body = fc.array(steps(Math.max(3, rarity / 2), around + 1), { maxLength: 4 });
  const carries = fc.integer({ min: 1, max: 3 });
  const results = fc.nat({ max: 2 });
  const kinds: readonly fc.Arbitrary<Step>[] = [
    fc.record<ScanStep>({ kind: fc.constant("scan"), length: fc.constantFrom(0, 1, 2, 3, 3, 4), carries, sequences: fc.constantFrom(0, 1, 1, 2), results, reverse: fc.boolean(), exact, first: number, body }, { noNullPrototype: true }),
    fc.record<WhileStep>({ kind: fc.constant("while"), carries, exact, first: number, body }, { noNullPrototype: true }),
    fc.record<CondStep>({ kind: fc.constant("cond"), results: carries, exact, first: number, body, otherwise: body }, { noNullPrototype: true }),
    fc.record<GradStep>({ kind: fc.constant("grad"), first: number, body }, { noNullPrototype: true }),
    fc.record<CustomStep>({ kind: fc.constant("custom"), inputs: carries, results: carries, first: number, body }, { noNullPrototype: true }),
  ];
  const [scans, whiles, conds, grads, customs] = kinds;
  return fc.oneof({ weight: 6 * (rarity - 1), arbitrary: plain }, { weight: 2, arbitrary: scans }, { weight: 1, arbitrary: whiles }, { weight: 1, arbitrary: conds }, { weight: 1, arbitrary: grads }, { weight: 1, arbitrary: customs });
}

/** Arrays of at least `shortest` elements that shrink to shorter ones. */
class LongAtFirst<T> extends fc.Arbitrary<T[]> {
  readonly #drawn: fc.Arbitrary<T[]>;
  readonly #shrunk: fc.Arbitrary<T[]>;
  constructor(element: fc.Arbitrary<T>, shortest: number, longest: number) {
    super();
    this.#drawn = fc.array(element, { minLength: shortest, maxLength: longest, size: "max" });
    this.#shrunk = fc.array(element, { maxLength: longest, size: "max" });
  }
  generate(random: fc.Random, bias: number | undefined): fc.Value<T[]> { return new fc.Value(this.#drawn.generate(random, bias).value, undefined); }
  canShrinkWithoutContext(value: unknown): value is T[] { return this.#shrunk.canShrinkWithoutContext(value); }
  shrink(value: T[], context: unknown): fc.Stream<fc.Value<T[]>> { return this.#shrunk.shrink(value, context); }
}

/**
 * Programs of `shortest` to `longest` steps, of which about one in `rarity` is a loop, a branch or a gradient over steps of
 * its own. Only short ones have results that depend on everything: summing it all up costs more than computing it.
 */
export const randomPrograms = (longest: number, shortest = 5, rarity = 12): fc.Arbitrary<RandomProgram> => fc.record({
  rows: extents, columns: extents, dtype: fc.constantFrom<FloatDType>("float32", "float32", "float64"),
  steps: new LongAtFirst(steps(rarity), shortest, longest),
  everything: longest > 10 ? fc.constant(false) : fc.boolean(), gradient: fc.constantFrom("none" as const, "none" as const, "plain" as const, "checkpointed" as const), seed: number,
}, { noNullPrototype: true });

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

/** Arguments as a machine's first values. */
export const givenTo = (args: readonly Tensor[]): readonly Value[] => args.map((x) => ({ x, exact: true, bound: x.dtype === "int32" ? 100 : 2 }));

/** What a call of a program gives: tensors to be compared, some of them twice, an argument among them, and a number. */
export type Outcome = readonly (Tensor | number)[];

/** Runs a program, eagerly or in a trace. */
export function runProgram(program: RandomProgram, args: readonly Tensor[], variables: readonly Variable[]): Outcome {
  const run = (given: readonly Tensor[]): readonly Tensor[] => {
    // Variables among the first values: otherwise most gradients would be zero.
    const read = variables.filter(({ dtype }) => isFloat(dtype)).map((variable) => ({ x: variable.value, exact: false, bound: 2 }));
    const machine = new Machine([...givenTo(given), ...(program.gradient === "none" ? [] : read)], variables, program.dtype, program.gradient !== "none");
    runSteps(machine, program.steps);
    const values = machine.values.map(({ x }) => x);
    // In proportion: the tangent of a large sum would leave no gradient.
    return program.everything ? [...values.slice(-2), mul(lossOf(values), 1 / values.length)] : values.slice(-3);
  };
  if (program.gradient === "none") {
    const results = run(args);
    return [...results, results[0], args[0], 3];
  }
  const floats = variables.filter(({ dtype }) => isFloat(dtype));
  const body = program.gradient === "checkpointed" ? checkpoint((...given: readonly Tensor[]) => run(given)) : (...given: readonly Tensor[]) => run(given);
  const { value: [loss, ...rest], grads } = valueAndGrad((): readonly [Tensor, ...Tensor[]] => {
    const results = body(...args);
    return [lossOf(results), ...results];
  }, floats);
  floats.forEach((variable, i) => variable.assign(sub(variable.value, mul(squash(grads[i]), 0.1))));
  return [loss, ...rest, ...grads, loss, args[0], 3];
}
