import { referenceEngine } from "@ndgrad/core/internal";
import { describe, test } from "vitest";
import { conformance, type ConformanceCase } from "./conformance.ts";

const runs = Number(process.env["NDGRAD_RUNS"] ?? 20);
const seed = Number(process.env["NDGRAD_SEED"] ?? 1);
const expectHolds = ({ run }: ConformanceCase): void => run();

// Its results are the definitions: gradients and declarations are what is tested here.
const laws = conformance(referenceEngine, { runs, seed }).filter(({ law }) => law !== "is right on long operands");

describe("the reference engine", () => {
  test.each(laws.map((each) => [`${each.primitive} ${each.law}`, each] as const))("%s", (_name, law) => expectHolds(law), 120_000);
});
