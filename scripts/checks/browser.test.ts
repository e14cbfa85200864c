import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as core from "@ndgrad/core";
import * as internal from "@ndgrad/core/internal";
import { dataset, type ItemPlace } from "@ndgrad/data";
import * as nn from "@ndgrad/nn";
import { program, type BrowserReport } from "./browser-program.ts";
import { buildSite, serveSite } from "./static-site.ts";

const executablePath = ["chromium", "chromium-browser", "google-chrome"].map((name) => `/usr/bin/${name}`).find((path) => existsSync(path));
const args = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

let folder = "";
let browser: Browser;
let here: BrowserReport;

/** What a page with or without isolation makes of the program, and what it is like. */
async function visit(isolated: boolean): Promise<{ readonly report: BrowserReport; readonly isolated: boolean; readonly processors: number; readonly workers: number }> {
  const site = await serveSite(folder, { isolated });
  const page = await browser.newPage();
  const errors: string[] = [];
  let workers = 0;
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error" || message.type() === "warning") errors.push(message.text()); });
  page.on("worker", () => { workers++; });
  try {
    await page.goto(site.address);
    const modules = `Promise.all([import("@ndgrad/core"), import("@ndgrad/nn"), import("@ndgrad/core/internal")])`;
    const report = await page.evaluate<BrowserReport>(`${modules}.then((modules) => (${String(program)})(...modules))`);
    const [isIsolated, processors] = await page.evaluate<[boolean, number]>("[crossOriginIsolated, navigator.hardwareConcurrency]");
    expect(errors).toEqual([]);
    return { report, isolated: isIsolated, processors, workers };
  } finally {
    await page.close();
    site.close();
  }
}

// Skipped where there is no Chromium at /usr/bin; NDGRAD_REQUIRE_ALL=1 makes the whole run fail then.
describe.skipIf(executablePath === undefined)("in Chromium", () => {
  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/ndgrad-browser-`);
    await buildSite(folder);
    browser = await chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args });
    here = await program(core, nn, internal);
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("a cross-origin isolated page trains on all threads, with Node's numbers", async () => {
    const { report, isolated, processors, workers } = await visit(true);
    expect(isolated).toBe(true);
    expect(report).toMatchObject({ engine: "wasm", threads: processors, ready: true, refusal: "" });
    // Those of all threads, and those of two.
    expect(workers).toBe(processors === 2 ? 1 : processors);
    expect(report.numbers).toEqual(here.numbers);
  });

  test("any other page does so on one thread, and says what it would take to have more", async () => {
    const { report, isolated, workers } = await visit(false);
    expect(isolated).toBe(false);
    expect(report).toMatchObject({ engine: "wasm", threads: 1, ready: true });
    expect(report.refusal).toContain("cross-origin isolated");
    expect(workers).toBe(0);
    expect(report.numbers).toEqual(here.numbers);
  });

  test("maps a dataset on workers, isolated or not, as Node does", async () => {
    const squares = dataset(upTo(5)).mapOnWorkers(squaring, { workers: 2, seed: 1 });
    const expected = await squares.toArray();
    expect(expected.map(({ square }) => square)).toEqual([0, 1, 4, 9, 16]);
    for (const isolated of [true, false]) {
      const site = await serveSite(folder, { isolated });
      const page = await browser.newPage();
      let workers = 0;
      page.on("worker", (worker) => {
        workers++;
        worker.on("close", () => { workers--; });
      });
      try {
        await page.goto(site.address);
        const onPage = `dataset([0, 1, 2, 3, 4]).mapOnWorkers(${String(squaring)}, { workers: 2, seed: 1 })`;
        const seen = await page.evaluate<unknown>(`import("@ndgrad/data").then(({ dataset }) => ${onPage}.toArray())`);
        expect(seen).toEqual(expected);
        // They end with the iteration.
        await expect.poll(() => workers).toBe(0);
        const failed = `import("@ndgrad/data").then(({ dataset }) => dataset([1]).mapOnWorkers(() => document.title).toArray())`;
        await expect(page.evaluate<unknown>(failed)).rejects.toThrow("mapOnWorkers: item 0: ReferenceError: document is not defined");
      } finally {
        await page.close();
        site.close();
      }
    }
  });
});

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
/** Pages and workers are sent its text. */
const squaring = (x: number, { index, epoch, random }: ItemPlace) => ({ square: x * x, index, epoch, drawn: [random(), random()] });
