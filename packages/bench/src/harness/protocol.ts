import type { Job, Precision } from "./job.ts";

/** Where a child finds an input: raw float64 in a file. */
export interface InputFile {
  readonly shape: readonly number[];
  readonly path: string;
}

/** What a side's process is told, one JSON object a line on its standard input. It answers each with one line. */
export type Request =
  | { readonly ask: "describe" }
  | { readonly ask: "prepare"; readonly job: Job; readonly precision: Precision; readonly inputs: Readonly<Record<string, InputFile>> }
  | { readonly ask: "values" }
  | { readonly ask: "run"; readonly times: number }
  | { readonly ask: "memory" };

/** What it is and how it is set, for the report. */
export interface Description {
  readonly version: string;
  /** Such as the number of threads, or the library behind its matrix products. */
  readonly detail: string;
}

/** Bytes of resident memory now, and the most there ever were. */
export interface Memory {
  readonly resident: number;
  readonly peak: number;
}

/** What a request is answered with: one of these. */
export interface Answers {
  readonly description: Description;
  /** The precision it computes in, which may not be the one asked for. */
  readonly precision: Precision;
  readonly values: readonly number[];
  readonly nanoseconds: number;
  readonly memory: Memory;
}
/** Or by why it cannot do this. */
export type Answer = { readonly [K in keyof Answers]?: Answers[K] | undefined } & { readonly error?: string };
