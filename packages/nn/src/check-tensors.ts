import { NdgradError, Tensor } from "@ndgrad/core";
import { described, tensorOf } from "./described.ts";

/** Throws unless all arguments, given by their names and in their order, are tensors. */
export function checkTensors(caller: string, args: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(args)) {
    if (value instanceof Tensor) continue;
    const remedy = value === undefined ? `${caller} takes (${Object.keys(args).join(", ")})` : tensorOf(value);
    throw new NdgradError(`${caller}: ${name} is ${described(value)}, not a tensor; ${remedy}`);
  }
}
