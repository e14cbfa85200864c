import type { Tensor } from "@ndgrad/core";
import { fromData } from "@ndgrad/core/internal";
import { digitCache, loadDigitImages, pixelsPerImage, type DigitImages } from "./digit-images.ts";
import { checkSplit, splitFor, type SplitOptions } from "./split.ts";

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

/**
 * The 10,000 digits of the `mnist` package, a part of MNIST: images of 28 × 28 pixels, here as rows of 784. The package
 * has no test set of its own, so they are split by a seed, each digit in the same share: 8,000 and 2,000 unless
 * `testFraction` says otherwise, none in both. Node keeps them as bytes in
 * `node_modules/.cache/ndgrad`, so that a second program has them in some milliseconds.
 *
 * @throws NdgradError for a share outside of [0, 1], or a seed that is no whole number below 2³².
 * @see LeCun, Cortes, Burges: The MNIST database of handwritten digits
 * @example
 * const { train, test } = await digits({ seed: 1 });
 * train.x.shape; // [8000, 784]
 */
export async function digits(options: SplitOptions = {}): Promise<DigitSets> {
  checkSplit("digits", options);
  const all = await (loaded ??= loadDigitImages(digitCache()));
  const { train, test } = splitFor("digits", all.labels, options);
  return { train: pick(all, train), test: pick(all, test) };
}

let loaded: Promise<DigitImages> | undefined;

function pick({ pixels, levels, labels }: DigitImages, chosen: Int32Array): Digits {
  const x = new Float32Array(chosen.length * pixelsPerImage);
  // Four fifths of the pixels are paper, which is 0 already: four are looked at at once, and most fours are passed over.
  const fours = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4);
  let to = 0;
  for (const image of chosen) {
    const end = (image + 1) * pixelsPerImage;
    for (let from = image * pixelsPerImage; from < end; from += 4, to += 4) {
      if (fours[from >> 2] === 0) continue;
      x[to] = levels[pixels[from]];
      x[to + 1] = levels[pixels[from + 1]];
      x[to + 2] = levels[pixels[from + 2]];
      x[to + 3] = levels[pixels[from + 3]];
    }
  }
  return {
    // Not tensor(…), which copies: half the time of a second start.
    x: fromData(x, [chosen.length, pixelsPerImage], "float32") as Digits["x"],
    y: fromData(chosen.map((image) => labels[image]), [chosen.length], "int32") as Digits["y"],
  };
}
