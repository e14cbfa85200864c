import type { DType } from "../dtype.ts";
import type { Primitive, Spec } from "../primitive.ts";
import { rowMajorStrides, sizeOf } from "../shape/shape.ts";
import { cast, constant, input, type Expr, type ScalarType } from "./expr.ts";
import { isInOrder, type Combine, type Region } from "./lowering.ts";
import type { ContractKernel, Kernel, LoopKernel, Operand } from "./program.ts";

/** A tensor in a buffer: what lowering looks at, all sizes known. */
export interface Placed extends Spec {
  readonly buffer: number;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A tensor that fills a buffer in row-major order. */
export const placeRowMajor = (spec: Spec, buffer: number): Placed => ({
  shape: spec.shape, dtype: spec.dtype, buffer, strides: rowMajorStrides(spec.shape), offset: 0,
});

/**
 * The loop program of one call of a primitive: kernels to run in order, all sizes plain numbers. Empty where the result
 * has no elements.
 * @param out The result, row-major.
 */
export function lowerCall(primitive: Primitive, inputs: readonly Placed[], attributes: unknown, out: Placed): readonly Kernel[] {
  if (sizeOf(out.shape) === 0) return [];
  const { lower } = primitive;
  switch (lower.kind) {
    case "elementwise": return [mapKernel([lower.expr(inputs.map(({ dtype }, i) => input(i, dtype)), attributes)], inputs, [out])];
    case "view": return [copyKernel(inputs[0], { ...out, shape: inputs[0].shape, strides: rowMajorStrides(inputs[0].shape) })];
    case "reduce": {
      const [{ dtype, shape }] = inputs;
      return [reduceKernel({ combine: lower.combine, axes: lower.axes(attributes), value: input(0, dtype), shape, inputs, out, epilogue: null })];
    }
    case "contract": return [contractKernel(inputs[0], inputs[1], out, null)];
    case "place": {
      const regions = lower.regions(inputs, attributes);
      const covered = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0) === sizeOf(out.shape);
      const blocks = inputs.flatMap((from, i) => (sizeOf(from.shape) === 0 ? [] : [copyKernel(from, regionOf(out, regions[i], from.shape))]));
      return covered ? blocks : [mapKernel([constant(lower.fill(attributes), out.dtype)], [], [out]), ...blocks];
    }
    case "control": throw new Error(`lower: ${primitive.name} is part of whole programs only`);
    case "named": {
      const whole = (placed: Placed): Operand => ({ buffer: placed.buffer, dtype: placed.dtype, strides: placed.strides, offset: placed.offset });
      return [{ kind: "named", kernel: lower.kernel, sizes: lower.sizes(inputs, attributes), inputs: inputs.map(whole), out: whole(out) }];
    }
  }
}

/** Copies the elements of one tensor to another of the same shape and dtype. */
export const copyKernel = (from: Placed, to: Placed): LoopKernel => mapKernel([input(0, from.dtype)], [from], [to]);

/** The part of `whole` that an input of the given shape goes to. */
const regionOf = (whole: Placed, { starts, steps }: Region, shape: readonly number[]): Placed => ({
  ...whole, shape,
  strides: whole.strides.map((stride, axis) => stride * steps[axis]),
  offset: whole.offset + starts.reduce((sum, at, axis) => sum + at * whole.strides[axis], 0),
});

/** A loop over one shape: `outs[i] = values[i](inputs)`, all operands of that shape. */
export function mapKernel(values: readonly Expr[], inputs: readonly Placed[], outs: readonly Placed[]): LoopKernel {
  const operands = [...inputs, ...outs];
  const { shape } = outs[0];
  const axes = collapse(shape, operands.map(({ strides }) => strides), byReach(shape, [...outs, ...inputs].map(({ strides }) => strides)));
  const walked = axes.extents.length === 0 ? single(operands.length) : axes;
  const walk = (placed: Placed, i: number): Operand => operand(placed, walked.strides[i]);
  return {
    kind: "loop", extents: walked.extents, inputs: inputs.map(walk), values,
    reduce: null, epilogue: null, outputs: outs.map((out, i) => walk(out, inputs.length + i)),
  };
}

/** What meets in a reduction: the elements as the result's type, bools as what they mean to it. */
function reducedValue(combine: Combine, value: Expr, to: ScalarType): readonly [Combine, Expr] {
  if (combine === "sum" || combine === "prod") return [combine, cast(value, to)];
  if (combine === "any" || combine === "all") return [combine, cast(value, "bool")];
  if (value.type !== "bool") return [combine, value];
  if (combine === "max") return ["any", value];
  if (combine === "min") return ["all", value];
  return [combine, cast(value, "int32")];
}

/** What is computed of a value once it is whole: input 0 of `expr` is that value, then come `inputs`, of the result's shape. */
export interface PlacedEpilogue {
  readonly expr: Expr;
  readonly inputs: readonly Placed[];
}

/** `out = epilogue(combine over axes of value(inputs))`, where inputs have `shape` and the result is row-major over the other axes. */
export interface ReduceParts {
  readonly combine: Combine;
  readonly axes: readonly number[];
  readonly value: Expr;
  readonly shape: readonly number[];
  readonly inputs: readonly Placed[];
  readonly out: Placed;
  /** Its operands are walked along the axes that stay. */
  readonly epilogue: PlacedEpilogue | null;
}

/** A reduction as a loop nest. */
export function reduceKernel({ axes, shape, inputs, out, epilogue, ...parts }: ReduceParts): LoopKernel {
  const reducedType = epilogue === null ? out.dtype : inputTypeOf(epilogue.expr, 0, out.dtype);
  const [combine, value] = reducedValue(parts.combine, parts.value, reducedType);
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  // The result is row-major over the kept axes, whatever shape it is given.
  const spread = (strides: readonly number[]): number[] => {
    const all = new Array<number>(shape.length).fill(0);
    strides.forEach((stride, i) => (all[kept[i]] = stride));
    return all;
  };
  const inputStrides = inputs.map(({ strides }) => strides);
  const results = [spread(rowMajorStrides(kept.map((axis) => shape[axis]))), ...(epilogue?.inputs ?? []).map(({ strides }) => spread(strides))];
  const byInput = byReach(shape, inputStrides);
  // Positions of extremes count, and factors of products meet, in the order the axes are written.
  const ordered = combine === "argMax" || combine === "argMin" || isInOrder(combine, value.type);
  const reducedOrder = ordered ? [...axes] : byInput.filter((axis) => axes.includes(axis));
  const outer = collapse(shape, [...inputStrides, ...results], byInput.filter((axis) => kept.includes(axis)));
  const collapsed = collapse(shape, inputStrides, reducedOrder);
  const inner = collapsed.extents.length === 0 ? single(inputs.length) : collapsed;
  return {
    kind: "loop", extents: [...outer.extents, ...inner.extents],
    inputs: inputs.map((each, i) => operand(each, [...outer.strides[i], ...inner.strides[i]])), values: [value],
    reduce: { axes: inner.extents.length, combine },
    epilogue: epilogue === null ? null : { expr: epilogue.expr, inputs: epilogue.inputs.map((each, i) => operand(each, outer.strides[inputs.length + 1 + i])) },
    outputs: [operand(out, outer.strides[inputs.length])],
  };
}

/** The type that an expression takes its input `index` to have. */
function inputTypeOf(expr: Expr, index: number, otherwise: ScalarType): ScalarType {
  const pending: Expr[] = [expr];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === "input" && node.index === index) return node.type;
    if (node.kind === "apply") pending.push(...node.args);
    if (node.kind === "rescue") pending.push(node.when, node.value, ...node.args);
  }
  return otherwise;
}

/** A product of matrices; the epilogue's operands have the result's shape. */
export function contractKernel(a: Placed, b: Placed, out: Placed, epilogue: PlacedEpilogue | null): ContractKernel {
  const rank = out.shape.length;
  return {
    kind: "contract", batch: out.shape.slice(0, rank - 2), m: out.shape[rank - 2], n: out.shape[rank - 1], k: a.shape[rank - 1],
    a: operand(a, a.strides), b: operand(b, b.strides),
    epilogue: epilogue === null ? null : { expr: epilogue.expr, inputs: epilogue.inputs.map((each) => operand(each, each.strides)) },
    out: operand(out, out.strides),
  };
}

const operand = ({ buffer, dtype, offset }: Placed, strides: readonly number[]): Operand => ({ buffer, dtype, strides, offset });

interface Walk {
  readonly extents: readonly number[];
  /** For each operand its stride along each extent. */
  readonly strides: readonly (readonly number[])[];
}

/** One step of size 1: what is left of a scalar, and the same to a kernel as any contiguous run. */
const single = (operands: number): Walk => ({ extents: [1], strides: Array.from({ length: operands }, () => [1]) });

/** Axes ordered so that the last runs along memory: by the first operand's stride, then the next one's. */
function byReach(shape: readonly number[], strides: readonly (readonly number[])[]): number[] {
  return shape.map((_, axis) => axis).sort((a, b) => {
    for (const walk of strides) {
      const difference = Math.abs(walk[b]) - Math.abs(walk[a]);
      if (difference !== 0) return difference;
    }
    return a - b;
  });
}

/** The named axes in that order, without those of size 1, neighbours merged where every operand walks them as one. */
function collapse(shape: readonly number[], strides: readonly (readonly number[])[], order: readonly number[]): Walk {
  const extents: number[] = [];
  const walks: number[][] = strides.map(() => []);
  for (const axis of order) {
    if (shape[axis] === 1) continue;
    const last = extents.length - 1;
    if (last >= 0 && strides.every((walk, i) => walks[i][last] === walk[axis] * shape[axis])) {
      extents[last] *= shape[axis];
      strides.forEach((walk, i) => (walks[i][last] = walk[axis]));
    } else {
      extents.push(shape[axis]);
      strides.forEach((walk, i) => walks[i].push(walk[axis]));
    }
  }
  return { extents, strides: walks };
}

/** A kernel for many calls and what this call fills in. */
export interface Parametrized<K extends Kernel> {
  readonly kernel: K;
  /** Tells kernels apart that were made from the same expressions. */
  readonly key: string;
  /** The values of the kernel's parameters, by number. */
  readonly values: readonly number[];
}

/**
 * Turns the sizes of a loop nest into parameters, but for the strides that decide what code is emitted: 0 and 1 along the
 * innermost axes (the last one, the one before it, and the last one that is not reduced).
 */
export function parametrize(kernel: LoopKernel): Parametrized<LoopKernel> {
  const values: number[] = [];
  const { extents, reduce } = kernel;
  const rank = extents.length;
  const kept = rank - (reduce?.axes ?? 0);
  let key = `${rank}${reduce === null ? "" : `${reduce.combine}${reduce.axes}`}`;
  const open = (value: number): { parameter: number } => ({ parameter: values.push(value) - 1 });
  const known = (value: unknown): number => {
    if (typeof value !== "number") throw new Error("parametrize: the kernel has parameters already");
    return value;
  };
  const fixed = (axis: number): boolean => axis >= rank - 2 || axis === kept - 1;
  const walk = (operand: Operand): Operand => {
    key += `,${operand.dtype}`;
    const offset = known(operand.offset);
    if (offset !== 0) key += "o";
    const strides = operand.strides.map((size, axis) => {
      const stride = known(size);
      const stays = fixed(axis) && (stride === 0 || stride === 1);
      if (fixed(axis)) key += stays ? stride : "s";
      return stays ? stride : open(stride);
    });
    return { ...operand, strides, offset: offset === 0 ? 0 : open(offset) };
  };
  return {
    kernel: { ...kernel, extents: extents.map((size) => open(known(size))), inputs: kernel.inputs.map(walk), outputs: kernel.outputs.map(walk) },
    key, values,
  };
}

/** The dtypes a kernel's key tells apart, as small numbers. */
export const dtypeCode: Readonly<Record<DType, number>> = { float32: 0, float64: 1, int32: 2, bool: 3 };
