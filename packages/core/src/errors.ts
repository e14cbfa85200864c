import type { DType } from "./dtype.ts";

/** What a failed call throws: the function's name, then what is wrong, then the remedy. */
export class NdgradError extends Error {
  override readonly name: string = "NdgradError";
}
/** Shapes that do not fit together, an axis or an index out of range. */
export class ShapeError extends NdgradError {
  override readonly name = "ShapeError";
}
/** A dtype that an operation cannot take or hold. */
export class DTypeError extends NdgradError {
  override readonly name = "DTypeError";
}
/** A traced tensor used where only a value will do, or outside the trace that made it. */
export class TraceError extends NdgradError {
  override readonly name = "TraceError";
}

/** A shape as it reads in a message: `[2, 3]`. */
export const showShape = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** A tensor's type as it reads in a message: `float32[2, 3]`. */
export const showSpec = (spec: { readonly dtype: DType; readonly shape: readonly number[] }): string =>
  `${spec.dtype}${showShape(spec.shape)}`;
