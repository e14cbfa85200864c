import { cast, mul, type ApplyExpr, type Expr, type MathOp } from "../expr.ts";
import { erf32, erf64 } from "./error-function.ts";
import { exp2of32, exp2of64, exp32, exp64, expm1of32, expm1of64 } from "./exponential.ts";
import { acosh64, asinh64, atanh64, cosh64, sinh64, tanh32, tanh64 } from "./hyperbolic.ts";
import { acos64, asin64, atan2of64, atan64 } from "./inverse-trigonometric.ts";
import { base10, base2, log1pOf64, log32, log64, logOfBase64 } from "./logarithm.ts";
import { sigmoid, softplus } from "./logistic.ts";
import type { Digits } from "./parts.ts";
import { cbrt64, pow64 } from "./power.ts";
import { cos64, sin64, tan64 } from "./trigonometric.ts";

/** How a function is written in machine operations, for arguments of either float type. */
interface Expansion {
  readonly float32: (...args: readonly Expr[]) => Expr;
  readonly float64: (...args: readonly Expr[]) => Expr;
}

/** A function whose float32 form is computed in float64 lanes with shorter polynomials, and rounded at the end. */
const widened = (run: (digits: Digits) => (...args: readonly Expr[]) => Expr): Expansion => ({
  float32: (...args) => cast(run("single")(...args.map((arg) => cast(arg, "float64"))), "float32"),
  float64: run("double"),
});
const one = (run: (x: Expr, digits: Digits) => Expr): Expansion => widened((digits) => (x) => run(x, digits));
const two = (run: (x: Expr, y: Expr, digits: Digits) => Expr): Expansion => widened((digits) => (x, y) => run(x, y, digits));

const scaled = (x: Expr, by: number): Expr => mul(x, by);

const expansions: Readonly<Record<MathOp, Expansion>> = {
  exp: { float32: (x) => exp32(x), float64: (x) => exp64(x, "double") },
  exp2: { float32: exp2of32, float64: exp2of64 },
  expm1: { float32: expm1of32, float64: (x) => expm1of64(x, "double") },
  log: { float32: log32, float64: (x) => log64(x, "double") },
  log2: one((x, digits) => (digits === "single" ? scaled(log64(x, digits), Math.LOG2E) : logOfBase64(x, base2))),
  log10: one((x, digits) => (digits === "single" ? scaled(log64(x, digits), Math.LOG10E) : logOfBase64(x, base10))),
  log1p: one(log1pOf64),
  pow: two(pow64),
  sin: one(sin64),
  cos: one(cos64),
  tan: one(tan64),
  asin: one(asin64),
  acos: one(acos64),
  atan: one(atan64),
  atan2: two(atan2of64),
  sinh: one(sinh64),
  cosh: one(cosh64),
  tanh: { float32: tanh32, float64: tanh64 },
  asinh: one(asinh64),
  acosh: one(acosh64),
  atanh: one(atanh64),
  sigmoid: { float32: sigmoid, float64: sigmoid },
  softplus: { float32: softplus, float64: softplus },
  erf: { float32: erf32, float64: erf64 },
  cbrt: one(cbrt64),
};

const isMathOp = (op: string): op is MathOp => Object.hasOwn(expansions, op);

/**
 * Writes a call of a function such as `exp` in the machine's own operations; a call of one of those comes back as it is.
 * @param call A call with arguments of float32 or float64.
 * @throws TypeError where a function is called with another type.
 * @example expandMath(math("tanh", input(0, "float32")))
 */
export function expandMath(call: ApplyExpr): Expr {
  const { op, args, type } = call;
  if (!isMathOp(op)) return call;
  if (type !== "float32" && type !== "float64") throw new TypeError(`${op}: no function of ${type}; cast to a float first`);
  return expansions[op][type](...args);
}

/**
 * Writes a whole expression in machine operations. Shared nodes stay shared.
 * @example expand(math("log", add(math("exp", x), 1)))
 */
export function expand(expr: Expr): Expr {
  const done = new Map<Expr, Expr>();
  const visit = (node: Expr): Expr => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const result = rebuild(node, visit);
    done.set(node, result);
    return result;
  };
  return visit(expr);
}

function rebuild(node: Expr, visit: (node: Expr) => Expr): Expr {
  switch (node.kind) {
    case "input":
    case "constant":
      return node;
    case "rescue":
      return { ...node, when: visit(node.when), value: visit(node.value), args: node.args.map(visit) };
    case "apply":
      return expandMath({ ...node, args: node.args.map(visit) });
  }
}
