import { inflateSync } from "node:zlib";

/** A PNG file's size, and whether it shows more than one colour. */
export function pngFacts(bytes: Uint8Array): { readonly width: number; readonly height: number; readonly blank: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const lines = inflateSync(Buffer.concat(chunks(bytes, "IDAT")));
  // A picture of one colour repeats one line; its filters make all but the first few bytes zeros.
  return { width, height, blank: new Set(lines).size < 8 };
}

/** The contents of all chunks of one type. */
export function chunks(bytes: Uint8Array, type: string): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (name === type) found.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  return found;
}
