// The JavaScript of packages as they are published: bundle.ts [folder…], else the package in this directory.
import { readdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { readManifest, root } from "./repository.ts";

/**
 * Writes what a package exports into a folder: a module for each entry and one for what they share, because finding,
 * reading and linking a hundred small modules takes Node longer than all that is in them. Names stay as they are, and
 * maps lead to the sources that are packed beside them; documentation is in the declarations, which `tsc -b` writes.
 * What an earlier run left in the folder goes.
 */
export async function bundle(path: string, folder = `${path}/dist`): Promise<void> {
  const entries = Object.values(readManifest(path).exports ?? {});
  const build = await rolldown({
    cwd: path,
    input: Object.fromEntries(entries.map((entry) => [entry.replace(/^\.\/src\/(.*)\.ts$/, "$1"), entry])),
    // Packages and Node's own modules stay imports.
    external: /^[^./]/,
    platform: "neutral",
    transform: { target: "es2023" },
    tsconfig: false,
  });
  const { output } = await build.write({
    dir: folder,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    codeSplitting: { groups: [{ name: path.slice(path.lastIndexOf("/") + 1), minShareCount: 2 }] },
    minifyInternalExports: false,
    comments: { jsdoc: false },
    sourcemap: true,
    sourcemapExcludeSources: true,
  });
  await build.close();
  const written = new Set(output.map(({ fileName }) => fileName));
  const scripts = (await readdir(folder, { recursive: true })).filter((name) => /\.js(\.map)?$/.test(name));
  await Promise.all(scripts.filter((name) => !written.has(name.replaceAll("\\", "/"))).map((name) => rm(`${folder}/${name}`)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const named = process.argv.slice(2).map((folder) => `${root}/packages/${folder}`);
  for (const path of named.length === 0 ? [resolve(".")] : named) await bundle(path);
}
