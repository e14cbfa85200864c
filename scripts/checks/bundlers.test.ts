import { readdir, writeFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, transcript } from "../process.ts";
import { bundlers, page, serveByVite, type Bundle } from "./bundlers.ts";
import { chromiumIsHere, launchChromium, visit } from "./chromium.ts";
import { packedProject } from "./packed-project.ts";
import { pageProgram, type PageReport } from "./packed-page.ts";
import { serveSite, type SiteOptions } from "./static-site.ts";

let project = "";
let inNode: PageReport;
let browser: Browser;
const bundles = new Map<string, Bundle>();

beforeAll(async () => {
  project = await packedProject();
  await writeFile(`${project}/page.js`, pageProgram);
  await writeFile(`${project}/index.html`, page);
  const outcome = await run(process.execPath, ["--input-type=module", "-e", `await import("./page.js"); console.log(JSON.stringify(report));`], { cwd: project, timeout: 60_000 });
  expect(outcome.code, transcript(outcome)).toBe(0);
  inNode = JSON.parse(outcome.stdout) as PageReport;
  if (chromiumIsHere) browser = await launchChromium();
});
afterAll(async () => { await browser?.close(); });

const folderOf = (bundler: string): string => `${project}/built/${bundler}`;

/** What a page reports, and all that it says meanwhile. */
const reportOf = (at: Browser, address: string): Promise<{ readonly report: PageReport; readonly errors: readonly string[]; readonly warnings: readonly string[]; readonly workers: number }> =>
  visit(at, address, async ({ page: visited, uncaught, errors, warnings, workers }) => {
    await expect.poll(() => uncaught.length > 0 || visited.evaluate<boolean>("globalThis.report !== undefined"), { timeout: 60_000 }).toBe(true);
    expect(uncaught).toEqual([]);
    return { report: await visited.evaluate<PageReport>("globalThis.report"), errors: [...errors], warnings: [...warnings], workers: workers.ever };
  });

async function served(bundler: string, options: SiteOptions = {}, at: Browser = browser): ReturnType<typeof reportOf> {
  const site = await serveSite(folderOf(bundler), { page: bundles.get(bundler)?.page ?? "", ...options });
  try {
    return await reportOf(at, site.address);
  } finally {
    site.close();
  }
}

const expectToTrain = (report: PageReport): void => {
  expect(report).toMatchObject({ engine: "wasm", losses: inNode.losses, table: inNode.table, mapped: [1, 4, 9], svg: expect.stringMatching(/^<svg/) as string });
  expect(report.png).toBe("PlotError: toPNG: PNG files are made in Node only; take toSVG(), which browsers show as it is");
  expect(report.file).toBe('NdgradError: readNpy: "absent.npy" cannot be read (there is no file system here; give a URL, a Blob or bytes)');
};

test("a user's page trains in Node", () => {
  expect(inNode).toMatchObject({ engine: "wasm", table: [[1, 2], [3, 4]], mapped: [1, 4, 9], png: "made", svg: expect.stringMatching(/^<svg/) as string });
  expect(inNode.losses.at(-1)).toBeLessThan((inNode.losses[0] ?? 0) / 2);
});

describe.each(Object.keys(bundlers))("bundled by %s", (name) => {
  test("it is complete, without a warning, the digits and what is native", async () => {
    const bundle = await bundlers[name]!(project, folderOf(name));
    bundles.set(name, bundle);
    expect(bundle.warnings).toEqual([]);
    expect(bundle.modules.filter((id) => id.includes("@ndgrad/core/dist")).length).toBeGreaterThan(0);
    expect(bundle.modules.filter((id) => /\/mnist\/|resvg/.test(id))).toEqual([]);
  });

  test.skipIf(!chromiumIsHere)("it trains in Chromium, with Node's numbers", async () => {
    const { report, errors, warnings } = await served(name);
    expect([errors, warnings]).toEqual([[], []]);
    expectToTrain(report);
  });
});

describe.skipIf(!chromiumIsHere)("in Chromium", () => {
  test("vite's server for development bundles in advance what is used, and the page trains", async () => {
    const server = await serveByVite(project);
    try {
      const { report, errors, warnings } = await reportOf(browser, server.address);
      expect([errors, warnings]).toEqual([[], []]);
      expectToTrain(report);
      const optimized = await readdir(`${server.cacheFolder}/deps`);
      expect(optimized).toContain("@ndgrad_data.js");
      expect(optimized.filter((file) => /mnist|resvg/.test(file))).toEqual([]);
    } finally {
      await server.close();
    }
  });

  test("an isolated page has threads", async () => {
    const { report, errors, warnings, workers } = await served("esbuild", { isolated: true });
    expect([errors, warnings]).toEqual([[], []]);
    expectToTrain(report);
    expect(report.threads).toBeGreaterThan(1);
    // Two of them map items.
    expect(workers).toBe(2 + report.threads - 1);
  });

  test("under script-src 'self' it runs on the reference engine, and says once what the policy lacks", async () => {
    const { report, errors, warnings } = await served("esbuild", { policy: "script-src 'self'" });
    expect(warnings).toEqual([expect.stringContaining("wasm-unsafe-eval")]);
    expectReference(report);
    expect(report.mapped).toContain("worker-src");
    // Nothing else is in its way.
    expect(errors.filter((error) => !error.startsWith("Creating a worker from 'blob:"))).toEqual([]);
  });

  const allowed = "script-src 'self' 'wasm-unsafe-eval'";
  test("under a policy that allows WebAssembly and workers it trains as anywhere, and says what maps on workers lack", async () => {
    const { report, errors, warnings, workers } = await served("esbuild", { policy: `${allowed}; worker-src blob:`, isolated: true });
    expect([errors, warnings]).toEqual([[], []]);
    expectToTrain({ ...report, mapped: [1, 4, 9] });
    expect(report.mapped).toContain("'unsafe-eval', or give { module, name }");
    expect(workers).toBe(2 + report.threads - 1);
  });

  test("and without workers on one thread, which it says once", async () => {
    const { report, warnings } = await served("esbuild", { policy: allowed, isolated: true });
    expect(warnings).toEqual([expect.stringMatching(/^ndgrad: .*worker-src.*so programs run on one thread/)]);
    expectToTrain({ ...report, mapped: [1, 4, 9] });
    expect(report.mapped).toContain("worker-src");
  });

  test("without SIMD it runs on the reference engine, and says so once", async () => {
    const old = await launchChromium("--js-flags=--no-enable-sse4-1");
    try {
      const { report, errors, warnings } = await served("esbuild", {}, old);
      expect(errors).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining("WebAssembly has no SIMD here")]);
      expectReference(report);
    } finally {
      await old.close();
    }
  });
});

/** The reference engine rounds once where the other one rounds after each operation. */
const expectReference = (report: PageReport): void => {
  expect(report).toMatchObject({ engine: "reference", threads: 1, table: inNode.table, svg: expect.stringMatching(/^<svg/) as string });
  report.losses.forEach((loss, i) => { expect(loss).toBeCloseTo(inNode.losses[i] ?? NaN, 4); });
};
