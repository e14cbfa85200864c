import { distance } from "./agreement.ts";
import { alternate, type AlternateOptions, type Times } from "./alternate.ts";
import { idOf, type Case, type SideName } from "./case.ts";
import type { Child } from "./child.ts";
import { withFiles, type Preparation } from "./inputs.ts";
import type { Precision } from "./job.ts";
import { ratios, summarize, type Summary } from "./statistics.ts";

/** One side's figures in one case. */
export interface SideResult {
  readonly side: SideName;
  /** Which of the side's settings was the fastest; empty where there is one. */
  readonly setting: string;
  readonly precision: Precision;
  /** Nanoseconds for one run. */
  readonly time: Summary;
  /** Its time over ndgrad's, per round: above 1 ndgrad is faster. None for ndgrad itself, or where the values disagree. */
  readonly ratio: Summary | null;
  /** How far its values are from the reference's, relative to the largest. */
  readonly distance: number;
  readonly agrees: boolean;
  /** Runs in one batch. */
  readonly runs: number;
}

/** A side that did not do a case, and why. */
export interface Skipped {
  readonly side: SideName;
  readonly reason: string;
}

export interface CaseResult {
  readonly case: Case;
  readonly rounds: number;
  /** The side that the others' values are compared with. */
  readonly reference: SideName | null;
  readonly sides: readonly SideResult[];
  readonly skipped: readonly Skipped[];
}

/**
 * Losses and sums differ by rounding, which grows from step to step: float32 has 7 digits. So much is left to float64
 * because jax-js computes exp and log to float32's digits in float64 too.
 */
const usualTolerance: Readonly<Record<Precision, number>> = { float32: 1e-4, float64: 1e-5 };

/** A process that has agreed to do a case. */
interface Entrant {
  readonly child: Child;
  readonly precision: Precision;
  readonly values: readonly number[];
}

/** Runs one case: everybody computes it once and is compared, each side's fastest setting is found, then all are measured in turn. */
export function measure(each: Case, children: readonly Child[], asked: AlternateOptions): Promise<CaseResult> {
  const options = each.sustained === true ? asked : { ...asked, warm: 0 };
  return withFiles(each.inputs(), async (inputs) => {
    const preparation: Preparation = { ask: "prepare", job: each.job, precision: each.precision, inputs };
    const skipped: Skipped[] = [];
    const entrants = await enter(each, children, preparation, skipped);
    const reference = referenceOf(entrants);
    const chosen = await fastestSettings(entrants, options);
    const times = await alternate(chosen.map(({ child }) => child), options);
    const ours = times[chosen.findIndex(({ child }) => child.side === "ndgrad")]?.rounds;
    const sides = chosen.map((entrant, at) => resultOf(each, entrant, reference, times[at], ours));
    return { case: each, rounds: times[0].rounds.length, reference: reference?.child.side ?? null, sides, skipped };
  });
}

function resultOf(each: Case, { child, precision, values }: Entrant, reference: Entrant | null, { rounds, times: runs }: Times, ours: readonly number[] | undefined): SideResult {
  const far = reference === null ? Infinity : distance(values, reference.values);
  // A side in float32 among others in float64 can only agree to float32's digits.
  const agrees = far <= (each.tolerance ?? Math.max(usualTolerance[precision], usualTolerance[reference?.precision ?? precision]));
  const ratio = child.side !== "ndgrad" && agrees && ours !== undefined ? ratios(rounds, ours) : null;
  return { side: child.side, setting: child.setting, precision, time: summarize(rounds), ratio, distance: far, agrees, runs };
}

async function enter(each: Case, children: readonly Child[], preparation: Preparation, skipped: Skipped[]): Promise<readonly Entrant[]> {
  const entrants: Entrant[] = [];
  for (const child of children.filter(({ side }) => each.sides.includes(side))) {
    try {
      await child.prepare(preparation);
      const values = await child.values();
      // Comparing has trained the network; what is measured starts anew.
      const precision = await child.prepare(preparation);
      entrants.push({ child, precision, values });
    } catch (error) {
      skipped.push({ side: child.side, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  if (entrants.length === 0) throw new Error(`${idOf(each)}: nobody can do it: ${skipped.map(({ side, reason }) => `${side}: ${reason}`).join("; ")}`);
  return entrants;
}

/** The first of those whose results we trust most: what is simplest, then what is most used. */
function referenceOf(entrants: readonly Entrant[]): Entrant | null {
  const order: readonly SideName[] = ["loops", "torch", "numpy", "tfjs", "jax", "ndgrad"];
  for (const side of order) {
    const entrant = entrants.find(({ child, precision }) => child.side === side && precision === entrants[0].precision);
    if (entrant !== undefined) return entrant;
  }
  return null;
}

/** Of each side the setting with the least median, found in three short rounds: a peer is measured at its best. */
async function fastestSettings(entrants: readonly Entrant[], options: AlternateOptions): Promise<readonly Entrant[]> {
  const sides = [...new Set(entrants.map(({ child }) => child.side))];
  const fastest: Entrant[] = [];
  for (const side of sides) {
    const settings = entrants.filter(({ child }) => child.side === side);
    if (settings.length === 1) {
      fastest.push(settings[0]);
      continue;
    }
    const times = await alternate(settings.map(({ child }) => child), { ...options, rounds: 3, batch: options.batch / 3 });
    const medians = times.map(({ rounds }) => summarize(rounds).median);
    fastest.push(settings[medians.indexOf(Math.min(...medians))]);
  }
  return fastest;
}
