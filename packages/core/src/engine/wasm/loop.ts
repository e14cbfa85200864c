import { bytesPerElement } from "../../dtype.ts";
import type { Expr } from "../expr.ts";
import type { LoopKernel, Operand, Size } from "../program.ts";
import { hoistConstants, nodesOf, type KernelContext } from "./loop-expression.ts";
import { emitMap } from "./loop-map.ts";
import type { Walker } from "./loop-nest.ts";
import { emitReduction } from "./loop-reduce.ts";
import { advance, type Amount, type Lanes } from "./loop-vector.ts";

/** Where a kernel finds what its sizes do not say. */
export interface Bindings {
  /** Pushes a parameter's value. */
  readonly parameter: (number: number) => void;
  /** Pushes the address of a buffer. */
  readonly address: (buffer: number) => void;
}

/** Two lanes as soon as anything of 64 bits takes part. */
export function lanesOf(kernel: LoopKernel): Lanes {
  const wide = [...kernel.values, ...(kernel.epilogue === null ? [] : [kernel.epilogue.expr])];
  // A sum that is stored as it was formed does not widen what it is formed of.
  const stored = kernel.reduce !== null && kernel.epilogue === null ? [] : kernel.outputs;
  const operands = [...kernel.inputs, ...stored, ...(kernel.epilogue?.inputs ?? [])];
  return nodesOf(wide).some(({ type }) => type === "float64" || type === "int64") || operands.some(({ dtype }) => dtype === "float64") ? 2 : 4;
}

/** What pushes sizes, and points to operands, as bindings say. */
export interface Ground {
  readonly amount: (size: Size, scale?: number) => Amount;
  readonly walker: (operand: Operand) => Walker;
}

export function groundOf({ f }: KernelContext, bindings: Bindings): Ground {
  const amount = (size: Size, scale = 1): Amount => {
    if (typeof size === "number") return size * scale;
    if ("loop" in size) throw new Error("loop: a place that moves with a loop over kernels has to be made a parameter");
    const local = f.local("i32");
    bindings.parameter(size.parameter);
    if (scale !== 1) f.i32(scale).op("i32.mul");
    f.set(local);
    return { local };
  };
  const walker = ({ buffer, dtype, strides, offset }: Operand): Walker => {
    const bytes = bytesPerElement[dtype];
    const pointer = f.local("i32");
    bindings.address(buffer);
    f.set(pointer);
    advance(f, pointer, amount(offset, bytes));
    return { dtype, pointer, strides: strides.map((stride) => amount(stride, bytes)) };
  };
  return { amount, walker };
}

export const rootsOf = ({ values, epilogue }: LoopKernel): readonly Expr[] => (epilogue === null ? values : [...values, epilogue.expr]);

/**
 * Writes the code of a loop nest. Results do not depend on where the vectors begin: a last element alone goes through the
 * same instructions in the first lane.
 */
export function emitLoop(context: KernelContext, kernel: LoopKernel, bindings: Bindings): void {
  const { amount, walker } = groundOf(context, bindings);
  const extents = kernel.extents.map((extent) => amount(extent));
  const inputs = kernel.inputs.map(walker);
  const outputs = kernel.outputs.map(walker);
  const after = kernel.epilogue?.inputs.map(walker) ?? [];
  hoistConstants(context, rootsOf(kernel));
  emitWalk(context, kernel, { extents, inputs, outputs, after });
}

/** What a loop nest walks, in the order of its operands. */
export interface Walk {
  readonly extents: readonly Amount[];
  readonly inputs: readonly Walker[];
  readonly outputs: readonly Walker[];
  /** The epilogue's operands. */
  readonly after: readonly Walker[];
}

export function emitWalk(context: KernelContext, { values, reduce, epilogue }: LoopKernel, { extents, inputs, outputs, after }: Walk): void {
  if (reduce === null) emitMap(context, { values, extents, inputs, outputs });
  else {
    emitReduction(context, {
      combine: reduce.combine, axes: reduce.axes, value: values[0], extents, inputs, output: outputs[0],
      epilogue: epilogue === null ? null : { expr: epilogue.expr, inputs: after },
    });
  }
}
