import { NdgradError, argMax, oneHot as oneHotOf, tensor, type Tensor } from "@ndgrad/core";
import { fieldOf, type Fitted, type Transform } from "./fitted.ts";

/** What a class may be called. */
export type Label = string | number | boolean;
/** The classes in the order of their numbers. */
export interface LabelState { readonly classes: readonly Label[] }
/** How many classes there are. */
export interface OneHotState { readonly classes: number }

/** Sorted; numbers before words. */
const ordered = (a: Label, b: Label): number => (typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a < typeof b ? -1 : 1);

function encoding(state: LabelState): Fitted<readonly Label[], Tensor<[number], "int32">, LabelState> {
  const classes = fieldOf(state, "classes") as readonly Label[];
  if (!Array.isArray(classes)) throw new NdgradError("encodeLabels: the state is none of this transform; it needs classes");
  const numbers = new Map(classes.map((label: Label, i) => [label, i]));
  if (numbers.size !== classes.length) throw new NdgradError("encodeLabels: a class is there twice");
  return {
    state: { classes },
    apply: (labels) => tensor(Int32Array.from(labels, (label) => {
      const number = numbers.get(label);
      if (number === undefined) throw new NdgradError(`encodeLabels: ${JSON.stringify(label)} is none of the ${classes.length} classes fitted to`);
      return number;
    })),
    inverse: (x) => Array.from(x.data, (number): Label => {
      if (!Number.isInteger(number) || number < 0 || number >= classes.length) throw new NdgradError(`encodeLabels: there is no class ${number}; there are ${classes.length}`);
      return classes[number] as Label;
    }),
  };
}

/**
 * Classes by any name as whole numbers: 0 for the first in order, and so on.
 *
 * @throws NdgradError for a label, or a number, that is none of those fitted to.
 * @see scikit-learn: LabelEncoder
 * @example
 * encodeLabels.fit(["cat", "dog", "cat"]).apply(["dog"]); // [1]
 */
export const encodeLabels: Transform<readonly Label[], readonly Label[], Tensor<[number], "int32">, LabelState> = {
  fit: (labels) => encoding({ classes: [...new Set(labels)].sort(ordered) }),
  restore: encoding,
};

function hot(state: OneHotState): Fitted<Tensor, Tensor, OneHotState> {
  const classes = fieldOf(state, "classes") as number;
  if (!Number.isSafeInteger(classes) || classes < 1) throw new NdgradError(`oneHotLabels: ${String(classes)} classes; give a whole number of at least 1`);
  return { state, apply: (labels) => oneHotOf(labels, classes), inverse: (x) => argMax(x, { axis: -1 }) };
}

/**
 * Class numbers as rows of float32 with a single 1; back, the place of each row's largest number.
 *
 * @throws NdgradError for labels below 0 or beyond the largest one fitted to.
 * @see scikit-learn: OneHotEncoder
 * @example
 * oneHotLabels.fit(train.y).apply(test.y);
 */
export const oneHotLabels: Transform<Tensor, Tensor, Tensor, OneHotState> = {
  fit: (labels) => hot({ classes: Array.from<number>(labels.data).reduce((most, label) => Math.max(most, label + 1), 1) }),
  restore: hot,
};
