import { FormatError, chunksOf, type Source } from "./bytes.ts";

export interface CsvRecordsOptions {
  /** What stands between fields, one character; a comma unless given. */
  readonly delimiter?: string;
}

/** A record longer than this is a quote that was never closed. */
const longest = 2 ** 22;

/**
 * The records of a CSV file as arrays of strings, one after another while the file is read: quoted fields with their
 * quotes, line breaks and doubled quotes resolved, empty lines left out. Plain or gzipped, UTF-8.
 *
 * @throws FormatError for a quote that is not closed, or text beside a quoted field; NdgradError for a delimiter that is
 * no single character.
 * @see RFC 4180
 * @example
 * for await (const [name, age] of csvRecords("people.csv")) console.log(name, age);
 */
export async function* csvRecords(source: Source, options: CsvRecordsOptions = {}): AsyncGenerator<readonly string[]> {
  for await (const records of recordBatches(source, options)) yield* records;
}

/** The same, as many at once as a piece of the file has: waiting for each record alone would take longer than reading it. */
export async function* recordBatches(source: Source, { delimiter = "," }: CsvRecordsOptions): AsyncGenerator<readonly (readonly string[])[]> {
  if (delimiter.length !== 1 || '"\r\n'.includes(delimiter)) throw new FormatError(`csv: the delimiter is ${JSON.stringify(delimiter)}; give one character, no quote or line break`);
  const decoder = new TextDecoder();
  let line = 1;
  let rest = "";
  for await (const chunk of chunksOf(source)) {
    const { records, from, lines } = split(rest + decoder.decode(chunk, { stream: true }), delimiter, line, false);
    yield records;
    line += lines;
    rest = from;
    if (rest.length > longest) throw new FormatError(`csv: the record from line ${line} on has more than ${longest} characters; is a quote not closed?`);
  }
  yield split(rest + decoder.decode(), delimiter, line, true).records;
}

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The whole records in a text, what is left of it, and how many lines the records took. */
function split(text: string, delimiter: string, firstLine: number, last: boolean): { readonly records: (readonly string[])[]; readonly from: string; readonly lines: number } {
  const separator = delimiter.charCodeAt(0);
  const records: string[][] = [];
  let lines = 0;
  let wholeLines = 0;
  let start = 0;
  let fields: string[] = [];
  let at = 0;
  for (;;) {
    // A field begins here. Beyond the end, charCodeAt is NaN, which equals nothing.
    let field: string;
    if (text.charCodeAt(at) === quote) {
      const end = closingQuote(text, at + 1);
      // Without a character behind it, a quote may yet turn out to be the first of two.
      if (end < 0 || (!last && end + 1 >= text.length)) {
        if (last) throw new FormatError(`csv: a quote opened in the record at line ${firstLine + lines} is not closed`);
        break;
      }
      field = text.slice(at + 1, end).replaceAll('""', '"');
      for (let i = text.indexOf("\n", at); i >= 0 && i < end; i = text.indexOf("\n", i + 1)) lines++;
      at = end + 1;
    } else {
      const from = at;
      let code = text.charCodeAt(at);
      while (at < text.length && code !== separator && code !== lineFeed) {
        if (code === quote) throw new FormatError(`csv: a quote within a field, at line ${firstLine + lines}; quote the whole field, and double the quote`);
        code = text.charCodeAt(++at);
      }
      const atEnd = code === lineFeed || (last && at === text.length);
      field = text.slice(from, atEnd && at > from && text.charCodeAt(at - 1) === carriageReturn ? at - 1 : at);
    }
    const next = text.charCodeAt(at);
    if (next === separator) {
      fields.push(field);
      at++;
      continue;
    }
    const left = text.length - at;
    if (!last && (left === 0 || (next === carriageReturn && left === 1))) break;
    const ends = left === 0 ? 0 : next === lineFeed ? 1 : next === carriageReturn && (left === 1 || text.charCodeAt(at + 1) === lineFeed) ? 2 : -1;
    if (ends < 0) throw new FormatError(`csv: text behind a closing quote, at line ${firstLine + lines}; double quotes within quotes`);
    fields.push(field);
    at = Math.min(text.length, at + ends);
    const empty = fields.length === 1 && field === "" && text.charCodeAt(start) !== quote;
    if (!empty) records.push(fields);
    fields = [];
    wholeLines = ++lines;
    start = at;
    if (at >= text.length) break;
  }
  return { records, from: text.slice(start), lines: wholeLines };
}

/** Where the quote stands that ends a field, which is not the first of two; −1 if there is none. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text.charCodeAt(at + 1) === quote) at = text.indexOf('"', at + 2);
  return at;
}
