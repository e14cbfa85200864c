import type { ApplyExpr, Expr, HostFunction, RescueExpr, ScalarType } from "../expr.ts";
import type { FunctionBuilder, Local } from "./encoder.ts";
import { setMaskWidth, shuffleSelf, splatBytes, swapHalves, joinLow, lowWords, vectorShape, type Count, type Lanes, type MaskWidth } from "./loop-vector.ts";

/** What the code of one kernel shares. */
export interface KernelContext {
  readonly f: FunctionBuilder;
  readonly lanes: Lanes;
  /** The index of an imported function of float64 numbers. */
  readonly host: (name: HostFunction) => number;
  /** Constants kept in locals for the whole kernel, by type and value. */
  readonly constants: Map<string, Local>;
}

/** Pushes a kernel input at the current position; gives the mask's width if it is bool. */
export type PushInput = (index: number) => MaskWidth;

/** Which nodes an expression has, each after its arguments. */
export function nodesOf(roots: readonly Expr[]): readonly Expr[] {
  const seen = new Set<Expr>();
  const visit = (node: Expr): void => {
    if (seen.has(node)) return;
    for (const part of partsOf(node)) visit(part);
    seen.add(node);
  };
  roots.forEach(visit);
  return [...seen];
}

const partsOf = (node: Expr): readonly Expr[] =>
  node.kind === "apply" ? node.args : node.kind === "rescue" ? [node.when, node.value, ...node.args] : [];

const constantKey = (value: number | bigint, type: ScalarType): string => `${type}${Object.is(value, -0) ? "-0" : value}`;

/** Puts an expression's constants into locals, once for the whole kernel. */
export function hoistConstants({ f, constants }: KernelContext, roots: readonly Expr[]): void {
  for (const node of nodesOf(roots)) {
    if (node.kind !== "constant" || constants.has(constantKey(node.value, node.type))) continue;
    const local = f.local("v128");
    f.v128(splatBytes(node.value, node.type)).set(local);
    constants.set(constantKey(node.value, node.type), local);
  }
}

/** A place in the kernel where expressions are computed for one vector of elements. */
export interface Position {
  /** Pushes the value of an expression; gives the mask's width if it is bool. What is shared is computed once. */
  push(expr: Expr): MaskWidth;
  /** Pushes a bool's mask with lanes of that many bytes. */
  pushMask(expr: Expr, width: 4 | 8): void;
  /** Gives the locals of shared values back. */
  done(): void;
}

/**
 * @param active How many lanes hold elements.
 */
export function position(context: KernelContext, roots: readonly Expr[], pushInput: PushInput, active: Count): Position {
  const { f, constants } = context;
  const uses = new Map<Expr, number>();
  const use = (expr: Expr): void => { uses.set(expr, (uses.get(expr) ?? 0) + 1); };
  roots.forEach(use);
  for (const node of nodesOf(roots)) partsOf(node).forEach(use);
  let memo = new Map<Expr, { readonly local: Local; readonly width: MaskWidth }>();

  const push = (expr: Expr): MaskWidth => {
    const known = memo.get(expr);
    if (known !== undefined) { f.get(known.local); return known.width; }
    if (expr.kind === "constant") {
      const local = constants.get(constantKey(expr.value, expr.type));
      if (local === undefined) f.v128(splatBytes(expr.value, expr.type));
      else f.get(local);
      return 0;
    }
    const width = expr.kind === "input" ? pushInput(expr.index) : expr.kind === "rescue" ? pushRescue(expr) : pushApply(context, expr, at, active);
    if ((uses.get(expr) ?? 0) > 1) {
      const local = f.local("v128");
      f.tee(local);
      memo.set(expr, { local, width });
    }
    return width;
  };
  const pushMask = (expr: Expr, width: 4 | 8): void => setMaskWidth(f, push(expr), width);
  const release = (entries: typeof memo, kept?: typeof memo): void => {
    for (const [expr, { local }] of entries) if (kept?.has(expr) !== true) f.release(local);
  };

  const pushRescue = ({ when, value, host, args, type }: RescueExpr): MaskWidth => {
    const result = f.local("v128");
    const lost = f.local("v128");
    push(value);
    f.set(result);
    // With two lanes the upper half of a 32-bit mask is noise: 64-bit lanes leave none.
    pushMask(when, context.lanes === 4 ? 4 : 8);
    f.tee(lost).op("v128.any_true").if(() => {
      // What is computed in here is not there for the code behind.
      const outside = memo;
      memo = new Map(outside);
      const operands = args.map((arg) => { const local = f.local("v128"); push(arg); f.set(local); return { local, type: arg.type }; });
      for (let lane = 0; lane < active; lane++) {
        f.get(lost);
        if (context.lanes === 4) f.lane("i32x4.extract_lane", lane);
        else f.lane("i64x2.extract_lane", lane).op("i32.wrap_i64");
        f.if(() => callHost(context, host, operands, type, result, lane));
      }
      for (const { local } of operands) f.release(local);
      release(memo, outside);
      memo = outside;
    });
    f.get(result).release(result, lost);
    return 0;
  };

  const at: Position = { push, pushMask, done: () => release(memo) };
  return at;
}

/** Calls a host function for one lane and puts its result there. */
function callHost(
  { f, host }: KernelContext, name: HostFunction, args: readonly { readonly local: Local; readonly type: ScalarType }[],
  type: ScalarType, result: Local, lane: number,
): void {
  f.get(result);
  for (const { local, type: from } of args) {
    f.get(local);
    if (from === "float64") f.lane("f64x2.extract_lane", lane);
    else if (from === "float32") f.lane("f32x4.extract_lane", lane).op("f64.promote_f32");
    else f.lane("i32x4.extract_lane", lane).op("f64.convert_i32_s");
  }
  f.call(host(name));
  if (type === "float64") f.lane("f64x2.replace_lane", lane);
  else f.op("f32.demote_f64").lane("f32x4.replace_lane", lane);
  f.set(result);
}

const comparisons = { eq: "eq", ne: "ne", lt: "lt_s", le: "le_s", gt: "gt_s", ge: "ge_s" } as const;
const shifts = { shl: "shl", shr: "shr_s", shrU: "shr_u" } as const;

function pushApply(context: KernelContext, expr: ApplyExpr, at: Position, active: Count): MaskWidth {
  const { f } = context;
  const { op, args, type } = expr;
  const from = args[0].type;
  if (op === "cast") return pushCast(f, args[0], type, at);
  if (op === "select") return pushSelect(f, expr, at);
  if (op === "bits") return at.push(args[0]);
  if (from === "bool") return pushLogical(f, expr, at);
  const shape = vectorShape[from];
  const both = (): FunctionBuilder => { for (const arg of args) at.push(arg); return f; };
  const width = shape === "f64x2" || shape === "i64x2" ? 8 : 4;
  switch (op) {
    case "add": case "sub": both().op(`${shape}.${op}`); return 0;
    case "neg": case "abs": both().op(`${shape}.${op}`); return 0;
    case "mul": both().op(`${shape}.mul`); return 0;
    case "eq": case "ne": case "lt": case "le": case "gt": case "ge":
      if (shape === "f32x4" || shape === "f64x2") both().op(`${shape}.${op}`);
      else both().op(`${shape}.${comparisons[op]}`);
      return width;
    case "min": case "max":
      if (shape === "i64x2") break;
      if (shape === "i32x4") both().op(`i32x4.${op}_s`);
      else if (!pushBounded(f, expr, at)) both().op(`${shape}.${op}`);
      return 0;
    case "and": case "or": case "xor": case "not":
      both().op(`v128.${op}`);
      return 0;
    case "div": case "sqrt": case "floor": case "ceil": case "trunc": case "nearest":
      if (shape === "i32x4" || shape === "i64x2") break;
      both().op(`${shape}.${op}`);
      return 0;
    case "copySign": {
      if (shape === "i32x4" || shape === "i64x2") break;
      // All bits of the first but its sign, which comes from the second.
      both().v128(shape === "f32x4" ? splatBytes(0x7fffffff, "int32") : splatBytes(0x7fffffffffffffffn, "int64")).op("v128.bitselect");
      return 0;
    }
    case "shl": case "shr": case "shrU": {
      if (shape === "f32x4" || shape === "f64x2") break;
      const [value, amount] = args;
      if (amount.kind === "constant") {
        at.push(value);
        f.i32(Number(amount.value)).op(`${shape}.${shifts[op]}`);
        return 0;
      }
      if (shape === "i64x2") break;
      pushLaneShifts(f, expr, op, at, active);
      return 0;
    }
    case "floorDiv": case "mod":
      if (shape !== "i32x4") break;
      pushFloorDivision(context, expr, at);
      return 0;
    default: break;
  }
  throw new Error(`wasm: there is no ${op} of ${from}`);
}

/**
 * Pushes the greater or lesser of x and a constant in one or two instructions, where the constant allows it: the general
 * ones take nine on x86-64, for the sake of NaN on either side and of signed zeros. Says whether it did.
 */
function pushBounded(f: FunctionBuilder, { op, args, type }: ApplyExpr, at: Position): boolean {
  const [x, bound] = args[0].kind === "constant" ? [args[1], args[0]] : args;
  if (bound.kind !== "constant" || (type !== "float32" && type !== "float64")) return false;
  const value = Number(bound.value);
  if (Number.isNaN(value) || Object.is(value, -0)) return false;
  const shape = vectorShape[type];
  if (value !== 0) {
    // x < bound ? bound : x leaves a NaN of x alone.
    at.push(x);
    at.push(bound);
    f.op(`${shape}.p${op === "max" ? "max" : "min"}`);
    return true;
  }
  // All bits of x but where it is on the wrong side of 0, or the lesser zero.
  const local = f.local("v128");
  at.push(x);
  f.tee(local).get(local);
  at.push(bound);
  f.op(`${shape}.${op === "max" ? "le" : "gt"}`).op("v128.andnot").release(local);
  return true;
}

/** Casts as expr.ts says; saturation and NaN → 0 are what the instructions do. */
function pushCast(f: FunctionBuilder, value: Expr, to: ScalarType, at: Position): MaskWidth {
  const from = value.type;
  if (from === to) return at.push(value);
  if (from === "bool") {
    at.pushMask(value, to === "float64" || to === "int64" ? 8 : 4);
    if (to === "int32") f.op("i32x4.neg");
    else if (to === "int64") f.op("i64x2.neg");
    else f.v128(splatBytes(1, to)).op("v128.and");
    return 0;
  }
  at.push(value);
  const pair = `${from}>${to}`;
  switch (pair) {
    case "float32>float64": f.op("f64x2.promote_low_f32x4"); return 0;
    case "float64>float32": f.op("f32x4.demote_f64x2_zero"); return 0;
    case "int32>float32": f.op("f32x4.convert_i32x4_s"); return 0;
    case "int32>float64": f.op("f64x2.convert_low_i32x4_s"); return 0;
    case "float32>int32": f.op("i32x4.trunc_sat_f32x4_s"); return 0;
    case "float64>int32": f.op("i32x4.trunc_sat_f64x2_s_zero"); return 0;
    case "int32>int64": f.op("i64x2.extend_low_i32x4_s"); return 0;
    case "int64>int32": shuffleSelf(f, lowWords); return 0;
    default:
  }
  if (to !== "bool") throw new Error(`wasm: there is no cast from ${from} to ${to}`);
  f.v128(new Uint8Array(16)).op(`${vectorShape[from]}.ne`);
  return from === "float64" || from === "int64" ? 8 : 4;
}

function pushSelect(f: FunctionBuilder, { args: [condition, ifTrue, ifFalse], type }: ApplyExpr, at: Position): MaskWidth {
  if (type === "bool") {
    at.pushMask(ifTrue, 4);
    at.pushMask(ifFalse, 4);
    at.pushMask(condition, 4);
    f.op("v128.bitselect");
    return 4;
  }
  const width = type === "float64" || type === "int64" ? 8 : 4;
  // One instruction instead of three: a zero has no bits to choose.
  const onlyOne = isZero(ifFalse) ? ifTrue : isZero(ifTrue) ? ifFalse : null;
  if (onlyOne !== null) {
    at.push(onlyOne);
    at.pushMask(condition, width);
    f.op(onlyOne === ifTrue ? "v128.and" : "v128.andnot");
    return 0;
  }
  at.push(ifTrue);
  at.push(ifFalse);
  at.pushMask(condition, width);
  f.op("v128.bitselect");
  return 0;
}

const isZero = (expr: Expr): boolean => expr.kind === "constant" && (Object.is(expr.value, 0) || expr.value === 0n);

/** Operations on bools: masks are all ones or all zeros, so numbers 0 and 1 compare and meet as bits do. */
function pushLogical(f: FunctionBuilder, { op, args }: ApplyExpr, at: Position): MaskWidth {
  const [a, b] = args;
  const first = at.push(a);
  if (op === "not") { f.op("v128.not"); return first; }
  let width = first;
  if (first === 0) width = at.push(b);
  else at.pushMask(b, first);
  switch (op) {
    case "and": case "mul": case "min": f.op("v128.and"); break;
    case "or": case "add": case "max": f.op("v128.or"); break;
    case "xor": case "ne": f.op("v128.xor"); break;
    case "eq": f.op("v128.xor").op("v128.not"); break;
    case "gt": f.op("v128.andnot"); break;
    case "le": f.op("v128.andnot").op("v128.not"); break;
    case "ge": f.op("v128.not").op("v128.or"); break;
    case "lt": f.op("v128.not").op("v128.or").op("v128.not"); break;
    default: throw new Error(`wasm: there is no ${op} of bool`);
  }
  return width;
}

/** Shifts by another vector, one lane at a time: SIMD128 shifts all lanes alike. */
function pushLaneShifts(f: FunctionBuilder, { args }: ApplyExpr, op: keyof typeof shifts, at: Position, active: Count): void {
  const [value, amount] = f.locals("v128", 2);
  at.push(args[0]);
  f.set(value);
  at.push(args[1]);
  f.set(amount);
  for (let lane = 0; lane < active; lane++) {
    f.get(value, value).lane("i32x4.extract_lane", lane).get(amount).lane("i32x4.extract_lane", lane);
    f.op(`i32.${shifts[op]}`).lane("i32x4.replace_lane", lane).set(value);
  }
  f.get(value).release(value, amount);
}

/**
 * Quotients of int32 rounded down, through float64, where they are exact: a quotient of 32-bit numbers that is not whole is
 * further from a whole number than float64 rounds. By −1 it is the negative, which wraps; by 0 it is 0.
 */
function pushFloorDivision({ f, lanes }: KernelContext, { op, args }: ApplyExpr, at: Position): void {
  const [a, b, quotient] = f.locals("v128", 3);
  at.push(args[0]);
  f.set(a);
  at.push(args[1]);
  f.set(b);
  const half = (high: boolean): void => {
    for (const operand of [a, b]) {
      f.get(operand);
      if (high) f.get(operand).shuffle(swapHalves);
      f.op("f64x2.convert_low_i32x4_s");
    }
    f.op("f64x2.div").op("f64x2.floor").op("i32x4.trunc_sat_f64x2_s_zero");
  };
  half(false);
  if (lanes === 4) {
    half(true);
    f.shuffle(joinLow);
  }
  f.set(quotient);
  f.get(a).op("i32x4.neg").get(quotient).get(b).v128(splatBytes(-1, "int32")).op("i32x4.eq").op("v128.bitselect").set(quotient);
  if (op === "mod") f.get(a, quotient, b).op("i32x4.mul").op("i32x4.sub");
  else f.get(quotient);
  f.get(b).v128(new Uint8Array(16)).op("i32x4.ne").op("v128.and");
  f.release(a, b, quotient);
}
