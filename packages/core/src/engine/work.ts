import type { Expr } from "./expr.ts";
import { bodiesOf, type Kernel, type Program, type Size } from "./program.ts";

/** So much work, in operations on an element, is worth a thread of its own: to meet others costs it about a microsecond. */
export const workPerThread = 200_000;

/** Operations of one element of an expression; a function of several counts as many. */
export function expressionCost(roots: readonly Expr[]): number {
  const seen = new Set<Expr>();
  const count = (expr: Expr): number => {
    if (seen.has(expr) || expr.kind === "input" || expr.kind === "constant") return 0;
    seen.add(expr);
    if (expr.kind === "rescue") return count(expr.value) + 5;
    return expr.args.reduce((sum, arg) => sum + count(arg), costOf[expr.op] ?? 1);
  };
  return roots.reduce((sum, root) => sum + count(root), 0);
}

/** Operations of one element on the longest way from an operand to a result. */
export function expressionDepth(roots: readonly Expr[]): number {
  const depths = new Map<Expr, number>();
  const depthOf = (expr: Expr): number => {
    if (expr.kind === "input" || expr.kind === "constant") return 0;
    let depth = depths.get(expr);
    if (depth === undefined) {
      depth = expr.kind === "rescue" ? depthOf(expr.value) + 5 : Math.max(0, ...expr.args.map(depthOf)) + (costOf[expr.op] ?? 1);
      depths.set(expr, depth);
    }
    return depth;
  };
  return Math.max(0, ...roots.map(depthOf));
}

/** What is more than one instruction, roughly in additions. */
const costOf: Readonly<Record<string, number>> = {
  div: 5, sqrt: 5, floorDiv: 20, mod: 20,
  exp: 20, exp2: 20, expm1: 25, log: 20, log2: 25, log10: 25, log1p: 25, pow: 60, sin: 25, cos: 25, tan: 30, asin: 25, acos: 25, atan: 25, atan2: 35,
  sinh: 30, cosh: 30, tanh: 25, asinh: 40, acosh: 40, atanh: 40, sigmoid: 25, softplus: 40, erf: 30, cbrt: 25,
};

const known = (size: Size): number => (typeof size === "number" ? size : 0);
const product = (sizes: readonly Size[]): number => sizes.reduce<number>((total, size) => total * known(size), 1);

/** Operations on elements that a kernel does, roughly. */
export function kernelWork(kernel: Kernel): number {
  switch (kernel.kind) {
    case "loop": {
      const kept = kernel.extents.length - (kernel.reduce?.axes ?? 0);
      const after = kernel.epilogue === null ? 0 : product(kernel.extents.slice(0, kept)) * expressionCost([kernel.epilogue.expr]);
      return product(kernel.extents) * (1 + expressionCost(kernel.values)) + after;
    }
    case "nest": return kernel.stages.reduce((sum, stage) => sum + kernelWork(stage), 0);
    case "contract": return 2 * product([...kernel.batch, kernel.m, kernel.n, kernel.k]);
    case "control": {
      const once = bodiesOf(kernel).flat().reduce((sum, each) => sum + kernelWork(each), 0);
      return kernel.flow.kind === "repeat" ? once * kernel.flow.times : once;
    }
    case "named": return 4 * product(kernel.sizes.filter((size) => size !== 0));
  }
}

/** Operations on elements that a program does, roughly. */
export const workOf = ({ kernels }: Program): number => kernels.reduce((sum, kernel) => sum + kernelWork(kernel), 0);
