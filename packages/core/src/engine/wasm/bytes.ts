/** The variable-length numbers and vectors of the WebAssembly binary format (LEB128). */

/** Appends an unsigned number below 2³². */
export function pushUnsigned(out: number[], value: number): void {
  let rest = value >>> 0;
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
}

/** Appends a signed number of up to 64 bits. */
export function pushSigned(out: number[], value: bigint): void {
  let rest = BigInt.asIntN(64, value);
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    // Done once what is left is only copies of the sign bit.
    if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) { out.push(low); return; }
    out.push(low | 0x80);
  }
}

/** Appends a signed 32-bit number: as pushSigned, without going through bigint. */
export function pushSigned32(out: number[], value: number): void {
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) { out.push(low); return; }
    out.push(low | 0x80);
  }
}

/** Appends bytes one by one: a spread would overflow the stack for long code. */
export function pushAll(out: number[], bytes: ArrayLike<number>): void {
  for (let i = 0; i < bytes.length; i++) out.push(bytes[i]);
}

/** Appends a name: its length and its UTF-8 bytes. */
export function pushName(out: number[], name: string): void {
  const bytes = new TextEncoder().encode(name);
  pushUnsigned(out, bytes.length);
  pushAll(out, bytes);
}

/** The length of parts together. */
export const lengthOf = (parts: readonly (readonly number[])[]): number => parts.reduce((length, part) => length + part.length, 0);

/** Parts of a module, one after the other: each is copied once, and not byte by byte. */
export function joined(parts: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
