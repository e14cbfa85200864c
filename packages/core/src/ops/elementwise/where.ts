import { select } from "../../engine/expr.ts";
import { DTypeError, ShapeError, showSpec } from "../../errors.ts";
import { bind } from "../../graph/bind.ts";
import { uniformValue } from "../../graph/graph.ts";
import { definePrimitive, type Primitive } from "../../primitive.ts";
import { sameShape } from "../../shape/shape.ts";
import { Tensor } from "../../tensor.ts";
import { cast } from "../cast.ts";
import { broadcastAll, promoteAll } from "../declare.ts";
import { fitsBeside, scalar, type Value } from "../literal.ts";

const wherePrimitive: Primitive<undefined> = definePrimitive<undefined>({
  name: "where",
  doc: "a where the condition holds, b elsewhere. NumPy: where.",
  infer([condition, a, b]) {
    if (condition.dtype !== "bool" || a.dtype !== b.dtype) {
      throw new DTypeError(`where: takes bool and two of one dtype, not ${showSpec(condition)}, ${showSpec(a)} and ${showSpec(b)}; promote first`);
    }
    if (!sameShape(condition.shape, a.shape) || !sameShape(condition.shape, b.shape)) {
      throw new ShapeError(`where: the shapes of ${showSpec(condition)}, ${showSpec(a)} and ${showSpec(b)} differ; broadcast first`);
    }
    return { shape: a.shape, dtype: a.dtype };
  },
  define([condition, a, b], _, out) {
    for (let i = 0; i < out.data.length; i++) out.data[i] = condition.data[i] !== 0 ? a.data[i] : b.data[i];
  },
  lower: { kind: "elementwise", expr: ([condition, a, b]) => select(condition, a, b) },
  simplify([condition, a, b]) {
    const known = uniformValue(condition);
    if (known !== null) return known === 0 ? b : a;
    return a === b ? a : null;
  },
  vjp: [null, ({ g, inputs: [condition] }) => where(condition, g, 0), ({ g, inputs: [condition] }) => where(condition, 0, g)],
  sample(pick) {
    const shape = pick.shape();
    const dtype = pick.oneOf(["float32", "float64", "int32", "bool"] as const);
    const range = dtype === "bool" ? ([0, 1] as const) : ([-3, 3] as const);
    return { inputs: [{ shape, dtype: "bool", range: [0, 1] }, { shape, dtype, range }, { shape, dtype, range }], attributes: undefined };
  },
});

/**
 * `a` where the condition holds (is not 0), `b` elsewhere; the three broadcast, and a and b are promoted to one dtype.
 * Gradients flow to the side that was taken only: they are 0 on the other, whatever it holds there. (Operations before that side
 * may make NaN of 0 · ∞: keep their arguments in their domain by a `where` of their own.)
 */
export function where(condition: Value, a: Value, b: Value): Tensor {
  const test = condition instanceof Tensor ? cast(condition, "bool") : scalar("where", condition, "bool");
  // What rules do most: the one side whole, a number on the other.
  if (a instanceof Tensor && typeof b === "number" && fitsBeside(b, a.dtype)) return choose(test, a, scalar("where", b, a.dtype));
  if (b instanceof Tensor && typeof a === "number" && fitsBeside(a, b.dtype)) return choose(test, scalar("where", a, b.dtype), b);
  const [ifTrue, ifFalse] = promoteAll("where", [a, b], "any");
  return choose(test, ifTrue, ifFalse);
}

const choose = (test: Tensor, a: Tensor, b: Tensor): Tensor => bind(wherePrimitive, broadcastAll("where", [test, a, b]), undefined);
