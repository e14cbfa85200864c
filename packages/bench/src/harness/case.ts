import type { Inputs, Job, Precision } from "./job.ts";

/** Programs that are measured against each other; `eager` is ndgrad without `compile`. */
export const sideNames = ["ndgrad", "eager", "loops", "numpy", "torch", "tfjs", "jax"] as const;
export type SideName = (typeof sideNames)[number];

/** What a case should reach: a bound on the ratio of a side's time to ours, or on our own figure. */
export interface Mark {
  /** Whose ratio; ndgrad for our own figure. */
  readonly against: SideName;
  readonly least?: number;
  readonly most?: number;
  /** Of our own figure. */
  readonly unit?: "µs" | "ms" | "GFLOP/s";
}

/** One comparison: a job, the numbers it starts from, and who does it. */
export interface Case {
  readonly suite: string;
  readonly name: string;
  readonly job: Job;
  readonly precision: Precision;
  /** Made when the case runs: all of them together would not fit in memory. */
  readonly inputs: () => Inputs;
  readonly sides: readonly SideName[];
  /** Part of a quick run. */
  readonly quick?: boolean;
  /** Work that goes on for minutes where it is used, and is measured in the middle of it. */
  readonly sustained?: boolean;
  /** Floating-point operations of one run, where a rate says more than a time. */
  readonly flops?: number;
  /** How far values may differ, relative to the largest of them. */
  readonly tolerance?: number;
  readonly marks?: readonly Mark[];
}

/** What a case is called on the command line and in JSON. */
export const idOf = ({ suite, name }: Pick<Case, "suite" | "name">): string => `${suite}/${name}`;
