export { numpyRandom, type NumpyRandom, type BinomialParameters, type ChoiceParameters, type IntegerParameters, type NormalParameters, type Seed, type Sized, type UniformParameters } from "./numpy-random/numpy-random.ts";
export { batches, type Batches, type BatchesOptions, type Columns, type Rows } from "./batches.ts";
export { digits, type Digits, type DigitSets } from "./digits.ts";
export { stratifiedSplit, type Split, type SplitOptions } from "./split.ts";
