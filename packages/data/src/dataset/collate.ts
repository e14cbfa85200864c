import { NdgradError, Tensor, slice, squeeze, stack, tensor } from "@ndgrad/core";

/** What items become in a batch: numbers and tensors become tensors with one more axis, records batches of each field, all else an array. */
export type Batched<T> =
  T extends Tensor<infer S, infer D> ? Tensor<[number, ...S], D>
  : T extends number ? Tensor<[number], "float32">
  : T extends boolean ? Tensor<[number], "bool">
  : T extends string | null | undefined | bigint | symbol | ((...args: never) => unknown) ? readonly T[]
  : T extends readonly number[] ? Tensor<[number, number], "float32">
  : T extends object ? { readonly [K in keyof T]: Batched<T[K]> }
  : readonly T[];

/** Some items as one batch. */
export const collate = <T>(items: readonly T[]): Batched<T> => collated(items, "") as Batched<T>;

function collated(items: readonly unknown[], path: string): unknown {
  const [first] = items;
  if (every(items, isTensor)) {
    const shape = items[0].shape.join();
    const odd = items.find((each) => each.shape.join() !== shape);
    if (odd !== undefined) throw new NdgradError(`batch: examples differ${at(path)}: [${shape}] and [${odd.shape.join()}]; pad or cut them to one shape`);
    return stack(items);
  }
  if (every(items, isNumber)) return tensor(Float32Array.from(items));
  if (every(items, isBoolean)) return tensor(items) as Tensor;
  if (every(items, isNumbers)) {
    const width = items[0].length;
    const odd = items.find((each) => each.length !== width);
    if (odd !== undefined) throw new NdgradError(`batch: examples differ${at(path)}: ${width} and ${odd.length} numbers; pad or cut them to one length`);
    return tensor(Float32Array.from(items.flat()), { shape: [items.length, width] });
  }
  if (every(items, Array.isArray)) return (first as readonly unknown[]).map((_, i) => collated(items.map((each): unknown => each[i]), `${path}[${i}]`));
  if (every(items, isRecord)) return Object.fromEntries(Object.keys(first as object).map((key) => [key, collated(items.map((each) => each[key]), `${path}.${key}`)]));
  return items;
}

const every = <T>(items: readonly unknown[], is: (value: unknown) => value is T): items is readonly T[] => items.every(is);
const at = (path: string): string => (path === "" ? "" : ` in ${path}`);
const isNumber = (value: unknown): value is number => typeof value === "number";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
const isNumbers = (value: unknown): value is readonly number[] => Array.isArray(value) && value.length > 0 && value.every(isNumber);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);

/** The items of a batch, which is an array, a tensor, or a record of such. */
export function rowsOf(batch: unknown): readonly unknown[] {
  if (batch instanceof Tensor) {
    if (batch.rank === 0) throw new NdgradError("unbatch: a scalar has no rows");
    return Array.from({ length: batch.shape[0] }, (_, row) => rowOf(batch, row));
  }
  if (Array.isArray(batch)) return batch;
  if (!isRecord(batch)) throw new NdgradError("unbatch: an item is neither an array, nor a tensor, nor a record of them");
  const columns = Object.entries(batch).map(([name, column]) => [name, rowsOf(column)] as const);
  const count = columns[0]?.[1].length ?? 0;
  const odd = columns.find(([, rows]) => rows.length !== count);
  if (odd !== undefined) throw new NdgradError(`unbatch: "${columns[0][0]}" has ${count} rows and "${odd[0]}" ${odd[1].length}`);
  return Array.from({ length: count }, (_, row) => Object.fromEntries(columns.map(([name, rows]) => [name, rows[row]])));
}

/** One row of a tensor, without its first axis. */
export const rowOf = (x: Tensor, row: number): Tensor => squeeze(slice(x, [[row, row + 1]]), { axis: 0 });
