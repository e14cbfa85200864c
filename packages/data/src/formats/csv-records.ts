import type { Source } from "./bytes.ts";
import { recordBatches } from "./csv-parser.ts";

export interface CsvRecordsOptions {
  /** What stands between fields, one character; a comma unless given. */
  readonly delimiter?: string;
}

/**
 * The records of a CSV file as arrays of strings, one after another while the file is read: quoted fields with their
 * quotes, line breaks and doubled quotes resolved, empty lines left out. Plain or gzipped, UTF-8.
 *
 * @throws FormatError for a quote that is not closed, or text beside a quoted field; NdgradError for a delimiter that is
 * no single character.
 * @see RFC 4180; the parser is csv-parse
 * @example
 * for await (const [name, age] of csvRecords("people.csv")) console.log(name, age);
 */
export async function* csvRecords(source: Source, options: CsvRecordsOptions = {}): AsyncGenerator<readonly string[]> {
  for await (const records of recordBatches(source, options)) yield* records;
}
