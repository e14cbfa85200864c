import { NdgradError } from "./errors.ts";

type KeyOf<T> = T extends unknown ? keyof T & string : never;

/** The names of all options of `T`: one that is missing, or one too many, does not compile. */
export type OptionNames<T> = { readonly [Name in KeyOf<T>]: true };

/** What other frameworks call an option, written as `plain` writes it: the names that users bring along. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  dim: ["axis"], dims: ["axis"], axes: ["axis"], axis: ["axes"], keepdim: ["keepDims"],
  learningrate: ["lr"], eta: ["lr"], lr: ["learningRate"], stepsize: ["lr"],
  batch: ["batchSize"], bs: ["batchSize"], nepochs: ["epochs"], numepochs: ["epochs"], epoch: ["epochs"],
  min: ["low", "least"], max: ["high"], low: ["min"], high: ["max"], loc: ["mean"], scale: ["deviation", "std"], std: ["deviation"], stddev: ["deviation"], sigma: ["deviation"], mu: ["mean"],
  randomstate: ["seed"], randomseed: ["seed"], rng: ["seed", "generator"], type: ["dtype"], datatype: ["dtype"], ddof: ["correction"], unbiased: ["correction"],
  criterion: ["loss"], optim: ["optimizer"], validation: ["validationData"], usebias: ["bias"], kernelinitializer: ["initializer"], decay: ["weightDecay"],
  testsize: ["fractions", "test"], negativeslope: ["slope"], ord: ["order"], beta1: ["betas"], beta2: ["betas"], verbose: ["progress"],
};

/**
 * Throws unless options are a record (or left out) in which every name is one of `names`. Every function that takes options by name
 * calls it first: a misspelt option would change nothing, and nobody would hear of it.
 */
export function checkOptions<T extends object>(
  caller: string, options: T | undefined, names: OptionNames<T>, Failure: new (message: string) => Error = NdgradError,
): void {
  if (options === undefined) return;
  const given: unknown = options;
  if (typeof given !== "object" || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) {
    throw new Failure(`${caller}: options are given by name${example(names)}, got ${describe(given)}`);
  }
  for (const name in options) {
    if (!Object.hasOwn(names, name)) throw new Failure(unknownOption(caller, name, Object.keys(names)));
  }
}

const example = (names: object): string => {
  const [first] = Object.keys(names);
  return first === undefined ? "" : `, as in { ${first}: … }`;
};

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return `the ${typeof value} ${value}`;
  return typeof value === "object" ? "a typed array" : `a ${typeof value}`;
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
  const synonym = synonyms[written]?.find((each) => known.includes(each));
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
