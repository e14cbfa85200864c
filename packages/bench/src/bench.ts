import { elementwises, overhead, products, programs, reductions, scaling, workloads } from "./cases/index.ts";
import type { AlternateOptions } from "./harness/alternate.ts";
import { idOf, type Case } from "./harness/case.ts";
import { gather, type Cast } from "./harness/cast.ts";
import { compiling } from "./harness/compiling.ts";
import { feeding } from "./harness/feeding.ts";
import type { FigureResult } from "./harness/figures.ts";
import { measure, type CaseResult } from "./harness/measure.ts";
import { memoryOfOperations, memoryOfTraining } from "./harness/memory.ts";
import { startup } from "./harness/startup.ts";
import { describeMachine, reportOf, type Report } from "./report/report.ts";
import type { Settings } from "./settings.ts";

/** Every comparison there is, in the order in which they run. */
export const cases: readonly Case[] = [...workloads, ...products, ...elementwises, ...reductions, ...overhead, ...programs, ...scaling];

const wanted = ({ only }: Settings, id: string): boolean => only.length === 0 || only.some((part) => id.toLowerCase().includes(part.toLowerCase()));

/** Runs what the settings ask for; a case that fails is reported, and the others go on. */
export async function bench(settings: Settings, progress: (what: string) => void): Promise<Report> {
  const start = performance.now();
  const { quick, rounds, only, python } = settings;
  const machine = describeMachine();
  const options: AlternateOptions = quick ? { rounds, batch: 8e6, pause: 5, budget: 2e9 } : { rounds, batch: 60e6, pause: 40, warm: 600e6, budget: 40e9 };
  const chosen = cases.filter((each) => (!quick || each.quick === true || only.length > 0) && wanted(settings, idOf(each)));
  const results: CaseResult[] = [];
  const figures: FigureResult[] = [];
  const failures: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    progress(what);
    try {
      await work();
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  const sides = [...new Set(chosen.flatMap((each) => each.sides))];
  progress("starting the sides");
  const cast: Cast = await gather(sides, python);
  try {
    for (const [at, each] of chosen.entries()) {
      await attempt(`${idOf(each)} (${at + 1} of ${chosen.length})`, async () => { results.push(await measure(each, cast.children, options)); });
    }
  } finally {
    cast.close();
  }
  if (wanted(settings, "startup")) await attempt("startup", async () => { figures.push(...(await startup(quick ? 3 : 9))); });
  if (wanted(settings, "feeding")) await attempt("feeding", async () => { figures.push(...(await feeding(quick ? 9 : 41))); });
  if (wanted(settings, "compiling")) await attempt("compiling", async () => { figures.push(...(await compiling(quick ? 1 : 5))); });
  if (wanted(settings, "memory")) {
    await attempt("memory of training", async () => { figures.push(...(await memoryOfTraining(quick ? ["ndgrad"] : ["ndgrad", "numpy", "torch", "tfjs", "jax"], quick ? 1 : 3, python))); });
    if (!quick) await attempt("memory of operations", async () => { figures.push(await memoryOfOperations(3)); });
  }
  const seconds = (performance.now() - start) / 1000;
  return reportOf({ machine, settings: { rounds, batchMs: options.batch / 1e6, quick, only }, seconds, cast, cases: results, figures, failures });
}
