import type { DType } from "../dtype.ts";
import type { Expr } from "./expr.ts";
import { expand } from "./math/index.ts";

/** Whether computing an expression takes 64-bit values, the ones inside of functions included. */
export function isWide(expr: Expr, operands: readonly { readonly dtype: DType }[]): boolean {
  const seen = new Set<Expr>();
  const wide = (node: Expr): boolean => {
    if (seen.has(node)) return false;
    seen.add(node);
    if (node.type === "float64" || node.type === "int64") return true;
    if (node.kind === "apply") return node.args.some(wide);
    return node.kind === "rescue" && (wide(node.when) || wide(node.value) || node.args.some(wide));
  };
  return operands.some(({ dtype }) => dtype === "float64") || wide(expand(expr));
}
