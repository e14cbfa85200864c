import { idOf, type Mark } from "../harness/case.ts";
import type { FigureResult } from "../harness/figures.ts";
import type { CaseResult } from "../harness/measure.ts";

/** How a mark was met or missed. */
export interface Verdict {
  readonly id: string;
  /** What was compared: `numpy / ndgrad`, or ndgrad's own figure with its unit. */
  readonly what: string;
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
  readonly met: boolean;
  /** How many times better the figure would have to be; 1 where the mark is met. */
  readonly missedBy: number;
}

function verdict(id: string, what: string, value: number, { least, most }: Pick<Mark, "least" | "most">): Verdict {
  const missedBy = Math.max(1, least === undefined ? 1 : least / value, most === undefined ? 1 : value / most);
  return { id, what, value, ...(least === undefined ? {} : { least }), ...(most === undefined ? {} : { most }), met: missedBy === 1, missedBy };
}

const nanosecondsIn = { µs: 1e3, ms: 1e6 } as const;

/** The verdicts on one case. A mark against a side that was not measured, or that disagreed, gives none. */
export function verdictsOfCase({ case: each, sides }: CaseResult): readonly Verdict[] {
  const ours = sides.find(({ side }) => side === "ndgrad");
  return (each.marks ?? []).flatMap((mark) => {
    if (ours === undefined || !ours.agrees) return [];
    if (mark.against !== "ndgrad") {
      const ratio = sides.find(({ side }) => side === mark.against)?.ratio;
      return ratio === undefined || ratio === null ? [] : [verdict(idOf(each), `${mark.against} / ndgrad`, ratio.median, mark)];
    }
    const { median } = ours.time;
    const unit = mark.unit ?? "ms";
    const value = unit === "GFLOP/s" ? (each.flops ?? NaN) / median : median / nanosecondsIn[unit];
    return [verdict(idOf(each), unit, value, mark)];
  });
}

/** The verdicts on a figure of ours. */
export function verdictsOfFigure(figure: FigureResult): readonly Verdict[] {
  const ours = figure.sides.find(({ side }) => side === "ndgrad");
  return ours === undefined ? [] : figure.marks.map((mark) => verdict(idOf(figure), figure.unit, ours.value.median, mark));
}
