import { checkOptions, installEngine, registry, showSpec, type Engine, type OptionNames, type Primitive, wholeNumber } from "@ndgrad/core/internal";
import fc from "fast-check";
import { pickerOf, samplesOf, type SampleCall } from "../arbitraries/samples.ts";
import { randomNumbers } from "../random.ts";
import { anyBits, combinations, filled, scattered, stretched } from "./inputs.ts";
import { checkCallGradients, checkValues, isDifferentiable, missing } from "./laws.ts";

/** How thorough a conformance suite is. */
export interface ConformanceOptions {
  /** Calls drawn per primitive and law. Default 30. */
  readonly runs?: number | undefined;
  /** What calls are drawn from. Default 1. */
  readonly seed?: number | undefined;
  /** Default: all in the registry. */
  readonly primitives?: Iterable<Primitive> | undefined;
}

const optionNames: OptionNames<ConformanceOptions> = { runs: wholeNumber, seed: wholeNumber, primitives: true };

/** One law for one primitive. `run` throws with the smallest failing call it found. */
export interface ConformanceCase {
  readonly primitive: string;
  readonly law: string;
  readonly run: () => void;
}

/**
 * What an engine must do with every primitive, as cases for any test runner:
 * - each primitive is declared in full: a doc line with a formula or NumPy's name, samples that its shape rule takes, gradient rules;
 * - results equal the definition, run in float64, for drawn dtypes, shapes (rank 0 and zero sizes included) and layouts (transposed,
 *   strided, flipped, stretched): exactly where elements are moved or chosen and for int32 and bool, within 2 units in the
 *   last place for elementwise functions (4 in float64), within the rounding of as many steps for sums and products;
 * - elementwise functions are right at NaN, ±Infinity, ±0, subnormals and the ends of the range; maxima and minima carry NaN;
 * - elementwise functions are right at tens of thousands of points of any size, which engines split into blocks;
 * - inputs are left as they were;
 * - gradients of order 1 and 2 equal finite differences in float64, and have their inputs' shapes and dtypes.
 *
 * @example
 * for (const { primitive, law, run } of conformance(engine)) test(`${primitive} ${law}`, run);
 */
export function conformance(engine: Engine, options: ConformanceOptions = {}): readonly ConformanceCase[] {
  checkOptions("conformance", options, optionNames);
  const { runs = 30, seed = 1, primitives = registry.values() } = options;
  return [...primitives].flatMap((primitive) => {
    const onEngine = (law: string, run: () => void): ConformanceCase => ({
      primitive: primitive.name, law,
      run() {
        const previous = installEngine(engine);
        try {
          run();
        } finally {
          if (previous !== null) installEngine(previous);
        }
      },
    });
    const cases = [
      onEngine("is declared in full", () => checkDeclaration(primitive, runs, seed)),
      onEngine("equals its definition", () => {
        fc.assert(fc.property(samplesOf(primitive, { layouts: true, long: true }), checkValues), { numRuns: runs, seed, includeErrorInReport: true });
      }),
    ];
    if (hasSpecialValues(primitive)) cases.push(onEngine("is right at special values", () => checkSpecialValues(primitive, seed)));
    if (primitive.lower.kind === "elementwise") cases.push(onEngine("is right on long operands", () => checkLongOperands(primitive, seed)));
    if (primitive.vjp !== null) cases.push(onEngine("has right gradients of order 1 and 2", () => checkDrawnGradients(primitive, runs, seed)));
    return cases;
  });
}

const drawCalls = (primitive: Primitive, count: number, seed: number): readonly SampleCall[] => fc.sample(samplesOf(primitive), { numRuns: count, seed });

function checkDeclaration(primitive: Primitive, runs: number, seed: number): void {
  if (typeof primitive.sample !== "function") throw new Error(`${primitive.name}: it has no samples; declare sample`);
  const found = missing(primitive, drawCalls(primitive, runs, seed));
  if (found.length > 0) throw new Error(`${primitive.name}: ${found.join("; ")}`);
}

const choosesElements = ({ lower }: Primitive): boolean =>
  lower.kind === "reduce" && (lower.combine === "max" || lower.combine === "min" || lower.combine === "argMax" || lower.combine === "argMin");

const hasSpecialValues = (primitive: Primitive): boolean => primitive.lower.kind === "elementwise" || choosesElements(primitive);

/** All combinations of special values, for every combination of dtypes and attributes that samples have. */
function checkSpecialValues(primitive: Primitive, seed: number): void {
  const seen = new Set<string>();
  for (const { inputs, attributes } of drawCalls(primitive, 100, seed)) {
    const dtypes = inputs.map(({ dtype }) => dtype);
    const key = primitive.lower.kind === "elementwise" ? `${dtypes.join()}${JSON.stringify(attributes)}` : inputs.map(showSpec).join() + JSON.stringify(attributes);
    if (seen.has(key)) continue;
    seen.add(key);
    const specials = combinations(dtypes);
    checkValues({ primitive, attributes, inputs: primitive.lower.kind === "elementwise" ? specials : inputs.map((input, i) => filled(input, specials[i], seen.size)) });
  }
}

/** Longer than engines' blocks and no multiple of a vector. */
const longSize = 20_011;

/** Thousands of points within the ranges of samples, and as many of any size, for every combination of dtypes and attributes that they have; one operand in three is a repeated element. */
function checkLongOperands(primitive: Primitive, seed: number): void {
  const random = randomNumbers(seed);
  const seen = new Set<string>();
  fc.assert(fc.property(fc.tuple(fc.noShrink(fc.integer()), fc.gen()), ([, draw]) => {
    const { inputs, attributes } = primitive.sample(pickerOf(draw, false));
    const key = `${inputs.map(({ dtype }) => dtype).join()}${JSON.stringify(attributes)}`;
    if (seen.has(key) || seen.size === 8) return;
    seen.add(key);
    checkValues({ primitive, attributes, inputs: inputs.map(({ dtype, range }) => (random() < 1 / 3 ? stretched(scattered(1, dtype, range, random), longSize) : scattered(longSize, dtype, range, random))) });
    checkValues({ primitive, attributes, inputs: inputs.map(({ dtype }) => anyBits(longSize, dtype, random)) });
  }), { numRuns: 60, seed, includeErrorInReport: true });
}

function checkDrawnGradients(primitive: Primitive, runs: number, seed: number): void {
  let compared = 0;
  let numerous = 0;
  fc.assert(fc.property(samplesOf(primitive).filter(isDifferentiable), (call) => {
    numerous += call.inputs.some(({ size }) => size > 0) ? 1 : 0;
    compared += checkCallGradients(call, seed);
  }), { numRuns: runs, seed, includeErrorInReport: true });
  if (compared === 0 && numerous > 0) throw new Error(`${primitive.name}: its samples have no element at which it is smooth; widen their ranges`);
}
