import type * as streams from "node:stream";
import { NdgradError } from "@ndgrad/core";
import { isArrayBuffer, isBlob, isSharedArrayBuffer, isUrl, messageOf, nodeModule } from "@ndgrad/core/internal";
import { kindOf } from "../checks.ts";
import { fileSystem } from "./files.ts";

/** A file's contents: its path (in Node), where to fetch it from (a URL), or the bytes themselves, in any buffer or view. */
export type Source = string | URL | Blob | ArrayBufferLike | ArrayBufferView;

/** A file that is not what its format says: damaged, cut short, or not of this format. */
export class FormatError extends NdgradError {
  override readonly name = "FormatError";
}

/** How many bytes a file says it has, by its first ones; undefined while these are not enough. @throws FormatError for another format. */
export type Announced = (head: Uint8Array) => number | undefined;

/** All bytes of a file; unpacked, if they are gzipped, and no more of them than the file announces. Errors name the caller. */
export async function bytesOf(caller: string, source: Source, announced?: Announced): Promise<Uint8Array> {
  const bytes = await packedBytesOf(caller, checked(caller, source)).catch((error: unknown) => unreadable(caller, source, error));
  return isGzipped(bytes) ? inflate(bytes, "gzip", bytes.length * mostInflation + 1024, announced) : bytes;
}

/** The bytes of a buffer or a view. @throws NdgradError for anything else. */
export function checkBytes(caller: string, given: unknown): Uint8Array {
  const bytes = viewed(caller, given);
  if (bytes === undefined) throw new NdgradError(`${caller}: ${kindOf(given)} is no bytes; give a Uint8Array, or what arrayBuffer() gives`);
  return bytes;
}

/** The bytes of a buffer or a view of any realm; undefined for anything else. What other threads may write to is copied first. */
function viewed(caller: string, source: unknown): Uint8Array<ArrayBuffer> | undefined {
  const isView = ArrayBuffer.isView(source);
  if (!isView && !isArrayBuffer(source)) return undefined;
  try {
    const [buffer, from, length] = isView ? [source.buffer, source.byteOffset, source.byteLength] : [source, 0, source.byteLength];
    const bytes = new Uint8Array(buffer, from, length);
    return isSharedArrayBuffer(buffer) ? bytes.slice() : (bytes as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    throw new NdgradError(`${caller}: the bytes are gone: their buffer was moved, to a worker perhaps; give them before, or a copy`, { cause });
  }
}

async function packedBytesOf(caller: string, source: Source): Promise<Uint8Array> {
  const bytes = viewed(caller, source);
  if (bytes !== undefined) return bytes;
  const path = pathOf(source);
  if (path !== undefined) {
    return fileSystem().readFile(path);
  }
  return checkBytes(caller, await (isBlob(source) ? source : await fetched(source as URL)).arrayBuffer());
}

/** Where a file lies on this machine, if that is what a source says. */
function pathOf(source: unknown): string | URL | undefined {
  if (typeof source === "string") return source;
  return isUrl(source) && source.protocol === "file:" ? new URL(source.href) : undefined;
}

/** The bytes of a file piece by piece, for files that are larger than memory; unpacked, if they are gzipped. Errors name the caller. */
export async function* chunksOf(caller: string, source: Source): AsyncGenerator<Uint8Array> {
  const fail = (error: unknown): never => unreadable(caller, source, error);
  const packed = (await packedStreamOf(caller, checked(caller, source)).catch(fail)).getReader();
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

async function packedStreamOf(caller: string, source: Source): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const bytes = viewed(caller, source);
  if (bytes !== undefined) return new Blob([bytes]).stream();
  const path = pathOf(source);
  if (path !== undefined) {
    const file = await fileSystem().open(path);
    // Where there are files, there are Node's streams.
    const { Readable } = nodeModule<typeof streams>("node:stream") as typeof streams;
    return Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array<ArrayBuffer>>;
  }
  return isBlob(source) ? source.stream() : (await fetched(source as URL)).body ?? new Blob([]).stream();
}

async function fetched({ href }: URL): Promise<Response> {
  const response = await fetch(href);
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`);
  return response;
}

/** What is no source is told so before anything is made of it. */
function checked(caller: string, source: Source): Source {
  if (typeof source === "string" || isUrl(source) || ArrayBuffer.isView(source) || isArrayBuffer(source) || isBlob(source)) return source;
  throw new NdgradError(`${caller}: ${kindOf(source)} is no file; give a path, a URL, a Blob or bytes, such as await response.arrayBuffer()`);
}

/** What a platform says of a file that cannot be read, or written, in the terms of who named it. */
function unreadable(caller: string, source: Source, error: unknown, verb: "read" | "written" = "read"): never {
  if (error instanceof NdgradError) throw error;
  const name = typeof source === "string" || isUrl(source) ? JSON.stringify(String(source).slice(0, 200)) : "what was given";
  throw new NdgradError(`${caller}: ${problemOf(name, source, (error as { readonly code?: unknown } | null)?.code, verb) ?? `${name} cannot be ${verb} (${messageOf(error)})`}`, { cause: error });
}

function problemOf(name: string, source: Source, code: unknown, verb: "read" | "written"): string | undefined {
  if (code === "EISDIR") return `${name} is a folder; name a file`;
  if (code !== "ENOENT") return undefined;
  if (verb === "written") return `there is no folder for ${name}; make it first`;
  const remedy = typeof source !== "string" ? "" : /^https?:/.test(source) ? "; to fetch it, give new URL(…)" : source.includes("\n") ? "; for a file's text itself, give new TextEncoder().encode(text)" : "";
  return `there is no file ${name}${remedy}`;
}

function damaged(format: string, error: unknown): never {
  throw new FormatError(`${format}: the packed bytes are damaged or cut short (${messageOf(error)})`, { cause: error });
}

/** Writes a file of some parts, whole: beside its place first, then renamed, so that nobody ever reads half of it. Node only. */
export async function writeBytes(caller: string, target: string | URL, ...parts: readonly Uint8Array[]): Promise<void> {
  const path = pathOf(target);
  if (path === undefined || path === "") throw new NdgradError(`${caller}: ${isUrl(target) ? target.href : kindOf(target)} is no place for a file; give a path`);
  let disk: ReturnType<typeof fileSystem> | undefined;
  const ending = `.${Math.random().toString(36).slice(2)}.part`;
  const beside = typeof path === "string" ? path + ending : new URL(path.href + ending);
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
 * @throws FormatError for damaged bytes, as soon as there are more than `most`, or than their first ones announce; NdgradError for
 *   more than there is memory for.
 */
export async function inflate(packed: Uint8Array, format: "gzip" | "deflate-raw", most: number, announced?: Announced): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  let left = most;
  let known = announced === undefined;
  const reader = new Blob([packed as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const refuse = async (error: Error): Promise<never> => {
    await reader.cancel().catch(() => undefined);
    throw error;
  };
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => damaged(format, error));
    if (done) break;
    length += value.length;
    parts.push(value);
    if (!known) {
      try {
        const size = announced?.(joined(parts, length));
        known = size !== undefined;
        left = Math.min(left, size ?? left);
      } catch (error) {
        await refuse(error as Error);
      }
    }
    if (length > left) await refuse(new FormatError(`${format}: unpacks to more than the ${left} bytes it may`));
  }
  return joined(parts, length);
}

/** Parts, one after another. */
export function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = allocated(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function allocated(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new NdgradError(`a file of ${length} bytes is more than there is memory for here`, { cause });
  }
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
