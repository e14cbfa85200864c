// A vitest reporter that prints nothing: it leaves the counts of a run where scripts/test.ts finds them.
import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** The full names of the tests that did not run. */
  readonly skipped: readonly string[];
}

/** Names the file that the counts are written to. */
export const countsFileVariable = "NDGRAD_TEST_COUNTS";

function count(modules: readonly TestModule[]): Counts {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const inState = (state: string) => tests.filter((test) => test.result().state === state);
  // A file that cannot be loaded has no tests to count: it counts as one that failed.
  const unloaded = modules.filter((module) => module.state() === "failed" && module.children.size === 0);
  return {
    passed: inState("passed").length,
    failed: inState("failed").length + unloaded.length,
    skipped: inState("skipped").map((test) => `${test.module.relativeModuleId} > ${test.fullName}`),
  };
}

export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const file = process.env[countsFileVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(count(modules)));
  }
}
