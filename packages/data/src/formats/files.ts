import type * as files from "node:fs/promises";
import { nodeModule } from "@ndgrad/core/internal";

/** Node's file system. @throws Error where there is none, as in a browser. */
export function fileSystem(): typeof files {
  const found = nodeModule<typeof files>("node:fs/promises");
  if (found === undefined) throw new Error("there is no file system here; give a URL, a Blob or bytes");
  return found;
}
