import { FormatError, inflate, joined, mostInflation, viewOf, type Announced } from "./bytes.ts";

/** A file that is to be put into an archive. */
export interface Entry { readonly name: string; readonly bytes: Uint8Array }

/** A file in an archive, which is unpacked when it is asked for. */
export interface PackedEntry {
  readonly name: string;
  /** @throws FormatError for damaged bytes, and as soon as there are more than the file announces by its first ones. */
  readonly read: (announced?: Announced) => Promise<Uint8Array>;
}

const localHeader = 0x04034b50;
const directoryHeader = 0x02014b50;
const directoryEnd = 0x06054b50;

/**
 * The files of a zip archive, one after another, stored or deflated. What an archive says is checked against what it
 * holds: nothing outside of it is read, and nothing unpacks to more than deflate can have packed.
 *
 * @throws FormatError for a damaged archive, an encrypted one, and those beyond 4 GiB.
 * @see PKWARE: APPNOTE.TXT
 */
export function* readZip(bytes: Uint8Array): Generator<PackedEntry> {
  const view = viewOf(bytes);
  const has = (at: number, length: number): void => {
    if (at < 0 || at + length > bytes.length) throw new FormatError("zip: the archive is cut short");
  };
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  // Files lie one after another: together they cannot be longer than the archive.
  let left = bytes.length;
  for (let i = 0; i < count; i++) {
    has(at, 46);
    if (view.getUint32(at, true) !== directoryHeader) throw new FormatError("zip: the directory is damaged");
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const checksum = view.getUint32(at + 16, true);
    const packedSize = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const skipped = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const local = view.getUint32(at + 42, true);
    has(at + 46, nameLength);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    at += 46 + nameLength + skipped;

    if (flags & 1) throw new FormatError(`zip: "${name}" is encrypted`);
    has(local, 30);
    if (view.getUint32(local, true) !== localHeader) throw new FormatError(`zip: there is no file where "${name}" should be`);
    // The local header has a name and extra fields of its own length.
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    has(from, packedSize);
    left -= packedSize;
    if (left < 0) throw new FormatError("zip: files overlap");
    yield {
      name,
      read: async (announced) => {
        const content = await unpacked(name, method, bytes.subarray(from, from + packedSize), size, announced);
        if (crc32(content) !== checksum) throw new FormatError(`zip: "${name}" is damaged (its checksum differs)`);
        return content;
      },
    };
  }
}

async function unpacked(name: string, method: number, packed: Uint8Array, size: number, announced: Announced | undefined): Promise<Uint8Array> {
  if (method !== 0 && method !== 8) throw new FormatError(`zip: "${name}" is packed by method ${method}; only stored and deflated files can be read`);
  if (method === 0 ? size !== packed.length : size > packed.length * mostInflation) throw new FormatError(`zip: "${name}" says it has ${size} bytes, which ${packed.length} cannot hold`);
  const content = method === 0 ? packed : await inflate(packed, "deflate-raw", size, announced);
  if (content.length !== size) throw new FormatError(`zip: "${name}" says it has ${size} bytes, but has ${content.length}`);
  return content;
}

/** Where the record at the end begins: a comment of up to 65,535 bytes may follow it. */
function endOf(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) === directoryEnd && at + 22 + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  throw new FormatError("zip: there is no directory at the end, so this is no zip archive, or not all of it");
}

/** A zip archive of stored files; their dates are the format's first, so that equal files make equal archives. */
export function writeZip(entries: readonly Entry[]): Uint8Array {
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, bytes } of entries) {
    const encoded = new TextEncoder().encode(name);
    // Version 2.0, names in UTF-8, stored, 1 January 1980.
    const shared = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 0x21], [4, crc32(bytes)], [4, bytes.length], [4, bytes.length], [2, encoded.length], [2, 0]] as const;
    const head = fields([[4, localHeader], ...shared]);
    files.push(head, encoded, bytes);
    directory.push(fields([[4, directoryHeader], [2, 20], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]), encoded);
    at += head.length + encoded.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  if (at + size >= 2 ** 32 || entries.length >= 2 ** 16) throw new FormatError("zip: more than 4 GiB or 65,535 files do not fit into an archive; write several");
  const end = fields([[4, directoryEnd], [2, 0], [2, 0], [2, entries.length], [2, entries.length], [4, size], [4, at], [2, 0]]);
  return joined([...files, ...directory, end], at + size + end.length);
}

/** Little-endian numbers of 2 and 4 bytes. */
function fields(values: readonly (readonly [2 | 4, number])[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, [width]) => sum + width, 0));
  const view = viewOf(bytes);
  let at = 0;
  for (const [width, value] of values) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}

let table: Uint32Array | undefined;

/** CRC-32, polynomial 0xEDB88320 reflected. */
export function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value >>> 0;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}
