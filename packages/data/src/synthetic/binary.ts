import type { FloatDType } from "@ndgrad/core";
import { checkOptions, type OptionNames } from "@ndgrad/core/internal";
import { checkWhole } from "../checks.ts";
import { addNoise, checkNumber, classesOf, floatTensor, generatorOf, madeNames, type Classes, type MadeOptions, type Targets } from "./made.ts";

export interface XorOptions<D extends FloatDType = FloatDType> extends Pick<MadeOptions<D>, "random" | "dtype"> {
  /** How many points; 100 unless given. */
  readonly samples?: number | undefined;
  /** The standard deviation of normal noise around the corners; 0.1 unless given. */
  readonly noise?: number | undefined;
}

const xorNames: OptionNames<XorOptions> = { samples: true, noise: true, random: madeNames.random, dtype: madeNames.dtype };

/**
 * Points around the corners of the unit square, class 1 where exactly one coordinate is 1: no line parts the classes.
 *
 * @throws NdgradError for a setting out of its range.
 * @example
 * const { x, y } = makeXor({ samples: 200, random: 1 });
 */
export function makeXor<D extends FloatDType = "float32">(options: XorOptions<D> = {}): Classes<D, 2> {
  checkOptions("makeXor", options, xorNames);
  const { samples = 100, noise = 0.1, random = 0, dtype } = options;
  checkWhole("makeXor", "samples", samples, 1);
  checkNumber("makeXor", "noise", noise, (value) => value >= 0, "a number from 0 up");
  const source = generatorOf("makeXor", random);
  const values = Float64Array.from(source.randint({ high: 2, size: [samples * 2] }).data);
  const y = Int32Array.from({ length: samples }, (_, row) => Number(values[2 * row] !== values[2 * row + 1]));
  addNoise(values, noise, source);
  return classesOf({ width: 2, values }, y, dtype);
}

export interface BitFlipOptions<D extends FloatDType = FloatDType, Bits extends number = number> extends Pick<MadeOptions<D>, "random" | "dtype"> {
  /** How many vectors; 500 unless given. */
  readonly samples?: number | undefined;
  /** How many bits a vector has; 5 unless given. */
  readonly bits?: Bits | undefined;
}

/** Vectors of 0 and 1, and the same with every bit turned over. */
export type BitFlips<D extends FloatDType = FloatDType, Bits extends number = number> = Targets<D, Bits, [number, Bits]>;

const bitFlipNames: OptionNames<BitFlipOptions> = { samples: true, bits: true, random: madeNames.random, dtype: madeNames.dtype };

/**
 * Random vectors of bits, and 1 − x to be learnt from them.
 *
 * @throws NdgradError for a setting out of its range.
 * @see NumPy: random.binomial(1, 0.5, size=(samples, bits)), whose bits these are for the same seed
 * @example
 * const { x, y } = makeBitFlip({ samples: 500, bits: 5, random: 42 });
 */
export function makeBitFlip<D extends FloatDType = "float32", const Bits extends number = 5>(options: BitFlipOptions<D, Bits> = {}): BitFlips<D, Bits> {
  checkOptions("makeBitFlip", options, bitFlipNames);
  const { samples = 500, random = 0, dtype } = options;
  const { bits = 5 as Bits } = options; // the type's default, too
  checkWhole("makeBitFlip", "samples", samples, 1);
  checkWhole("makeBitFlip", "bits", bits, 1);
  const x = Float64Array.from(generatorOf("makeBitFlip", random).binomial({ n: 1, p: 0.5, size: [samples * bits] }).data);
  const shape: readonly [number, Bits] = [samples, bits];
  return { x: floatTensor<[number, Bits], D>(x, shape, dtype), y: floatTensor<[number, Bits], D>(x.map((bit) => 1 - bit), shape, dtype) };
}
