import { writeBytes } from "./formats/bytes.ts";

/** Bytes that are kept on disk between runs. Losing them costs time and nothing else, so neither method ever throws. */
export interface ByteCache {
  /** What was written last, or undefined where there is nothing, or what is there is not whole. */
  read(): Promise<Uint8Array | undefined>;
  write(content: Uint8Array): Promise<void>;
}

// A file is a mark, the content's length as a little-endian uint32, its SHA-256, and the content.
const mark = "ndgrad 1";
const lengthAt = mark.length;
const sumAt = lengthAt + 4;
const contentAt = sumAt + 32;

/** A cache in one file, for Node: its folder is made when it is needed. */
export function byteCache(folder: string, name: string): ByteCache {
  const path = `${folder}/${name}`;
  return {
    async read() {
      try {
        const { readFile } = await import("node:fs/promises");
        return await contentOf(await readFile(path));
      } catch {
        return undefined;
      }
    },
    async write(content) {
      try {
        const { mkdir } = await import("node:fs/promises");
        await mkdir(folder, { recursive: true });
        await writeBytes("byteCache", path, await headOf(content), content);
      } catch {
        // What was not kept is made again.
        return;
      }
    },
  };
}

async function headOf(content: Uint8Array): Promise<Uint8Array> {
  const head = new Uint8Array(contentAt);
  head.set(new TextEncoder().encode(mark));
  new DataView(head.buffer).setUint32(lengthAt, content.length, true);
  head.set(await sumOf(content), sumAt);
  return head;
}

/** A file's content, if it is all there and unchanged. */
async function contentOf(file: Uint8Array): Promise<Uint8Array | undefined> {
  if (file.length < contentAt || new TextDecoder().decode(file.subarray(0, lengthAt)) !== mark) return undefined;
  const length = new DataView(file.buffer, file.byteOffset).getUint32(lengthAt, true);
  const content = file.subarray(contentAt);
  if (content.length !== length) return undefined;
  const sum = await sumOf(content);
  return sum.every((byte, i) => byte === file[sumAt + i]) ? content : undefined;
}

async function sumOf(content: Uint8Array): Promise<Uint8Array> {
  const { createHash } = await import("node:crypto");
  return createHash("sha256").update(content).digest();
}
