import type { Primitive } from "../../primitive.ts";
import type { Storage } from "../../storage.ts";
import type { Tensor } from "../../tensor.ts";
import { dtypeCode } from "../lower.ts";

/**
 * Remembers what was worked out for a call, by all that it depends on: the primitive, the attributes, and the inputs' shapes,
 * dtypes and layouts, but not their elements. Made for the shortest way from a call to its plan: numbers, no text.
 */
export interface Signatures<T> {
  /** What was kept for such a call. The tensors are concrete. */
  find(primitive: Primitive, inputs: readonly Tensor[], attributes: unknown): T | undefined;
  /** Keeps it for the call that `find` was asked about last. */
  keep(value: T): T;
}

interface Kept<T> { readonly signature: Float64Array; readonly value: T }

/** Calls remembered; beyond them all are forgotten, so that ever new shapes do not fill the memory. */
const mostCalls = 4096;

export function createSignatures<T>(): Signatures<T> {
  let tables = new WeakMap<Primitive, Map<number, Kept<T>[]>>();
  let count = 0;
  const names = new Map<string, number>();
  let current = new Float64Array(256);
  let length = 0;
  let table = new Map<number, Kept<T>[]>();
  let hash = 0;

  const push = (value: number): void => {
    if (length === current.length) {
      const longer = new Float64Array(2 * length);
      longer.set(current);
      current = longer;
    }
    current[length++] = value;
    hash = (Math.imul(hash, 31) + (value | 0)) | 0;
  };
  const pushName = (name: string): void => {
    let number = names.get(name);
    if (number === undefined) names.set(name, (number = names.size));
    push(number + 0.5);
  };
  const pushAttributes = (value: unknown): void => {
    if (typeof value === "number") push(value);
    else if (typeof value === "string") pushName(value);
    else if (typeof value === "boolean") push(value ? 0.25 : 0.125);
    else if (typeof value === "bigint") pushName(`${value}n`);
    else if (typeof value !== "object" || value === null) push(0.75);
    else if (Array.isArray(value)) {
      push(value.length + 0.0625);
      for (let i = 0; i < value.length; i++) pushAttributes(value[i]);
    } else {
      for (const [key, part] of Object.entries(value)) {
        pushName(key);
        pushAttributes(part);
      }
    }
  };
  const pushTensors = (inputs: readonly Tensor[]): void => {
    for (let i = 0; i < inputs.length; i++) {
      const { shape, dtype } = inputs[i];
      const storage = inputs[i].storage as Storage;
      let same = -1;
      for (let j = 0; j < i && same < 0; j++) if (inputs[j].storage === storage) same = j;
      push(((shape.length * 4 + dtypeCode[dtype]) * 2 + (storage.contiguous ? 1 : 0)) * 1024 + same);
      for (let axis = 0; axis < shape.length; axis++) push(shape[axis]);
      if (!storage.contiguous) for (let axis = 0; axis < shape.length; axis++) push(storage.strides[axis]);
    }
  };
  const matches = (signature: Float64Array): boolean => {
    if (signature.length !== length) return false;
    // NaN equals itself here, and −0 is not 0: an attribute may be either.
    for (let i = 0; i < length; i++) if (signature[i] !== current[i] || signature[i] === 0) if (!Object.is(signature[i], current[i])) return false;
    return true;
  };

  return {
    find(primitive, inputs, attributes) {
      length = 0;
      hash = 0;
      const known = tables.get(primitive);
      if (known === undefined) tables.set(primitive, (table = new Map()));
      else table = known;
      pushTensors(inputs);
      if (attributes !== undefined && attributes !== null) pushAttributes(attributes);
      const candidates = table.get(hash);
      if (candidates === undefined) return undefined;
      for (let i = 0; i < candidates.length; i++) if (matches(candidates[i].signature)) return candidates[i].value;
      return undefined;
    },
    keep(value) {
      if (count >= mostCalls) {
        tables = new WeakMap();
        count = 0;
      }
      count++;
      const kept = { signature: current.slice(0, length), value };
      const candidates = table.get(hash);
      if (candidates === undefined) table.set(hash, [kept]);
      else candidates.push(kept);
      return value;
    },
  };
}
