import type { DType } from "../dtype.ts";
import type { Primitive, Spec } from "../primitive.ts";
import { rowMajorStrides, sizeOf } from "../shape/shape.ts";
import { cast, constant, input, type Expr } from "./expr.ts";
import type { Combine, Region } from "./lowering.ts";
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
    case "elementwise": return [elementwise(lower.expr(inputs.map(({ dtype }, i) => input(i, dtype)), attributes), inputs, out)];
    case "view": return [copy(inputs[0], { ...out, shape: inputs[0].shape, strides: rowMajorStrides(inputs[0].shape) })];
    case "reduce": return [reduction(lower.combine, lower.axes(attributes), inputs[0], out)];
    case "contract": return [contraction(inputs[0], inputs[1], out)];
    case "place": {
      const regions = lower.regions(inputs, attributes);
      const covered = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0) === sizeOf(out.shape);
      const blocks = inputs.flatMap((from, i) => (sizeOf(from.shape) === 0 ? [] : [copy(from, regionOf(out, regions[i], from.shape))]));
      return covered ? blocks : [elementwise(constant(lower.fill(attributes), out.dtype), [], out), ...blocks];
    }
    case "named": {
      const whole = (placed: Placed): Operand => ({ buffer: placed.buffer, dtype: placed.dtype, strides: placed.strides, offset: placed.offset });
      return [{ kind: "named", kernel: lower.kernel, sizes: lower.sizes(inputs, attributes), inputs: inputs.map(whole), out: whole(out) }];
    }
  }
}

const copy = (from: Placed, to: Placed): LoopKernel => elementwise(input(0, from.dtype), [from], to);

/** The part of `whole` that an input of the given shape goes to. */
const regionOf = (whole: Placed, { starts, steps }: Region, shape: readonly number[]): Placed => ({
  ...whole, shape,
  strides: whole.strides.map((stride, axis) => stride * steps[axis]),
  offset: whole.offset + starts.reduce((sum, at, axis) => sum + at * whole.strides[axis], 0),
});

function elementwise(value: Expr, inputs: readonly Placed[], out: Placed): LoopKernel {
  const operands = [...inputs, out];
  const axes = collapse(out.shape, operands.map(({ strides }) => strides), byReach(out.shape, [out.strides, ...inputs.map(({ strides }) => strides)]));
  const walked = axes.extents.length === 0 ? single(operands.length) : axes;
  return {
    kind: "loop", extents: walked.extents, inputs: inputs.map((placed, i) => operand(placed, walked.strides[i])), values: [value],
    reduce: null, epilogue: null, outputs: [operand(out, walked.strides[inputs.length])],
  };
}

/** What meets in a reduction: the elements as the result's type, bools as what they mean to it. */
function reducedValue(combine: Combine, from: DType, to: DType): readonly [Combine, Expr] {
  const value = input(0, from);
  if (combine === "sum" || combine === "prod") return [combine, cast(value, to)];
  if (combine === "any" || combine === "all") return [combine, cast(value, "bool")];
  if (from !== "bool") return [combine, value];
  if (combine === "max") return ["any", value];
  if (combine === "min") return ["all", value];
  return [combine, cast(value, "int32")];
}

function reduction(asked: Combine, axes: readonly number[], from: Placed, out: Placed): LoopKernel {
  const [combine, value] = reducedValue(asked, from.dtype, out.dtype);
  const kept = from.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  // The result is row-major over the kept axes, whatever shape it is given.
  const outStrides = new Array<number>(from.shape.length).fill(0);
  rowMajorStrides(kept.map((axis) => from.shape[axis])).forEach((stride, i) => (outStrides[kept[i]] = stride));
  const byInput = byReach(from.shape, [from.strides]);
  // Positions of extremes count in the order the axes are written.
  const reducedOrder = combine === "argMax" || combine === "argMin" ? [...axes] : byInput.filter((axis) => axes.includes(axis));
  const outer = collapse(from.shape, [from.strides, outStrides], byInput.filter((axis) => kept.includes(axis)));
  const collapsed = collapse(from.shape, [from.strides], reducedOrder);
  const inner = collapsed.extents.length === 0 ? single(1) : collapsed;
  return {
    kind: "loop", extents: [...outer.extents, ...inner.extents],
    inputs: [operand(from, [...outer.strides[0], ...inner.strides[0]])], values: [value],
    reduce: { axes: inner.extents.length, combine }, epilogue: null, outputs: [operand(out, outer.strides[1])],
  };
}

function contraction(a: Placed, b: Placed, out: Placed): ContractKernel {
  const rank = out.shape.length;
  return {
    kind: "contract", batch: out.shape.slice(0, rank - 2), m: out.shape[rank - 2], n: out.shape[rank - 1], k: a.shape[rank - 1],
    a: operand(a, a.strides), b: operand(b, b.strides), epilogue: null, out: operand(out, out.strides),
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
