import type { DType } from "../dtype.ts";
import { cast, input, type Expr } from "./expr.ts";
import { withBodies, type BufferSpec, type Kernel, type LoopKernel, type Operand, type Program, type Size } from "./program.ts";
import { kernelWork } from "./work.ts";

/** Reductions with less work than this, in operations on an element, are over before others could help. */
const leastWork = 400_000;
/** How many parts a reduction has, but for a rest: a number of its own, so that no bit depends on the number of threads. */
const parts = 64;

/**
 * Cuts large reductions to a single number into parts, which threads can share out, and a reduction of what these give.
 * Sums of float32 go on in float64 in between. Positions of extremes stay whole.
 * @param least Smaller reductions, in operations on an element, stay as they are.
 */
export function splitReductions({ buffers, kernels }: Program, least: number = leastWork): Program {
  const specs = [...buffers];
  const split = (list: readonly Kernel[]): readonly Kernel[] => list.flatMap((kernel): readonly Kernel[] => {
    if (kernel.kind === "control") return [withBodies(kernel, split)];
    return kernel.kind === "loop" ? splitLoop(kernel, specs, least) : [kernel];
  });
  return { kernels: split(kernels), buffers: specs };
}

function splitLoop(kernel: LoopKernel, specs: BufferSpec[], least: number): readonly Kernel[] {
  const { reduce, extents, values: [value], inputs, outputs: [output], epilogue } = kernel;
  if (reduce === null || reduce.axes < extents.length || reduce.combine === "argMax" || reduce.combine === "argMin" || kernelWork(kernel) < least) return [kernel];
  const axis = extents.findIndex((extent) => typeof extent === "number" && extent >= parts);
  const extent = Number(extents[axis] ?? 0);
  const length = Math.floor(extent / parts);
  // Parts that all begin at the same element, or at neighbours, would be added up side by side.
  if (axis < 0 || value.type === "int64" || inputs.every(({ strides }) => Math.abs(Number(strides[axis])) * length <= 1)) return [kernel];

  const wide = value.type === "float32" && (reduce.combine === "sum" || reduce.combine === "prod");
  const dtype: DType = wide ? "float64" : value.type;
  const rest = extent - parts * length;
  const count = parts + (rest > 0 ? 1 : 0);
  const buffer = specs.push({ dtype, size: count, role: { kind: "temporary" } }) - 1;
  const partial = (offset: number, strides: readonly Size[]): Operand => ({ buffer, dtype, strides, offset });
  const some = (size: number): readonly Size[] => extents.map((each, at) => (at === axis ? size : each));

  const whole: LoopKernel = {
    ...kernel, epilogue: null, extents: [parts, ...some(length)], outputs: [partial(0, [1])],
    inputs: inputs.map((operand) => ({ ...operand, strides: [Number(operand.strides[axis]) * length, ...operand.strides] })),
  };
  const last: LoopKernel = {
    ...kernel, epilogue: null, extents: some(rest), outputs: [partial(parts, [])],
    inputs: inputs.map((operand) => ({ ...operand, offset: moved(operand.offset, Number(operand.strides[axis]) * parts * length) })),
  };
  const total = cast(input(0, dtype), value.type);
  const after = epilogue === null ? total : withInput(epilogue.expr, total);
  const together: LoopKernel = {
    kind: "loop", extents: [count], reduce: { axes: 1, combine: reduce.combine }, values: [input(0, dtype)], inputs: [partial(0, [1])], outputs: [output],
    epilogue: epilogue === null && !wide ? null : { expr: after, inputs: epilogue?.inputs ?? [] },
  };
  return [whole, ...(rest > 0 ? [last] : []), together];
}

const moved = (place: Size, by: number): Size => (typeof place === "number" ? place + by : "start" in place ? { ...place, start: place.start + by } : place);

/** An expression with another one in place of its input 0. */
function withInput(expr: Expr, value: Expr, done: Map<Expr, Expr> = new Map()): Expr {
  const known = done.get(expr);
  if (known !== undefined) return known;
  const inside = (each: Expr): Expr => withInput(each, value, done);
  let result = expr;
  if (expr.kind === "input" && expr.index === 0) result = value;
  else if (expr.kind === "apply") result = { ...expr, args: expr.args.map(inside) };
  else if (expr.kind === "rescue") result = { ...expr, when: inside(expr.when), value: inside(expr.value), args: expr.args.map(inside) };
  done.set(expr, result);
  return result;
}
