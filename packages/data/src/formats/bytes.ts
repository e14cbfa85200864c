import type * as streams from "node:stream";
import { NdgradError } from "@ndgrad/core";
import { nodeModule } from "@ndgrad/core/internal";
import { fileSystem } from "./files.ts";

/** A file's contents: its path (in Node), where to fetch it from (a URL), or the bytes themselves. */
export type Source = string | URL | Blob | Uint8Array | ArrayBuffer;

/** A file that is not what its format says: damaged, cut short, or not of this format. */
export class FormatError extends NdgradError {
  override readonly name = "FormatError";
}

/** All bytes of a file; unpacked, if they are gzipped. Errors name the caller. */
export async function bytesOf(caller: string, source: Source): Promise<Uint8Array> {
  const bytes = await packedBytesOf(checked(caller, source)).catch((error: unknown) => unreadable(caller, source, error));
  return isGzipped(bytes) ? inflate(bytes, "gzip", bytes.length * mostInflation + 1024) : bytes;
}

async function packedBytesOf(source: Source): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof source === "string" || (source instanceof URL && source.protocol === "file:")) {
    return fileSystem().readFile(source);
  }
  return new Uint8Array(await (source instanceof Blob ? source : await fetched(source)).arrayBuffer());
}

/** The bytes of a file piece by piece, for files that are larger than memory; unpacked, if they are gzipped. Errors name the caller. */
export async function* chunksOf(caller: string, source: Source): AsyncGenerator<Uint8Array> {
  const fail = (error: unknown): never => unreadable(caller, source, error);
  const packed = (await packedStreamOf(checked(caller, source)).catch(fail)).getReader();
  const read = () => packed.read().catch(fail);
  let first = await read();
  while (!first.done && first.value.length === 0) first = await read();
  const zipped = !first.done && isGzipped(first.value);
  const all = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) { if (!first.done) controller.enqueue(first.value); },
    async pull(controller) {
      const { done, value } = await read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => packed.cancel(reason),
  });
  const reader = (zipped ? all.pipeThrough(new DecompressionStream("gzip")) : all).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => (error instanceof NdgradError ? Promise.reject(error) : damaged("gzip", error)));
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
    const file = await fileSystem().open(source);
    // Where there are files, there are Node's streams.
    const { Readable } = nodeModule<typeof streams>("node:stream") as typeof streams;
    return Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array<ArrayBuffer>>;
  }
  return (await fetched(source)).body ?? new Blob([]).stream();
}

async function fetched(url: URL): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`);
  return response;
}

/** What is no source is told so before anything is made of it. */
function checked(caller: string, source: Source): Source {
  if (typeof source === "string" || source instanceof URL || source instanceof Uint8Array || source instanceof ArrayBuffer || (source as unknown) instanceof Blob) return source;
  throw new NdgradError(`${caller}: ${source === null || typeof source !== "object" ? String(source) : "an object"} is no file; give a path, a URL, a Blob or bytes`);
}

/** What a platform says of a file that cannot be read, or written, in the terms of who named it. */
function unreadable(caller: string, source: Source, error: unknown, verb: "read" | "written" = "read"): never {
  const name = typeof source === "string" || source instanceof URL ? JSON.stringify(String(source).slice(0, 200)) : "what was given";
  throw new NdgradError(`${caller}: ${problemOf(name, source, (error as { readonly code?: unknown } | null)?.code, verb) ?? `${name} cannot be ${verb} (${error instanceof Error ? error.message : String(error)})`}`, { cause: error });
}

function problemOf(name: string, source: Source, code: unknown, verb: "read" | "written"): string | undefined {
  if (code === "EISDIR") return `${name} is a folder; name a file`;
  if (code !== "ENOENT") return undefined;
  if (verb === "written") return `there is no folder for ${name}; make it first`;
  const remedy = typeof source !== "string" ? "" : /^https?:/.test(source) ? "; to fetch it, give new URL(…)" : source.includes("\n") ? "; for a file's text itself, give new TextEncoder().encode(text)" : "";
  return `there is no file ${name}${remedy}`;
}

function damaged(format: string, error: unknown): never {
  throw new FormatError(`${format}: the packed bytes are damaged or cut short (${error instanceof Error ? error.message : String(error)})`);
}

/** Writes a file of some parts, whole: beside its place first, then renamed, so that nobody ever reads half of it. Node only. */
export async function writeBytes(caller: string, path: string, ...parts: readonly Uint8Array[]): Promise<void> {
  let disk: ReturnType<typeof fileSystem> | undefined;
  const beside = `${path}.${Math.random().toString(36).slice(2)}.part`;
  try {
    disk = fileSystem();
    await disk.writeFile(beside, parts);
    await disk.rename(beside, path);
  } catch (error) {
    await disk?.rm(beside, { force: true }).catch(() => undefined);
    unreadable(caller, path, error, "written");
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
