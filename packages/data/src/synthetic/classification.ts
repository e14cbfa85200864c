import { NdgradError, type FloatDType } from "@ndgrad/core";
import { checkOptions, flag, type OptionNames } from "@ndgrad/core/internal";
import { checkWhole, kindOf } from "../checks.ts";
import type { NumpyRandom } from "../numpy-random/numpy-random.ts";
import { checkNumber, classesOf, generatorOf, madeNames, product, reorderColumns, shuffled, type Classes, type MadeOptions } from "./made.ts";

export interface ClassificationOptions<D extends FloatDType = FloatDType> extends MadeOptions<D> {
  /** How many examples; 100 unless given. */
  readonly samples?: number | undefined;
  /** How many features an example has; 20 unless given. */
  readonly features?: number | undefined;
  /** How many features tell something of the class; 2 unless given. */
  readonly informative?: number | undefined;
  /** How many are mixed of informative ones; 2 unless given. */
  readonly redundant?: number | undefined;
  /** How many are copies of others; 0 unless given. The rest is noise. */
  readonly repeated?: number | undefined;
  /** How many classes; 2 unless given. */
  readonly classes?: number | undefined;
  /** In how many clusters a class lies; 2 unless given. */
  readonly clustersPerClass?: number | undefined;
  /** The share of each class, or of all but the last; even unless given. */
  readonly weights?: readonly number[] | undefined;
  /** The share of examples that get a class at random; 0.01 unless given. */
  readonly flip?: number | undefined;
  /** Half the side of the cube on whose corners the clusters lie; 1 unless given. */
  readonly separation?: number | undefined;
  /** Whether it is a cube, or stretched at random; yes unless `false`. */
  readonly hypercube?: boolean | undefined;
  /** Added to features, or "random" for a number each within ±separation; 0 unless given. */
  readonly shift?: number | readonly number[] | "random" | undefined;
  /** Multiplies features after the shift, or "random" for a number each from 1 to 101; 1 unless given. */
  readonly scale?: number | readonly number[] | "random" | undefined;
}

const names: OptionNames<ClassificationOptions> = {
  ...madeNames, samples: true, features: true, informative: true, redundant: true, repeated: true, classes: true, clustersPerClass: true,
  weights: true, flip: true, separation: true, hypercube: flag, shift: true, scale: true,
};

/**
 * Clusters around the corners of a cube in as many dimensions as there are informative features, several to a class,
 * each stretched and turned by a random matrix; beside them features that mix or repeat those, and others that say nothing.
 *
 * @throws NdgradError for a setting out of its range, and for more clusters than the cube has corners.
 * @see scikit-learn: make_classification, whose examples these are for the same seed; Guyon: Design of experiments for the NIPS 2003 variable selection benchmark
 * @example
 * const { x, y } = makeClassification({ samples: 500, features: 10, informative: 4, classes: 3, random: 42 });
 */
export function makeClassification<D extends FloatDType = "float32">(options: ClassificationOptions<D> = {}): Classes<D> {
  checkOptions("makeClassification", options, names);
  const { samples = 100, features = 20, informative = 2, redundant = 2, repeated = 0, classes = 2, clustersPerClass = 2 } = options;
  const { flip = 0.01, separation = 1, hypercube = true, shift = 0, scale = 1, shuffle = true, dtype } = options;
  const clusters = classes * clustersPerClass;
  check({ samples, features, informative, redundant, repeated, classes, clustersPerClass, flip, separation });
  const counts = clusterSizes(samples, sharesOf(options.weights, classes), clusters, clustersPerClass);

  const random = generatorOf("makeClassification", options.random);
  const centers = corners(random, clusters, informative).map((bit) => (bit * 2 - 1) * separation);
  if (!hypercube) {
    const perCluster = random.rand(clusters).data;
    const perFeature = random.rand(informative).data;
    for (let i = 0; i < centers.length; i++) centers[i] = centers[i] * perCluster[Math.floor(i / informative)] * perFeature[i % informative];
  }

  const known = informationOf(random, counts, centers, informative);
  const mixed = redundant === 0 ? known.values.subarray(0, 0) : product(known, evenly(random, informative * redundant), redundant);
  const sources = informative + redundant;
  const copied = random.rand(repeated).data.map((value) => Math.trunc((sources - 1) * value + 0.5));
  const useless = features - sources - repeated;
  const noise = random.standardNormal([samples * useless]).data;

  const values = new Float64Array(samples * features);
  for (let row = 0; row < samples; row++) {
    const out = values.subarray(row * features, (row + 1) * features);
    out.set(known.values.subarray(row * informative, (row + 1) * informative));
    out.set(mixed.subarray(row * redundant, (row + 1) * redundant), informative);
    copied.forEach((from, i) => { out[sources + i] = out[from]; });
    out.set(noise.subarray(row * useless, (row + 1) * useless), sources + repeated);
  }

  const y = Int32Array.from(counts.flatMap((count, cluster) => new Array<number>(count).fill(cluster % classes)));
  const flipped = [...random.rand(samples).data].flatMap((value, row) => (value < flip ? [row] : []));
  for (const row of flipped) y[row] = random.randint({ high: classes });

  const added = perFeature("shift", shift, features, () => evenly(random, features).map((value) => value * separation));
  const factors = perFeature("scale", scale, features, () => random.rand(features).data.map((value) => 1 + 100 * value));
  for (let i = 0; i < values.length; i++) values[i] = (values[i] + added[i % features]) * factors[i % features];

  const x = { width: features, values };
  if (!shuffle) return classesOf(x, y, dtype);
  const made = shuffled(x, y, random);
  reorderColumns(made.x, random.permutation(features).data);
  return classesOf(made.x, made.y, dtype);
}

/** Normal numbers, each cluster's mixed by a matrix of its own and moved to its center. */
function informationOf(random: NumpyRandom, counts: readonly number[], centers: Float64Array, width: number): { readonly width: number; readonly values: Float64Array } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const values = random.standardNormal([total * width]).data.slice();
  let from = 0;
  counts.forEach((count, cluster) => {
    const rows = values.subarray(from, (from += count * width));
    rows.set(product({ width, values: rows }, evenly(random, width * width), width).map((value, i) => value + centers[cluster * width + (i % width)]));
  });
  return { width, values };
}

/** Numbers spread evenly over [−1, 1). */
const evenly = (random: NumpyRandom, count: number): Float64Array => random.rand(count).data.map((value) => 2 * value - 1);

/** Different corners of the unit cube, a row of 0 and 1 for each; beyond 30 dimensions the first bits may be alike. */
function corners(random: NumpyRandom, count: number, dimensions: number): Float64Array {
  const free = Math.max(0, dimensions - 30);
  const leading = free === 0 ? [] : random.randint({ high: 2, size: [count * free] }).data;
  const bound = dimensions - free;
  const numbers = distinct(random, 2 ** bound, count);
  return Float64Array.from({ length: count * dimensions }, (_, i) => {
    const row = Math.floor(i / dimensions);
    const bit = i % dimensions;
    return bit < free ? leading[row * free + bit] : Math.floor(numbers[row] / 2 ** (dimensions - 1 - bit)) % 2;
  });
}

/** Different whole numbers below `population`. scikit-learn: sample_without_replacement. */
function distinct(random: NumpyRandom, population: number, count: number): ArrayLike<number> {
  const share = count / population;
  if (share > 0.01 && share < 0.99) return random.permutation(population).data.subarray(0, count);
  if (share < 0.2) {
    const found = new Set<number>();
    while (found.size < count) found.add(random.randint({ high: population }));
    return [...found];
  }
  const kept = Array.from({ length: count }, (_, i) => i);
  for (let i = count; i < population; i++) {
    const place = random.randint({ high: i + 1 });
    if (place < count) kept[place] = i;
  }
  return kept;
}

function sharesOf(weights: readonly number[] | undefined, classes: number): readonly number[] {
  if (weights === undefined) return new Array<number>(classes).fill(1 / classes);
  if (!Array.isArray(weights)) throw new NdgradError(`makeClassification: weights is ${kindOf(weights)}; give the share of each class, as a list`);
  const sum = (weights as readonly number[]).reduce((total, weight) => total + weight, 0);
  const shares = weights.length === classes - 1 ? [...weights, 1 - sum] : weights;
  if (shares.length !== classes || !shares.every((share) => share >= 0 && share <= 1) || shares.reduce((total, share) => total + share, 0) > 1 + 1e-9) {
    throw new NdgradError(`makeClassification: weights [${weights.join(", ")}] are no shares of ${classes} classes; give one from 0 to 1 for each, or for all but the last, with a sum of 1`);
  }
  return shares;
}

/** Whole numbers of examples; what rounding leaves over goes to the first clusters in turn. */
function clusterSizes(samples: number, shares: readonly number[], clusters: number, perClass: number): number[] {
  const sizes = Array.from({ length: clusters }, (_, cluster) => Math.trunc((samples * shares[cluster % shares.length]) / perClass));
  const left = samples - sizes.reduce((sum, size) => sum + size, 0);
  for (let i = 0; i < left; i++) sizes[i % clusters]++;
  return sizes;
}

function perFeature(what: string, setting: number | readonly number[] | "random", features: number, draw: () => Float64Array): ArrayLike<number> {
  if (setting === "random") return draw();
  const list = typeof setting === "number" ? new Array<number>(features).fill(setting) : setting;
  if (!Array.isArray(list) || list.length !== features || !list.every((value) => Number.isFinite(value))) throw new NdgradError(`makeClassification: ${what} must be a number, ${features} numbers or "random"`);
  return list;
}

type Counts = Readonly<Record<"samples" | "features" | "informative" | "redundant" | "repeated" | "classes" | "clustersPerClass" | "flip" | "separation", number>>;

function check({ flip, separation, ...counts }: Counts): void {
  for (const [what, value] of Object.entries(counts)) checkWhole("makeClassification", what, value, what === "redundant" || what === "repeated" ? 0 : 1);
  checkNumber("makeClassification", "flip", flip, (value) => value >= 0 && value <= 1, "a number from 0 to 1");
  checkNumber("makeClassification", "separation", separation, (value) => value > 0, "a number above 0");
  const { features, informative, redundant, repeated, classes, clustersPerClass } = counts;
  if (informative + redundant + repeated > features) {
    throw new NdgradError(`makeClassification: ${informative} informative, ${redundant} redundant and ${repeated} repeated features are more than ${features}`);
  }
  if (informative < Math.log2(classes * clustersPerClass)) {
    throw new NdgradError(`makeClassification: ${classes * clustersPerClass} clusters need ${Math.ceil(Math.log2(classes * clustersPerClass))} informative features to lie apart, there are ${informative}`);
  }
}
