import { readdirSync } from "node:fs";
import { currentEngine, registry } from "@ndgrad/core/internal";
import { describe, expect, test } from "vitest";
import { conformance, type ConformanceCase } from "./conformance.ts";

const runs = Number(process.env["NDGRAD_RUNS"] ?? 20);
const seed = Number(process.env["NDGRAD_SEED"] ?? 1);
const expectHolds = ({ run }: ConformanceCase): void => run();

const engine = currentEngine();

describe(`the ${engine.name} engine`, () => {
  test.each(conformance(engine, { runs, seed }).map((each) => [`${each.primitive} ${each.law}`, each] as const))("%s", (_name, law) => expectHolds(law), 120_000);
});

test("no primitive is left out of what core's entry loads", async () => {
  const loaded = [...registry.keys()];
  const core = new URL("../../../core/src/", import.meta.url);
  const files = readdirSync(core, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/"));
  for (const file of files) if (/^(ops|compose|transform)\/.*\.ts$/.test(file) && !/\.test(-d)?\.ts$/.test(file)) await import(new URL(file, core).href);
  expect([...registry.keys()].filter((name) => !loaded.includes(name))).toEqual([]);
});
