// Apart from csv-records.ts, so that the package's types do not speak of csv-parse's, which need those of Node.
import type { CsvError, Options, Parser } from "csv-parse";
import { FormatError, chunksOf, type Source } from "./bytes.ts";
import { dialectOf, sampleLength } from "./csv-dialect.ts";
import type { CsvRecordsOptions } from "./csv-records.ts";

/** A record longer than this is a quote that was never closed. */
const longest = 2 ** 22;

/** How csv-parse is started. */
export type StartParser = (options: Options) => Parser;

/** What `recordBatches` is told beside a user's options. */
export interface RecordBatchesOptions extends CsvRecordsOptions {
  /** Whether all records must have as many fields as the first. */
  readonly even?: boolean | undefined;
  /** How many columns there are, if that is known. */
  readonly columns?: number | undefined;
  /** Is told what stands between fields, before the first record. */
  readonly onDelimiter?: ((delimiter: string) => void) | undefined;
  /** csv-parse; the build for the platform unless given. */
  readonly startParser?: StartParser | undefined;
}

/** Throws for what cannot stand between fields. */
export function checkDelimiter(delimiter: string | undefined): void {
  if (delimiter === undefined || (typeof delimiter === "string" && delimiter.length === 1 && !'"\r\n'.includes(delimiter))) return;
  throw new FormatError(`csv: the delimiter is ${JSON.stringify(delimiter)}; give one character, no quote or line break`);
}

/**
 * The records of a CSV file, as many at once as a piece of the file has: waiting for each record alone would take longer than reading it.
 */
export async function* recordBatches(source: Source, options: RecordBatchesOptions): AsyncGenerator<readonly (readonly string[])[]> {
  const { delimiter: asked, even = false, columns, onDelimiter, startParser } = options;
  checkDelimiter(asked);
  // package.json says which: Node has the streams it is made of, for browsers it brings a copy of them.
  const start = startParser ?? (await import("#csv-parse")).parse;
  let parser: Parser | undefined;
  let records: string[][] = [];
  const drain = (): void => {
    for (let record = parser?.read() as string[] | null | undefined; record; record = parser?.read() as string[] | null | undefined) records.push(record);
  };
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw new FormatError(`csv: behind line ${parser?.info.lines ?? 0} are bytes that are no UTF-8; is it in another encoding, such as Latin-1 or UTF-16? Save it as UTF-8`, { cause });
    }
  };
  /** A parser for a file that begins like this, and the text it is to be given. */
  const begun = (sample: string, whole: boolean): { readonly parser: Parser; readonly text: string } => {
    const dialect = dialectOf(sample, whole, columns);
    const delimiter = asked ?? dialect.delimiter;
    onDelimiter?.(delimiter);
    const made = start({ delimiter, record_delimiter: ["\r\n", "\n", "\r"], relax_column_count: !even, skip_empty_lines: true });
    // The parser waits when some records lie ready.
    made.on("readable", drain);
    // The line of an announcement stays, empty, so that lines are counted as they are in the file.
    return { parser: made, text: sample.slice(dialect.announced) };
  };
  let sample = "";
  let since = 0;
  for await (const chunk of chunksOf("csv", source)) {
    let text = decode(chunk);
    if (parser === undefined) {
      sample += text;
      if (sample.length < sampleLength) continue;
      ({ parser, text } = begun(sample, false));
    }
    const running = parser;
    if (text !== "") await settled(running, (done) => { running.write(text, done); });
    drain();
    since = records.length === 0 ? since + chunk.length : 0;
    if (since > longest) throw new FormatError(`csv: a record that goes on at line ${running.info.lines} has more than ${longest} bytes; is a quote not closed?`);
    yield records;
    records = [];
  }
  let rest = decode();
  if (parser === undefined) ({ parser, text: rest } = begun(sample + rest, true));
  const ending = parser;
  await settled(ending, (done) => {
    ending.on("end", done);
    ending.end(rest);
  });
  yield records;
}

/** Waits until the parser is done with what it was given, or finds a mistake. */
function settled(parser: Parser, give: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => { reject(explained(error)); };
    parser.once("error", fail);
    give((error) => {
      // A failing parser tells twice; whom nobody hears ends the process.
      if (error !== undefined && error !== null) return fail(error);
      parser.removeListener("error", fail);
      resolve();
    });
  });
}

/** csv-parse's errors in the terms of who made the file, with the remedy; others as they are. */
function explained(error: Error): Error {
  const { code, lines, records, record } = error as Error & Partial<CsvError>;
  const at = `at line ${String(lines)}`;
  const problems: Partial<Record<string, string>> = {
    CSV_QUOTE_NOT_CLOSED: `the file ends, ${at}, within a quote that record ${Number(records) + 1} opens and does not close`,
    INVALID_OPENING_QUOTE: `a quote within a field, ${at}; quote the whole field, and double the quote`,
    CSV_INVALID_CLOSING_QUOTE: `text behind a closing quote, ${at}; double quotes within quotes`,
    CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: `the record ${at} has ${Array.isArray(record) ? record.length : "other"} fields, which is not what the records before it have; is a delimiter missing, or a quote?`,
  };
  const problem = problems[code ?? ""];
  return problem === undefined ? error : new FormatError(`csv: ${problem}`, { cause: error });
}
