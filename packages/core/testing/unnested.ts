import { loopWithOperands, withBodies, type BufferSpec, type Kernel, type LoopKernel, type Operand, type Program } from "../src/engine/program.ts";

/** The same program with each nest as loops of their own, one after the other, and arrays for what it kept for itself. */
export function unnested({ buffers, kernels }: Program): Program {
  const specs: BufferSpec[] = [...buffers];
  const apart = (list: readonly Kernel[]): readonly Kernel[] => list.flatMap((kernel): readonly Kernel[] => {
    if (kernel.kind === "control") return [withBodies(kernel, apart)];
    if (kernel.kind !== "nest") return [kernel];
    const sizes = new Map(kernel.locals.map(({ buffer, size }) => [buffer, size]));
    const shared = kernel.stages[0].extents.slice(0, kernel.shared).map(Number);
    for (const { buffer, dtype, size } of kernel.locals) specs[buffer] = { dtype, size: shared.reduce((product, extent) => product * extent, size), role: { kind: "temporary" } };
    const spread = (operand: Operand): Operand => {
      const size = sizes.get(operand.buffer);
      if (size === undefined) return operand;
      const strides = shared.map((_, axis) => shared.slice(axis + 1).reduce((product, extent) => product * extent, size));
      return { ...operand, strides: operand.strides.map((stride, axis) => strides[axis] ?? stride) };
    };
    return kernel.stages.map((stage): LoopKernel => loopWithOperands(stage, spread));
  });
  return { kernels: apart(kernels), buffers: specs };
}
