import type { FloatDType, Tensor } from "@ndgrad/core";
import { addNoise, checkCount, checkNumber, classesOf, floatTensor, generatorOf, type Classes, type MadeOptions } from "./made.ts";

export interface XorOptions<D extends FloatDType = FloatDType> extends Pick<MadeOptions<D>, "random" | "dtype"> {
  /** How many points; 100 unless given. */
  readonly samples?: number;
  /** The standard deviation of normal noise around the corners; 0.1 unless given. */
  readonly noise?: number;
}

/**
 * Points around the corners of the unit square, class 1 where exactly one coordinate is 1: no line parts the classes.
 *
 * @throws NdgradError for a setting out of its range.
 * @example
 * const { x, y } = makeXor({ samples: 200, random: 1 });
 */
export function makeXor<D extends FloatDType = "float32">({ samples = 100, noise = 0.1, random = 0, dtype }: XorOptions<D> = {}): Classes<D> {
  checkCount("makeXor", "samples", samples, 1);
  checkNumber("makeXor", "noise", noise, (value) => value >= 0, "a number from 0 up");
  const source = generatorOf(random);
  const values = Float64Array.from(source.randint({ high: 2, size: [samples * 2] }).data);
  const y = Int32Array.from({ length: samples }, (_, row) => Number(values[2 * row] !== values[2 * row + 1]));
  addNoise(values, noise, source);
  return classesOf({ width: 2, values }, y, dtype);
}

export interface BitFlipOptions<D extends FloatDType = FloatDType> extends Pick<MadeOptions<D>, "random" | "dtype"> {
  /** How many vectors; 500 unless given. */
  readonly samples?: number;
  /** How many bits a vector has; 5 unless given. */
  readonly bits?: number;
}

/** Vectors of 0 and 1, and the same with every bit turned over. */
export interface BitFlips<D extends FloatDType = FloatDType> {
  readonly x: Tensor<[number, number], D>;
  readonly y: Tensor<[number, number], D>;
}

/**
 * Random vectors of bits, and 1 − x to be learnt from them.
 *
 * @throws NdgradError for a setting out of its range.
 * @see NumPy: random.binomial(1, 0.5, size=(samples, bits)), whose bits these are for the same seed
 * @example
 * const { x, y } = makeBitFlip({ samples: 500, bits: 5, random: 42 });
 */
export function makeBitFlip<D extends FloatDType = "float32">({ samples = 500, bits = 5, random = 0, dtype }: BitFlipOptions<D> = {}): BitFlips<D> {
  checkCount("makeBitFlip", "samples", samples, 1);
  checkCount("makeBitFlip", "bits", bits, 1);
  const x = Float64Array.from(generatorOf(random).binomial({ n: 1, p: 0.5, size: [samples * bits] }).data);
  return { x: floatTensor(x, [samples, bits], dtype), y: floatTensor(x.map((bit) => 1 - bit), [samples, bits], dtype) };
}
