import { isFloat, toFloat } from "../dtype.ts";
import { cast } from "../ops/cast.ts";
import { sqrt, square } from "../ops/elementwise/powers.ts";
import { abs } from "../ops/elementwise/rounding.ts";
import { max } from "../ops/reduce/extremes.ts";
import type { ReduceOptions } from "../ops/reduce/declare.ts";
import { sum } from "../ops/reduce/sum.ts";
import type { Tensor } from "../tensor.ts";
import { NdgradError } from "../errors.ts";
import { squaresInRange } from "./at-hand.ts";
import { rootOfSquares } from "./root.ts";

/** Which axes, and which norm: 2 (the default; of a matrix's elements it is called "fro"), 1 or Infinity. */
export interface NormOptions extends ReduceOptions {
  readonly ord?: number | "fro" | undefined;
}

/**
 * The norm of the elements over axes, taken as one vector: √Σ x² (`ord` 2 or "fro"), Σ |x| (1) or max |x| (Infinity).
 * No square overflows or vanishes on the way. int32 and bool give float32. The gradient at 0 is 0; elements that tie for the largest share it. NumPy: linalg.norm
 * of a flat array; PyTorch: linalg.vector_norm.
 * @throws NdgradError for another `ord`; ShapeError for an axis out of range, or for `ord: Infinity` of no elements.
 * @example norm(tensor([3, 4])); // 5
 */
export function norm(x: Tensor, options: NormOptions = {}): Tensor {
  const { ord = 2 } = options;
  const dtype = toFloat(x.dtype);
  if ((ord === 2 || ord === "fro") && isFloat(x.dtype) && x.storage !== null) {
    const total = sum(square(x), options);
    if (squaresInRange(total)) return sqrt(total);
  }
  // Float32 does not tell large whole numbers apart.
  const exact = isFloat(x.dtype) ? x : cast(x, "float64");
  switch (ord) {
    case 2: case "fro": return cast(rootOfSquares("norm", cast(x, "float64"), options, { fits: x.dtype !== "float64" }), dtype);
    case 1: return cast(sum(abs(exact), options), dtype);
    case Infinity: return cast(max(abs(exact), options), dtype);
    default: throw new NdgradError(`norm: there is no norm of order ${ord} here; use 1, 2, Infinity or "fro"`);
  }
}
