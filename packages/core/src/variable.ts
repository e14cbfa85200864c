import { markCopy } from "./copies.ts";
import type { AnyDType, DType, DTypeNames } from "./dtype.ts";
import { DTypeError, ShapeError, TraceError, showShape, showSpec } from "./errors.ts";
import type { NestedLiteral } from "./shape/literal-types.ts";
import type { AnyShape, Shape, Sizes } from "./shape/types.ts";
import { sameShape } from "./shape/shape.ts";
import type { Tensor } from "./tensor.ts";

/** Where reads and assignments of variables go. */
export interface VariableStore {
  read(variable: Variable): Tensor;
  assign(variable: Variable, value: Tensor): void;
  /** Whether the store takes a value of another dtype than the variable's. */
  readonly takes?: (variable: Variable, value: Tensor) => boolean;
}

/** The variables' own cells. */
export const variableCells: VariableStore = {
  read: (variable) => variable.current,
  assign(variable, value) {
    if (value.storage === null) {
      throw new TraceError(`assign: ${showSpec(value)} is traced and has no elements for variable${variable.name === undefined ? "" : ` "${variable.name}"`}; return it from the traced function and assign the result`);
    }
    variable.put(value);
  },
};

let store: VariableStore = variableCells;

let toTensor: (value: unknown, dtype: DType) => Tensor = (value) => value as Tensor;

/** Says how `assign` reads what is no tensor: literals are known above this file only. */
export function installLiterals(read: (value: unknown, dtype: DType) => Tensor): void { toTensor = read; }

/** While `run` runs, reads and assignments go to what `wrap` makes of the store they went to before. */
export function withVariableStore<T>(wrap: (outer: VariableStore) => VariableStore, run: () => T): T {
  const outer = store;
  store = wrap(outer);
  try {
    return run();
  } finally {
    store = outer;
  }
}

/** Where reads and assignments go now. */
export const variableStore = (): VariableStore => store;

/**
 * A cell with a tensor that can be replaced by another of the same shape and dtype: parameters, optimizer moments and
 * random counters are variables. The only mutable thing in ndgrad.
 */
export class Variable<out S extends Shape = AnyShape, out D extends DType = AnyDType> {
  readonly #shape: Sizes<S>;
  readonly #dtype: DTypeNames[D];
  /** What errors and summaries call it. */
  readonly name: string | undefined;
  /** @internal Counts changes: an engine that has seen this number has the newest elements. */
  version = 0;
  private held: Tensor<S, D> | null;
  private fetch: (() => Tensor) | null = null;

  /** @internal Use `variable(...)`. */
  constructor(initial: Tensor<S, D>, name?: string) {
    this.#shape = initial.shape;
    this.#dtype = initial.dtype;
    this.name = name;
    this.held = initial;
  }

  /** The size of each axis of every value. */
  get shape(): Sizes<S> { return this.#shape; }

  /** The type of every value's elements. */
  get dtype(): DTypeNames[D] { return this.#dtype; }

  /** @internal The tensor in the cell, whoever looks; fetched from the engine that has it, where one does. */
  get current(): Tensor<S, D> {
    if (this.held === null && this.fetch !== null) this.held = this.fetch() as Tensor<S, D>;
    return this.held as Tensor<S, D>;
  }

  /** @internal Puts another tensor into the cell. */
  put(value: Tensor<S, D>): void {
    this.held = value;
    this.fetch = null;
    this.version++;
  }

  /** @internal The newest elements are in an engine now; `fetch` makes a tensor of them when somebody looks. */
  renew(fetch: () => Tensor): void {
    this.held = null;
    this.fetch = fetch;
    this.version++;
  }

  /** The tensor in the cell. */
  get value(): Tensor<S, D> {
    // A store keeps a variable's shape and dtype: assign has checked them.
    return store.read(this) as Tensor<S, D>;
  }

  /**
   * Replaces the tensor in the cell. Numbers, booleans and nested or typed arrays are read in the variable's dtype.
   * @throws ShapeError, DTypeError if shape or dtype differ from the first value's, or the dtype cannot hold a number; the cell then
   *   keeps its tensor.
   * @example variable([1, 2]).assign([3, 4]);
   */
  assign(next: Tensor<S, D> | Variable<S, D> | number | boolean | NestedLiteral): void {
    const value = toTensor(next, this.dtype);
    const own = showSpec(this);
    const label = this.name === undefined ? "" : ` "${this.name}"`;
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(`assign: variable${label} is ${own} and cannot hold ${showShape(value.shape)}; reshape the value, or make a new variable`);
    }
    if (value.dtype !== this.dtype && store.takes?.(this, value) !== true) {
      throw new DTypeError(`assign: variable${label} is ${own} and cannot hold ${value.dtype}; cast the value`);
    }
    store.assign(this, value);
  }

  /** For `JSON.stringify`: the value as nested arrays. */
  toJSON(): unknown { return this.value.toJSON(); }
}
// api/methods.ts puts it on the prototype.
// eslint-disable-next-line no-unused-vars -- declarations of one name need the same parameters
export interface Variable<out S extends Shape = AnyShape, out D extends DType = AnyDType> {
  /** Its name, if it has one, and its value as NumPy would print it. */
  toString(): string;
}
markCopy(Variable);
