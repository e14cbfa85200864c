import type { DType } from "../dtype.ts";

/**
 * The scalar language of loop programs: what is computed for one element. A directed graph of pure nodes; a node that is
 * used twice (the same object) is computed once. Engines map it to SIMD lanes; functions beyond the machine's own
 * (`exp`, `sin`, ...) are expanded by engine/math.
 */
export type Expr = InputExpr | ConstantExpr | ApplyExpr | RescueExpr;

/** A dtype, or 64 raw bits, which exist only between the bit operations of a float64 function. */
export type ScalarType = DType | "int64";

/** The kernel's input at the current position. */
export interface InputExpr { readonly kind: "input"; readonly index: number; readonly type: ScalarType }
export interface ConstantExpr { readonly kind: "constant"; readonly value: number | bigint; readonly type: ScalarType }
export interface ApplyExpr { readonly kind: "apply"; readonly op: MachineOp | MathOp; readonly args: readonly Expr[]; readonly type: ScalarType }
/** `value`, except where `when` holds: there the host's function is called with `args`. For the rare elements a fast path cannot serve. */
export interface RescueExpr {
  readonly kind: "rescue"; readonly when: Expr; readonly value: Expr;
  readonly host: HostFunction; readonly args: readonly Expr[]; readonly type: ScalarType;
}

/** Functions of JavaScript that a kernel can call for single elements, in float64: those of `Math`, and `%` as `fmod`. */
export type HostFunction = "sin" | "cos" | "tan" | "pow" | "exp" | "log" | "expm1" | "log1p" | "sinh" | "cosh" | "tanh" | "asin" | "acos" | "atan" | "atan2" | "asinh" | "acosh" | "atanh" | "cbrt" | "fmod";

/** What every target has as an instruction or a short sequence. Comparisons give bool; `min` and `max` carry NaN through and order −0 < +0. */
export type MachineOp =
  | "add" | "sub" | "mul" | "div" | "neg" | "abs" | "sqrt" | "floor" | "ceil" | "trunc" | "nearest" | "min" | "max" | "copySign"
  | "eq" | "ne" | "lt" | "le" | "gt" | "ge"
  | "select"                              // (condition, ifTrue, ifFalse)
  | "and" | "or" | "xor" | "not"          // bool, int32, int64
  | "shl" | "shr" | "shrU"                // int32 and int64 by a constant; int32 also by another int32 (0 to 31)
  | "floorDiv" | "mod"                    // int32; by zero gives 0; mod has the divisor's sign
  | "cast"                                // between dtypes: truncates toward zero, saturates, NaN → 0; bool is x ≠ 0; int32 ↔ int64 extends and wraps
  | "bits";                               // the same bits as another type of that width: float32 ↔ int32, float64 ↔ int64

/** Functions of float32 and float64 that engine/math expands where the target has none of its own. */
export type MathOp =
  | "exp" | "exp2" | "expm1" | "log" | "log2" | "log10" | "log1p" | "pow"
  | "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "atan2"
  | "sinh" | "cosh" | "tanh" | "asinh" | "acosh" | "atanh"
  | "sigmoid" | "softplus" | "erf" | "cbrt";

export const input = (index: number, type: ScalarType): Expr => ({ kind: "input", index, type });
export const constant = (value: number | bigint, type: ScalarType): Expr => ({ kind: "constant", value, type });
export const apply = (op: MachineOp | MathOp, args: readonly Expr[], type: ScalarType): Expr => ({ kind: "apply", op, args, type });
export const rescue = (when: Expr, value: Expr, host: HostFunction, args: readonly Expr[]): Expr => ({ kind: "rescue", when, value, host, args, type: value.type });

/** An operand may be written as a plain number: it takes the other operand's type. */
export type Operand = Expr | number;
const typeOf = (...operands: readonly Operand[]): ScalarType => {
  for (const operand of operands) if (typeof operand !== "number") return operand.type;
  throw new TypeError("expr: an operation on numbers alone");
};
const asExpr = (operand: Operand, type: ScalarType): Expr => (typeof operand === "number" ? constant(operand, type) : operand);

const unary = (op: MachineOp | MathOp) => (x: Expr): Expr => apply(op, [x], x.type);
const binary = (op: MachineOp | MathOp) => (a: Operand, b: Operand): Expr => {
  const type = typeOf(a, b);
  return apply(op, [asExpr(a, type), asExpr(b, type)], type);
};
const comparison = (op: MachineOp) => (a: Operand, b: Operand): Expr => {
  const type = typeOf(a, b);
  return apply(op, [asExpr(a, type), asExpr(b, type)], "bool");
};

type Unary = (x: Expr) => Expr;
type Binary = (a: Operand, b: Operand) => Expr;

export const add: Binary = binary("add");
export const sub: Binary = binary("sub");
export const mul: Binary = binary("mul");
export const div: Binary = binary("div");
export const min: Binary = binary("min");
export const max: Binary = binary("max");
/** The magnitude of `a` with the sign of `b`. */
export const copySign: Binary = binary("copySign");
export const and: Binary = binary("and");
export const or: Binary = binary("or");
export const xor: Binary = binary("xor");
export const shl: Binary = binary("shl");
export const shr: Binary = binary("shr");
export const shrU: Binary = binary("shrU");
export const floorDiv: Binary = binary("floorDiv");
export const mod: Binary = binary("mod");
export const pow: Binary = binary("pow");
export const atan2: Binary = binary("atan2");
export const neg: Unary = unary("neg");
export const abs: Unary = unary("abs");
export const sqrt: Unary = unary("sqrt");
export const floor: Unary = unary("floor");
export const ceil: Unary = unary("ceil");
export const trunc: Unary = unary("trunc");
/** To the nearest whole number, ties to even. */
export const nearest: Unary = unary("nearest");
export const not: Unary = unary("not");
export const eq: Binary = comparison("eq");
export const ne: Binary = comparison("ne");
export const lt: Binary = comparison("lt");
export const le: Binary = comparison("le");
export const gt: Binary = comparison("gt");
export const ge: Binary = comparison("ge");
export const select = (condition: Expr, ifTrue: Operand, ifFalse: Operand): Expr => {
  const type = typeOf(ifTrue, ifFalse);
  return apply("select", [condition, asExpr(ifTrue, type), asExpr(ifFalse, type)], type);
};
export const cast = (x: Expr, type: ScalarType): Expr => (x.type === type ? x : apply("cast", [x], type));
export const bits = (x: Expr, type: ScalarType): Expr => apply("bits", [x], type);
/** One of the functions that engine/math knows. */
export const math = (op: MathOp, ...args: readonly Expr[]): Expr => apply(op, args, args[0].type);

/** An expression with another one in place of its input 0. */
export function withInput(expr: Expr, value: Expr, done: Map<Expr, Expr> = new Map()): Expr {
  const known = done.get(expr);
  if (known !== undefined) return known;
  const inside = (each: Expr): Expr => withInput(each, value, done);
  let result = expr;
  if (expr.kind === "input" && expr.index === 0) result = value;
  else if (expr.kind === "apply") result = { ...expr, args: expr.args.map(inside) };
  else if (expr.kind === "rescue") result = { ...expr, when: inside(expr.when), value: inside(expr.value), args: expr.args.map(inside) };
  done.set(expr, result);
  return result;
}
