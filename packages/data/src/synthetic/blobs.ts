import { NdgradError, type FloatDType } from "@ndgrad/core";
import { checkOptions, type OptionNames } from "@ndgrad/core/internal";
import { checkWhole, kindOf } from "../checks.ts";
import { checkNumber, classesOf, generatorOf, madeNames, shuffled, type Classes, type MadeOptions } from "./made.ts";

export interface BlobsOptions<D extends FloatDType = FloatDType> extends MadeOptions<D> {
  /** How many points: of all blobs together, or of each; 100 together unless given. */
  readonly samples?: number | readonly number[] | undefined;
  /** How many features a point has, where the centers do not say it; 2 unless given. */
  readonly features?: number | undefined;
  /** Where the blobs are, or how many there are (3 unless given), at places to be drawn. */
  readonly centers?: number | readonly (readonly number[])[] | undefined;
  /** The standard deviation of all blobs, or of each; 1 unless given. */
  readonly std?: number | readonly number[] | undefined;
  /** Between which coordinates centers are drawn; −10 and 10 unless given. */
  readonly centerBox?: readonly [low: number, high: number] | undefined;
}

const blobsNames: OptionNames<BlobsOptions> = { ...madeNames, samples: true, features: true, centers: true, std: true, centerBox: true };

/**
 * Points scattered normally around centers, each center a class.
 *
 * @throws NdgradError for a setting out of its range, or lists of different lengths.
 * @see scikit-learn: make_blobs, whose points these are for the same seed
 * @example
 * const { x, y } = makeBlobs({ samples: 300, centers: 4, std: 0.6, random: 0 });
 */
export function makeBlobs<D extends FloatDType = "float32">(options: BlobsOptions<D> = {}): Classes<D> {
  checkOptions("makeBlobs", options, blobsNames);
  for (const name of ["samples", "std", "centers", "centerBox"] as const) {
    const given: unknown = options[name];
    if (given !== undefined && typeof given !== "number" && !Array.isArray(given)) throw new NdgradError(`makeBlobs: ${name} is ${kindOf(given)}; give a number, or a list`);
  }
  if (Array.isArray(options.centers) && !options.centers.every(Array.isArray)) throw new NdgradError("makeBlobs: every center is a list of coordinates; give a list of lists, or a number of centers");
  const { samples = 100, features = 2, std = 1, centerBox = [-10, 10], shuffle = true, dtype } = options;
  const random = generatorOf("makeBlobs", options.random);
  const places = centersOf(options);
  const clusters = typeof places === "number" ? places : places.length;
  const counts = typeof samples === "number"
    ? Array.from({ length: clusters }, (_, i) => Math.floor(samples / clusters) + Number(i < samples % clusters))
    : samples;
  const scales = typeof std === "number" ? counts.map(() => std) : std;
  if (counts.length !== clusters || scales.length !== clusters) {
    throw new NdgradError(`makeBlobs: ${clusters} centers, ${counts.length} numbers of samples and ${scales.length} standard deviations; give as many of each`);
  }
  for (const count of counts) checkWhole("makeBlobs", "samples", count, 0);
  for (const scale of scales) checkNumber("makeBlobs", "std", scale, (value) => value >= 0, "a number from 0 up");

  const width = typeof places === "number" ? features : places[0].length;
  checkWhole("makeBlobs", "features", width, 1);
  const [low, high] = (Array.isArray(centerBox) ? centerBox : []) as readonly number[];
  for (const bound of [low, high]) checkNumber("makeBlobs", "centerBox", bound, () => true, "a pair of finite numbers");
  const drawn = typeof places === "number" ? random.uniform({ low, high, size: [clusters * width] }).data : Float64Array.from(places.flat());
  for (const coordinate of drawn) checkNumber("makeBlobs", "a center's coordinate", coordinate, () => true, "a finite number");
  if (drawn.length !== clusters * width) throw new NdgradError(`makeBlobs: every center needs as many coordinates as the first one, ${width}`);

  const total = counts.reduce((sum, count) => sum + count, 0);
  const values = new Float64Array(total * width);
  const y = new Int32Array(total);
  let row = 0;
  counts.forEach((count, label) => {
    y.fill(label, row, row + count);
    const noise = random.standardNormal([count * width]).data;
    for (let i = 0; i < noise.length; i++) values[row * width + i] = drawn[label * width + (i % width)] + scales[label] * noise[i];
    row += count;
  });
  const x = { width, values };
  const made = shuffle ? shuffled(x, y, random) : { x, y };
  return classesOf(made.x, made.y, dtype);
}

/** The centers, or how many there are to be. */
function centersOf({ samples = 100, centers }: BlobsOptions): number | readonly (readonly number[])[] {
  if (centers !== undefined && typeof centers !== "number") {
    if (centers.length === 0) throw new NdgradError("makeBlobs: there are no centers");
    return centers;
  }
  const count = centers !== undefined ? centers : (typeof samples === "number" ? 3 : samples.length);
  checkWhole("makeBlobs", "centers", count, 1);
  if (typeof samples === "number") checkWhole("makeBlobs", "samples", samples, 1);
  return count;
}
