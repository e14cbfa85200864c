import { Tensor, Variable } from "@ndgrad/core";
import { isPromise, showSpec } from "@ndgrad/core/internal";

/** What was given in the place of something else, as errors call it. */
export function described(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value instanceof Tensor || value instanceof Variable) return `a ${value instanceof Tensor ? "tensor" : "variable"} ${showSpec(value)}`;
  if (isPromise(value)) return "a promise";
  if (typeof value === "string") return `"${value}"`;
  if (value === null || value === undefined) return String(value);
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** How to make a tensor of what was given in the place of one. */
export const tensorOf = (value: unknown): string => (value instanceof Variable ? "give its value" : "make one of it by tensor(…)");
