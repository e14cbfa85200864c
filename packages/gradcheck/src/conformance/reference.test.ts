import { referenceEngine } from "@ndgrad/core/internal";
import { describe, test } from "vitest";
import { conformance } from "./conformance.ts";

const runs = Number(process.env["NDGRAD_RUNS"] ?? 20);
const seed = Number(process.env["NDGRAD_SEED"] ?? 1);

// Its results are the definitions; gradients and declarations are what is tested here.
describe("the reference engine", () => {
  test.each(conformance(referenceEngine, { runs, seed }).map((each) => [`${each.primitive} ${each.law}`, each] as const))("%s", (_name, { run }) => run(), 120_000);
});
