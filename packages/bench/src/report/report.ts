import { cpus, loadavg, release, totalmem, type } from "node:os";
import { idOf, type SideName } from "../harness/case.ts";
import type { Absent, Cast } from "../harness/cast.ts";
import type { FigureResult } from "../harness/figures.ts";
import type { CaseResult, SideResult, Skipped } from "../harness/measure.ts";
import type { Summary } from "../harness/statistics.ts";
import { verdictsOfCase, verdictsOfFigure, type Verdict } from "./marks.ts";

/** Where it ran. A load above 0 when it started means that others were using the machine. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
  readonly node: string;
  readonly loadAtStart: number;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    loadAtStart: loadavg()[0],
  };
}

/** One side as it took part. */
export interface SideReport {
  readonly side: SideName;
  readonly setting: string;
  readonly version: string;
  readonly detail: string;
}

/** One case as it is written to JSON: times in nanoseconds, ratios as the side's time over ndgrad's. */
export interface CaseReport {
  readonly id: string;
  readonly precision: string;
  readonly rounds: number;
  readonly reference: SideName | null;
  readonly sides: readonly (SideResult & { readonly gflops?: Summary })[];
  readonly skipped: readonly Skipped[];
}

/** Everything a run has to say. */
export interface Report {
  readonly machine: Machine;
  readonly settings: { readonly rounds: number; readonly batchMs: number; readonly quick: boolean; readonly only: readonly string[] };
  readonly seconds: number;
  readonly sides: readonly SideReport[];
  readonly absent: readonly Absent[];
  readonly cases: readonly CaseReport[];
  readonly figures: readonly FigureResult[];
  readonly marks: readonly Verdict[];
  /** Cases and figures that could not be measured, and why. */
  readonly failures: readonly string[];
}

const sidesOf = ({ children }: Pick<Cast, "children">): readonly SideReport[] =>
  children.map(({ side, setting, description: { version, detail } }) => ({ side, setting, version, detail }));

function caseReport({ case: each, rounds, reference, sides, skipped }: CaseResult): CaseReport {
  const { flops } = each;
  const withRates = sides.map((side) => {
    if (flops === undefined) return side;
    const { median, low, high } = side.time;
    return { ...side, gflops: { median: flops / median, low: flops / high, high: flops / low } };
  });
  return { id: idOf(each), precision: each.precision, rounds, reference, sides: withRates, skipped };
}

/** What a run found, put together. */
export interface Findings {
  readonly machine: Machine;
  readonly settings: Report["settings"];
  readonly seconds: number;
  readonly cast: Pick<Cast, "children" | "absent">;
  readonly cases: readonly CaseResult[];
  readonly figures: readonly FigureResult[];
  readonly failures: readonly string[];
}

export function reportOf({ machine, settings, seconds, cast, cases, figures, failures }: Findings): Report {
  return {
    machine, settings, seconds, failures, figures,
    sides: sidesOf(cast),
    absent: cast.absent,
    cases: cases.map(caseReport),
    marks: [...cases.flatMap(verdictsOfCase), ...figures.flatMap(verdictsOfFigure)],
  };
}
