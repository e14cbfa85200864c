// A column of numbers stays one, however its file writes them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NdgradError, oneHot } from "@ndgrad/core";
import { FormatError } from "./bytes.ts";
import { missingFields } from "./csv-numbers.ts";
import { csvRecords } from "./csv-records.ts";
import { readCsv, type CsvOptions } from "./csv.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;
/** One column "x", beside a column of dots, in a file with a delimiter. */
const column = async (fields: readonly string[], options: CsvOptions = {}, delimiter = ",") => {
  const { columns } = await readCsv(bytes(["x", ...fields].map((field) => `${quoted(field)}${delimiter}.`).join("\n")), { delimiter, ...options });
  const { x } = columns;
  return [x.kind, x.kind === "text" ? x.values : x.values.toArray()] as const;
};

describe("missing values", () => {
  test.each(missingFields)("%j leaves a number missing, and a category", async (field) => {
    expect(await column(["1.5", field, "2"])).toEqual(["number", [1.5, NaN, 2]]);
    expect(await column(["1", field])).toEqual(["number", [1, NaN]]);
    expect(await column(["a", field])).toEqual(["category", [0, 1]]);
  });

  test("are those of pandas, and ?", () => {
    for (const field of ["NULL", "None", "#N/A", "<NA>", "n/a", "", "NaN", "nan", "null", "NA", "N/A", "-nan", "1.#QNAN", "#NA", "?"]) expect(missingFields).toContain(field);
    expect(new Set(missingFields).size).toBe(missingFields.length);
  });

  test("are others where others are given", async () => {
    expect(await column(["1", "-", "NA"], { missing: [...missingFields, "-"] })).toEqual(["number", [1, NaN, NaN]]);
    expect(await column(["DE", "NA"], { missing: [] })).toEqual(["category", [0, 1]]);
  });

  test("are a category of their own, which oneHot takes", async () => {
    const { columns, matrix } = await readCsv(bytes("pet,n\ncat,1\nNone,2\ndog,3\n,4\n"));
    const { pet } = columns;
    if (pet.kind !== "category") throw new Error(pet.kind);
    expect([pet.categories, pet.values.toArray()]).toEqual([["cat", "dog", null], [0, 2, 1, 2]]);
    expect(oneHot(pet.values, pet.categories.length).toArray()).toEqual([[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]]);
    expect(matrix(["pet"]).toArray()).toEqual([[0], [2], [1], [2]]);
  });
});

describe("numbers as they are written", () => {
  test.each<readonly [string, readonly string[], string, "number" | "integer", readonly number[]]>([
    ["decimal commas", ["1,5", "-2,25", "3", "0,5e3"], ";", "number", [1.5, -2.25, 3, 500]],
    ["decimal commas, quoted between commas", ["1,5", "-2,25"], ",", "number", [1.5, -2.25]],
    ["decimal commas between tabs", ["1,5", "0,125"], "\t", "number", [1.5, 0.125]],
    ["thousands by commas", ["1,234.5", "12", "1,234,567"], ",", "number", [1234.5, 12, 1234567]],
    ["whole numbers with thousands", ["1,234", "-12,345", "7"], ",", "integer", [1234, -12345, 7]],
    ["thousands by points", ["1.234,5", "1.234.567"], ";", "number", [1234.5, 1234567]],
    ["thousands by apostrophes", ["1'234.5", "1’234’567"], ",", "number", [1234.5, 1234567]],
    ["thousands by spaces that do not break", ["1\u00a0234,5", "1\u202f234"], ";", "number", [1234.5, 1234]],
    ["percentages", ["12.5%", "100%", "-0.1 %", "1e1%"], ",", "number", [0.125, 1, -0.001, 0.1]],
    ["percentages with commas", ["12,5%", "7%"], ";", "number", [0.125, 0.07]],
    ["three decimals behind a point", ["1.234", "2.500"], ",", "number", [1.234, 2.5]],
    ["three decimals behind a point between semicolons", ["1.234", "2.500"], ";", "number", [1.234, 2.5]],
    ["three decimals behind a comma between semicolons", ["1,234", "2,500"], ";", "number", [1.234, 2.5]],
    ["a zero before three decimals", ["0,125", "1,234"], ",", "number", [0.125, 1.234]],
    ["signs, and minus signs of typography", ["+1", "\u22122", "-.5", "5."], ",", "number", [1, -2, -0.5, 5]],
    ["infinities", ["inf", "-Infinity", "1"], ",", "number", [Infinity, -Infinity, 1]],
  ])("%s", async (_, fields, delimiter, kind, values) => {
    expect(await column(fields, {}, delimiter)).toEqual([kind, values]);
  });

  test.each<readonly [string, readonly string[]]>([
    ["groups of two digits", ["12,34,567"]], ["two separators", ["1,234'567"]], ["shares beside numbers", ["5%", "7"]], ["dates", ["2024-01-02"]], ["versions", ["1.2.3"]], ["a percent sign alone", ["%"]],
    ["a point alone", ["."]], ["hexadecimal", ["0x10"]], ["spaces", ["1 234"]], ["a zero before groups", ["0,123,456"]],
  ])("%s are categories", async (_, fields) => {
    expect((await column(fields))[0]).toBe("category");
  });

  test("where a field may be two numbers, the file's other columns tell", async () => {
    const one = async (text: string, options: CsvOptions = {}) => (await readCsv(bytes(text), options)).matrix().toArray();
    expect(await one('a\tb\n"1,234"\t0.5\n')).toEqual([[1234, 0.5]]);
    expect(await one('a\tb\n1,234\t0,5\n')).toEqual([[1.234, 0.5]]);
    await expect(one("a\tb\n1,234\t5\n")).rejects.toThrow('csv: "1,234" in column "a" may be 1234 or 1.234; give the decimal mark: decimal: "." or ","');
    await expect(one("a;b\n1.234;0,5\n")).rejects.toThrow('"1.234" in column "a" may be 1.234 or 1234');
    expect(await one("a;b\n1.234;0,5\n", { decimal: "," })).toEqual([[1234, 0.5]]);
    expect(await one("a\tb\n1,234\t5\n", { decimal: "." })).toEqual([[1234, 5]]);
    // Nobody has to tell of columns that are something else.
    expect((await readCsv(bytes("a\tb\n1,234\t5\n"), { kinds: { a: "text" } })).columns["a"]).toMatchObject({ kind: "text", values: ["1,234"] });
  });

  test("as options say", async () => {
    expect(await column(["1 234", "5"], { thousands: " " })).toEqual(["integer", [1234, 5]]);
    expect((await column(["1,234", "5"], { thousands: "" }, ";"))[1]).toEqual([1.234, 5]);
    expect((await column(["1,5"], { decimal: "." }))[0]).toBe("category");
    expect(await column(["1_234"], { thousands: "_" })).toEqual(["integer", [1234]]);
    await expect(column(["1,5", "x"], { kinds: { x: "number" } })).rejects.toThrow('column "x" is said to be number, but has "1,5"');
    await expect(column(["1,5"], { kinds: { x: "integer" } })).rejects.toThrow('column "x" is said to be integer, but has "1,5"');
  });

  test("any number is read again in every notation", async () => {
    const notations = [["en", ".", ","], ["de", ",", ";"], ["de-CH", ".", ","], ["fr", ",", ";"]] as const;
    await fc.assert(fc.asyncProperty(fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 8 }), fc.constantFrom(...notations), fc.boolean(), async (drawn, [locale, decimal, delimiter], useGrouping) => {
      const numbers = drawn.map((value) => Number(value.toFixed(2)));
      const written = numbers.map((value) => value.toLocaleString(locale, { useGrouping, minimumFractionDigits: 2, maximumFractionDigits: 2 }));
      const expected = written.map((field, i) => (/^[-\u2212]?0[.,]00$/.test(field) ? 0 : numbers[i]));
      for (const options of [{}, { decimal }]) expect((await column(written, options, delimiter))[1].map((value) => Number(value) + 0)).toEqual(expected);
    }), { numRuns: 100 });
  });
});

describe("digits are not lost", () => {
  test("whole numbers up to 32 bits are integers, up to 53 float64", async () => {
    expect(await column(["16777217", "-2147483648", "2147483647"])).toEqual(["integer", [16777217, -2147483648, 2147483647]]);
    expect(await column(["2147483648", "9007199254740992"])).toEqual(["number", [2147483648, 9007199254740992]]);
  });

  test("longer ones are text, or an error where numbers are asked for", async () => {
    expect(await column(["9007199254740993", "", "1"])).toEqual(["text", ["9007199254740993", null, "1"]]);
    for (const long of ["-18446744073709551615", "9".repeat(400)]) expect((await column([long]))[0]).toBe("text");
    await expect(column(["9007199254740993"], { kinds: { x: "number" } })).rejects.toThrow('"9007199254740993" has more digits than float64 holds; read it as text or category');
    // As long, and held exactly.
    expect(await column(["9007199254740994", "100000000000000000000"])).toEqual(["number", [9007199254740994, 1e20]]);
    // Fractions are rounded, as everywhere.
    expect(await column(["0.12345678901234567890"])).toEqual(["number", [0.12345678901234568]]);
  });
});

describe("what stands between fields", () => {
  const matrix = async (text: string, options: CsvOptions = {}) => (await readCsv(bytes(text), options)).matrix().toArray();

  test.each<readonly [string, string]>([
    ["semicolons", "a;b\n1,5;2\n"], ["tabs", "a\tb\n1.5\t2\n"], ["bars", "a|b\n1.5|2\n"], ["commas", "a,b\n1.5,2\n"],
    ["a first line", "sep=;\na;b\n1,5;2\n"], ["a first line, quoted", '"sep=;"\r\na;b\r\n1,5;2\r\n'], ["a first line behind a BOM", "\ufeffsep=;\na;b\n1,5;2\n"],
    ["a first line of tabs", "sep=\t\na\tb\n1.5\t2\n"], ["a BOM", "\ufeffa;b\n1,5;2\n"], ["fewer commas than semicolons", "a, in cm;b;\n1,5;2;\n"], ["quotes with delimiters", '"a;x;y",b\n1.5,2\n'],
    ["an odd first line", "sep=#\na#b\n1.5#2\n"],
  ])("%s", async (_, text) => {
    expect((await matrix(text)).map((row) => row.slice(0, 2))).toEqual([[1.5, 2]]);
  });

  test("is what the names' number says, and the option first of all", async () => {
    expect(await matrix("1,5;2,5\n", { header: ["a", "b"] })).toEqual([[1.5, 2.5]]);
    expect(await matrix("sep=;\na,b\n1,2\n", { delimiter: "," })).toEqual([[1, 2]]);
    expect(Object.keys((await readCsv(bytes("a;b\n1;2\n"), { delimiter: "," })).columns)).toEqual(["a;b"]);
    const records: unknown[] = [];
    for await (const record of csvRecords(bytes("sep=;\n1;2\n"))) records.push(record);
    expect(records).toEqual([["1", "2"]]);
  });

  test("lines are counted as they are in the file", async () => {
    await expect(readCsv(bytes("sep=;\na;b\n1\n"))).rejects.toThrow("the record at line 3 has 1 fields");
  });

  test("is found in files that are longer than what is looked at", async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `${i},5;"x, y"`);
    expect((await readCsv(bytes(`a;b\n${rows.join("\n")}`))).columns["a"]).toMatchObject({ kind: "number" });
  });
});

test.each<readonly [string, unknown, string]>([
  ["an option of pandas", { na_values: ["-"] }, 'readCsv: unknown option "na_values"'], ["another case", { Delimiter: ";" }, 'did you mean "delimiter"'],
  ["one missing field", { missing: "NA" }, 'readCsv: missing is "NA"; give an array'], ["kinds as a list", { kinds: ["text"] }, "readCsv: kinds is an array; give a record"],
  ["a kind that is none", { kinds: { a: "float" } }, 'readCsv: "float" is no kind of column, as "a" is said to be; choose number'], ["a decimal mark that is none", { decimal: "'" }, 'readCsv: decimal is "\'"; give "." or ","'],
  ["two marks", { thousands: ",," }, "readCsv: thousands is"], ["the same mark twice", { decimal: ",", thousands: "," }, "readCsv: thousands is"], ["a header of numbers", { header: [1] }, "csv: header is an array"],
  ["a delimiter of two", { delimiter: "::" }, "give one character"], ["no record", ";", "readCsv: options are given by name"],
])("%s is an error", async (_, options, message) => {
  const error = await readCsv(bytes("a\n1\n"), options as CsvOptions).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(NdgradError);
  expect((error as Error).message).toContain(message);
});

test("any text in any notation is a table or an error of the format", async () => {
  const field = fc.string({ unit: fc.constantFrom("1", "23", "456", ",", ".", "'", "\u00a0", "%", "-", "e", ";", "\t", "inf", "NULL", "\n", '"', "sep="), maxLength: 12 });
  await fc.assert(fc.asyncProperty(field, async (text) => {
    try {
      const { rows, columns } = await readCsv(bytes(text));
      for (const { values } of Object.values(columns)) expect("shape" in values ? values.shape[0] : values.length).toBe(rows);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
    }
  }), { numRuns: 500 });
});
