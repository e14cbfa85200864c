import { NdgradError, tensor, type Tensor } from "@ndgrad/core";
import { checkOptions, isRecord, type OptionNames } from "@ndgrad/core/internal";
import { kindOf as whatIs } from "../checks.ts";
import { FormatError, type Source } from "./bytes.ts";
import { Numbers, missingFields, notationsOf, type DecimalMark, type Notation, type NumberOptions, type Reading } from "./csv-numbers.ts";
import { recordBatches } from "./csv-parser.ts";
import { checkHeader, checkNames, type CsvRecordsOptions } from "./csv-records.ts";

/** What the fields of a column are. */
export type ColumnKind = "number" | "integer" | "boolean" | "category" | "text";

/** A column of a CSV file. */
export type CsvColumn =
  /** Missing values are NaN. */
  | { readonly kind: "number"; readonly values: Tensor<[number], "float64"> }
  | { readonly kind: "integer"; readonly values: Tensor<[number], "int32"> }
  | { readonly kind: "boolean"; readonly values: Tensor<[number], "bool"> }
  /** Indices into the categories, which come sorted. Missing values are a category of their own, the last: null. */
  | { readonly kind: "category"; readonly values: Tensor<[number], "int32">; readonly categories: readonly (string | null)[] }
  /** Missing values are null. */
  | { readonly kind: "text"; readonly values: readonly (string | null)[] };

/** A CSV file by its columns. */
export interface CsvTable {
  readonly rows: number;
  readonly columns: Readonly<Record<string, CsvColumn>>;
  /** Columns of numbers (integers, booleans and categories' indices too) side by side: [rows, names.length]; all that are no text unless named. */
  readonly matrix: (names?: readonly string[]) => Tensor<[number, number], "float64">;
}

export interface CsvOptions extends CsvRecordsOptions, NumberOptions {
  /** Whether the first line names the columns, or their names, where it does not; the first line unless given. */
  readonly header?: true | readonly string[] | undefined;
  /** What columns are, by name. The others are integer, number, boolean, category or text: see {@link readCsv}. */
  readonly kinds?: Readonly<Record<string, ColumnKind>> | undefined;
  /** Fields that stand for a missing value; {@link missingFields} unless given. */
  readonly missing?: readonly string[] | undefined;
}
const optionNames: OptionNames<CsvOptions> = { delimiter: true, decimal: true, thousands: true, header: true, kinds: true, missing: true };
const kindNames: Readonly<Record<ColumnKind, true>> = { number: true, integer: true, boolean: true, category: true, text: true };

/**
 * Reads a CSV file into columns of tensors. Fields are trimmed. A column is, unless `kinds` says otherwise, the first of these
 * that all its fields are: *integer* (int32, none missing), *number* (float64, missing ones NaN), *boolean* (none missing),
 * *category*. Numbers may have a decimal comma, digits grouped by thousands (`1,234.5`, `1.234,5`, `1'234`), or all be percentages
 * (`12.5%` is 0.125); where `1,234` may be two numbers, the file's other columns decide, then its delimiter (a semicolon goes with
 * decimal commas), and else it is an error that asks for `decimal`. Whole numbers with more digits than float64 has, such as long ids, make
 * the column *text*: none of them is rounded.
 *
 * @throws FormatError for what `csvRecords` throws, a record that has another number of fields than the first, names that occur twice, a field that is not
 * what its column is said to be, one that is missing from a column of integers or booleans, or numbers that may be two; NdgradError for unknown names.
 * @see pandas: read_csv, whose missing values these are, and ?
 * @example
 * const { columns, matrix } = await readCsv("iris.csv", { kinds: { species: "category" } });
 */
export async function readCsv(source: Source, options: CsvOptions = {}): Promise<CsvTable> {
  checkCsvOptions(options);
  const { header = true, kinds = {}, missing = missingFields, delimiter: asked } = options;
  const absent = new Set(missing);
  let names: readonly string[] | undefined = header === true ? undefined : header;
  let distinct: Distinct[] = (names ?? []).map(() => new Distinct());
  let rows = 0;
  let delimiter = ",";
  const take = (record: readonly string[]): void => {
    if (names === undefined) {
      names = record.map((name) => name.trim());
      distinct = names.map(() => new Distinct());
      return;
    }
    rows++;
    // All records are alike: only names that the caller gave can be too few or too many.
    if (record.length !== distinct.length) throw new FormatError(`csv: the records have ${record.length} fields, and header names ${distinct.length} columns`);
    for (let i = 0; i < record.length; i++) {
      const field = record[i].trim();
      distinct[i].push(absent.has(field) ? null : field);
    }
  };
  const reading = { delimiter: asked, even: true, columns: names?.length, onDelimiter: (found: string) => { delimiter = found; } };
  for await (const records of recordBatches(source, reading)) records.forEach(take);
  if (names === undefined) throw new FormatError("csv: the file is empty; where nothing names the columns, give header their names");
  const known = checkNames(names);
  const unknown = Object.keys(kinds).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new NdgradError(`csv: there is no column "${unknown}"; there are ${known.join(", ")}`);

  const kindIn = (name: string): ColumnKind | undefined => (Object.hasOwn(kinds, name) ? kinds[name] : undefined);
  const readings = readingsOf(distinct, known.map(kindIn), known, notationsOf(options), delimiter);
  // Without a prototype, as any name may stand in a file.
  const columns = Object.create(null) as Record<string, CsvColumn>;
  known.forEach((name, i) => { columns[name] = columnOf(name, distinct[i], readings[i], kindIn(name) ?? kindOf(distinct[i], readings[i])); });
  return { rows, columns, matrix: (chosen) => matrixOf(columns, rows, chosen) };
}

function checkCsvOptions(options: CsvOptions): void {
  checkOptions("readCsv", options, optionNames);
  const { decimal, thousands, header = true, kinds, missing } = options;
  if (decimal !== undefined && ![",", "."].includes(decimal)) throw new NdgradError(`readCsv: decimal is ${whatIs(decimal)}; give "." or ","`);
  if (thousands !== undefined && !(typeof thousands === "string" && thousands.length <= 1 && !/[\dEe+-]/.test(thousands) && (thousands === "" || thousands !== decimal))) {
    throw new NdgradError(`readCsv: thousands is ${whatIs(thousands)}; give one character that no number has otherwise, or "" for none`);
  }
  if (header !== true) checkHeader(header);
  if (missing !== undefined && !(Array.isArray(missing) && missing.every((field) => typeof field === "string"))) throw new NdgradError(`readCsv: missing is ${whatIs(missing)}; give an array of the fields that stand for missing values`);
  if (kinds !== undefined && !isRecord(kinds)) throw new NdgradError(`readCsv: kinds is ${whatIs(kinds)}; give a record of columns' kinds, by name`);
  for (const [name, kind] of Object.entries(kinds ?? {})) {
    if (!Object.hasOwn(kindNames, kind)) throw new NdgradError(`readCsv: ${whatIs(kind)} is no kind of column, as "${name}" is said to be; choose ${Object.keys(kindNames).join(", ")}`);
  }
}

/** The columns' fields as numbers, where they are some; columns that are said to be something else are not looked at. */
function readingsOf(
  columns: readonly Distinct[], kinds: readonly (ColumnKind | undefined)[], names: readonly string[], notations: readonly Notation[], delimiter: string,
): readonly (Reading | undefined)[] {
  const numbers = columns.map((column, i) => (kinds[i] === undefined || kinds[i] === "number" || kinds[i] === "integer" ? new Numbers(column.fields, notations) : undefined));
  const shown = new Set(numbers.flatMap((each): readonly DecimalMark[] => (each?.shown === undefined ? [] : [each.shown])));
  return numbers.map((each, i) => each?.reading(names[i], shown, delimiter));
}

/** A column's fields, each different one kept once. */
class Distinct {
  private readonly places = new Map<string, number>();
  private codes = new Int32Array(64);
  private length = 0;
  hasMissing = false;

  push(field: string | null): void {
    if (this.length === this.codes.length) {
      const longer = new Int32Array(2 * this.length);
      longer.set(this.codes);
      this.codes = longer;
    }
    let place = -1;
    if (field === null) this.hasMissing = true;
    else {
      place = this.places.get(field) ?? this.places.size;
      if (place === this.places.size) this.places.set(field, place);
    }
    this.codes[this.length++] = place;
  }

  /** The different fields in the order they came. */
  get fields(): readonly string[] { return [...this.places.keys()]; }

  /** For each row, what its field stands for. */
  map<T extends number, A extends { [index: number]: number }>(out: A, values: ArrayLike<T>, absent: T): A {
    for (let i = 0; i < this.length; i++) out[i] = this.codes[i] < 0 ? absent : values[this.codes[i]];
    return out;
  }
  get size(): number { return this.length; }
  at(row: number): number { return this.codes[row]; }
}

const isBoolean = (field: string): boolean => /^(true|false)$/i.test(field);

function kindOf({ fields, hasMissing }: Distinct, numbers: Reading | undefined): ColumnKind {
  if (numbers !== undefined) return numbers.tooLong !== undefined ? "text" : numbers.whole && !hasMissing ? "integer" : "number";
  return !hasMissing && fields.every(isBoolean) ? "boolean" : "category";
}

function columnOf(name: string, column: Distinct, numbers: Reading | undefined, kind: ColumnKind): CsvColumn {
  const { fields, size } = column;
  const refuse = (odd: string | undefined): never => { throw new FormatError(`csv: column "${name}" is said to be ${kind}, but has ${odd === undefined ? "others" : `"${odd.slice(0, 40)}"`}`); };
  const complete = (): void => {
    if (column.hasMissing) throw new FormatError(`csv: column "${name}" is said to be ${kind}, but has missing values; read it as ${kind === "boolean" ? "category" : "number"}`);
  };
  switch (kind) {
    case "number": {
      if (numbers === undefined) return refuse(oddOf(fields));
      if (numbers.tooLong !== undefined) throw new FormatError(`csv: column "${name}" is said to be number, but "${numbers.tooLong}" has more digits than float64 holds; read it as text or category`);
      return { kind, values: tensor(column.map(new Float64Array(size), numbers.values, NaN)) };
    }
    case "integer": {
      if (numbers?.whole !== true) return refuse(numbers === undefined ? oddOf(fields) : fields[numbers.values.findIndex((value) => value !== (value | 0))]);
      complete();
      return { kind, values: tensor(column.map(new Int32Array(size), numbers.values, 0)) };
    }
    case "boolean": {
      if (!fields.every(isBoolean)) return refuse(fields.find((field) => !isBoolean(field)));
      complete();
      return { kind, values: tensor(column.map(new Int32Array(size), fields.map((field) => Number(/true/i.test(field))), 0)).cast("bool") };
    }
    case "category": {
      const known = [...fields].sort((a, b) => (a < b ? -1 : 1));
      const place = new Map(known.map((field, i) => [field, i]));
      const values = column.map(new Int32Array(size), fields.map((field) => place.get(field) ?? -1), known.length);
      return { kind, categories: column.hasMissing ? [...known, null] : known, values: tensor(values) };
    }
    case "text": return { kind, values: Array.from({ length: size }, (_, row) => fields[column.at(row)] ?? null) };
  }
}

/** A field that is no number as numbers are written most often. */
const oddOf = (fields: readonly string[]): string | undefined => fields.find((field) => field === "" || Number.isNaN(Number(field)));

function matrixOf(columns: Readonly<Record<string, CsvColumn>>, rows: number, chosen: readonly string[] | undefined): Tensor<[number, number], "float64"> {
  if (chosen !== undefined && !Array.isArray(chosen)) throw new NdgradError(`csv: matrix takes an array of columns' names, got ${whatIs(chosen)}`);
  const names = chosen ?? Object.keys(columns).filter((name) => columns[name].kind !== "text");
  const data = new Float64Array(rows * names.length);
  names.forEach((name, at) => {
    const column = columns[name] as CsvColumn | undefined;
    if (column === undefined) throw new NdgradError(`csv: there is no column "${name}"; there are ${Object.keys(columns).join(", ")}`);
    if (column.kind === "text") throw new NdgradError(`csv: column "${name}" is text, which no tensor holds; read it as category`);
    const values: ArrayLike<number> = column.values.data;
    for (let row = 0; row < rows; row++) data[row * names.length + at] = values[row];
  });
  return tensor(data, { shape: [rows, names.length] });
}
