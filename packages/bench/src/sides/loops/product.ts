import type { Floats } from "./arrays.ts";

/** Sizes of a product [m, k] · [k, n], and how many of them lie behind each other. */
export interface ProductSizes {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly batches: number;
}

/** Elements between neighbours along the rows and columns of an operand. */
export interface Strides {
  readonly row: number;
  readonly column: number;
}

/** out += a · b for one product: the innermost loop runs along rows of b and out, so that memory is read in order. */
function rowsOfB(a: Floats, b: Floats, out: Floats, { m, k, n }: ProductSizes, fromA: number, fromB: number, fromOut: number, { row, column }: Strides): void {
  for (let i = 0; i < m; i++) {
    const outRow = fromOut + i * n;
    for (let l = 0; l < k; l++) {
      const x = a[fromA + i * row + l * column];
      const bRow = fromB + l * n;
      for (let j = 0; j < n; j++) out[outRow + j] += x * b[bRow + j];
    }
  }
}

/** out = a · bᵀ for one product: rows of b as they lie are the columns that are needed, so that each element is a dot product. */
function dotsOfRows(a: Floats, b: Floats, out: Floats, { m, k, n }: ProductSizes, fromA: number, fromB: number, fromOut: number, { row, column }: Strides): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let total = 0;
      const bRow = fromB + j * k;
      for (let l = 0; l < k; l++) total += a[fromA + i * row + l * column] * b[bRow + l];
      out[fromOut + i * n + j] = total;
    }
  }
}

/** Products of matrices in their given layouts, by the loop order that reads memory in order. */
export function product(a: Floats, b: Floats, out: Floats, sizes: ProductSizes, transposeA: boolean, transposeB: boolean): void {
  const { m, k, n, batches } = sizes;
  const strides: Strides = transposeA ? { row: 1, column: m } : { row: k, column: 1 };
  if (!transposeB) out.fill(0);
  const multiply = transposeB ? dotsOfRows : rowsOfB;
  for (let batch = 0; batch < batches; batch++) multiply(a, b, out, sizes, batch * m * k, batch * k * n, batch * m * n, strides);
}
