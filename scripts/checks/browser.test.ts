import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as core from "@ndgrad/core";
import * as internal from "@ndgrad/core/internal";
import { dataset, type ItemPlace } from "@ndgrad/data";
import * as nn from "@ndgrad/nn";
import { program, type BrowserReport } from "./browser-program.ts";
import { chromiumIsHere, launchChromium, visit } from "./chromium.ts";
import { buildSite, serveSite } from "./static-site.ts";

let folder = "";
let browser: Browser;
let here: BrowserReport;

/** What a page with or without isolation makes of the program, and what it is like. */
async function runProgram(isolated: boolean): Promise<{ readonly report: BrowserReport; readonly isolated: boolean; readonly processors: number; readonly workers: number }> {
  const site = await serveSite(folder, { isolated });
  try {
    return await visit(browser, site.address, async ({ page, errors, warnings, workers }) => {
      const modules = `Promise.all([import("@ndgrad/core"), import("@ndgrad/nn"), import("@ndgrad/core/internal")])`;
      const report = await page.evaluate<BrowserReport>(`${modules}.then((modules) => (${String(program)})(...modules))`);
      const [isIsolated, processors] = await page.evaluate<[boolean, number]>("[crossOriginIsolated, navigator.hardwareConcurrency]");
      expect([errors, warnings]).toEqual([[], []]);
      return { report, isolated: isIsolated, processors, workers: workers.ever };
    });
  } finally {
    site.close();
  }
}

describe.skipIf(!chromiumIsHere)("in Chromium", () => {
  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/ndgrad-browser-`);
    await buildSite(folder);
    browser = await launchChromium();
    here = await program(core, nn, internal);
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("a cross-origin isolated page trains on all threads, with Node's numbers", async () => {
    const { report, isolated, processors, workers } = await runProgram(true);
    expect(isolated).toBe(true);
    expect(report).toMatchObject({ engine: "wasm", threads: processors, ready: true, refusal: "" });
    // Those of all threads, and those of two.
    expect(workers).toBe(processors === 2 ? 1 : processors);
    expect(report.numbers).toEqual(here.numbers);
  });

  test("any other page does so on one thread, and says what it would take to have more", async () => {
    const { report, isolated, workers } = await runProgram(false);
    expect(isolated).toBe(false);
    expect(report).toMatchObject({ engine: "wasm", threads: 1, ready: true });
    expect(report.refusal).toContain("cross-origin isolated");
    expect(workers).toBe(0);
    expect(report.numbers).toEqual(here.numbers);
  });

  test("reads a table with what an import map names", async () => {
    const site = await serveSite(folder, {});
    try {
      await visit(browser, site.address, async ({ page, errors }) => {
        const read = `readCsv(new Blob(["a,b\\n1,x\\n2,y\\n"])).then(({ columns }) => [columns.a.values.toArray(), columns.b.categories])`;
        expect(await page.evaluate<unknown>(`import("@ndgrad/data").then(({ readCsv }) => ${read})`)).toEqual([[1, 2], ["x", "y"]]);
        expect(errors).toEqual([]);
      });
    } finally {
      site.close();
    }
  });

  test("maps a dataset on workers, isolated or not, as Node does", async () => {
    const squares = dataset(upTo(5)).mapOnWorkers(squaring, { workers: 2, seed: 1 });
    const expected = await squares.toArray();
    expect(expected.map(({ square }) => square)).toEqual([0, 1, 4, 9, 16]);
    for (const isolated of [true, false]) {
      const site = await serveSite(folder, { isolated });
      try {
        await visit(browser, site.address, async ({ page, workers }) => {
          const onPage = `dataset([0, 1, 2, 3, 4]).mapOnWorkers(${String(squaring)}, { workers: 2, seed: 1 })`;
          const seen = await page.evaluate<unknown>(`import("@ndgrad/data").then(({ dataset }) => ${onPage}.toArray())`);
          expect(seen).toEqual(expected);
          // They end with the iteration.
          await expect.poll(() => workers.now).toBe(0);
          const failed = `import("@ndgrad/data").then(({ dataset }) => dataset([1]).mapOnWorkers(() => document.title).toArray())`;
          await expect(page.evaluate<unknown>(failed)).rejects.toThrow("mapOnWorkers: item 0: ReferenceError: document is not defined");
        });
      } finally {
        site.close();
      }
    }
  });
});

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
/** Pages and workers are sent its text. */
const squaring = (x: number, { index, epoch, random }: ItemPlace) => ({ square: x * x, index, epoch, drawn: [random(), random()] });
