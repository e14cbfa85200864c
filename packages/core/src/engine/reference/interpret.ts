import type { ApplyExpr, Expr, HostFunction, MachineOp, MathOp, ScalarType } from "../expr.ts";

/** One scalar: a bigint for int64 (signed), else a number; bool is 0 or 1. */
export type Scalar = number | bigint;

/**
 * The scalar language in plain JavaScript: what every engine's code for an expression must compute. float32 is rounded at
 * each machine operation, int32 and int64 wrap. Functions beyond the machine (`exp`, ...) are JavaScript's `Math` in
 * float64, rounded to their type.
 * @param expr What to evaluate.
 * @returns A function of the kernel's inputs at one position.
 * @example interpreter(add(input(0, "float32"), 1))([0.5]) // 1.5
 */
export function interpreter(expr: Expr): (inputs: readonly Scalar[]) => Scalar {
  const slots = new Map<Expr, number>();
  const steps: ((values: readonly Scalar[], inputs: readonly Scalar[]) => Scalar)[] = [];
  const visit = (node: Expr): number => {
    const known = slots.get(node);
    if (known !== undefined) return known;
    const step = stepOf(node, visit);
    slots.set(node, steps.length);
    return steps.push(step) - 1;
  };
  const result = visit(expr);
  const values = new Array<Scalar>(steps.length);
  return (inputs) => {
    for (let i = 0; i < steps.length; i++) values[i] = steps[i](values, inputs);
    return values[result];
  };
}

type Step = (values: readonly Scalar[], inputs: readonly Scalar[]) => Scalar;

function stepOf(node: Expr, visit: (node: Expr) => number): Step {
  switch (node.kind) {
    case "input": {
      const { index } = node;
      return (_, inputs) => inputs[index];
    }
    case "constant": {
      const value = round(node.value, node.type);
      return () => value;
    }
    case "rescue": {
      const when = visit(node.when);
      const value = visit(node.value);
      const args = node.args.map(visit);
      const host = hostFunctions[node.host];
      const { type } = node;
      return (values) => (values[when] ? round(host(...args.map((arg) => Number(values[arg]))), type) : values[value]);
    }
    case "apply": {
      const args = node.args.map(visit);
      const { type } = node;
      const run = operation(node);
      const [a, b, c] = args;
      return (values) => round(run(values[a], values[b], values[c]), type);
    }
  }
}

/** The value as `type` holds it. */
function round(value: Scalar, type: ScalarType): Scalar {
  switch (type) {
    case "float32": return Math.fround(Number(value));
    case "float64": return Number(value);
    case "int32": return Number(value) | 0;
    case "bool": return Number(value) !== 0 ? 1 : 0;
    case "int64": return BigInt.asIntN(64, BigInt(value));
  }
}

type Operation = (a: Scalar, b: Scalar, c: Scalar) => Scalar;

function operation({ op, args, type }: ApplyExpr): Operation {
  const from = args[0].type;
  if (op === "cast") return (a) => castScalar(a, from, type);
  if (op === "bits") return (a) => reinterpret(a, from, type);
  if (op === "select") return (a, b, c) => (a ? b : c);
  if (op in mathFunctions) {
    const run = mathFunctions[op as MathOp];
    return (a, b) => run(Number(a), Number(b));
  }
  // Comparisons give bool, so what is computed with is told by the operands.
  if (from === "int64") return wide[op as MachineOp] ?? missing(op, from);
  const table = from === "int32" ? { ...narrow, ...integer } : from === "bool" ? { ...narrow, ...logical } : narrow;
  const run = table[op as MachineOp] ?? missing(op, from);
  return (a, b) => run(Number(a), Number(b));
}

const missing = (op: string, type: ScalarType): never => {
  throw new Error(`interpret: there is no ${op} of ${type}`);
};

/** A cast as engines do it: toward zero, saturating, NaN to 0; int64 only from and to int32. */
function castScalar(value: Scalar, from: ScalarType, to: ScalarType): Scalar {
  if (to === "bool") return Number(value) !== 0 ? 1 : 0;
  if (to === "int64" || from === "int64") return to === "int32" ? Number(BigInt.asIntN(32, BigInt(value))) : BigInt(value);
  const x = Number(value);
  if (to !== "int32") return x;
  return Number.isNaN(x) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));
}

const bytes = new DataView(new ArrayBuffer(8));
function reinterpret(value: Scalar, from: ScalarType, to: ScalarType): Scalar {
  switch (from) {
    case "float32": bytes.setFloat32(0, Number(value)); break;
    case "int32": bytes.setInt32(0, Number(value)); break;
    case "float64": bytes.setFloat64(0, Number(value)); break;
    case "int64": bytes.setBigInt64(0, BigInt(value)); break;
    case "bool": return missing("bits", from);
  }
  switch (to) {
    case "float32": return bytes.getFloat32(0);
    case "int32": return bytes.getInt32(0);
    case "float64": return bytes.getFloat64(0);
    case "int64": return bytes.getBigInt64(0);
    case "bool": return missing("bits", to);
  }
}

/** To the nearest whole number, ties to even; the sign of zero is kept. */
function nearestEven(x: number): number {
  const below = Math.floor(x);
  if (x === below || !Number.isFinite(x)) return x;
  const rest = x - below;
  const rounded = rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
  return rounded === 0 && x < 0 ? -0 : rounded;
}

type Numeric = (a: number, b: number) => number;

/** Of floats, and of the other types where it comes to the same. float32 + − × ÷ √ done in float64 and rounded once are exact to the last bit. */
const narrow: Partial<Record<MachineOp, Numeric>> = {
  add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, div: (a, b) => a / b,
  neg: (a) => -a, abs: Math.abs, sqrt: Math.sqrt, floor: Math.floor, ceil: Math.ceil, trunc: Math.trunc, nearest: nearestEven,
  min: Math.min, max: Math.max,
  copySign: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
  eq: (a, b) => Number(a === b), ne: (a, b) => Number(a !== b), lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b), gt: (a, b) => Number(a > b), ge: (a, b) => Number(a >= b),
};
const integer: Partial<Record<MachineOp, Numeric>> = {
  mul: Math.imul, and: (a, b) => a & b, or: (a, b) => a | b, xor: (a, b) => a ^ b, not: (a) => ~a,
  shl: (a, b) => a << b, shr: (a, b) => a >> b, shrU: (a, b) => a >>> b,
  floorDiv: (a, b) => (b === 0 ? 0 : Math.floor(a / b)),
  mod: (a, b) => (b === 0 ? 0 : a - Math.floor(a / b) * b),
};
const logical: Partial<Record<MachineOp, Numeric>> = { and: (a, b) => a & b, or: (a, b) => a | b, xor: (a, b) => a ^ b, not: (a) => 1 - a };

const big = (run: (a: bigint, b: bigint) => Scalar): Operation => (a, b) => run(BigInt(a), BigInt(b ?? 0));
const wide: Partial<Record<MachineOp, Operation>> = {
  add: big((a, b) => a + b), sub: big((a, b) => a - b), mul: big((a, b) => a * b), neg: big((a) => -a), abs: big((a) => (a < 0n ? -a : a)),
  and: big((a, b) => a & b), or: big((a, b) => a | b), xor: big((a, b) => a ^ b), not: big((a) => ~a),
  shl: big((a, b) => a << (b & 63n)), shr: big((a, b) => a >> (b & 63n)), shrU: big((a, b) => BigInt.asUintN(64, a) >> (b & 63n)),
  eq: big((a, b) => Number(a === b)), ne: big((a, b) => Number(a !== b)), lt: big((a, b) => Number(a < b)),
  le: big((a, b) => Number(a <= b)), gt: big((a, b) => Number(a > b)), ge: big((a, b) => Number(a >= b)),
};

/** What a rescue node calls. */
export const hostFunctions: Readonly<Record<HostFunction, (...args: number[]) => number>> = {
  sin: Math.sin, cos: Math.cos, tan: Math.tan, pow: Math.pow, exp: Math.exp, log: Math.log, expm1: Math.expm1, log1p: Math.log1p,
  sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, asin: Math.asin, acos: Math.acos, atan: Math.atan, atan2: Math.atan2,
  asinh: Math.asinh, acosh: Math.acosh, atanh: Math.atanh, cbrt: Math.cbrt, fmod: (a, b) => a % b,
};

/** The error function within a unit in the last place: its series near 0 (Abramowitz and Stegun 7.1.5), further out 1 − erfc x, with erfc x by its continued fraction (7.1.14). */
function erf(x: number): number {
  const size = Math.abs(x);
  if (!(size < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  if (size < 1) {
    // From the small terms to the large: 25 of them reach 2⁻⁸⁰ at 1.
    let sum = 0;
    let factor = 1;
    const factors = Array.from({ length: 25 }, (_, n) => (n === 0 ? 1 : (factor *= (-x * x) / n)));
    for (let n = 24; n > 0; n--) sum += factors[n] / (2 * n + 1);
    return (2 / Math.sqrt(Math.PI)) * (x + x * sum);
  }
  let tail = size;
  for (let n = 300; n > 0; n--) tail = size + n / 2 / tail;
  return Math.sign(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / tail);
}

/** 1 / (1 + e⁻ˣ), by eˣ below 0: e⁻ˣ overflows there while the result is still above 0. */
function sigmoid(x: number): number {
  const power = Math.exp(-Math.abs(x));
  return (x < 0 ? power : 1) / (1 + power);
}

/** The functions that engine/math expands, from `Math`. */
export const mathFunctions: Readonly<Record<MathOp, Numeric>> = {
  exp: Math.exp, exp2: (x) => 2 ** x, expm1: Math.expm1, log: Math.log, log2: Math.log2, log10: Math.log10, log1p: Math.log1p, pow: Math.pow,
  sin: Math.sin, cos: Math.cos, tan: Math.tan, asin: Math.asin, acos: Math.acos, atan: Math.atan, atan2: Math.atan2,
  sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh, asinh: Math.asinh, acosh: Math.acosh, atanh: Math.atanh,
  sigmoid, softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), erf, cbrt: Math.cbrt,
};
