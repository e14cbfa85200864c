/** What is known while an epoch runs, and at its end. */
export interface EpochReport {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Loss and metrics by name: averages over the epoch so far. Those of the validation data begin with "validation ". */
  readonly scores: Readonly<Record<string, number>>;
  /** Since the epoch began. */
  readonly seconds: number;
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

/** Where a progress bar is drawn: `process.stdout` and `process.stderr` are such. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Whether it is a terminal, in which a line can be drawn again. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressBarOptions {
  /** Standard output unless given; `console.log` line by line where there is none. */
  readonly stream?: ProgressStream;
}

const clearLine = "\r\u001b[2K";

/**
 * Draws how training goes: in a terminal one line that is drawn again as batches go by, elsewhere (a pipe, a log file)
 * one line for each epoch and no control characters.
 *
 * @example
 * await fit(model, data, { loss, optimizer, epochs: 5, progress: progressBar() });
 */
export function progressBar(options: ProgressBarOptions = {}): Progress {
  const stream = options.stream ?? standardOutput();
  const redraws = stream.isTTY === true;
  let drawn = 0;
  return {
    batch(report) {
      // Ten times a second is as fast as one reads, and costs nothing.
      if (!redraws || (performance.now() - drawn < 100 && report.batch !== report.batches)) return;
      drawn = performance.now();
      // A full last column would wrap, and a wrapped line cannot be cleared.
      stream.write(clearLine + barLine(report).slice(0, (stream.columns ?? 80) - 1));
    },
    epoch(report) {
      stream.write(`${redraws ? clearLine : ""}${epochLine(report)}\n`);
    },
    end() {
      // After an error the half-drawn line must not hide what follows.
      if (redraws) stream.write(clearLine);
    },
  };
}

const barWidth = 20;

function barLine(report: BatchReport): string {
  const { batch, batches } = report;
  const done = batches === undefined ? 0 : Math.floor((batch / batches) * barWidth);
  const bar = batches === undefined ? `batch ${batch}` : `${"█".repeat(done)}${"░".repeat(barWidth - done)} ${batch}/${batches}`;
  return `${head(report)}  ${bar}  ${showScores(report)}`;
}

const epochLine = (report: EpochReport): string => `${head(report)}  ${showScores(report)}  ${showTime(report.seconds)}`;

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
