import { NdgradError, Tensor, concat, slice, squeeze, stack, tensor, type Shape } from "@ndgrad/core";
import { allocate, fromData } from "@ndgrad/core/internal";

/**
 * What items become in a batch: numbers, lists of numbers and tensors become tensors with one more axis, records and
 * tuples batches of each field, all else an array.
 */
export type Batched<T> =
  // In brackets, so that a union is looked at as a whole.
  [T] extends [Tensor<infer S, infer D>] ? Tensor<[number, ...S], D>
  : [T] extends [number] ? Tensor<[number], "float32">
  : [T] extends [boolean] ? Tensor<[number], "bool">
  : [T] extends [Float32Array | readonly number[]] ? Tensor<[number, number], "float32">
  : [T] extends [Float64Array] ? Tensor<[number, number], "float64">
  : [T] extends [WholeNumbers] ? Tensor<[number, number], "int32">
  : [T] extends [string | number | boolean | null | undefined | bigint | symbol | ((...args: never) => unknown)] ? readonly T[]
  : [T] extends [object] ? { readonly [K in keyof T]: Batched<T[K]> }
  : readonly T[];

/** Arrays whose numbers an int32 holds. */
type WholeNumbers = Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array;
const listTypes = { Float32Array: "float32", Float64Array: "float64", Int8Array: "int32", Uint8Array: "int32", Uint8ClampedArray: "int32", Int16Array: "int32", Uint16Array: "int32", Int32Array: "int32" } as const;
type ListType = (typeof listTypes)[keyof typeof listTypes];

/** One row of what has many: of a tensor without its first axis, of columns a record, of an array an element. */
export type RowOf<T> =
  [T] extends [Tensor<infer S, infer D>] ? Tensor<S extends [number, ...infer Rest extends Shape] ? Rest : Shape, D>
  : [T] extends [readonly unknown[]] ? (number extends T["length"] ? T[number] : { readonly [K in keyof T]: RowOf<T[K]> })
  : [T] extends [object] ? { readonly [K in keyof T]: RowOf<T[K]> }
  : never;

/** What arrays are that sets have made: columns side by side, as tuples become in a batch, or lists of items. */
const kinds = new WeakMap<object, "tuple" | "list">();

/** Marks columns side by side. */
export function tupleOf<T extends readonly unknown[]>(columns: T): T {
  kinds.set(columns, "tuple");
  return columns;
}

/** A pair, marked: were it a pair of batches, these would be columns. */
export const pairOf = <T, U>(one: T, other: U): readonly [T, U] => tupleOf([one, other] as const);

/** Marks a list of items. */
export function listOf<T>(items: readonly T[]): readonly T[] {
  kinds.set(items, "list");
  return items;
}

/** Some items as one batch. */
export const collate = <T>(items: readonly T[]): Batched<T> => collated(items, "") as Batched<T>;

function collated(items: readonly unknown[], path: string): unknown {
  const [first] = items;
  if (every(items, isTensor)) {
    const kindOf = ({ dtype, shape }: Tensor): string => `${dtype}[${shape.join(", ")}]`;
    const odd = items.find((each) => kindOf(each) !== kindOf(items[0]));
    if (odd !== undefined) throw new NdgradError(`batch: examples differ${at(path)}: ${kindOf(items[0])} and ${kindOf(odd)}; pad, cut or cast them to one shape and dtype`);
    return stack(items);
  }
  if (every(items, isNumber)) return fromData(Float32Array.from(items), [items.length], "float32");
  if (every(items, isBoolean)) return tensor(items) as Tensor;
  const type = listType(first);
  if (type !== undefined && items.every((each) => listType(each) === type)) return matrixOf(items as readonly ArrayLike<number>[], type, path);
  if (every(items, isArray)) {
    const odd = items.find((each) => each.length !== items[0].length);
    if (odd !== undefined) throw new NdgradError(`batch: examples differ${at(path)}: arrays of ${items[0].length} and of ${odd.length}; make them equal, or tensors`);
    return tupleOf(items[0].map((_, i) => collated(items.map((each) => each[i]), `${path}[${i}]`)));
  }
  if (every(items, isRecord)) {
    const names = Object.keys(items[0]);
    const odd = items.find((each) => Object.keys(each).length !== names.length || !names.every((name) => Object.hasOwn(each, name)));
    if (odd !== undefined) throw new NdgradError(`batch: examples differ${at(path)}: records of ${names.join(", ")} and of ${Object.keys(odd).join(", ")}; give all the same fields`);
    return Object.fromEntries(names.map((name) => [name, collated(items.map((each) => each[name]), `${path}.${name}`)]));
  }
  return listOf(items);
}

/** Batches of the same columns one after another as one. */
export function joined(parts: readonly unknown[]): unknown {
  const [first] = parts;
  if (parts.length === 1) return first;
  if (every(parts, isTensor)) return concat(parts, { axis: 0 });
  if (every(parts, isArray)) return tupleOf(parts[0].map((_, i) => joined(parts.map((each) => each[i]))));
  return Object.fromEntries(Object.keys(first as object).map((name) => [name, joined(parts.map((each) => (each as Readonly<Record<string, unknown>>)[name]))]));
}

/** Lists of numbers as the rows of a matrix, each copied once. */
function matrixOf(rows: readonly ArrayLike<number>[], type: ListType, path: string): Tensor {
  const width = rows[0].length;
  const odd = rows.find((each) => each.length !== width);
  if (odd !== undefined) throw new NdgradError(`batch: examples differ${at(path)}: ${width} and ${odd.length} numbers; pad or cut them to one length`);
  const all = allocate(type, rows.length * width);
  rows.forEach((row, i) => { all.set(row, i * width); });
  return fromData(all, [rows.length, width], type);
}

const every = <T>(items: readonly unknown[], is: (value: unknown) => value is T): items is readonly T[] => items.every(is);
const at = (path: string): string => (path === "" ? "" : ` in ${path}`);
const isNumber = (value: unknown): value is number => typeof value === "number";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);

/** What a list of numbers becomes; undefined for anything else. */
function listType(value: unknown): ListType | undefined {
  if (Array.isArray(value)) return value.length > 0 && value.every(isNumber) ? "float32" : undefined;
  if (!ArrayBuffer.isView(value)) return undefined;
  const name = Object.prototype.toString.call(value).slice("[object ".length, -1);
  return Object.hasOwn(listTypes, name) ? listTypes[name as keyof typeof listTypes] : undefined;
}

/** The items of a batch, which is an array, a tensor, or a record of such. */
export function rowsOf(batch: unknown): readonly unknown[] {
  if (batch instanceof Tensor) {
    if (batch.rank === 0) throw new NdgradError("unbatch: a scalar has no rows");
    return Array.from({ length: batch.shape[0] }, (_, row) => rowOf(batch, row));
  }
  if (isArray(batch)) {
    const kind = kinds.get(batch);
    if (kind === "tuple") return sideBySide(Object.entries(batch), (row) => row.map(([, value]) => value));
    if (kind === undefined && batch.some((each) => isTensor(each) || isArray(each))) {
      throw new NdgradError(`unbatch: this array of ${batch.length} could be columns side by side or a list of items; make a record of columns: { x, y }, and let a generator give the items of a list`);
    }
    return batch;
  }
  if (!isRecord(batch)) throw new NdgradError("unbatch: an item is neither an array, nor a tensor, nor a record of them");
  return sideBySide(Object.entries(batch), Object.fromEntries);
}

/** Rows of columns: the first of each, the second of each, and so on. */
function sideBySide(columns: readonly (readonly [string, unknown])[], join: (row: readonly (readonly [string, unknown])[]) => unknown): readonly unknown[] {
  const all = columns.map(([name, column]) => [name, rowsOf(column)] as const);
  const count = all[0]?.[1].length ?? 0;
  const odd = all.find(([, rows]) => rows.length !== count);
  if (odd !== undefined) throw new NdgradError(`unbatch: "${all[0][0]}" has ${count} rows and "${odd[0]}" ${odd[1].length}`);
  return Array.from({ length: count }, (_, row) => join(all.map(([name, rows]) => [name, rows[row]])));
}

/** One row of a tensor, without its first axis. */
export const rowOf = (x: Tensor, row: number): Tensor => squeeze(slice(x, [[row, row + 1]]), { axis: 0 });
