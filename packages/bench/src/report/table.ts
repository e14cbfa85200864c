import { sideNames, type SideName } from "../harness/case.ts";
import type { FigureResult } from "../harness/figures.ts";
import type { Verdict } from "./marks.ts";
import type { CaseReport, Report } from "./report.ts";

const nameWidth = 28;
const peers: readonly SideName[] = sideNames.filter((side) => side !== "ndgrad");

/** Three digits that count: 0.042, 3.14, 97.5, 1230. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3);
}

/** Nanoseconds in the unit that suits them. */
export function showTime(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${digits(nanoseconds)} ns`;
  if (nanoseconds < 1e6) return `${digits(nanoseconds / 1e3)} µs`;
  return nanoseconds < 1e9 ? `${digits(nanoseconds / 1e6)} ms` : `${digits(nanoseconds / 1e9)} s`;
}

/** A name too long for its column stands on a line of its own. */
const row = (name: string, cells: string): string => (name.length <= nameWidth ? `${name.padEnd(nameWidth)}${cells}` : `${name}\n${" ".repeat(nameWidth)}${cells}`);

/** One case: our time, and each peer's time over ours; ~ where the middle half of the rounds spreads over more than a fifth. */
function caseRow({ id, sides }: CaseReport): string {
  const ours = sides.find(({ side }) => side === "ndgrad");
  const cells = peers.map((peer) => {
    const found = sides.find(({ side }) => side === peer);
    if (found === undefined) return "·".padStart(7);
    if (!found.agrees) return "differs".padStart(7);
    if (found.ratio === null) return "–".padStart(7);
    const { median, low, high } = found.ratio;
    return `${high - low > median / 5 ? "~" : ""}${digits(median)}`.padStart(7);
  });
  const time = ours === undefined ? "–" : ours.agrees ? showTime(ours.time.median) : "differs";
  return row(id.slice(id.indexOf("/") + 1), `${time.padStart(9)} ${cells.join("")}`);
}

function figureRow({ name, unit, sides }: FigureResult): string {
  return `${name}: ${sides.map(({ side, value }) => `${side} ${digits(value.median)} ${unit}`).join(", ")}`;
}

function markRow({ id, what, value, least, most, met, missedBy }: Verdict): string {
  const bound = least === undefined ? `at most ${digits(most ?? NaN)}` : `at least ${digits(least)}`;
  const outcome = met ? "met   " : "MISSED";
  return `${outcome} ${id}\n       ${what}: ${digits(value)}, ${bound}${met ? "" : `: missed by a factor of ${digits(missedBy)}`}`;
}

const suiteOf = (id: string): string => id.slice(0, id.indexOf("/"));

/** Breaks a line at spaces. */
function wrap(text: string, indent: string = "  "): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= 79) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}

/** The report for a person, 80 columns wide. */
export function table(report: Report): string {
  const { machine, settings, sides, absent, cases, figures, marks, failures } = report;
  const lines: string[] = [
    wrap(`${machine.processor}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.system}, Node ${machine.node}; load at start ${machine.loadAtStart.toFixed(2)}`),
    `${settings.rounds} alternating rounds of ${settings.batchMs} ms a side; medians`,
    "",
    ...sides.map(({ side, setting, version, detail }) => wrap(`${side} ${setting === "" ? version : setting}: ${detail}`)),
    ...absent.map(({ side, reason }) => wrap(`${side}: absent (${reason})`)),
  ];
  if (machine.loadAtStart > 0.5) lines.push(wrap("The machine was not idle when this began: ratios hold better than times, and neither well."));
  for (const suite of new Set(cases.map(({ id }) => suiteOf(id)))) {
    lines.push("", row(suite.toUpperCase(), `${"ndgrad".padStart(9)} ${peers.map((peer) => peer.padStart(7)).join("")}`));
    lines.push(...cases.filter(({ id }) => suiteOf(id) === suite).map(caseRow));
  }
  if (cases.length > 0) lines.push("", wrap("Peers' columns: their time over ndgrad's (above 1 ndgrad is faster); ~ noisy; · not taking part; differs: other values, so no ratio."));
  if (figures.length > 0) lines.push("", "FRESH PROCESSES", ...figures.map((figure) => wrap(figureRow(figure))));
  if (marks.length > 0) lines.push("", `MARKS: ${marks.filter(({ met }) => met).length} of ${marks.length} met`, ...marks.map(markRow));
  if (failures.length > 0) lines.push("", "NOT MEASURED", ...failures.map((failure) => wrap(failure)));
  return lines.join("\n");
}
