// A page of a project as bundlers make it: what users have in their configuration, as little as goes.
import { readFile } from "node:fs/promises";
import * as commonjsModule from "@rollup/plugin-commonjs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

// Its types take it for a CommonJS module, whose default export would be one level deeper.
const commonjs = commonjsModule.default as unknown as typeof commonjsModule.default.default;

/** The page at `/` of a project without a bundler, or whose bundler does not make it. */
export const page = `<!doctype html><title>ndgrad</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>`;

export interface Bundle {
  readonly page: string;
  /** The modules that went into it. */
  readonly modules: readonly string[];
  readonly warnings: readonly string[];
}

/** Makes a page of a project's `page.js` in a folder. */
export type Bundler = (project: string, folder: string) => Promise<Bundle>;

export const bundlers: Readonly<Record<string, Bundler>> = {
  async esbuild(project, folder) {
    const { metafile, warnings } = await esbuild.build({
      absWorkingDir: project, entryPoints: ["page.js"], outdir: folder, bundle: true, format: "esm", splitting: true, minify: true, metafile: true, logLevel: "silent",
    });
    return { page, modules: Object.keys(metafile.inputs), warnings: warnings.map(({ text }) => text) };
  },

  async webpack(project, folder) {
    const compiler = webpack({
      context: project, entry: "./page.js", mode: "production", performance: false,
      output: { path: folder, filename: "page.js" },
      // Minifying takes ten seconds; the others do it too.
      optimization: { minimize: false },
    });
    const stats = await new Promise<webpack.Stats>((resolve, reject) => {
      compiler.run((error, found) => {
        if (found === undefined) reject(error ?? new Error("webpack gave no statistics"));
        else resolve(found);
      });
    });
    await new Promise<void>((resolve) => { compiler.close(() => { resolve(); }); });
    const { errors = [], warnings = [] } = stats.toJson({ errors: true, warnings: true });
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
    return { page, modules: [...stats.compilation.modules].map((each) => each.identifier()), warnings: warnings.map(({ message }) => message) };
  },

  async rollup(project, folder) {
    const warnings: string[] = [];
    const build = await rollup({
      input: `${project}/page.js`,
      plugins: [nodeResolve({ browser: true }), commonjs()],
      onwarn({ message, code, ids = [] }) {
        // d3's and vega's own affair.
        if (code !== "CIRCULAR_DEPENDENCY" || ids.some((id) => id.includes("@ndgrad"))) warnings.push(message);
      },
    });
    const { output } = await build.write({ dir: folder, format: "es" });
    await build.close();
    return { page, modules: output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : [])), warnings };
  },

  async vite(project, folder) {
    const warnings: string[] = [];
    const modules: string[] = [];
    await vite.build({
      root: project, configFile: false,
      build: { outDir: folder, reportCompressedSize: false, chunkSizeWarningLimit: 4096, target: "es2022" },
      logLevel: "silent",
      customLogger: { ...vite.createLogger("silent"), warn: (message) => { warnings.push(message); }, warnOnce: (message) => { warnings.push(message); } },
      plugins: [{ name: "modules", generateBundle() { modules.push(...this.getModuleIds()); } }],
    });
    return { page: await readFile(`${folder}/index.html`, "utf8"), modules, warnings };
  },
};

/** A project as vite serves it to those who develop it; in the cache folder are the packages that it bundled in advance. */
export async function serveByVite(project: string): Promise<{ readonly address: string; readonly cacheFolder: string; close(): Promise<void> }> {
  const cacheFolder = `${project}/node_modules/.vite`;
  const server = await vite.createServer({ root: project, configFile: false, cacheDir: cacheFolder, logLevel: "error", server: { host: "127.0.0.1", port: 0, hmr: false, watch: null } });
  await server.listen();
  return { address: server.resolvedUrls?.local[0] ?? "", cacheFolder, close: () => server.close() };
}
