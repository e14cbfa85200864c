import { NdgradError } from "@ndgrad/core";

/** A file's contents: its path (in Node), where to fetch it from (a URL), or the bytes themselves. */
export type Source = string | URL | Blob | Uint8Array | ArrayBuffer;

/** A file that is not what its format says: damaged, cut short, or not of this format. */
export class FormatError extends NdgradError {
  override readonly name = "FormatError";
}

/** All bytes of a file; unpacked, if they are gzipped. */
export async function bytesOf(source: Source): Promise<Uint8Array> {
  const bytes = await packedBytesOf(source);
  return isGzipped(bytes) ? inflate(bytes, "gzip", bytes.length * mostInflation + 1024) : bytes;
}

async function packedBytesOf(source: Source): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof source === "string" || (source instanceof URL && source.protocol === "file:")) {
    // Only now: browsers have no such module.
    const { readFile } = await import("node:fs/promises");
    return readFile(source);
  }
  return new Uint8Array(await (source instanceof Blob ? source : await fetched(source)).arrayBuffer());
}

/** The bytes of a file piece by piece, for files that are larger than memory; unpacked, if they are gzipped. */
export async function* chunksOf(source: Source): AsyncGenerator<Uint8Array> {
  const packed = (await packedStreamOf(source)).getReader();
  let first = await packed.read();
  while (!first.done && first.value.length === 0) first = await packed.read();
  const zipped = !first.done && isGzipped(first.value);
  const all = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) { if (!first.done) controller.enqueue(first.value); },
    async pull(controller) {
      const { done, value } = await packed.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => packed.cancel(reason),
  });
  const reader = (zipped ? all.pipeThrough(new DecompressionStream("gzip")) : all).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => (zipped ? damaged("gzip", error) : Promise.reject(error)));
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function packedStreamOf(source: Source): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return new Blob([source as Uint8Array<ArrayBuffer>]).stream();
  if (source instanceof Blob) return source.stream();
  if (typeof source === "string" || source.protocol === "file:") {
    const [{ open }, { Readable }] = await Promise.all([import("node:fs/promises"), import("node:stream")]);
    return Readable.toWeb((await open(source)).createReadStream()) as ReadableStream<Uint8Array<ArrayBuffer>>;
  }
  return (await fetched(source)).body ?? new Blob([]).stream();
}

async function fetched(url: URL): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new NdgradError(`${String(url)} answers ${response.status} ${response.statusText}`);
  return response;
}

function damaged(format: string, error: unknown): never {
  throw new FormatError(`${format}: the packed bytes are damaged or cut short (${error instanceof Error ? error.message : String(error)})`);
}

/** Writes a file whole: beside its place first, then renamed, so that nobody ever reads half of it. Node only. */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  const { rename, rm, writeFile } = await import("node:fs/promises");
  const beside = `${path}.${Math.random().toString(36).slice(2)}.part`;
  try {
    await writeFile(beside, bytes);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

const isGzipped = (bytes: Uint8Array): boolean => bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Deflate packs at most 258 bytes into 2 bits. */
export const mostInflation = 1032;

/**
 * Unpacks bytes, in both Node and browsers.
 * @throws FormatError for damaged bytes, and as soon as there are more than `most`.
 */
export async function inflate(packed: Uint8Array, format: "gzip" | "deflate-raw", most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([packed as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => damaged(format, error));
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new FormatError(`${format}: unpacks to more than the ${most} bytes it may`);
    }
    parts.push(value);
  }
  return joined(parts, length);
}

/** Parts, one after another. */
export function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** How many elements a shape has, or undefined beyond what a file can hold. */
export function countOf(shape: readonly number[]): number | undefined {
  if (shape.includes(0)) return 0;
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (count > Number.MAX_SAFE_INTEGER) return undefined;
  }
  return count;
}
