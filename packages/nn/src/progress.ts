import type { Position } from "./examples.ts";

/** What is known while an epoch runs, and at its end. */
export interface EpochReport {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Loss and metrics by name: averages over the epoch so far. Those of the validation data begin with "validation ". */
  readonly scores: Readonly<Record<string, number>>;
  /** Since the epoch began. */
  readonly seconds: number;
  /** Saved with the parameters and what the optimizer keeps, `from` of `fit` goes on here. */
  readonly position: Position;
}

/** What is known after a batch. */
export interface BatchReport extends EpochReport {
  /** Counted from 1. */
  readonly batch: number;
  /** How many batches the epoch has, where the data tell. */
  readonly batches: number | undefined;
}

/** Somebody to tell how training goes. */
export interface Progress {
  batch?(report: BatchReport): void;
  epoch?(report: EpochReport): void;
  /** Called once, at the end, however training ends. */
  end?(): void;
}
