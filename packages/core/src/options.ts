import { isDType } from "./dtype.ts";
import { DTypeError, NdgradError, ShapeError } from "./errors.ts";
import { isNumberArray, isRecord, typedArrayName } from "./realm.ts";

type KeyOf<T> = T extends unknown ? keyof T & string : never;
type FailureClass = new (message: string) => Error;

/** What an option takes: how a message asks for it, with an example, how it is recognised, and which error says otherwise. */
export interface OptionKind {
  readonly takes: string;
  readonly example: string;
  readonly test: (value: unknown) => boolean;
  readonly Failure?: FailureClass;
}

/**
 * The names of all options of `T`, each with what it takes: one that is missing, or one too many, does not compile. `true` leaves it
 * to the function to check the value.
 */
export type OptionNames<T> = { readonly [Name in KeyOf<T>]: true | OptionKind };

const isWhole = (value: unknown): boolean => Number.isInteger(value);

/** A whole number that counts axes, places or diagonals. */
export const wholeNumber: OptionKind = { takes: "a whole number", example: "1", test: isWhole, Failure: ShapeError };
/** One axis, or a list of them. */
export const axes: OptionKind = { takes: "an axis or a list of axes, whole numbers", example: "0", test: (value) => isWhole(value) || (Array.isArray(value) && value.every(isWhole)), Failure: ShapeError };
/** One axis. */
export const axis: OptionKind = { ...wholeNumber, takes: "an axis, a whole number", example: "0" };
/** Two axes. */
export const axisPair: OptionKind = { takes: "two axes, as in [0, 1]", example: "[0, 1]", test: (value) => Array.isArray(value) && value.length === 2 && value.every(isWhole), Failure: ShapeError };
/** A list of sizes. */
export const sizes: OptionKind = { takes: "a list of sizes, as in [2, 3]", example: "[2, 3]", test: (value) => Array.isArray(value) && value.every((each) => typeof each === "number"), Failure: ShapeError };
export const flag: OptionKind = { takes: "true or false", example: "true", test: (value) => typeof value === "boolean" };
export const number: OptionKind = { takes: "a number", example: "1", test: (value) => typeof value === "number" };
export const text: OptionKind = { takes: "a string", example: '"name"', test: (value) => typeof value === "string" };
export const dtype: OptionKind = { takes: 'a dtype: "float32", "float64", "int32" or "bool"', example: '"float32"', test: isDType, Failure: DTypeError };
/** A function that is called with what its place in the signature says. */
export const callback: OptionKind = { takes: "a function", example: "() => …", test: (value) => typeof value === "function" };

/** A list of things of one kind. */
export const listOf = (kind: OptionKind, what: string): OptionKind => ({
  takes: `a list of ${what}`, example: `[${kind.example}]`, test: (value) => (Array.isArray(value) || isNumberArray(value)) && Array.prototype.every.call(value, kind.test),
});

/** One of a few words or numbers. */
export function oneOf(...values: readonly (string | number)[]): OptionKind {
  const written = values.map((value) => (typeof value === "string" ? JSON.stringify(value) : String(value)));
  return { takes: written.join(written.length === 2 ? " or " : ", "), example: written[0], test: (value) => values.some((each) => each === value) };
}

/** What other frameworks call an option, written as `plain` writes it: the names that users bring along. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  dim: ["axis"], dims: ["axis"], axes: ["axis"], axis: ["axes"], keepdim: ["keepDims"],
  learningrate: ["lr"], eta: ["lr"], lr: ["learningRate"], stepsize: ["lr"],
  batch: ["batchSize"], bs: ["batchSize"], nepochs: ["epochs"], numepochs: ["epochs"], epoch: ["epochs"],
  min: ["low", "least"], max: ["high"], low: ["min"], high: ["max"], loc: ["mean"], scale: ["deviation", "std"], std: ["deviation"], stddev: ["deviation", "std"], sigma: ["deviation", "std"], mu: ["mean"],
  randomstate: ["seed", "random"], randomseed: ["seed", "random"], seed: ["random"], rng: ["seed", "generator"], type: ["dtype"], datatype: ["dtype"], ddof: ["correction"], unbiased: ["correction"],
  criterion: ["loss"], optim: ["optimizer"], validation: ["validationData"], usebias: ["bias"], kernelinitializer: ["initializer"], decay: ["weightDecay"],
  testsize: ["fractions", "test", "testFraction"], testshare: ["testFraction"], nsamples: ["samples"], nfeatures: ["features"], nclasses: ["classes"], ninformative: ["informative"], negativeslope: ["slope"], ord: ["order"],
  largest: ["smallest"], reverse: ["descending"], reversed: ["descending"], replacement: ["replace"], axis1: ["axes"], axis2: ["axes"], k: ["offset"], diagonal: ["offset"],
  beta1: ["betas"], beta2: ["betas"], verbose: ["progress"],
  sep: ["delimiter"], separator: ["delimiter"], navalues: ["missing"], names: ["header"], usecols: ["names"], numworkers: ["workers"], dropremainder: ["dropLast"], buffersize: ["window"],
  clusterstd: ["std"], classsep: ["separation"], flipy: ["flip"], prob: ["probability"], p: ["probability", "ord"],
};

/**
 * Throws unless options are a plain object (or left out) in which every name is one of `names`, with a value of its kind; `undefined`
 * counts as left out. Every function that takes options by name calls it first: a misspelt option would change nothing, and nobody
 * would hear of it.
 */
export function checkOptions<T extends object>(caller: string, options: T | undefined, names: OptionNames<T>, Failure?: FailureClass): void {
  if (options === undefined) return;
  const given: unknown = options;
  if (!isRecord(given)) throw new (Failure ?? NdgradError)(`${caller}: options are given by name${exampleOf(names)}, got ${describe(given)}`);
  const kinds = names as Readonly<Record<string, true | OptionKind | undefined>>;
  for (const name in given) {
    const kind = kinds[name];
    if (kind === true) continue;
    // What objects inherit, such as toString, is no kind: asking for the test is faster than asking whose the name is.
    if (kind?.test === undefined) throw new (Failure ?? NdgradError)(unknownOption(caller, name, Object.keys(names)));
    const value = given[name];
    if (value !== undefined && !kind.test(value)) {
      throw new (Failure ?? kind.Failure ?? NdgradError)(`${caller}: option "${name}" takes ${kind.takes}, got ${describe(value)}`);
    }
  }
}

/** `, as in { axis: 0 }`: how a message shows what options look like. */
export function exampleOf(names: Readonly<Record<string, true | OptionKind>>): string {
  const [first] = Object.entries(names);
  return first === undefined ? "" : `, as in { ${first[0]}: ${first[1] === true ? "…" : first[1].example} }`;
}

/** Throws unless a function was given; `example` is how the call reads with one. */
export function checkCallable(caller: string, given: unknown, example: string, Failure: FailureClass = NdgradError): void {
  if (typeof given !== "function") throw new Failure(`${caller}: takes a function, got ${describe(given)}; write ${example}`);
}

/** A value as it reads in a message: `the number 0.1`, `an array`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case "string": return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case "number": case "bigint": case "boolean": return `the ${typeof value} ${value}`;
    case "function": return "a function";
    case "symbol": return "a symbol";
    default: break;
  }
  if (Array.isArray(value)) return value.length <= 8 && value.every((each) => typeof each === "number") ? `[${value.join(", ")}]` : "an array";
  if (typedArrayName(value) !== undefined) return "a typed array";
  const { name } = (value as object).constructor ?? {};
  return name === undefined || name === "Object" ? "an object" : `an object of class ${name}`;
}

function unknownOption(caller: string, name: string, known: readonly string[]): string {
  const takes = known.length === 0 ? "it takes no options" : `it takes ${known.join(", ")}`;
  const near = nearest(name, known);
  return `${caller}: unknown option "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}${near === undefined ? "; " : " ("}${takes}${near === undefined ? "" : ")"}`;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, "");

/** The name that somebody most likely meant: the same but for case and underscores, another framework's word for it, or few letters apart. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const written = plain(name);
  const same = known.find((each) => plain(each) === written);
  if (same !== undefined) return same;
  const synonym = Object.hasOwn(synonyms, written) ? synonyms[written].find((each) => known.includes(each)) : undefined;
  if (synonym !== undefined) return synonym;
  let best: string | undefined;
  // A third of the letters may differ; of short names one.
  let least = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const each of known) {
    const apart = distance(written, plain(each));
    if (apart < least) [best, least] = [each, apart];
  }
  return best;
}

/** How many letters are to be put in, left out, replaced or swapped with their neighbour (Damerau 1964). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, row[j] + 1, next[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}
