import type { ElementwiseOperation, ReductionOperation } from "../../harness/job.ts";
import type { Floats } from "./arrays.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** out[i] = f(a[i], b[i]), one plain loop each. */
export const elementwise: Readonly<Record<ElementwiseOperation, (a: Floats, b: Floats, out: Floats) => void>> = {
  add(a, b, out) { for (let i = 0; i < out.length; i++) out[i] = a[i] + b[i]; },
  mul(a, b, out) { for (let i = 0; i < out.length; i++) out[i] = a[i] * b[i]; },
  exp(a, _, out) { for (let i = 0; i < out.length; i++) out[i] = Math.exp(a[i]); },
  tanh(a, _, out) { for (let i = 0; i < out.length; i++) out[i] = Math.tanh(a[i]); },
  sigmoid(a, _, out) { for (let i = 0; i < out.length; i++) out[i] = sigmoid(a[i]); },
  chain(a, b, out) { for (let i = 0; i < out.length; i++) out[i] = sigmoid(a[i] * b[i] + a[i]) - 0.5 * b[i]; },
};

/** Softmax of one row, its largest element taken off first. */
export function softmaxRow(a: Floats, out: Floats, from: number, columns: number): void {
  let most = -Infinity;
  for (let j = 0; j < columns; j++) most = Math.max(most, a[from + j]);
  let total = 0;
  for (let j = 0; j < columns; j++) {
    const power = Math.exp(a[from + j] - most);
    out[from + j] = power;
    total += power;
  }
  for (let j = 0; j < columns; j++) out[from + j] /= total;
}

/** Reductions of a matrix, reading it in order. */
export const reduce: Readonly<Record<ReductionOperation, (a: Floats, out: Floats, rows: number, columns: number) => void>> = {
  sumAll(a, out) {
    let total = 0;
    for (let i = 0; i < a.length; i++) total += a[i];
    out[0] = total;
  },
  sumRows(a, out, rows, columns) {
    out.fill(0);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j] += a[i * columns + j];
  },
  sumColumns(a, out, rows, columns) {
    for (let i = 0; i < rows; i++) {
      let total = 0;
      for (let j = 0; j < columns; j++) total += a[i * columns + j];
      out[i] = total;
    }
  },
  maxAll(a, out) {
    let most = -Infinity;
    for (let i = 0; i < a.length; i++) if (a[i] > most) most = a[i];
    out[0] = most;
  },
  softmax(a, out, rows, columns) {
    for (let i = 0; i < rows; i++) softmaxRow(a, out, i * columns, columns);
  },
};

/** How many elements a reduction of [rows, columns] gives. */
export function reducedSize(operation: ReductionOperation, rows: number, columns: number): number {
  switch (operation) {
    case "sumAll":
    case "maxAll":
      return 1;
    case "sumRows":
      return columns;
    case "sumColumns":
      return rows;
    case "softmax":
      return rows * columns;
  }
}
