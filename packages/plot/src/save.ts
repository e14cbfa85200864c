import { PlotError } from "./errors.ts";

/** Writes a file beside its place and renames it: a reader sees the old file or the new one, never a half. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const { mkdir, open, rename, rm } = await import("node:fs/promises");
  const beside = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}.part`;
  try {
    await mkdir(folderOf(path), { recursive: true });
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
    throw new PlotError(`save: ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The folder a path points into. */
const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1) || ".";
