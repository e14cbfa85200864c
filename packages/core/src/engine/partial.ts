import type { DType } from "../dtype.ts";
import { rowMajorStrides } from "../shape/shape.ts";
import { cast, input, withInput } from "./expr.ts";
import type { BufferSpec, ContractKernel, Epilogue, Kernel, LoopKernel, Operand, Size } from "./program.ts";
import { known } from "./sizes.ts";

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

/** A product in parts of its depth, which divide it, and the sum of what these give. It is one product, not a batch of them. */
export function productInParts(kernel: ContractKernel, parts: number, specs: BufferSpec[]): readonly Kernel[] {
  const { a, b, out, epilogue } = kernel;
  const [m, n] = [kernel.m, kernel.n].map(known);
  const length = known(kernel.k) / parts;
  const matrix = (operand: Operand): Operand => ({ ...operand, strides: operand.strides.slice(-2) });
  const between = betweenArray([m, n], parts, out.dtype, specs);
  const along = (operand: Operand, depth: 0 | 1): Operand => {
    const { strides } = matrix(operand);
    return { ...operand, strides: [known(strides[depth]) * length, ...strides] };
  };
  return [
    { kind: "contract", batch: [parts], m, n, k: length, a: along(a, 1), b: along(b, 0), epilogue: null, out: between.parts },
    between.together("sum", epilogue === null ? null : { ...epilogue, inputs: epilogue.inputs.map(matrix) }, matrix(out)),
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
