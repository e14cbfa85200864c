// What a built-in value is, whichever realm made it: Jest, vm contexts, iframes and structuredClone give values whose classes are
// not this realm's, so `instanceof` says no to them.
import type { TypedArray } from "./dtype.ts";

/** Typed arrays with numbers: those that hold elements of a tensor as they are, and those that are read as int32. */
export type NumberArray = TypedArray | Int8Array | Int16Array | Uint16Array | Uint32Array | Uint8ClampedArray;

const typedArrayTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag);

/** The class of a typed array (`Buffer` is a `Uint8Array`); undefined for anything else. */
export function typedArrayName(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  // The getter looks at the object's internal slot: it answers for arrays of every realm, and a label of one's own cannot deceive it.
  return typedArrayTag?.get?.call(value) as string | undefined;
}

/** A typed array of numbers, not of bigints and not a `DataView`. */
export function isNumberArray(value: unknown): value is NumberArray {
  const name = typedArrayName(value);
  return name !== undefined && !name.startsWith("Big");
}

// These getters look at internal slots: they answer for buffers of every realm, and throw for anything else.
const lengthsOf = [ArrayBuffer, ...(typeof SharedArrayBuffer === "undefined" ? [] : [SharedArrayBuffer])].map(({ prototype }) => {
  const length = Object.getOwnPropertyDescriptor(prototype, "byteLength");
  return (value: unknown): unknown => length?.get?.call(value);
});

/** Memory that views look at, shared between threads or not. */
export const isArrayBuffer = (value: unknown): value is ArrayBufferLike => lengthsOf.some((lengthOf) => answers(lengthOf, value));

/** Memory that other threads may write to meanwhile. */
export const isSharedArrayBuffer = (value: unknown): value is SharedArrayBuffer => lengthsOf.slice(1).some((lengthOf) => answers(lengthOf, value));

function answers(getter: (value: unknown) => unknown, value: unknown): boolean {
  try {
    getter(value);
    return true;
  } catch {
    return false;
  }
}

/** An address with its parts, such as a `URL`. */
export const isUrl = (value: unknown): value is URL =>
  typeof value === "object" && value !== null && "href" in value && typeof value.href === "string" && "protocol" in value && typeof value.protocol === "string";

/** A `Blob`, or a `File`: bytes that are there when they are asked for. */
export const isBlob = (value: unknown): value is Blob =>
  typeof value === "object" && value !== null && "arrayBuffer" in value && typeof value.arrayBuffer === "function" && "stream" in value && typeof value.stream === "function";

/** Plain objects: literals, parsed JSON, objects without a prototype. Class instances, arrays, maps and functions are none. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  // Another realm's Object.prototype: nothing above it, and what it is called.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "hasOwnProperty");
}

/** Anything that can be awaited. */
export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

/** Errors of every realm, those of the platform's own kinds too. */
export const isError = (value: unknown): value is { readonly name: string; readonly message: string } =>
  typeof value === "object" && value !== null && "name" in value && typeof value.name === "string" && "message" in value && typeof value.message === "string";

/** What an error says, or whatever else was thrown. */
export const messageOf = (thrown: unknown): string => (isError(thrown) ? thrown.message : String(thrown));
