import { NdgradError, Tensor, type AnyShape, type DType, type Shape, type TypedArrayOf } from "@ndgrad/core";
import { allocate, dtypes, elementsOf, fromData, isRecord, sizeOf, typedArrayName } from "@ndgrad/core/internal";

/** A tensor on its way to a worker or back: its elements in row-major order. */
export interface TensorParts<S extends Shape = Shape, D extends DType = DType> {
  readonly shape: S;
  readonly dtype: D;
  readonly data: TypedArrayOf[D];
}

/** What a worker is given for an item: the same with tensors in parts. */
export type Sent<T> =
  [T] extends [Tensor<infer S, infer D>] ? TensorParts<Tensor<S, D>["shape"], Tensor<S, D>["dtype"]>
  : [T] extends [ArrayBufferView | string | number | boolean | bigint | null | undefined | Date | RegExp | Error] ? T
  : [T] extends [object] ? { readonly [K in keyof T]: Sent<T[K]> }
  : T;

/** What becomes of a worker's result: the same with parts put together to tensors. */
export type Received<U> =
  [U] extends [TensorParts<infer S, infer D>] ? Tensor<number extends S["length"] ? AnyShape : [...S], D>
  : [U] extends [ArrayBufferView | string | number | boolean | bigint | null | undefined | Date | RegExp | Error] ? U
  : [U] extends [object] ? { readonly [K in keyof U]: Received<U[K]> }
  : U;

/** Every part of records and arrays, whatever they hold. */
function mapped(value: unknown, f: (part: unknown) => unknown): unknown {
  const made = f(value);
  if (made !== value || typeof value !== "object" || value === null) return made;
  if (Array.isArray(value)) return value.map((each) => mapped(each, f));
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapped(each, f)])) : value;
}

/** An item as it is sent. Its numbers are copied: others may still want them, and of a part of much only the part is sent. */
export const packed = <T>(item: T): Sent<T> => mapped(item, (part) => {
  if (part instanceof Tensor) {
    const { shape, dtype } = part;
    const data = elementsOf(part, "mapOnWorkers");
    // What is no array of the tensor's own was copied just now.
    return { shape: [...shape], dtype, data: data === part.storage?.data ? data.slice() : data };
  }
  return typedArrayName(part) !== undefined ? (Uint8Array.prototype.slice.call(part) as Uint8Array) : part;
}) as Sent<T>;

/** A result as it is given, with tensors for their parts. */
export const unpacked = <U>(result: U): Received<U> => mapped(result, (part) => (isParts(part) ? fromData(ownData(part), checked(part), part.dtype) : part)) as Received<U>;

function isParts(value: unknown): value is TensorParts {
  if (!isRecord(value)) return false;
  const { shape, dtype, data } = value as Partial<TensorParts>;
  return Object.keys(value).length === 3 && Array.isArray(shape) && dtypes.some((each) => each === dtype && tagOf(allocate(each, 0)) === tagOf(data));
}

/** The elements in an array of this realm. */
function ownData({ dtype, data }: TensorParts): TensorParts["data"] {
  const own = allocate(dtype, 0);
  if (Object.getPrototypeOf(data) === Object.getPrototypeOf(own)) return data;
  const copy = allocate(dtype, data.length);
  copy.set(data);
  return copy;
}

const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

function checked({ shape, data }: TensorParts): Shape {
  if (sizeOf(shape) === data.length) return shape;
  throw new NdgradError(`mapOnWorkers: the map gave a tensor of shape [${shape.join(", ")}] with ${data.length} elements; their number must be the product of the sizes`);
}

/**
 * The buffers of what is sent, which are moved and not copied; a list of numbers that is a part of its buffer only is
 * given one of its own first. It stands alone: workers are sent its text.
 */
export function moveable(value: unknown): { readonly value: unknown; readonly buffers: readonly ArrayBuffer[] } {
  const buffers = new Set<ArrayBuffer>();
  const walk = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) return part;
    if (ArrayBuffer.isView(part)) {
      // By their labels: other realms have classes of their own. What threads share is not moved.
      const label = (each: object): string => Object.prototype.toString.call(each);
      if (label(part.buffer) !== "[object ArrayBuffer]" || label(part) === "[object DataView]") return part;
      // An empty one may have been moved before: then this throws.
      const whole = part.byteLength > 0 && part.byteLength === part.buffer.byteLength ? part : (Uint8Array.prototype.slice.call(part) as Uint8Array);
      buffers.add(whole.buffer as ArrayBuffer);
      return whole;
    }
    if (Array.isArray(part)) return part.map(walk);
    const prototype: unknown = Object.getPrototypeOf(part);
    const plain = prototype === null || Object.getPrototypeOf(prototype) === null;
    return plain ? Object.fromEntries(Object.entries(part).map(([name, each]) => [name, walk(each)])) : part;
  };
  return { value: walk(value), buffers: [...buffers] };
}
