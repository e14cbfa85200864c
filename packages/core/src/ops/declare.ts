import { promote, toFloat, type DType } from "../dtype.ts";
import type { Expr } from "../engine/expr.ts";
import { DTypeError, ShapeError, showShape, showSpec } from "../errors.ts";
import { bind } from "../graph/bind.ts";
import { definePrimitive, type GradientRule, type Picker, type Primitive, type Sample } from "../primitive.ts";
import { broadcastShapes, checkSize, sameShape } from "../shape/shape.ts";
import { Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { zerosLike } from "./creation.ts";
import { asTensors, fitsBeside, scalar, type Value } from "./literal.ts";
import { broadcastTo } from "./movement/broadcast-to.ts";

/**
 * What dtypes an elementwise function computes in. `float`: float32, float64 (others become float32);
 * `number`: these and int32 (bool becomes int32); `integer`: int32 (bool becomes int32); `bits`: int32 and bool;
 * `logical`: everything becomes bool; `any`: all.
 */
export type Takes = "float" | "number" | "integer" | "bits" | "logical" | "any";

const dtypesOf: Readonly<Record<Takes, readonly DType[]>> = {
  float: ["float32", "float64"],
  number: ["float32", "float64", "int32"],
  integer: ["int32"],
  bits: ["int32", "bool"],
  logical: ["bool"],
  any: ["float32", "float64", "int32", "bool"],
};

/** The dtype in which operands of `dtype` are computed; throws where there is none. */
function adapt(op: string, dtype: DType, takes: Takes): DType {
  if (dtypesOf[takes].includes(dtype)) return dtype;
  if (takes === "float") return toFloat(dtype);
  if (takes === "logical") return "bool";
  if (dtype === "bool") return "int32";
  throw new DTypeError(`${op}: takes ${dtypesOf[takes].join(" or ")}, not ${dtype}; cast it first`);
}

/** Stretches tensors to their common shape. */
export function broadcastAll(op: string, tensors: readonly Tensor[]): readonly Tensor[] {
  let shape: readonly number[] = tensors[0].shape;
  for (const tensor of tensors) shape = broadcastShapes(op, shape, tensor.shape);
  checkSize(op, shape);
  return tensors.map((tensor) => (sameShape(tensor.shape, shape) ? tensor : broadcastTo(tensor, shape)));
}

/**
 * Brings operands to one dtype: that of the tensors among them, adapted to what the function takes. A fraction beside whole numbers is
 * float32, unless `fraction` says otherwise; functions of whole numbers refuse it.
 */
export function promoteAll(op: string, values: readonly Value[], takes: Takes, fraction: DType = takes === "bits" || takes === "integer" ? "int32" : "float32"): readonly Tensor[] {
  let common: DType | undefined;
  for (const value of values) if (value instanceof Tensor) common = common === undefined ? value.dtype : promote(common, value.dtype);
  if (common !== undefined && takes === "float") common = toFloat(common);
  const tensors = asTensors(op, values, common, fraction);
  let dtype = tensors[0].dtype;
  for (const tensor of tensors) dtype = promote(dtype, tensor.dtype);
  const target = adapt(op, dtype, takes);
  return tensors.map((tensor) => cast(tensor, target));
}

/** One function of N numbers, applied element by element: the declaration of an elementwise primitive. */
export interface Elementwise<Args extends readonly unknown[]> {
  readonly name: string;
  readonly doc: string;
  readonly takes: Takes;
  /** The result's dtype; the operands' own unless given. */
  readonly gives?: "bool";
  /** The definition, in float64 (int32 operands are whole numbers; wrap results with `| 0`). */
  readonly define: (...args: [...{ [K in keyof Args]: number }, DType]) => number;
  /** The same in the scalar language of loop programs. */
  readonly expr: (...args: { [K in keyof Args]: Expr }) => Expr;
  readonly vjp: { readonly [K in keyof Args]: GradientRule<undefined> | null } | null;
  /** What it comes to where it need not be computed, to the last bit; `null` elsewhere. */
  readonly simplify?: (...args: { [K in keyof Args]: Tensor }) => Tensor | null;
  /** Where samples of each argument are drawn: inside the domain. */
  readonly ranges: { readonly [K in keyof Args]: readonly [number, number] };
}

function declareElementwise<Args extends readonly unknown[]>(options: Elementwise<Args>): Primitive<undefined> {
  const { name, gives, takes, ranges } = options;
  const arity = ranges.length;
  // Arity and argument types agree by the declaration's type; here they are plain lists.
  const define = options.define as unknown as (...args: readonly (number | DType)[]) => number;
  const expr = options.expr as unknown as (...args: readonly Expr[]) => Expr;
  const simplify = options.simplify as unknown as ((...args: readonly Tensor[]) => Tensor | null) | undefined;
  return definePrimitive<undefined>({
    name,
    doc: options.doc,
    ...(simplify === undefined ? {} : { simplify: (inputs: readonly Tensor[]) => simplify(...inputs) }),
    infer(inputs) {
      if (inputs.length !== arity) throw new ShapeError(`${name}: takes ${arity} operands, got ${inputs.length}`);
      for (const input of inputs) {
        if (!sameShape(input.shape, inputs[0].shape)) throw new ShapeError(`${name}: shapes ${showShape(inputs[0].shape)} and ${showShape(input.shape)} differ; broadcast first`);
        if (input.dtype !== inputs[0].dtype) throw new DTypeError(`${name}: ${showSpec(inputs[0])} beside ${showSpec(input)}; promote first`);
      }
      return { shape: inputs[0].shape, dtype: gives ?? inputs[0].dtype };
    },
    define(inputs, _, out) {
      const { dtype } = inputs[0];
      for (let i = 0; i < out.data.length; i++) out.data[i] = define(...inputs.map((input) => input.data[i]), dtype);
    },
    lower: { kind: "elementwise", expr: (args) => expr(...args) },
    vjp: options.vjp as readonly (GradientRule<undefined> | null)[] | null,
    sample(pick): Sample<undefined> {
      const shape = pick.shape();
      const dtype = pick.oneOf(dtypesOf[takes]);
      return { inputs: ranges.map((range) => ({ shape, dtype, range: sampleRange(dtype, range) })), attributes: undefined };
    },
  });
}

const sampleRange = (dtype: DType, range: readonly [number, number]): readonly [number, number] => (dtype === "bool" ? [0, 1] : range);

/** An operation on one tensor, and the primitive it binds. */
export interface UnaryOp { (x: Value): Tensor; readonly primitive: Primitive<undefined> }
/** An operation on two tensors that broadcast, and the primitive it binds. */
export interface BinaryOp { (a: Value, b: Value): Tensor; readonly primitive: Primitive<undefined> }

/** Declares a function of one number. */
export function unary(options: Elementwise<[x: number]>): UnaryOp {
  const primitive = declareElementwise(options);
  const { name, takes } = options;
  return Object.assign((x: Value) => {
    if (x instanceof Tensor && dtypesOf[takes].includes(x.dtype)) return bind(primitive, [x], undefined);
    return bind(primitive, promoteAll(name, [x], takes), undefined);
  }, { primitive });
}

/** The rule of a function that is constant between its steps: gradients are zeros, so that what uses it still has one. */
export const flat: GradientRule<undefined> = ({ inputs, index }) => zerosLike(inputs[index]);

/** Declares a function of two numbers. */
export function binary(options: Elementwise<[a: number, b: number]>): BinaryOp {
  const primitive = declareElementwise(options);
  const { name, takes } = options;
  const taken = dtypesOf[takes];
  // A comparison needs no float32 for its result: float64 holds any int32 beside any fraction.
  const fraction = takes === "any" && options.gives === "bool" ? "float64" : undefined;
  return Object.assign((a: Value, b: Value) => {
    // The usual cases first: what follows them costs more than a small kernel.
    if (a instanceof Tensor && taken.includes(a.dtype)) {
      if (b instanceof Tensor) {
        if (a.dtype === b.dtype) return bind(primitive, sameShape(a.shape, b.shape) ? [a, b] : broadcastAll(name, [a, b]), undefined);
      } else if (typeof b === "number" && fitsBeside(b, a.dtype)) return bind(primitive, [a, broadcastTo(scalar(name, b, a.dtype), a.shape)], undefined);
    } else if (typeof a === "number" && b instanceof Tensor && taken.includes(b.dtype) && fitsBeside(a, b.dtype)) {
      return bind(primitive, [broadcastTo(scalar(name, a, b.dtype), b.shape), b], undefined);
    }
    return bind(primitive, broadcastAll(name, promoteAll(name, [a, b], takes, fraction)), undefined);
  }, { primitive });
}

/** A shape with one of its axes, for samples of operations along an axis. */
export function pickAxis(pick: Picker, options: { leastSize?: number } = {}): { shape: number[]; axis: number } {
  const shape = pick.shape({ leastRank: 1, ...options });
  return { shape, axis: pick.integer(0, shape.length - 1) };
}
