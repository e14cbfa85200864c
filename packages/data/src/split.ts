import { NdgradError } from "@ndgrad/core";
import { checkOptions, number, type OptionNames } from "@ndgrad/core/internal";
import { checkSeed } from "./checks.ts";
import { orderOf } from "./random.ts";

/** Which examples are for training and which for testing: indices, none in both. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface SplitOptions {
  /** The share of examples that goes to the test set, from 0 to 1; 0.2 unless given. */
  readonly testFraction?: number | undefined;
  /** Decides who goes where; a whole number below 2³², 0 unless given. */
  readonly seed?: number | undefined;
}

const splitOptionNames: OptionNames<SplitOptions> = { testFraction: number, seed: true };

/**
 * Splits examples so that each class has the same share in both parts, as near as whole examples allow: the sizes of
 * both parts are exact, and what is left over goes to the classes that rounding hurt most. Both parts come in a random order.
 *
 * @param labels the class of each example
 * @throws NdgradError for a share outside of [0, 1], a label that is no number, or a seed that is no whole number below 2³².
 * @see scikit-learn: train_test_split with stratify
 * @example
 * stratifiedSplit([0, 0, 0, 0, 1, 1], { testFraction: 0.5 }).test.length; // 3: two of class 0, one of class 1
 */
export const stratifiedSplit = (labels: ArrayLike<number>, options: SplitOptions = {}): Split => splitFor("stratifiedSplit", labels, options);

/** How a split is to be made, checked. */
export function checkSplit(caller: string, options: SplitOptions): { readonly testFraction: number; readonly seed: number } {
  checkOptions(caller, options, splitOptionNames);
  const { testFraction = 0.2, seed = 0 } = options;
  if (!(testFraction >= 0 && testFraction <= 1)) throw new NdgradError(`${caller}: testFraction must be between 0 and 1, got ${String(testFraction)}`);
  checkSeed(caller, seed);
  return { testFraction, seed };
}

/** The same for whoever was called: errors name it. */
export function splitFor(caller: string, labels: ArrayLike<number>, options: SplitOptions): Split {
  const { testFraction, seed } = checkSplit(caller, options);
  // A tensor, which has no length, would else be a list of none.
  if (!Number.isSafeInteger((labels as ArrayLike<number> | undefined)?.length)) throw new NdgradError(`${caller}: labels are no list of numbers; of a tensor, give its data`);
  const order = orderOf(labels.length, seed, 0);
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isFinite(labels[i])) throw new NdgradError(`${caller}: label ${i} is ${String(labels[i])}; classes are numbers: encodeLabels makes numbers of names`);
    counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  }
  const quota = apportion(counts, Math.round(labels.length * testFraction), testFraction);
  // The first of each class in the shuffled order are for testing, until the class has its share.
  const train: number[] = [];
  const test: number[] = [];
  for (const index of order) {
    const left = quota.get(labels[index]) ?? 0;
    if (left > 0) quota.set(labels[index], left - 1);
    (left > 0 ? test : train).push(index);
  }
  // Classes that had their share early would otherwise stand at the beginning.
  return { train: shuffled(train, seed), test: shuffled(test, seed) };
}

const shuffled = (indices: readonly number[], seed: number): Int32Array => Int32Array.from(orderOf(indices.length, seed, 1), (at) => indices[at]);

/** How many of each class are taken: whole parts first, the rest to the largest fractions (Hamilton's method). */
function apportion(counts: ReadonlyMap<number, number>, total: number, fraction: number): Map<number, number> {
  const shares = [...counts].map(([label, count]) => ({ label, count, exact: count * fraction, whole: Math.floor(count * fraction) }));
  let left = total - shares.reduce((sum, { whole }) => sum + whole, 0);
  const quota = new Map(shares.map(({ label, whole }) => [label, whole]));
  for (const { label, whole, count } of shares.sort((a, b) => b.exact - b.whole - (a.exact - a.whole) || a.label - b.label)) {
    if (left > 0 && whole < count) {
      quota.set(label, whole + 1);
      left--;
    }
  }
  return quota;
}
