import type { DType } from "../dtype.ts";
import { rowMajorStrides } from "../shape/shape.ts";
import { cast, input, withInput } from "./expr.ts";
import type { BufferSpec, ContractKernel, Epilogue, Kernel, LoopKernel, Operand, Size } from "./program.ts";
import { known } from "./sizes.ts";

/** Up to so many rows or columns, engines take each of them as a vector. */
export const fewVectors = 3;

/**
 * A reduction in parts of equal length along one of its reduced axes, a rest, and the reduction of what these give. Sums of
 * float32 go on in float64 in between.
 * @param axis Among a loop's extents.
 * @param specs Takes up the array in between.
 */
export function loopInParts(kernel: LoopKernel, axis: number, parts: number, specs: BufferSpec[]): readonly Kernel[] {
  const { reduce, extents, values: [value], inputs, outputs: [output], epilogue } = kernel;
  if (reduce === null || value.type === "int64") throw new Error("loopInParts: this is no reduction, or one of 64-bit integers");
  const extent = known(extents[axis]);
  const length = Math.floor(extent / parts);
  const rest = extent - parts * length;
  const wide = value.type === "float32" && reduce.combine === "sum";
  const between = betweenArray(extents.slice(0, extents.length - reduce.axes).map(known), parts + (rest > 0 ? 1 : 0), wide ? "float64" : value.type, specs);
  const some = (size: number): readonly Size[] => extents.map((each, at) => (at === axis ? size : each));

  const whole: LoopKernel = {
    ...kernel, epilogue: null, extents: [parts, ...some(length)], outputs: [between.parts],
    inputs: inputs.map((operand) => ({ ...operand, strides: [known(operand.strides[axis]) * length, ...operand.strides] })),
  };
  const last: LoopKernel = {
    ...kernel, epilogue: null, extents: some(rest), outputs: [between.part(parts)],
    inputs: inputs.map((operand) => ({ ...operand, offset: known(operand.offset) + known(operand.strides[axis]) * parts * length })),
  };
  const total = cast(input(0, between.dtype), value.type);
  const after = epilogue === null ? total : withInput(epilogue.expr, total);
  return [whole, ...(rest > 0 ? [last] : []), between.together(reduce.combine, epilogue === null && output.dtype === between.dtype ? null : { expr: after, inputs: epilogue?.inputs ?? [] }, output)];
}

/** How deep a product may be without being cut: one with few rows or columns, whose sums are long, and others, whose sums are formed block by block. */
const [deepestOfVectors, deepest] = [4096, 65536];

/**
 * A deep product of floats in parts of its depth, and the sum of what these give: the rounding of its sums must not grow with the
 * depth. Those of float32 come together in float64. `null` where it is not as deep as that. The sizes alone decide.
 */
export function deepProductInParts(kernel: ContractKernel, specs: BufferSpec[]): readonly Kernel[] | null {
  const [m, n, k] = [kernel.m, kernel.n, kernel.k].map(known);
  const most = Math.min(m, n) <= fewVectors ? deepestOfVectors : deepest;
  return k <= most || kernel.out.dtype === "int32" ? null : productInParts(kernel, Math.ceil(k / Math.ceil(k / most)), specs);
}

/** A product in parts of its depth, of one length but for a rest, and the sum of what these give. */
export function productInParts(kernel: ContractKernel, length: number, specs: BufferSpec[]): readonly Kernel[] {
  const { a, b, out, epilogue } = kernel;
  const [m, n, k] = [kernel.m, kernel.n, kernel.k].map(known);
  const batch = kernel.batch.map(known);
  const parts = Math.floor(k / length);
  const rest = k - parts * length;
  const between = betweenArray([...batch, m, n], parts + (rest > 0 ? 1 : 0), out.dtype, specs);
  /** How far an operand moves from part to part: a's depth is its last axis, b's the last but one. */
  const [aStep, bStep] = ([[a, 1], [b, 2]] as const).map(([{ strides }, back]) => known(strides[strides.length - back]) * length);
  const along = (operand: Operand, step: number): Operand => ({ ...operand, strides: [step, ...operand.strides] });
  const from = (operand: Operand, step: number): Operand => ({ ...operand, offset: known(operand.offset) + step * parts });
  const part = { kind: "contract", m, n, epilogue: null } as const;
  return [
    { ...part, batch: [parts, ...batch], k: length, a: along(a, aStep), b: along(b, bStep), out: between.parts },
    ...(rest > 0 ? [{ ...part, batch, k: rest, a: from(a, aStep), b: from(b, bStep), out: between.part(parts) }] : []),
    between.together("sum", epilogue, out),
  ];
}

/** Where the parts of a reduction with results of some shape stand, one after the other, until they come together. */
function betweenArray(shape: readonly number[], count: number, dtype: DType, specs: BufferSpec[]) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const strides = rowMajorStrides(shape);
  const buffer = specs.push({ dtype, size: count * size, role: { kind: "temporary" } }) - 1;
  const part = (index: number): Operand => ({ buffer, dtype, strides, offset: index * size });
  return {
    dtype, part,
    parts: { ...part(0), strides: [size, ...strides] },
    together: (combine: NonNullable<LoopKernel["reduce"]>["combine"], epilogue: Epilogue | null, output: Operand): LoopKernel => ({
      kind: "loop", extents: [...shape, count], reduce: { axes: 1, combine }, values: [input(0, dtype)],
      inputs: [{ ...part(0), strides: [...strides, size] }], outputs: [output], epilogue,
    }),
  };
}
