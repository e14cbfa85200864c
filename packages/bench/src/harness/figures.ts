import type { Mark, SideName } from "./case.ts";
import type { Summary } from "./statistics.ts";

/** One side's figure. */
export interface SideFigure {
  readonly side: SideName;
  readonly value: Summary;
}

/** Something that is measured in fresh processes and not by repetition: start-up, memory, feeding, compiling. */
export interface FigureResult {
  readonly suite: string;
  readonly name: string;
  readonly unit: "ms" | "MB" | "of the step" | "times";
  readonly rounds: number;
  readonly sides: readonly SideFigure[];
  readonly marks: readonly Pick<Mark, "least" | "most">[];
}
