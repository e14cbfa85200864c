import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { runTool, transcript } from "../process.ts";
import { root } from "../repository.ts";

/** Translates core and nn for a browser, each file by itself, into a folder. */
export async function buildSite(folder: string): Promise<void> {
  const configuration = {
    extends: `${root}/tsconfig.json`,
    compilerOptions: {
      composite: false, incremental: false, declaration: false, declarationMap: false, isolatedDeclarations: false, sourceMap: false,
      noCheck: true, types: [], rootDir: `${root}/packages`, outDir: folder,
    },
    include: ["core", "nn"].map((name) => `${root}/packages/${name}/src/**/*.ts`),
    exclude: ["**/*.test.ts", "**/*.test-d.ts"],
    references: [],
  };
  await writeFile(`${folder}/tsconfig.json`, JSON.stringify(configuration));
  const outcome = await runTool("tsc", ["-p", folder, "--pretty", "false"]);
  if (outcome.code !== 0) throw new Error(transcript(outcome));
  const fromCore = createRequire(`${root}/packages/core/package.json`).resolve("typed-function/package.json");
  await writeFile(`${folder}/typed-function.js`, await readFile(fromCore.replace("package.json", "lib/esm/typed-function.mjs")));
}

const imports = {
  "typed-function": "/typed-function.js",
  "@ndgrad/core": "/core/src/index.js",
  "@ndgrad/core/internal": "/core/src/internal.js",
  "@ndgrad/nn": "/nn/src/index.js",
};
const page = `<!doctype html><title>ndgrad</title><link rel="icon" href="data:,"><script type="importmap">${JSON.stringify({ imports })}</script>`;

/** Only a page served with these shares memory with its workers. */
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** A web site on this machine. */
export interface Site { readonly address: string; close(): void }

/** Serves an empty page whose import map finds the modules in a folder. */
export function serveSite(folder: string, { isolated }: { readonly isolated: boolean }): Promise<Site> {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const headers = isolated ? isolation : {};
    if (path === "/") {
      response.writeHead(200, { ...headers, "Content-Type": "text/html" }).end(page);
      return;
    }
    readFile(`${folder}${path}`).then(
      (text) => response.writeHead(200, { ...headers, "Content-Type": "text/javascript" }).end(text),
      () => response.writeHead(404).end(),
    );
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      resolve({ address: `http://127.0.0.1:${port}/`, close: () => { server.close(); } });
    });
  });
}
