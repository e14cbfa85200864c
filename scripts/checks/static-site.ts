import { copyFile, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { bundle } from "../bundle.ts";
import { mapParallel } from "../parallel.ts";
import { root } from "../repository.ts";

/** Builds core, nn and data as they are published into a folder. */
export async function buildSite(folder: string): Promise<void> {
  await mapParallel(["core", "nn", "data"], 2, (name) => bundle(`${root}/packages/${name}`, `${folder}/${name}`));
  const fromCore = createRequire(`${root}/packages/core/package.json`).resolve("typed-function/package.json");
  await copyFile(fromCore.replace("package.json", "lib/esm/typed-function.mjs"), `${folder}/typed-function.js`);
  await copyFile(createRequire(`${root}/packages/data/package.json`).resolve("csv-parse/browser/esm"), `${folder}/csv-parse.js`);
}

const imports = {
  "typed-function": "/typed-function.js",
  "@ndgrad/core": "/core/index.js",
  "@ndgrad/core/internal": "/core/internal.js",
  "@ndgrad/nn": "/nn/index.js",
  "@ndgrad/data": "/data/index.js",
  "#csv-parse": "/csv-parse.js",
};
const importingPage = `<!doctype html><title>ndgrad</title><link rel="icon" href="data:,"><script type="importmap">${JSON.stringify({ imports })}</script>`;

/** Only a page served with these shares memory with its workers. */
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** A web site on this machine. */
export interface Site { readonly address: string; close(): void }

const types: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript", json: "application/json", map: "application/json" };

/** How a site is served. */
export interface SiteOptions {
  readonly isolated?: boolean;
  /** Its Content-Security-Policy; none unless given. */
  readonly policy?: string;
  /** The page at `/`: unless given, an empty one whose import map finds the modules that `buildSite` wrote. */
  readonly page?: string;
}

/** Serves a folder and a page. */
export function serveSite(folder: string, { isolated = false, policy, page = importingPage }: SiteOptions): Promise<Site> {
  const headers = { ...(isolated ? isolation : {}), ...(policy === undefined ? {} : { "Content-Security-Policy": policy }) };
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/") {
      response.writeHead(200, { ...headers, "Content-Type": "text/html" }).end(page);
      return;
    }
    readFile(`${folder}${path}`).then(
      (text) => response.writeHead(200, { ...headers, "Content-Type": types[path.slice(path.lastIndexOf(".") + 1)] ?? "text/plain" }).end(text),
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
