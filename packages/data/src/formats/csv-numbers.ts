import { FormatError } from "./bytes.ts";

/** What stands before the fractions of numbers. */
export type DecimalMark = "." | ",";

/** How a file's numbers are said to be written. */
export interface NumberOptions {
  /** The decimal mark; of each column the one that all its fields can have, unless given. */
  readonly decimal?: DecimalMark | undefined;
  /** What groups digits by thousands, one character, or "" for nothing; a comma or point, an apostrophe or a space that does not break, unless given. */
  readonly thousands?: string | undefined;
}

/** Fields that stand for missing values: those of pandas, and ?, which data sets of the UCI have. */
export const missingFields: readonly string[] = [
  "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null", "?",
];

/** A number's parts. Signs may be the minus of typography. */
interface Parts {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string | undefined;
  readonly exponent: string;
  readonly percent: boolean;
}

const infinite = /^([+-]?)inf(inity)?$/i;
/** Besides a comma or a point: spaces that do not break, which spreadsheets write, and apostrophes. */
const separators = "\u00a0\u2009\u202f'\u2019";

/** One way to write numbers. */
export interface Notation {
  readonly decimal: DecimalMark;
  /** The parts of a number, or undefined for what is none. */
  readonly split: (field: string) => Parts | undefined;
}

/** The ways in which numbers may be written, the usual one first. */
export function notationsOf({ decimal, thousands }: NumberOptions): readonly Notation[] {
  return (decimal === undefined ? ([".", ","] as const) : [decimal]).filter((mark) => mark !== thousands).map((mark) => {
    const grouping = thousands ?? (mark === "." ? "," : ".") + separators;
    const grouped = grouping === "" ? "" : `|[1-9]\\d{0,2}([${grouping.replaceAll(/[\\\]^-]/g, "\\$&")}])\\d{3}(?:\\3\\d{3})*`;
    const fraction = mark === "." ? "\\.(\\d*)" : ",(\\d*)";
    // The sign, the whole part, its separator if there is one, the fraction, the exponent, a percent sign.
    const pattern = new RegExp(`^([+\\-\\u2212]?)(\\d+${grouped}${grouped === "" ? "()" : ""})?(?:${fraction})?([eE][+-]?\\d+)?\\s?(%?)$`);
    return {
      decimal: mark,
      split: (field) => {
        const [, sign, whole = "", separator, part, exponent = "", percent] = pattern.exec(field) ?? [];
        if (sign === undefined || (whole === "" && (part ?? "") === "")) return undefined;
        const digits = separator === undefined || separator === "" ? whole : whole.replaceAll(separator, "");
        return { negative: sign !== "" && sign !== "+", whole: digits, fraction: part, exponent, percent: percent === "%" };
      },
    };
  });
}

/** A number by its parts; a percentage is a share: "12.5%" is 0.125. */
function valueOf({ negative, whole, fraction = "", exponent, percent }: Parts): number {
  const text = `${negative ? "-" : ""}${whole}.${fraction}0${exponent}`;
  // With an exponent it is rounded once, where a division would round again.
  return !percent ? Number(text) : exponent === "" ? Number(`${text}e-2`) : Number(text) / 100;
}

/** Whether a whole number has more digits than float64. */
const tooLong = ({ negative, whole, fraction, exponent, percent }: Parts): boolean => {
  if (whole.length <= 15 || fraction !== undefined || exponent !== "" || percent) return false;
  const value = Number(`${negative ? "-" : ""}${whole}`);
  return !Number.isFinite(value) || BigInt(value) !== BigInt(`${negative ? "-" : ""}${whole}`);
};

/** What a column's fields are in one notation. */
export interface Reading {
  readonly decimal: DecimalMark;
  readonly values: readonly number[];
  /** Whether all are whole numbers that int32 holds, written as such. */
  readonly whole: boolean;
  /** A whole number with more digits than float64 holds. */
  readonly tooLong: string | undefined;
}

/** The fields as numbers, or undefined where one of them is none, or some are percentages and some are not. */
function readingIn({ decimal, split }: Notation, fields: readonly string[]): Reading | undefined {
  const values: number[] = [];
  let whole = true;
  let long: string | undefined;
  let percentages = 0;
  for (const field of fields) {
    const sign = infinite.exec(field)?.[1];
    if (sign !== undefined) {
      values.push(sign === "-" ? -Infinity : Infinity);
      whole = false;
      continue;
    }
    const parts = split(field);
    if (parts === undefined) return undefined;
    percentages += Number(parts.percent);
    const value = valueOf(parts);
    values.push(value);
    whole &&= parts.fraction === undefined && parts.exponent === "" && !parts.percent && value === (value | 0);
    if (tooLong(parts)) long ??= field;
  }
  if (percentages > 0 && percentages < fields.length) return undefined;
  // −0 and 0 are one in int32.
  return { decimal, values, whole, tooLong: long };
}

/** A column's fields as numbers: in each notation in which all of them are some. */
export class Numbers {
  readonly fields: readonly string[];
  private readonly readings: readonly Reading[];

  constructor(fields: readonly string[], notations: readonly Notation[]) {
    this.fields = fields;
    // Where no field has a mark, all notations read alike.
    const marked = fields.some((field) => field.includes(".") || field.includes(","));
    const all = (marked ? notations : notations.slice(0, 1)).flatMap((notation) => readingIn(notation, fields) ?? []);
    const [first, other] = all;
    this.readings = other !== undefined && first.values.every((value, i) => value === other.values[i]) ? [first] : all;
  }

  /** Which decimal mark the column shows beyond doubt. */
  get shown(): DecimalMark | undefined {
    const [only, other] = this.readings;
    return only !== undefined && other === undefined && this.fields.some((field) => field.includes(only.decimal)) ? only.decimal : undefined;
  }

  /**
   * The numbers, or undefined where the fields are none. "1,234" may be two of them: it is the one that other columns of the file
   * speak for, or else the delimiter: semicolons stand where commas are decimal marks.
   * @throws FormatError where nothing tells.
   */
  reading(column: string, shown: ReadonlySet<DecimalMark>, delimiter: string): Reading | undefined {
    const [first, other] = this.readings;
    if (other === undefined) return first;
    const odd = first.values.findIndex((value, i) => value !== other.values[i]);
    const [comma, point] = [",", "."].map((mark) => this.fields.some((field) => field.includes(mark)));
    const [known] = shown.size === 1 ? shown : [];
    if (comma && !point) {
      const mark = known ?? (delimiter === "," ? "." : delimiter === ";" ? "," : undefined);
      if (mark !== undefined) return mark === "." ? first : other;
    } else if (!comma && known !== ",") return first;
    throw new FormatError(
      `csv: "${this.fields[odd]}" in column "${column}" may be ${first.values[odd]} or ${other.values[odd]}; give the decimal mark: decimal: "." or ","`,
    );
  }
}
