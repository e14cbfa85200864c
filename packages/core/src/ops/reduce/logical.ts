import { reduction, type ReduceOp } from "./declare.ts";

const toBool = { float32: "bool", float64: "bool", int32: "bool", bool: "bool" } as const;

export const any: ReduceOp = reduction({
  name: "any",
  doc: "Whether an element is not 0 (NaN is not); false for none. NumPy: any.",
  combine: "any",
  gives: toBool,
  define: (group) => Number(group.some((x) => x !== 0)),
  vjp: null,
  keepsOne: ["bool"],
  range: [-1, 1],
});

export const all: ReduceOp = reduction({
  name: "all",
  doc: "Whether no element is 0; true for none. NumPy: all.",
  combine: "all",
  gives: toBool,
  define: (group) => Number(group.every((x) => x !== 0)),
  vjp: null,
  keepsOne: ["bool"],
  range: [-1, 1],
});
