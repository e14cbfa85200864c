import { NdgradError, tensor, type Tensor } from "@ndgrad/core";
import { FormatError, type Source } from "./bytes.ts";
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
  /** Indices into the categories, which come sorted; missing values are −1. */
  | { readonly kind: "category"; readonly values: Tensor<[number], "int32">; readonly categories: readonly string[] }
  /** Missing values are null. */
  | { readonly kind: "text"; readonly values: readonly (string | null)[] };

/** A CSV file by its columns. */
export interface CsvTable {
  readonly rows: number;
  readonly columns: Readonly<Record<string, CsvColumn>>;
  /** Columns of numbers (integers, booleans and categories' indices too) side by side: [rows, names.length]; all that are no text unless named. */
  readonly matrix: (names?: readonly string[]) => Tensor<[number, number], "float64">;
}

export interface CsvOptions extends CsvRecordsOptions {
  /** Whether the first line names the columns, or their names, where it does not; the first line unless given. */
  readonly header?: true | readonly string[];
  /** What columns are, by name. The others are integer, number, boolean or category: the first that all their fields are. */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
  /** Fields that stand for a missing value; empty ones, NA, N/A, NaN, null and ? unless given. */
  readonly missing?: readonly string[];
}

/**
 * Reads a CSV file into columns of tensors. Names, kinds and missing values are as the options say; fields are trimmed.
 *
 * @throws FormatError for what `csvRecords` throws, a record that has another number of fields than the first, names that occur twice, a field that is not
 * what its column is said to be, or one that is missing from a column of integers or booleans; NdgradError for unknown names.
 * @see pandas: read_csv
 * @example
 * const { columns, matrix } = await readCsv("iris.csv", { kinds: { species: "category" } });
 */
export async function readCsv(source: Source, options: CsvOptions = {}): Promise<CsvTable> {
  const { header = true, kinds = {}, missing = ["", "NA", "N/A", "NaN", "nan", "null", "?"] } = options;
  const absent = new Set(missing);
  let names: readonly string[] | undefined = header === true ? undefined : checkHeader(header);
  let distinct: Distinct[] = (names ?? []).map(() => new Distinct());
  let rows = 0;
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
  for await (const records of recordBatches(source, { ...options, even: true })) records.forEach(take);
  if (names === undefined) throw new FormatError("csv: the file is empty; where nothing names the columns, give header their names");
  const known = checkNames(names);
  const unknown = Object.keys(kinds).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new NdgradError(`csv: there is no column "${unknown}"; there are ${known.join(", ")}`);

  // Without a prototype, as any name may stand in a file.
  const columns = Object.create(null) as Record<string, CsvColumn>;
  known.forEach((name, i) => { columns[name] = columnOf(name, distinct[i], Object.hasOwn(kinds, name) ? kinds[name] : kindOf(distinct[i])); });
  return { rows, columns, matrix: (chosen) => matrixOf(columns, rows, chosen) };
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

const isNumber = (field: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(inf|infinity)$/i.test(field);
const isInteger = (field: string): boolean => /^[+-]?\d{1,10}$/.test(field) && Math.abs(Number(field)) < 2 ** 31;
const isBoolean = (field: string): boolean => /^(true|false)$/i.test(field);
const numberOf = (field: string): number => (/inf/i.test(field) ? (field.startsWith("-") ? -Infinity : Infinity) : Number(field));

function kindOf(column: Distinct): ColumnKind {
  const { fields, hasMissing } = column;
  if (!hasMissing && fields.every(isInteger)) return "integer";
  if (fields.every(isNumber)) return "number";
  return !hasMissing && fields.every(isBoolean) ? "boolean" : "category";
}

function columnOf(name: string, column: Distinct, kind: ColumnKind): CsvColumn {
  const { fields, size } = column;
  const parsed = (fits: (field: string) => boolean, parse: (field: string) => number): number[] => {
    const odd = fields.find((field) => !fits(field));
    if (odd !== undefined) throw new FormatError(`csv: column "${name}" is said to be ${kind}, but has "${odd.slice(0, 40)}"`);
    if (column.hasMissing && kind !== "number") throw new FormatError(`csv: column "${name}" is said to be ${kind}, but has missing values; read it as number`);
    return fields.map(parse);
  };
  switch (kind) {
    case "number": return { kind, values: tensor(column.map(new Float64Array(size), parsed(isNumber, numberOf), NaN)) };
    case "integer": return { kind, values: tensor(column.map(new Int32Array(size), parsed(isInteger, Number), 0)) };
    case "boolean": return { kind, values: tensor(column.map(new Int32Array(size), parsed(isBoolean, (field) => Number(/true/i.test(field))), 0)).cast("bool") };
    case "category": {
      const categories = [...fields].sort((a, b) => (a < b ? -1 : 1));
      const place = new Map(categories.map((field, i) => [field, i]));
      return { kind, categories, values: tensor(column.map(new Int32Array(size), fields.map((field) => place.get(field) ?? -1), -1)) };
    }
    case "text": return { kind, values: Array.from({ length: size }, (_, row) => fields[column.at(row)] ?? null) };
    default: throw new NdgradError(`csv: "${String(kind)}" is no kind of column; choose number, integer, boolean, category or text`);
  }
}

function matrixOf(columns: Readonly<Record<string, CsvColumn>>, rows: number, chosen: readonly string[] | undefined): Tensor<[number, number], "float64"> {
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
