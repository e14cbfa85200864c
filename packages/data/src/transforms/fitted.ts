import { NdgradError, Tensor, type FloatDType } from "@ndgrad/core";
import { checkAlone } from "../checks.ts";

/** A transform whose numbers are known. */
export interface Fitted<In, Out, State> {
  apply(x: In): Out;
  /** What `apply` was given, as far as it can be told. */
  inverse(x: Out): In;
  /** All that `restore` needs, as plain JSON. */
  readonly state: State;
}

/** A kind of transform: fit it to training data only, and what is seen of test data is nothing. */
export interface Transform<Data, In, Out, State> {
  readonly fit: (data: Data) => Fitted<In, Out, State>;
  /** The transform that had this state. @throws NdgradError for a state of another kind. */
  readonly restore: (state: State) => Fitted<In, Out, State>;
}

/** A kind of transform, checked to be fitted to one thing. `example` is how settings are given, where it has some. */
export const transform = <Data, In, Out, State>(name: string, { fit, restore }: Transform<Data, In, Out, State>, example = `${name}.fit(x)`): Transform<Data, In, Out, State> => ({
  fit(data) {
    checkAlone(`${name}.fit`, arguments, example);
    return fit(data);
  },
  restore,
});

/** Rows of floats, checked: how many there are and how wide they are. */
export function rowsOf(caller: string, x: Tensor): { readonly rows: number; readonly width: number; readonly dtype: FloatDType } {
  if (!((x as unknown) instanceof Tensor)) throw new NdgradError(`${caller}: give examples as rows, a tensor [n, features]; tensor(…) makes one of an array`);
  const { dtype } = x;
  if (x.rank !== 2) throw new NdgradError(`${caller}: give examples as rows, [n, features], not [${x.shape.join(", ")}]`);
  if (dtype !== "float32" && dtype !== "float64") throw new NdgradError(`${caller}: features are floats, not ${dtype}; cast them`);
  return { rows: x.shape[0], width: x.shape[1], dtype };
}

/** Rows to fit to: one at least, and every number finite. */
export function trainingRows(caller: string, x: Tensor): { readonly rows: number; readonly width: number } {
  const { rows, width } = rowsOf(caller, x);
  if (rows === 0) throw new NdgradError(`${caller}: there are no rows to fit to`);
  const { data } = x;
  // No callback: this runs over whole training sets.
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    const row = Math.floor(i / width);
    throw new NdgradError(`${caller}: row ${row}, column ${i - row * width} is ${data[i]}, and there is no fitting to that; leave out such rows, or put a number there, such as the column's mean`);
  }
  return { rows, width };
}

/** Throws unless a saved state is a record that has lists of finite numbers, all of one length, under these names. */
export function checkLists(caller: string, state: unknown, names: readonly string[]): void {
  const lists = names.map((name): unknown => fieldOf(state, name));
  const numbers = (list: unknown): list is readonly number[] => Array.isArray(list) && list.every((value) => Number.isFinite(value));
  if (!lists.every(numbers) || lists.some((list) => list.length !== lists[0].length)) {
    throw new NdgradError(`${caller}: the state is none of this transform; it needs ${names.join(" and ")}, as lists of finite numbers`);
  }
}

/** A field of what may be no record at all: states come from files. */
export const fieldOf = (state: unknown, name: string): unknown => (Object(state) as Readonly<Record<string, unknown>>)[name];
