// Drawn by cli-progress, an optional peer dependency: this entry is the only one that needs it.
import bars from "cli-progress";
import { checkOptions, type OptionNames } from "@ndgrad/core/internal";
import { described } from "./described.ts";
import { TrainingError } from "./errors.ts";
import type { BatchReport, EpochReport, Progress } from "./progress.ts";

/** Where a progress bar is drawn: `process.stdout` and `process.stderr` are such. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Whether it is a terminal, in which a line can be drawn again. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressBarOptions {
  /** Standard output unless given; `console.log` line by line where there is none. */
  readonly stream?: ProgressStream | undefined;
}

const progressBarOptions: OptionNames<ProgressBarOptions> = { stream: true };

/**
 * Shows how training goes: in a terminal one bar that is drawn again as batches go by and gives way to a line for each
 * epoch; elsewhere (a pipe, a log file) only those lines, without control characters.
 *
 * @throws TrainingError for an unknown option, and a stream that cannot be written to.
 * @example
 * await fit(model, data, { loss, optimizer, epochs: 5, progress: progressBar() });
 */
export function progressBar(options: ProgressBarOptions = {}): Progress {
  checkOptions("progressBar", options, progressBarOptions, TrainingError);
  const stream = options.stream ?? standardOutput();
  if (typeof stream.write !== "function") throw new TrainingError(`progressBar: stream is ${described(stream)}, which has no write; give process.stderr, or leave it out`);
  const bar = stream.isTTY === true ? createBar(stream) : undefined;
  return {
    batch: (report) => bar?.draw(report),
    epoch(report) {
      bar?.clear();
      stream.write(`${head(report)}  ${showScores(report)}  ${showTime(report.seconds)}\n`);
    },
    // After an error the half-drawn line must not hide what follows.
    end: () => bar?.clear(),
  };
}

const barWidth = 20;

function createBar(stream: ProgressStream): { draw(report: BatchReport): void; clear(): void } {
  let shown: BatchReport | undefined;
  const bar = new bars.SingleBar({
    // All that is written to is `write`, whatever else a stream can do.
    stream: stream as NodeJS.WritableStream,
    barsize: barWidth,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    clearOnComplete: true,
    // Cut, and not left to the terminal: a setting of the terminal would outlive a program that is stopped.
    linewrap: true,
    // A full last column would wrap, and a wrapped line cannot be cleared.
    format: (settings, { progress, maxWidth }) => (shown === undefined ? "" : barLine(shown, bars.Format.BarFormat(progress, settings)).slice(0, maxWidth - 1)),
  });
  return {
    draw(report) {
      const starts = shown === undefined;
      shown = report;
      if (starts) bar.start(report.batches ?? 0, report.batch);
      else bar.update(report.batch);
    },
    clear() {
      bar.stop();
      shown = undefined;
    },
  };
}

function barLine(report: BatchReport, bar: string): string {
  const { batch, batches } = report;
  return `${head(report)}  ${batches === undefined ? `batch ${batch}` : `${bar} ${batch}/${batches}`}  ${showScores(report)}`;
}

const head = ({ epoch, epochs }: EpochReport): string => `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;

const showScores = ({ scores }: EpochReport): string => Object.entries(scores).map(([name, value]) => `${name} ${showNumber(value)}`).join("  ");

const showNumber = (value: number): string =>
  value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5) ? value.toExponential(3) : value.toFixed(4);

const showTime = (seconds: number): string => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`);

function standardOutput(): ProgressStream {
  if (typeof process !== "undefined" && typeof process.stdout?.write === "function") return process.stdout;
  // Lines come complete, with their end, which console.log adds itself.
  return { write: (text) => console.log(text.trimEnd()) };
}
