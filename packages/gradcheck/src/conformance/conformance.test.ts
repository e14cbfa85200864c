import { currentEngine } from "@ndgrad/core/internal";
import { describe, test } from "vitest";
import { conformance } from "./conformance.ts";

const runs = Number(process.env["NDGRAD_RUNS"] ?? 20);
const seed = Number(process.env["NDGRAD_SEED"] ?? 1);

const engine = currentEngine();

describe(`the ${engine.name} engine`, () => {
  test.each(conformance(engine, { runs, seed }).map((each) => [`${each.primitive} ${each.law}`, each] as const))("%s", (_name, { run }) => run(), 120_000);
});
