import type { DType } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import type { Expr } from "./expr.ts";
import type { Combine, NamedKernel } from "./lowering.ts";

/**
 * The loop program: what primitives are lowered to and engines translate to machine code. It names no target. Sizes are
 * numbers where a whole program is compiled for fixed shapes, parameters where one kernel serves many calls.
 */
export type Size = number | Parameter | Moving;
/** A place that moves on with each turn of a loop over kernels: `start + turn · step`. Loop kernels' operands may stand at one. */
export interface Moving { readonly start: number; readonly step: number; /** Which loop: 0 is the outermost. */ readonly loop: number }
/** A value given at each call. */
export interface Parameter { readonly parameter: number }

/** A tensor as a kernel walks it: element `[i, j]` stands at `offset + i·strides[0] + j·strides[1]` of its buffer. */
export interface Operand {
  /** Which of the program's buffers. */
  readonly buffer: number;
  readonly dtype: DType;
  /** In elements, one per axis of the kernel's iteration space that the operand is walked along. */
  readonly strides: readonly Size[];
  /** In elements. */
  readonly offset: Size;
}

/** What a kernel does with its value once it is whole (a reduction or a product): input 0 is that value, then come `inputs`. */
export interface Epilogue {
  readonly expr: Expr;
  /** Walked along the kernel's output axes. */
  readonly inputs: readonly Operand[];
}

/**
 * A loop nest. Without `reduce`: `outputs[i][p] = values[i](inputs[p])` at every position p of `extents`.
 * With it the last `reduce.axes` extents are reduced: `outputs[0][p] = epilogue(combine over q of values[0](inputs[p, q]))`.
 * Sums and products of float32 are formed in float64; where the output is of that dtype, they are stored as they are.
 */
export interface LoopKernel {
  readonly kind: "loop";
  readonly extents: readonly Size[];
  readonly inputs: readonly Operand[];
  readonly values: readonly Expr[];
  readonly reduce: { readonly axes: number; readonly combine: Combine } | null;
  readonly epilogue: Epilogue | null;
  readonly outputs: readonly Operand[];
}

/**
 * Loop nests that run one after the other at each position of the first `shared` extents, which all of them have: row by row.
 * What later stages alone look at is not an array but a few values, made anew at each position.
 */
export interface NestKernel {
  readonly kind: "nest";
  /** How many of the stages' first extents are walked together; these are not reduced. */
  readonly shared: number;
  readonly stages: readonly LoopKernel[];
  readonly locals: readonly LocalArray[];
}

/** A buffer that holds its elements for one position of a nest only: operands of it do not move along shared extents. */
export interface LocalArray {
  readonly buffer: number;
  readonly dtype: DType;
  /** In elements. */
  readonly size: number;
}

/** `out[batch…, i, j] = epilogue(Σ_k a[batch…, i, k] · b[batch…, k, j])`; operands are walked along the axes written there. */
export interface ContractKernel {
  readonly kind: "contract";
  readonly batch: readonly Size[];
  readonly m: Size;
  readonly n: Size;
  readonly k: Size;
  readonly a: Operand;
  readonly b: Operand;
  readonly epilogue: Epilogue | null;
  readonly out: Operand;
  /** Where the bare product is summed up, if its epilogue reads what stands in `out`. */
  readonly product?: Operand;
}

/** A kernel of its own, over row-major operands. */
export interface CustomKernel {
  readonly kind: "named";
  readonly kernel: NamedKernel;
  readonly sizes: readonly Size[];
  readonly inputs: readonly Operand[];
  readonly out: Operand;
}

/** Kernels that run many times, as long as a condition holds, or on one of two ways. All threads go through it together. */
export interface ControlKernel {
  readonly kind: "control";
  readonly flow:
    | { readonly kind: "repeat"; readonly times: number; readonly body: readonly Kernel[] }
    /** Runs `test`, ends if it left false in `condition`, runs `body`, and so on. */
    | { readonly kind: "while"; readonly condition: Operand; readonly test: readonly Kernel[]; readonly body: readonly Kernel[] }
    | { readonly kind: "if"; readonly condition: Operand; readonly ifTrue: readonly Kernel[]; readonly ifFalse: readonly Kernel[] };
  /** How many loops are around it: the number of its own. */
  readonly depth: number;
}

export type Kernel = LoopKernel | NestKernel | ContractKernel | CustomKernel | ControlKernel;

/** The lists of kernels inside a control kernel, in the order written. */
export function bodiesOf({ flow }: ControlKernel): readonly (readonly Kernel[])[] {
  switch (flow.kind) {
    case "repeat": return [flow.body];
    case "while": return [flow.test, flow.body];
    case "if": return [flow.ifTrue, flow.ifFalse];
  }
}

/** The same flow over other kernels. */
export function withBodies(kernel: ControlKernel, change: (kernels: readonly Kernel[]) => readonly Kernel[]): ControlKernel {
  const { flow } = kernel;
  switch (flow.kind) {
    case "repeat": return { ...kernel, flow: { ...flow, body: change(flow.body) } };
    case "while": return { ...kernel, flow: { ...flow, test: change(flow.test), body: change(flow.body) } };
    case "if": return { ...kernel, flow: { ...flow, ifTrue: change(flow.ifTrue), ifFalse: change(flow.ifFalse) } };
  }
}

/** What a buffer is for. */
export type Role =
  /** Given at each run, and what a run gives back. */
  | { readonly kind: "argument" | "result"; readonly index: number }
  /** Stays where it is between runs. */
  | { readonly kind: "variable"; readonly index: number }
  /** The same in every run. */
  | { readonly kind: "constant"; readonly tensor: Tensor }
  /** Lives from the kernel that writes it to the last that reads it. */
  | { readonly kind: "temporary" }
  /** Exists within a nest only. */
  | { readonly kind: "local" };

/** A row-major array that kernels read and write. */
export interface BufferSpec {
  readonly dtype: DType;
  /** In elements. */
  readonly size: number;
  readonly role: Role;
}

/** A whole function for fixed shapes: kernels in the order they run. Every size is a number. */
export interface Program {
  readonly buffers: readonly BufferSpec[];
  readonly kernels: readonly Kernel[];
}

/** Those of a nest's operands that stand in arrays. */
const outside = ({ stages, locals }: NestKernel, operandsOf: (stage: LoopKernel) => readonly Operand[]): readonly Operand[] =>
  stages.flatMap(operandsOf).filter((operand) => locals.every(({ buffer }) => buffer !== operand.buffer));

/** The operands that a kernel reads. */
export function readsOf(kernel: Kernel): readonly Operand[] {
  switch (kernel.kind) {
    case "nest": return outside(kernel, readsOf);
    case "loop": return [...kernel.inputs, ...(kernel.epilogue?.inputs ?? [])];
    case "contract": return [kernel.a, kernel.b, ...(kernel.epilogue?.inputs ?? [])];
    case "named": return kernel.inputs;
    case "control": return [...(kernel.flow.kind === "repeat" ? [] : [kernel.flow.condition]), ...bodiesOf(kernel).flat().flatMap(readsOf)];
  }
}

/** The operands that a kernel writes. */
export function writesOf(kernel: Kernel): readonly Operand[] {
  if (kernel.kind === "loop") return kernel.outputs;
  if (kernel.kind === "nest") return outside(kernel, writesOf);
  if (kernel.kind === "control") return bodiesOf(kernel).flat().flatMap(writesOf);
  return kernel.kind === "contract" && kernel.product !== undefined ? [kernel.out, kernel.product] : [kernel.out];
}

const epilogueWith = (epilogue: Epilogue | null, replace: (operand: Operand) => Operand): Epilogue | null =>
  (epilogue === null ? null : { ...epilogue, inputs: epilogue.inputs.map(replace) });

/** The same loop nest with its operands replaced. */
export const loopWithOperands = (kernel: LoopKernel, replace: (operand: Operand) => Operand): LoopKernel =>
  ({ ...kernel, inputs: kernel.inputs.map(replace), outputs: kernel.outputs.map(replace), epilogue: epilogueWith(kernel.epilogue, replace) });

/** The same kernel with its operands replaced. */
export function withOperands(kernel: Kernel, replace: (operand: Operand) => Operand): Kernel {
  const all = (kernels: readonly Kernel[]): readonly Kernel[] => kernels.map((each) => withOperands(each, replace));
  switch (kernel.kind) {
    case "loop": return loopWithOperands(kernel, replace);
    case "nest": return { ...kernel, stages: kernel.stages.map((stage) => loopWithOperands(stage, replace)) };
    case "contract": return {
      ...kernel, a: replace(kernel.a), b: replace(kernel.b), out: replace(kernel.out), epilogue: epilogueWith(kernel.epilogue, replace),
      ...(kernel.product === undefined ? {} : { product: replace(kernel.product) }),
    };
    case "named": return { ...kernel, inputs: kernel.inputs.map(replace), out: replace(kernel.out) };
    case "control": {
      const { flow } = kernel;
      const moved = flow.kind === "repeat" ? flow : { ...flow, condition: replace(flow.condition) };
      return withBodies({ ...kernel, flow: moved }, all);
    }
  }
}
