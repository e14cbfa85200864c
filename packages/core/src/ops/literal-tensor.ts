import { allocate, dtypeOfArray, promote, type DType, type TypedArray } from "../dtype.ts";
import { isNumberArray, typedArrayName, type NumberArray } from "../realm.ts";
import { DTypeError, ShapeError, showShape } from "../errors.ts";
import { checkShape, resolveReshape, sizeOf } from "../shape/shape.ts";
import { fromData, Tensor } from "../tensor.ts";
import { checkDType } from "./creation.ts";
import { checkElement } from "./literal.ts";

/** What a tensor can be written as: a number, a boolean, a typed array, or arrays of these nested to one depth. */
export type Literal = number | boolean | NumberArray | readonly Literal[];

/** What a literal does not say by itself. */
export interface LiteralOptions {
  /** float32 for numbers, bool for booleans, a typed array's own type unless given. */
  readonly dtype?: DType | undefined;
  /** Another shape of as many elements; one size may be −1. */
  readonly shape?: readonly number[] | undefined;
}

/**
 * A tensor from numbers, booleans, nested arrays or typed arrays; the elements are copied. Numbers become float32, booleans bool
 * (beside numbers they count as 0 and 1), Float32Array, Float64Array and Int32Array keep their types, other typed
 * arrays become int32. NumPy: array.
 *
 * @throws ShapeError for ragged arrays (naming the place) or a shape of another size; DTypeError for anything that is no number, and
 *   for elements that the dtype cannot hold: fractions and overflow in int32, anything but 0 and 1 in bool.
 * @example literalTensor("tensor", [[1, 2], [3, 4]], { dtype: "int32" })
 */
export function literalTensor(op: string, value: unknown, { dtype: asked, shape: wanted }: LiteralOptions = {}): Tensor {
  if (asked !== undefined) checkDType(op, asked);
  const shape = shapeOfLiteral(op, value);
  checkShape(op, shape);
  const { dtype, data } = isNumberArray(value) ? copyFlat(op, value, asked) : readNested(op, value, shape, asked);
  return fromData(data, wanted === undefined ? shape : resolveReshape(op, shape, wanted), dtype);
}

/** The dtype a typed array is taken as. */
const ownDType = (array: NumberArray): DType => dtypeOfArray(typedArrayName(array) ?? "");

interface Elements {
  readonly dtype: DType;
  readonly data: TypedArray;
}

function copyFlat(op: string, array: NumberArray, asked: DType | undefined): Elements {
  const dtype = asked ?? ownDType(array);
  checkEach(op, array, dtype, []);
  const data = allocate(dtype, array.length);
  data.set(array);
  return { dtype, data };
}

/** Throws unless the dtype can hold each element. */
function checkEach(op: string, array: NumberArray, dtype: DType, path: readonly number[]): void {
  if (dtype === "bool" || (dtype === "int32" && typedArrayName(array) !== "Int32Array")) {
    array.forEach((element, i) => checkElement(op, element, dtype, where([...path, i])));
  }
}

interface Reader {
  readonly op: string;
  readonly shape: readonly number[];
  /** The dtype asked for. */
  readonly dtype: DType | null;
  /** What the elements seen so far promote to. */
  found: DType | null;
  /** float64 holds what any dtype holds. */
  readonly data: Float64Array;
  filled: number;
}

function readNested(op: string, value: unknown, shape: readonly number[], asked: DType | undefined): Elements {
  const reader: Reader = { op, shape, dtype: asked ?? null, found: null, data: new Float64Array(sizeOf(shape)), filled: 0 };
  fill(reader, value, []);
  const dtype = asked ?? reader.found ?? "float32";
  if (dtype === "float64") return { dtype, data: reader.data };
  const data = allocate(dtype, reader.data.length);
  data.set(reader.data);
  return { dtype, data };
}

/** The shape that the first element of each array suggests; `fill` checks that all others agree. */
function shapeOfLiteral(op: string, value: unknown): number[] {
  const shape: number[] = [];
  for (let at = value; Array.isArray(at) || isNumberArray(at); at = at[0] as unknown) {
    shape.push(at.length);
    if (isNumberArray(at)) break;
    if (shape.length > 64) throw new ShapeError(`${op}: arrays nested more than 64 deep; does one hold itself?`);
  }
  return shape;
}

function fill(reader: Reader, value: unknown, path: readonly number[]): void {
  const { op, shape } = reader;
  const depth = path.length;
  if (!Array.isArray(value) && !isNumberArray(value)) {
    if (depth < shape.length) throw ragged(reader, path, describe(value));
    put(reader, value, path);
    return;
  }
  if (depth >= shape.length) throw ragged(reader, path, describe(value));
  if (value.length !== shape[depth]) throw ragged(reader, path, describe(value));
  if (isNumberArray(value)) {
    if (depth !== shape.length - 1) throw ragged(reader, path, describe(value));
    const dtype = reader.dtype ?? ownDType(value);
    reader.found = reader.found === null ? dtype : promote(reader.found, dtype);
    checkEach(op, value, dtype, path);
    reader.data.set(value, reader.filled);
    reader.filled += value.length;
    return;
  }
  for (let i = 0; i < value.length; i++) {
    const element: unknown = value[i];
    if (depth < shape.length - 1 || !putPlain(reader, element)) fill(reader, element, [...path, i]);
  }
}

/** Takes a number or boolean that needs no message, and so no path: nearly all there are. */
function putPlain(reader: Reader, element: unknown): boolean {
  if (typeof element === "number") {
    if (reader.dtype === "int32" ? element !== (element | 0) : reader.dtype === "bool" && element !== 0 && element !== 1) return false;
    if (reader.found !== "float32" && reader.found !== "float64") reader.found = "float32";
  } else if (typeof element === "boolean") {
    reader.found ??= "bool";
  } else {
    return false;
  }
  reader.data[reader.filled++] = Number(element);
  return true;
}

function put(reader: Reader, value: unknown, path: readonly number[]): void {
  const { op } = reader;
  if (typeof value !== "number" && typeof value !== "boolean") {
    const remedy = value instanceof Tensor ? "stack joins tensors" : "give numbers, booleans, typed arrays or nested arrays of these";
    throw new DTypeError(`${op}: ${describe(value)}${where(path)} is not a number; ${remedy}`);
  }
  const dtype: DType = typeof value === "number" ? "float32" : "bool";
  reader.found = reader.found === null ? dtype : promote(reader.found, dtype);
  if (reader.dtype !== null) checkElement(op, Number(value), reader.dtype, where(path));
  reader.data[reader.filled++] = Number(value);
}

/** A place among nested arrays, as it reads in a message. */
const where = (path: readonly number[]): string => (path.length === 0 ? "" : ` at ${showShape(path)}`);

function ragged({ op, shape }: Reader, path: readonly number[], what: string): ShapeError {
  const rest = shape.slice(path.length);
  const expected = rest.length === 0 ? "a number" : rest.length === 1 ? `${rest[0]} elements` : `arrays of shape ${showShape(rest)}`;
  return new ShapeError(`${op}: ragged nested arrays: ${what}${where(path)} where the first elements have ${expected}; all arrays of one depth must have one length`);
}

function describe(value: unknown): string {
  if (Array.isArray(value) || isNumberArray(value)) return `an array of ${value.length}`;
  if (value instanceof Tensor) return "a tensor";
  if (typeof value === "string") return `the string "${value}"`;
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  return `something of type ${typeof value}`;
}
