import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The repository's folder, without a slash at its end. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string>>;
  readonly imports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface Package {
  readonly folder: string;
  readonly path: string;
  readonly manifest: Manifest;
}

export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(`${path}/package.json`, "utf8")) as Manifest;
}

/** Every package of the workspace, by folder name. */
export function packages(): readonly Package[] {
  return listFolder(`${root}/packages`).map((folder) => {
    const path = `${root}/packages/${folder}`;
    return { folder, path, manifest: readManifest(path) };
  });
}

/** Sorted names in a folder; none when the folder is absent. */
export function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path).filter((name) => !name.startsWith(".")).sort();
  } catch {
    return [];
  }
}
