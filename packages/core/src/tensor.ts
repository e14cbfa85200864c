import { markCopy } from "./copies.ts";
import type { AnyDType, DType, DTypeNames, ReadonlyTypedArray, ReadonlyTypedArrayOf, TypedArray, TypedArrayOf } from "./dtype.ts";
import { ShapeError, TraceError, showSpec } from "./errors.ts";
import type { Scope } from "./graph/scope.ts";
import type { TensorMethods } from "./methods.ts";
import type { Primitive } from "./primitive.ts";
import type { AnyShape, Nested, Shape, Sizes } from "./shape/types.ts";
import { frozenShape, sizeOf } from "./shape/shape.ts";
import { copyRowMajor, denseStorage, rowMajorData, type Storage } from "./storage.ts";

/** How a tensor was computed, kept only where a transform asked for it. */
export interface Recipe {
  readonly primitive: Primitive;
  readonly inputs: readonly Tensor[];
  readonly attributes: unknown;
  /** The outermost transform that still needs the recipe. */
  readonly scope: Scope;
}

let created = 0;

/** The number of the newest tensor: a tensor with a larger one is made after this call. */
export const newestId = (): number => created;

/**
 * An n-dimensional array that never changes: a shape, a dtype and either elements or, while a function is traced, only
 * the recipe for them. Made by `tensor`, `zeros`, ... and by operations; freed by the garbage collector like any value.
 */
export class Tensor<out S extends Shape = AnyShape, out D extends DType = AnyDType> {
  readonly #shape: Sizes<S>;
  readonly #dtype: DTypeNames[D];
  /** @internal The elements; `null` while traced. */
  readonly storage: Storage | null;
  /** @internal How it was computed; `null` where nobody asked, or nobody does any more. */
  recipe: Recipe | null;
  /** @internal Counts up: a tensor's inputs have smaller numbers than the tensor. */
  readonly id: number;

  /** @internal Use `tensor(...)`. */
  constructor(shape: Shape, dtype: DType, storage: Storage | null, recipe: Recipe | null) {
    // The callers' shapes and dtypes are what the type arguments say.
    this.#shape = frozenShape(shape) as Sizes<S>;
    this.#dtype = dtype as DTypeNames[D];
    this.storage = storage;
    this.recipe = recipe;
    this.id = ++created;
  }

  /** The size of each axis; `[]` for a scalar. Frozen: tensors of one shape may share it. Nothing can be assigned to it: `reshape` gives another tensor. */
  get shape(): Sizes<S> { return this.#shape; }

  /** The type of the elements. Nothing can be assigned to it: `cast` gives another tensor. */
  get dtype(): DTypeNames[D] { return this.#dtype; }

  /** The number of axes. */
  get rank(): number { return this.shape.length; }

  /** The number of elements. */
  get size(): number { return sizeOf(this.shape); }

  /**
   * The elements in row-major order, to be read. Views, variables and compiled programs may share them, so the type has nothing to
   * write with: `toTypedArray()` gives an array of your own.
   * @throws TraceError while the tensor is traced and has no elements.
   */
  get data(): ReadonlyTypedArrayOf[D] {
    // The constructor's callers pair every dtype with its array.
    return elementsOf(this, "data") as ReadonlyTypedArray as ReadonlyTypedArrayOf[D];
  }

  /**
   * A copy of the elements in row-major order, to be written to: a Float32Array for float32, a Float64Array for float64, an Int32Array
   * for int32, a Uint8Array of 0 and 1 for bool.
   * @throws TraceError while the tensor is traced and has no elements.
   */
  toTypedArray(): TypedArrayOf[D] {
    return elementsOf(this, "toTypedArray").slice() as TypedArrayOf[D];
  }

  /**
   * The only element as a number (0 or 1 for bool).
   * @throws ShapeError unless the tensor holds exactly one element.
   */
  item(): number {
    const storage = storageOf(this, "item");
    if (this.size !== 1) throw new ShapeError(`item: ${showSpec(this)} holds ${this.size} elements, not one; use toArray() or data`);
    return storage.data[storage.offset];
  }

  /** The elements as nested arrays of numbers (booleans for bool), a bare value for rank 0. */
  toArray<Self extends Tensor>(this: Self): NestedElements<Self> {
    const flat = new Array<number>(this.size);
    copyRowMajor(storageOf(this, "toArray"), this.shape, flat);
    const values = this.dtype === "bool" ? flat.map((value) => value !== 0) : flat;
    return nest(values, this.shape, 0, 0) as NestedElements<Self>;
  }
}
// The operations as methods: their types are in methods.ts, api/methods.ts puts them on the prototype.
// eslint-disable-next-line no-unused-vars -- declarations of one name need the same parameters; the methods read them from `this`
export interface Tensor<out S extends Shape = AnyShape, out D extends DType = AnyDType> extends TensorMethods {
  /** The elements as NumPy would print them, then shape and dtype. */
  toString(): string;
  /**
   * The parts along the first axis, without copying: `for (const row of x)`, `[...x]`, `const [a, b] = x`.
   * @throws ShapeError for a scalar.
   */
  [Symbol.iterator](): IterableIterator<Tensor<AnyShape, D>>;
  /**
   * For `JSON.stringify`: nested arrays as `toArray` gives them, a bare value for rank 0; `tensor(JSON.parse(text))` reads them back
   * (with `dtype` and `shape` where they are not float32 or an axis is 0). JSON has no NaN and no infinities: it writes `null` for them.
   */
  toJSON(): unknown;
}

markCopy(Tensor);

/** What `toArray` gives: arrays nested as deep as the tensor's rank. */
export type NestedElements<T extends Tensor> = Nested<T["shape"], T["dtype"] extends "bool" ? boolean : number>;

function nest(values: readonly unknown[], shape: readonly number[], axis: number, from: number): unknown {
  if (axis === shape.length) return values[from];
  const step = sizeOf(shape.slice(axis + 1));
  return Array.from({ length: shape[axis] }, (_, i) => nest(values, shape, axis + 1, from + i * step));
}

/** The elements, or an error that says what asked for them. */
export function storageOf(tensor: Tensor, asked: string): Storage {
  if (tensor.storage !== null) return tensor.storage;
  throw new TraceError(
    `${asked}: ${showSpec(tensor)} is traced and has no elements${tensor.recipe === null ? "" : ` (it is ${tensor.recipe.inputs.length === 0 ? "" : "the result of "}${tensor.recipe.primitive.name})`}; ` +
      "return it from the traced function and read the result",
  );
}

/** The elements in row-major order, in the tensor's own array where it is one: not to be written to. */
export const elementsOf = (tensor: Tensor, asked: string): TypedArray => rowMajorData(storageOf(tensor, asked), tensor.shape, tensor.dtype);

/** A concrete tensor over a row-major array that belongs to it from now on. */
export const fromData = (data: TypedArray, shape: readonly number[], dtype: DType): Tensor =>
  new Tensor(shape, dtype, denseStorage(data, shape), null);

/** The same elements without any history. */
export const detach = (tensor: Tensor): Tensor => new Tensor(tensor.shape, tensor.dtype, tensor.storage, null);
