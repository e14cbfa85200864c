import { nodeModule } from "@ndgrad/core/internal";
import { writeBytes } from "./formats/bytes.ts";
import { fileSystem } from "./formats/files.ts";

/** Bytes that are kept on disk between runs. Losing them costs time and nothing else, so neither method ever throws. */
export interface ByteCache {
  /** What was written last, or undefined where there is nothing, or what is there is not whole. */
  read(): Promise<Uint8Array | undefined>;
  write(content: Uint8Array): Promise<void>;
}

// A file is a mark, the content's length as a little-endian uint32, its CRC-32, and the content.
const mark = "ndgrad 2";
const lengthAt = mark.length;
const sumAt = lengthAt + 4;
const contentAt = sumAt + 4;

/** A cache in one file, for Node: its folder is made when it is needed. */
export function byteCache(folder: string, name: string): ByteCache {
  const path = `${folder}/${name}`;
  return {
    async read() {
      try {
        return contentOf(await fileSystem().readFile(path));
      } catch {
        return undefined;
      }
    },
    async write(content) {
      try {
        await fileSystem().mkdir(folder, { recursive: true });
        await writeBytes("byteCache", path, headOf(content), content);
      } catch {
        // What was not kept is made again.
        return;
      }
    },
  };
}

function headOf(content: Uint8Array): Uint8Array {
  const head = new Uint8Array(contentAt);
  head.set(new TextEncoder().encode(mark));
  const view = new DataView(head.buffer);
  view.setUint32(lengthAt, content.length, true);
  view.setUint32(sumAt, sumOf(content), true);
  return head;
}

/** A file's content, if it is all there and unchanged. */
function contentOf(file: Uint8Array): Uint8Array | undefined {
  if (file.length < contentAt || new TextDecoder().decode(file.subarray(0, lengthAt)) !== mark) return undefined;
  const view = new DataView(file.buffer, file.byteOffset);
  const content = file.subarray(contentAt);
  const whole = content.length === view.getUint32(lengthAt, true) && sumOf(content) === view.getUint32(sumAt, true);
  return whole ? content : undefined;
}

/** Node's own: a sixth of the time that SHA-256 takes, and what it has to find are torn files, not forged ones. */
function sumOf(content: Uint8Array): number {
  const zlib = nodeModule<{ crc32(bytes: Uint8Array): number }>("node:zlib");
  if (zlib === undefined) throw new Error("there is no zlib here");
  return zlib.crc32(content);
}
