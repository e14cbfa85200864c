import { NdgradError, Tensor, argMax, oneHot as oneHotOf, tensor } from "@ndgrad/core";
import { checkTensor, kindOf } from "../checks.ts";
import { fieldOf, transform, type Fitted, type Transform } from "./fitted.ts";

/** What a class may be called. */
export type Label = string | number | boolean;
/** The classes in the order of their numbers. */
export interface LabelState { readonly classes: readonly Label[] }
/** How many classes there are. */
export interface OneHotState { readonly classes: number }

function listed(labels: readonly Label[]): readonly Label[] {
  if (!Array.isArray(labels)) throw new NdgradError("encodeLabels: give the labels as an array; of a tensor, [...labels.data]");
  return labels as readonly Label[];
}

/** Sorted; numbers before words. */
const ordered = (a: Label, b: Label): number => (typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a < typeof b ? -1 : 1);

function encoding(state: LabelState): Fitted<readonly Label[], Tensor<[number], "int32">, LabelState> {
  const classes = fieldOf(state, "classes") as readonly Label[];
  if (!Array.isArray(classes)) throw new NdgradError("encodeLabels: the state is none of this transform; it needs classes");
  const numbers = new Map(classes.map((label: Label, i) => [label, i]));
  if (numbers.size !== classes.length) throw new NdgradError("encodeLabels: a class is there twice");
  return {
    state: { classes },
    apply: (labels) => tensor(Int32Array.from(listed(labels), (label) => {
      const number = numbers.get(label);
      if (number === undefined) throw new NdgradError(`encodeLabels: ${kindOf(label)} is none of the ${classes.length} classes fitted to`);
      return number;
    })),
    inverse: (x) => Array.from(checkTensor("encodeLabels", "x", x).data, (number): Label => {
      if (!Number.isInteger(number) || number < 0 || number >= classes.length) throw new NdgradError(`encodeLabels: there is no class ${number}; there are ${classes.length}`);
      return classes[number] as Label;
    }),
  };
}

/**
 * Classes by any name as whole numbers: 0 for the first in order, and so on.
 *
 * @throws NdgradError for a label that is no string, number or boolean, and for a label, or a number, that is none of those fitted to.
 * @see scikit-learn: LabelEncoder
 * @example
 * encodeLabels.fit(["cat", "dog", "cat"]).apply(["dog"]); // [1]
 */
export const encodeLabels: Transform<readonly Label[], readonly Label[], Tensor<[number], "int32">, LabelState> = transform("encodeLabels", {
  fit(labels) {
    const odd = listed(labels).findIndex((label: unknown) => !["string", "number", "boolean"].includes(typeof label) || Number.isNaN(label));
    if (odd >= 0) throw new NdgradError(`encodeLabels: label ${odd} is ${String(labels[odd])}; classes are strings, numbers or booleans`);
    return encoding({ classes: [...new Set(labels)].sort(ordered) });
  },
  restore: encoding,
});

function hot(state: OneHotState): Fitted<Tensor, Tensor, OneHotState> {
  const classes = fieldOf(state, "classes") as number;
  if (!Number.isSafeInteger(classes) || classes < 1) throw new NdgradError(`oneHotLabels: ${String(classes)} classes; give a whole number of at least 1`);
  return { state, apply: (labels) => oneHotOf(checkTensor("oneHotLabels", "labels", labels), classes), inverse: (x) => argMax(checkTensor("oneHotLabels", "x", x), { axis: -1 }) };
}

/**
 * Class numbers as rows of float32 with a single 1; back, the place of each row's largest number.
 *
 * @throws NdgradError for labels that are no whole numbers from 0 up to the largest one fitted to.
 * @see scikit-learn: OneHotEncoder
 * @example
 * oneHotLabels.fit(train.y).apply(test.y);
 */
export const oneHotLabels: Transform<Tensor, Tensor, Tensor, OneHotState> = transform("oneHotLabels", {
  fit(labels) {
    if (!((labels as unknown) instanceof Tensor)) throw new NdgradError("oneHotLabels: give the class numbers as a tensor; encodeLabels makes one of names");
    const numbers = Array.from<number>(labels.data);
    const odd = numbers.findIndex((label) => !Number.isSafeInteger(label) || label < 0);
    if (odd >= 0) throw new NdgradError(`oneHotLabels: label ${odd} is ${numbers[odd]}; classes are whole numbers from 0 up, which encodeLabels makes of others`);
    return hot({ classes: numbers.reduce((most, label) => Math.max(most, label + 1), 1) });
  },
  restore: hot,
});
