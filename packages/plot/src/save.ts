import type * as files from "node:fs/promises";
import { messageOf, nodeModule } from "@ndgrad/core/internal";
import { PlotError } from "./errors.ts";

/** Node's file system. @throws PlotError where there is none, as in a browser. */
function fileSystem(): typeof files {
  const found = nodeModule<typeof files>("node:fs/promises");
  if (found === undefined) throw new PlotError("save: there is no file system here; take toSVG() or toHTML(), and put it into the page");
  return found;
}

/** Writes a file beside its place and renames it: a reader sees the old file or the new one, never a half. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const { open, rename, rm } = fileSystem();
  const beside = `${path}.${Math.random().toString(36).slice(2)}.part`;
  try {
    await makeFolder(folderOf(path));
    const file = await open(beside, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new PlotError(`save: ${path} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Makes a folder, and those it lies in. Node's own `recursive` never ends where a file system says of a folder in an
 * existing one that it does not exist, as /proc does.
 */
async function makeFolder(path: string): Promise<void> {
  const { mkdir, stat } = fileSystem();
  if ((await stat(path).catch(() => undefined))?.isDirectory() === true) return;
  const parent = folderOf(path);
  if (parent !== path) await makeFolder(parent);
  await mkdir(path).catch(async (error: unknown) => {
    // Somebody else may have made it just now.
    if ((await stat(path).catch(() => undefined))?.isDirectory() !== true) throw error;
  });
}

/** The folder that a path points into. */
function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end === -1 ? "." : path.slice(0, end) || path.slice(0, 1);
}
