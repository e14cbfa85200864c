import { bytesPerElement } from "../../dtype.ts";
import type { Expr } from "../expr.ts";
import type { LoopKernel, Operand, Size } from "../program.ts";
import { hoistConstants, nodesOf, position, type KernelContext } from "./loop-expression.ts";
import { nest, row, type Walker } from "./loop-nest.ts";
import { emitReduction } from "./loop-reduce.ts";
import { advance, isPacked, pushLoad, setMaskWidth, store, type Amount, type Lanes, type Stream } from "./loop-vector.ts";

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
  const operands = [...kernel.inputs, ...kernel.outputs, ...(kernel.epilogue?.inputs ?? [])];
  return nodesOf(wide).some(({ type }) => type === "float64" || type === "int64") || operands.some(({ dtype }) => dtype === "float64") ? 2 : 4;
}

/**
 * Writes the code of a loop nest. Results do not depend on where the vectors begin: a last element alone goes through the
 * same instructions in the first lane.
 */
export function emitLoop(context: KernelContext, kernel: LoopKernel, bindings: Bindings): void {
  const { f } = context;
  const amount = (size: Size, scale = 1): Amount => {
    if (typeof size === "number") return size * scale;
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
  const extents = kernel.extents.map((extent) => amount(extent));
  const inputs = kernel.inputs.map(walker);
  const outputs = kernel.outputs.map(walker);
  hoistConstants(context, kernel.epilogue === null ? kernel.values : [...kernel.values, kernel.epilogue.expr]);
  if (kernel.reduce === null) emitMap(context, kernel.values, extents, inputs, outputs);
  else {
    emitReduction(context, {
      combine: kernel.reduce.combine, axes: kernel.reduce.axes, value: kernel.values[0], extents, inputs, output: outputs[0],
      epilogue: kernel.epilogue === null ? null : { expr: kernel.epilogue.expr, inputs: kernel.epilogue.inputs.map(walker) },
    });
  }
}

/** `outputs[i] = values[i](inputs)` at every position. */
function emitMap(context: KernelContext, values: readonly Expr[], extents: readonly Amount[], inputs: readonly Walker[], outputs: readonly Walker[]): void {
  const { f, lanes } = context;
  const all = [...inputs, ...outputs];
  const last = extents.length - 1;
  nest(f, extents.slice(0, last), all, (pointers) => {
    const streams = all.map(({ dtype, strides }): Stream => ({ dtype, stride: strides[last] }));
    // What does not move along the row is read once.
    const still = inputs.map((_, i) => {
      if (streams[i].stride !== 0) return null;
      const local = f.local("v128");
      pushLoad(f, streams[i], lanes, lanes, pointers[i]);
      f.set(local);
      return local;
    });
    const plain = streams.every((stream) => stream.stride === 0 || isPacked(stream));
    const unroll = plain && nodesOf(values).length <= 8 ? 4 : 1;
    row(f, extents[last], lanes, unroll, streams, pointers, (moving, count, vector) => {
      const offset = (i: number): number => vector * lanes * bytesPerElement[streams[i].dtype];
      const at = position(context, values, (index) => {
        const held = still[index];
        if (held !== null) f.get(held);
        else pushLoad(f, streams[index], lanes, count, moving[index], vector === 0 ? 0 : offset(index));
        return 4;
      }, count);
      const results = values.map((value, i) => {
        const width = at.push(value);
        if (streams[inputs.length + i].dtype === "bool") setMaskWidth(f, width, 4);
        if (values.length === 1) return null;
        // Every value is computed before the first is stored: an output may be one of the inputs.
        const local = f.local("v128");
        f.set(local);
        return local;
      });
      results.forEach((local, i) => {
        if (local !== null) f.get(local).release(local);
        const which = inputs.length + i;
        store(f, streams[which], lanes, count, moving[which], vector === 0 ? 0 : offset(which));
      });
      at.done();
    });
    for (const local of still) if (local !== null) f.release(local);
  });
}
