import { reduction, spread, type ReduceOp } from "./declare.ts";

export const sum: ReduceOp = reduction({
  name: "sum",
  doc: "Σ x over axes; 0 for none; int32 wraps, bool counts. NumPy: sum.",
  combine: "sum",
  gives: { float32: "float32", float64: "float64", int32: "int32", bool: "int32" },
  define: (group, dtype) => {
    let total = 0;
    for (const x of group) total = dtype === "int32" ? (total + x) | 0 : total + x;
    return total;
  },
  vjp: [({ g, inputs: [x], attributes }) => spread(g, x, attributes)],
  // A sum of floats begins with +0, and +0 + −0 is +0.
  keepsOne: ["int32"],
  range: [-3, 3],
});
