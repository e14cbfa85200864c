import type { Input, Inputs, Precision } from "../../harness/job.ts";

/** Elements of either precision: loops are compiled for the one they see. */
export type Floats = Float32Array | Float64Array;

export const allocate = (precision: Precision, size: number): Floats => (precision === "float32" ? new Float32Array(size) : new Float64Array(size));

/** An input in the precision that is computed in. */
export function load(precision: Precision, { data }: Input): Floats {
  const floats = allocate(precision, data.length);
  floats.set(data);
  return floats;
}

/** The input of that name. */
export function inputOf(inputs: Inputs, name: string): Input {
  const input = inputs[name];
  if (input === undefined) throw new Error(`there is no input ${name}`);
  return input;
}
