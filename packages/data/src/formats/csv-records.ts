import { NdgradError } from "@ndgrad/core";
import { checkOptions, type OptionNames } from "@ndgrad/core/internal";
import { kindOf } from "../checks.ts";
import { FormatError, type Source } from "./bytes.ts";
import { checkDelimiter, recordBatches } from "./csv-parser.ts";

export interface CsvRecordsOptions {
  /**
   * What stands between fields, one character. Unless given, a first line such as `sep=;` says it, or else the first lines show it: a
   * comma, a semicolon, a tab or |, whichever all of them have as often.
   */
  readonly delimiter?: string | undefined;
}

/** How records get names. */
export interface NamedCsvRecordsOptions<Name extends string = string> extends CsvRecordsOptions {
  /** Whether the first line names the columns, or their names, where it does not. */
  readonly header: true | readonly Name[];
}
const optionNames: OptionNames<NamedCsvRecordsOptions> = { delimiter: true, header: true };

/**
 * The records of a CSV file as arrays of strings, one after another while the file is read: quoted fields with their
 * quotes, line breaks and doubled quotes resolved, empty lines and a first line `sep=;` left out. Plain or gzipped, UTF-8; lines end as on any system. A first line of names is
 * a record like any other, unless `header` is given: then records have their fields by name, trimmed, as `readCsv` takes them.
 *
 * @throws FormatError for a quote that is not closed, text beside a quoted field, bytes that are no UTF-8, or a delimiter that is no single character;
 *   with `header`, for a record that has another number of fields than there are names, and names that occur twice.
 * @see RFC 4180; the parser is csv-parse
 * @example
 * for await (const { name, age } of csvRecords("people.csv", { header: true })) console.log(name, age);
 */
export function csvRecords<const Name extends string>(source: Source, options: NamedCsvRecordsOptions<Name>): AsyncGenerator<Readonly<Record<Name, string>>>;
export function csvRecords(source: Source, options?: CsvRecordsOptions): AsyncGenerator<readonly string[]>;
export function csvRecords(source: Source, options: CsvRecordsOptions | NamedCsvRecordsOptions = {}): AsyncGenerator<readonly string[] | Readonly<Record<string, string>>> {
  checkOptions<object>("csvRecords", options, optionNames);
  checkDelimiter(options.delimiter);
  if (!("header" in options) || (options.header as unknown) === undefined) return listed(source, options);
  if (options.header !== true) checkHeader(options.header);
  return named(source, options);
}

async function* listed(source: Source, options: CsvRecordsOptions): AsyncGenerator<readonly string[]> {
  for await (const records of recordBatches(source, options)) yield* records;
}

async function* named(source: Source, { header, delimiter }: NamedCsvRecordsOptions): AsyncGenerator<Readonly<Record<string, string>>> {
  let names = header === true ? undefined : checkNames(checkHeader(header));
  for await (const records of recordBatches(source, { delimiter, even: true, columns: names?.length })) {
    for (const record of records) {
      if (names === undefined) names = checkNames(record.map((name) => name.trim()));
      else yield recordOf(names, record);
    }
  }
}

/** Throws for what is no list of names, such as another library's `false`. */
export function checkHeader(header: readonly string[]): readonly string[] {
  if (!Array.isArray(header) || !header.every((name) => typeof name === "string")) throw new NdgradError(`csv: header is ${kindOf(header)}; give true if the first line names the columns, or else their names`);
  return header as readonly string[];
}

/** Throws where two columns have one name. */
export function checkNames(names: readonly string[]): readonly string[] {
  // One set for all: a header may have millions of names.
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new FormatError(`csv: two columns are called "${name}"`);
    seen.add(name);
  }
  return names;
}

function recordOf(names: readonly string[], fields: readonly string[]): Readonly<Record<string, string>> {
  if (fields.length !== names.length) throw new FormatError(`csv: the records have ${fields.length} fields, and header names ${names.length} columns`);
  // Without a prototype, as any name may stand in a file.
  const record = Object.create(null) as Record<string, string>;
  names.forEach((name, i) => { record[name] = fields[i].trim(); });
  return record;
}
