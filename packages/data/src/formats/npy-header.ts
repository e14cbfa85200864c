import { FormatError } from "./bytes.ts";

/** What a .npy file says of its elements. */
export interface Header {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  readonly start: number;
}

// One entry of the dictionary: 'name': value, where a value is a string, a truth value, a tuple, or a list (of fields).
const entry = /\s*(['"])(\w+)\1\s*:\s*((['"])[^'"\\]*\4|True|False|\([\d\s,L]*\)|\[[^{}]*\])\s*(,|$)/y;

/**
 * The Python dictionary in a header, which must have exactly the keys `descr`, `fortran_order` and `shape`.
 * @throws FormatError for anything else.
 */
export function parseHeader({ text, start }: { readonly text: string; readonly start: number }): Header {
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (inner === undefined) throw new FormatError("npy: the header is no dictionary");
  const found = new Map<string, string>();
  entry.lastIndex = 0;
  while (entry.lastIndex < inner.trimEnd().length) {
    const match = entry.exec(inner);
    if (match === null) throw new FormatError("npy: the header is no dictionary of descr, fortran_order and shape");
    found.set(match[2], match[3]);
  }
  const descr = found.get("descr");
  const order = found.get("fortran_order");
  const shape = found.get("shape");
  if (found.size !== 3 || descr === undefined || order === undefined || shape === undefined) {
    throw new FormatError(`npy: the header has ${[...found.keys()].join(", ") || "nothing"} and not descr, fortran_order and shape`);
  }
  if (order !== "True" && order !== "False") throw new FormatError(`npy: fortran_order is ${order}, not True or False`);
  return { descr: descr.startsWith("[") ? descr : descr.slice(1, -1), fortranOrder: order === "True", shape: sizesOf(shape), start };
}

/** A tuple of sizes: (), (3,), (3, 4), and Python 2's (3L, 4L). */
function sizesOf(tuple: string): readonly number[] {
  const fail = (): never => { throw new FormatError(`npy: shape ${tuple} is no tuple of sizes`); };
  if (!/^\((\s*\d+L?\s*,)*(\s*\d+L?)?\s*\)$/.test(tuple)) return fail();
  const sizes = (tuple.match(/\d+/g) ?? []).map(Number);
  // (3) is a number in brackets, no tuple.
  if (!sizes.every(Number.isSafeInteger) || (sizes.length === 1 && !tuple.includes(","))) return fail();
  return sizes;
}
