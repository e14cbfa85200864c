import type { DType } from "../dtype.ts";
import type { Expr } from "./expr.ts";
import type { Combine, NamedKernel } from "./lowering.ts";

/**
 * The loop program: what primitives are lowered to and engines translate to machine code. It names no target. Sizes are
 * numbers where a whole program is compiled for fixed shapes, parameters where one kernel serves many calls.
 */
export type Size = number | Parameter;
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
}

/** A kernel of its own, over row-major operands. */
export interface CustomKernel {
  readonly kind: "named";
  readonly kernel: NamedKernel;
  readonly sizes: readonly Size[];
  readonly inputs: readonly Operand[];
  readonly out: Operand;
}

export type Kernel = LoopKernel | ContractKernel | CustomKernel;
