import { expect, test } from "vitest";
import type { Case, Mark } from "../harness/case.ts";
import type { CaseResult, SideResult } from "../harness/measure.ts";
import { readSettings } from "../settings.ts";
import { verdictsOfCase } from "./marks.ts";
import { reportOf, type Machine } from "./report.ts";
import { table } from "./table.ts";

const exactly = (value: number) => ({ median: value, low: value, high: value });
const machine: Machine = { processor: "a processor", cores: 2, memoryGB: 8, system: "a system", node: "v20", loadAtStart: 0 };

function sideResult(side: SideResult["side"], time: number, ratio: number | null, agrees: boolean = true): SideResult {
  return { side, setting: "", precision: "float32", time: exactly(time), ratio: ratio === null ? null : exactly(ratio), distance: agrees ? 0 : 1, agrees, runs: 1 };
}

function result(marks: readonly Mark[], sides: readonly SideResult[]): CaseResult {
  const each: Case = {
    suite: "workloads", name: "a case with a name that is too long for its column", job: { kind: "dispatch" }, precision: "float32",
    inputs: () => ({}), sides: ["ndgrad", "numpy"], flops: 90_000, marks,
  };
  return { case: each, rounds: 3, reference: "numpy", sides, skipped: [] };
}

test("a mark says by which factor it is missed", () => {
  const sides = [sideResult("ndgrad", 2000, null), sideResult("numpy", 1000, 0.5)];
  const marks: readonly Mark[] = [{ against: "numpy", least: 2 }, { against: "numpy", least: 0.4 }, { against: "ndgrad", most: 1, unit: "µs" }, { against: "ndgrad", least: 45, unit: "GFLOP/s" }];
  expect(verdictsOfCase(result(marks, sides)).map(({ value, met, missedBy }) => ({ value, met, missedBy }))).toEqual([
    { value: 0.5, met: false, missedBy: 4 },
    { value: 0.5, met: true, missedBy: 1 },
    { value: 2, met: false, missedBy: 2 },
    { value: 45, met: true, missedBy: 1 },
  ]);
});

test("who disagrees, or is not there, gives no verdict", () => {
  const marks: readonly Mark[] = [{ against: "numpy", least: 2 }, { against: "torch", least: 2 }];
  expect(verdictsOfCase(result(marks, [sideResult("ndgrad", 1, null), sideResult("numpy", 9, null, false)]))).toEqual([]);
  expect(verdictsOfCase(result(marks, [sideResult("ndgrad", 1, null, false), sideResult("numpy", 9, 9)]))).toEqual([]);
});

test("the table is 80 columns wide, names what is absent and what differs", () => {
  const report = reportOf({
    machine, settings: { rounds: 3, batchMs: 60, quick: false, only: [] }, seconds: 1, failures: ["something: it is broken"],
    cast: { children: [], absent: [{ side: "torch", reason: "no python3 here can import torch" }] },
    cases: [result([{ against: "numpy", least: 2 }], [sideResult("ndgrad", 1234, null), sideResult("numpy", 1234, 1), sideResult("tfjs", 1, null, false)])],
    figures: [{ suite: "memory", name: "added by something", unit: "MB", rounds: 1, sides: [{ side: "ndgrad", value: exactly(12.3) }], marks: [{ most: 20 }] }],
  });
  const text = table(report);
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  for (const part of ["torch: absent", "differs", "1.23 µs", "MARKS: 1 of 2 met", "missed by a factor of 2.00", "it is broken"]) expect(text).toContain(part);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test("the command line", () => {
  expect(readSettings([])).toEqual({ json: false, quick: false, only: [], rounds: 7, python: undefined });
  expect(readSettings(["--", "--json", "--quick", "--only", "A", "--only", "memory"])).toMatchObject({ json: true, quick: true, only: ["A", "memory"], rounds: 3 });
  expect(() => readSettings(["--rounds", "0"])).toThrow("--rounds");
  expect(() => readSettings(["--round", "3"])).toThrow("--round");
});
