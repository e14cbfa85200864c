import { cast } from "../ops/cast.ts";
import { matmul } from "../ops/contract/matmul.ts";
import * as activation from "../ops/elementwise/activation.ts";
import * as arithmetic from "../ops/elementwise/arithmetic.ts";
import * as bitwise from "../ops/elementwise/bitwise.ts";
import * as comparison from "../ops/elementwise/comparison.ts";
import * as division from "../ops/elementwise/division.ts";
import * as exponential from "../ops/elementwise/exponential.ts";
import * as extremes from "../ops/elementwise/extremes.ts";
import * as hyperbolic from "../ops/elementwise/hyperbolic.ts";
import * as logical from "../ops/elementwise/logical.ts";
import * as powers from "../ops/elementwise/powers.ts";
import * as rounding from "../ops/elementwise/rounding.ts";
import * as trigonometric from "../ops/elementwise/trigonometric.ts";
import { broadcastTo } from "../ops/movement/broadcast-to.ts";
import { permute } from "../ops/movement/permute.ts";
import { expandDims, reshape, squeeze } from "../ops/movement/reshape.ts";
import { flip } from "../ops/movement/slice.ts";
import { sum } from "../ops/reduce/sum.ts";
import { stopGradient } from "../ops/stop-gradient.ts";
import { Tensor } from "../tensor.ts";

const functions: Readonly<Record<string, (x: Tensor, ...rest: never[]) => unknown>> = {
  ...activation, ...arithmetic, ...bitwise, ...comparison, ...division, ...exponential, ...extremes, ...hyperbolic, ...logical, ...powers,
  ...rounding as unknown as Record<string, (x: Tensor, ...rest: never[]) => unknown>, ...trigonometric,
  cast, matmul, broadcastTo, transpose: permute, expandDims, reshape, squeeze, flip, sum, stopGradient,
};

for (const [name, f] of Object.entries(functions)) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: never[]) { return f(this, ...rest); }, configurable: true, writable: true,
  });
}
