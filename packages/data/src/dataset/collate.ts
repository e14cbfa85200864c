import { NdgradError, Tensor, concat, slice, squeeze, stack, type DType, type AnyShape, type Shape } from "@ndgrad/core";
import { allocate, fromData, isRecord, sizeOf, typedArrayName } from "@ndgrad/core/internal";

/**
 * What items become in a batch: numbers, booleans, lists of them, nested to equal lengths, and tensors become tensors with one more
 * axis, records and tuples batches of each field, all else an array. dtypes are those of `tensor`: plain numbers become float32 (those that
 * would lose digits are an error), booleans bool, lists of a type their own, bytes and other whole numbers int32.
 */
export type Batched<T> =
  // In brackets, so that a union is looked at as a whole.
  [T] extends [Tensor<infer S, infer D>] ? Tensor<number extends S["length"] ? AnyShape : [number, ...S], D>
  : [T] extends [number] ? Tensor<[number], "float32">
  : [T] extends [boolean] ? Tensor<[number], "bool">
  : [T] extends [Float32Array | readonly number[]] ? Tensor<[number, number], "float32">
  : [T] extends [Float64Array] ? Tensor<[number, number], "float64">
  : [T] extends [WholeNumbers] ? Tensor<[number, number], "int32">
  : [T] extends [ArrayBufferView] ? readonly T[]
  : [T] extends [readonly boolean[]] ? Tensor<[number, number], "bool">
  : [T] extends [readonly (readonly number[])[]] ? (number extends T["length"] ? Tensor<[number, number, number], "float32"> : { readonly [K in keyof T]: Batched<T[K]> })
  : [T] extends [readonly (readonly (readonly number[])[])[]] ? (number extends T["length"] ? Tensor<[number, number, number, number], "float32"> : { readonly [K in keyof T]: Batched<T[K]> })
  : [T] extends [string | number | boolean | null | undefined | bigint | symbol | ((...args: never) => unknown)] ? readonly T[]
  : [T] extends [object] ? { readonly [K in keyof T]: Batched<T[K]> }
  : readonly T[];

/** Arrays of whole numbers, which become int32. */
type WholeNumbers = Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array;
/** What typed arrays become; those of bigints are no numbers. */
const listTypes: Readonly<Record<string, DType>> = {
  Float16Array: "float32", Float32Array: "float32", Float64Array: "float64",
  Int8Array: "int32", Uint8Array: "int32", Uint8ClampedArray: "int32", Int16Array: "int32", Uint16Array: "int32", Int32Array: "int32", Uint32Array: "int32",
};

/** One row of what has many: of a tensor without its first axis, of columns a record, of an array an element. */
export type RowOf<T> =
  [T] extends [Tensor<infer S, infer D>] ? Tensor<number extends S["length"] ? AnyShape : S extends readonly [number, ...infer Rest extends Shape] ? Rest : AnyShape, D>
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
  const numbers = numbersOf(items, path);
  if (numbers !== undefined) return numbers;
  if (every(items, isArray)) {
    const odd = items.find((each) => each.length !== items[0].length);
    if (odd !== undefined) throw new NdgradError(`batch: examples differ${at(path)}: arrays of ${items[0].length} and of ${odd.length}; make them equal, or tensors`);
    return tupleOf(items[0].map((_, i) => collated(items.map((each) => each[i]), `${path}[${i}]`)));
  }
  if (every(items, isRecord)) {
    const names = Object.keys(first as object);
    const odd = items.find((each) => Object.keys(each).length !== names.length || !names.every((name) => Object.hasOwn(each, name)));
    if (odd !== undefined) throw new NdgradError(`batch: examples differ${at(path)}: records of ${names.join(", ")} and of ${Object.keys(odd).join(", ")}; give all the same fields`);
    return Object.fromEntries(names.map((name) => [name, collated(items.map((each) => each[name]), `${path}.${name}`)]));
  }
  return listOf(items);
}

/** Numbers or booleans, or lists of them nested to equal lengths, as one tensor; undefined where there are others, or tuples. */
function numbersOf(items: readonly unknown[], path: string): Tensor | undefined {
  const layout = layoutOf(items[0]);
  if (layout === undefined) return undefined;
  const { dtype, shape } = layout;
  for (const each of items) {
    const other = each === items[0] ? layout : layoutOf(each);
    if (other === undefined) return undefined;
    if (other.dtype !== dtype) {
      // Numbers and booleans side by side are no column of either.
      if (shape.length === 0) return undefined;
      throw new NdgradError(`batch: examples differ${at(path)}: lists of ${dtype} and of ${other.dtype}; give lists of one type`);
    }
    if (other.shape.length !== shape.length) return undefined;
    if (other.shape.some((size, axis) => size !== shape[axis])) {
      const [one, two] = [shape, other.shape].map((sizes) => (sizes.length === 1 ? String(sizes[0]) : `[${sizes.join(", ")}]`));
      throw new NdgradError(`batch: examples differ${at(path)}: ${one} and ${two} numbers; pad or cut them to one length`);
    }
  }
  const data = allocate(dtype, items.length * sizeOf(shape));
  let next = 0;
  const copy = (value: unknown, depth: number): void => {
    const name = typedArrayName(value);
    if (name !== undefined && name !== "Uint32Array") {
      const values = value as ArrayLike<number>;
      data.set(values, next);
      next += values.length;
    } else if (depth < shape.length) {
      for (const each of value as Iterable<unknown>) copy(each, depth + 1);
    } else data[next++] = held(Number(value), dtype, path);
  };
  for (const each of items) copy(each, 0);
  return fromData(data, [items.length, ...shape], dtype);
}

/** A number that a dtype holds. @throws NdgradError for whole numbers whose last digits would be lost. */
function held(value: number, dtype: DType, path: string): number {
  if (dtype === "float32" && Math.fround(value) !== value && Number.isSafeInteger(value)) {
    throw new NdgradError(`batch: ${value}${at(path)} has more digits than float32 holds; give whole numbers in an Int32Array, longer ones in a Float64Array, or as texts`);
  }
  if (dtype === "int32" && value !== (value | 0)) throw new NdgradError(`batch: ${value}${at(path)} is beyond int32; give a Float64Array`);
  return value;
}

/** Batches of the same columns one after another as one. */
export function joined(parts: readonly unknown[]): unknown {
  const [first] = parts;
  if (parts.length === 1) return first;
  if (every(parts, isTensor)) return concat(parts, { axis: 0 });
  if (every(parts, isArray)) return tupleOf(parts[0].map((_, i) => joined(parts.map((each) => each[i]))));
  return Object.fromEntries(Object.keys(first as object).map((name) => [name, joined(parts.map((each) => (each as Readonly<Record<string, unknown>>)[name]))]));
}

const every = <T>(items: readonly unknown[], is: (value: unknown) => value is T): items is readonly T[] => items.every(is);
const at = (path: string): string => (path === "" ? "" : ` in ${path}`);
const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;
const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** What an item would be as a tensor; undefined where it is none: texts, lists of other lengths, or columns side by side. */
function layoutOf(value: unknown): { readonly dtype: DType; readonly shape: readonly number[] } | undefined {
  if (typeof value === "number") return { dtype: "float32", shape: [] };
  if (typeof value === "boolean") return { dtype: "bool", shape: [] };
  const name = typedArrayName(value);
  if (name !== undefined) return Object.hasOwn(listTypes, name) ? { dtype: listTypes[name], shape: [(value as ArrayLike<number>).length] } : undefined;
  if (!isArray(value)) return undefined;
  // A list of numbers is one even if it was a pair.
  if (value.every((each) => typeof each === "number")) return { dtype: "float32", shape: [value.length] };
  if (kinds.get(value) === "tuple") return undefined;
  const inner = layoutOf(value[0]);
  if (inner === undefined) return undefined;
  for (const each of value) {
    const other = layoutOf(each);
    if (other?.dtype !== inner.dtype || other.shape.length !== inner.shape.length || other.shape.some((size, axis) => size !== inner.shape[axis])) return undefined;
  }
  return { dtype: inner.dtype, shape: [value.length, ...inner.shape] };
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
