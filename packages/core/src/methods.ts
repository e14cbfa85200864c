import type { DType } from "./dtype.ts";
import type { Shape } from "./shape/types.ts";

/** The operations that every tensor has as methods, each the function of the same name with the tensor as first argument. */
// eslint-disable-next-line
export interface TensorMethods<S extends Shape, D extends DType> {
  readonly _s?: S; readonly _d?: D;
}
