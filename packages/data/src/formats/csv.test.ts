import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { dataset } from "../dataset/dataset.ts";
import { FormatError } from "./bytes.ts";
import { recordBatches, type StartParser } from "./csv-parser.ts";
import { csvRecords } from "./csv-records.ts";
import { readCsv } from "./csv.ts";

const folder = mkdtempSync(`${tmpdir()}/ndgrad-csv-`);
afterAll(() => { rmSync(folder, { recursive: true }); });

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const records = async (source: Uint8Array | Blob | string, delimiter = ","): Promise<(readonly string[])[]> => {
  const all: (readonly string[])[] = [];
  for await (const record of csvRecords(source, { delimiter })) all.push(record);
  return all;
};

describe("csvRecords", { timeout: 30_000 }, () => {
  test("resolves quotes, line breaks and empty lines", async () => {
    expect(await records(bytes('a,b\r\n"1, 2","say ""hi"""\n\n"two\nlines",\n'))).toEqual([["a", "b"], ["1, 2", 'say "hi"'], ["two\nlines", ""]]);
    expect(await records(bytes("\ufeffa;b\n1;2"), ";")).toEqual([["a", "b"], ["1", "2"]]);
    expect(await records(bytes(""))).toEqual([]);
    expect(await records(bytes('""\n'))).toEqual([[""]]);
  });

  test("gives records by name where the first line, or the caller, names the columns", async () => {
    const named = dataset(() => csvRecords(bytes("name , age\nAnn, 31\n\"Bob\",40\n"), { header: true }));
    expect(await named.map(({ age }) => Number(age)).toArray()).toEqual([31, 40]);
    expect((await named.batch(2).toArray())[0]).toEqual({ name: ["Ann", "Bob"], age: ["31", "40"] });
    expect(await dataset(() => csvRecords(bytes("1;2\n3;4\n"), { header: ["a", "b"], delimiter: ";" })).map(({ a, b }) => [a, b]).toArray()).toEqual([["1", "2"], ["3", "4"]]);
    // Any name may stand in a file.
    const [odd] = await dataset(() => csvRecords(bytes("__proto__,b\n1,2\n"), { header: true })).toArray();
    expect(Object.entries(odd)).toEqual([["__proto__", "1"], ["b", "2"]]);
    const all = (text: string, header: true | readonly string[] = true): Promise<unknown> => dataset(() => csvRecords(bytes(text), { header })).toArray();
    await expect(all("a,a\n1,2\n")).rejects.toThrow('two columns are called "a"');
    await expect(all("a,b\n1\n")).rejects.toThrow(FormatError);
    await expect(all("1,2\n", ["a"])).rejects.toThrow("the records have 2 fields, and header names 1 columns");
  });

  const field = fc.string({ unit: fc.constantFrom("a", "é", "😀", ",", '"', "\n", "\r", " ", "1"), maxLength: 6 });
  const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 6 });
  const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  test("reads what was written, in pieces of any size", async () => {
    await fc.assert(fc.asyncProperty(table, fc.constantFrom("\n", "\r\n", "\r"), fc.boolean(), fc.integer({ min: 1, max: 9 }), async (rows, newline, ended, piece) => {
      const all = bytes(rows.map((row) => row.map(quoted).join(",")).join(newline) + (ended ? newline : ""));
      const path = `${folder}/pieces.csv`;
      expect(await records(all)).toEqual(rows);
      writeFileSync(path, all);
      expect(await records(path)).toEqual(rows);
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < all.length; at += piece) controller.enqueue(all.slice(at, at + piece));
          controller.close();
        },
      });
      const blob = Object.assign(new Blob([]), { stream: () => stream });
      expect(await records(blob)).toEqual(rows);
    }), { numRuns: 120 });
  });

  test("is the same in a browser, for any text: the same records, or the same error", async () => {
    const [{ parse: inNode }, { parse: inBrowser }] = await Promise.all([import("csv-parse"), import("csv-parse/browser/esm")]);
    const text = fc.string({ unit: fc.constantFrom("a", "é", "😀", ",", '"', '""', "\n", "\r", "\r\n", " "), maxLength: 14 });
    const judge = async (source: Uint8Array, startParser: StartParser): Promise<unknown> => {
      const all: (readonly string[])[] = [];
      try {
        for await (const some of recordBatches(source, { startParser })) all.push(...some);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        return error.message;
      }
      return all;
    };
    await fc.assert(fc.asyncProperty(text, async (any) => {
      expect(await judge(bytes(any), inBrowser)).toEqual(await judge(bytes(any), inNode));
    }), { numRuns: 200 });
    const long = bytes("1,\"two\"\n".repeat(15_000));
    expect(await judge(long, inBrowser)).toEqual(await judge(long, inNode));
  });

  test("reads no further than asked", async () => {
    let given = 0;
    const endless = new ReadableStream<Uint8Array>({ pull(controller) { given++; controller.enqueue(bytes("1,2\n".repeat(1000))); } });
    const rows = dataset(() => csvRecords(Object.assign(new Blob([]), { stream: () => endless }))).map(([a, b]) => Number(a) + Number(b));
    expect((await rows.take(2500).batch(2500).toArray()).map((batch) => batch.sum().item())).toEqual([7500]);
    expect(given).toBeLessThan(10);
  });

  test("refuses what is no UTF-8, with the line, and not letter by letter", async () => {
    await expect(records(Buffer.from("name\ncafé\n", "latin1"))).rejects.toThrow("are bytes that are no UTF-8; is it in another encoding, such as Latin-1 or UTF-16? Save it as UTF-8");
    await expect(records(Buffer.from("\ufeffa,b\n1,2\n", "utf16le"))).rejects.toThrow("no UTF-8");
    await expect(records(bytes("a,é").subarray(0, -1))).rejects.toThrow("no UTF-8");
  });

  test("reads lines of any system", async () => {
    for (const end of ["\n", "\r\n", "\r"]) expect(await records(bytes(["a,b", '1,"2\r3"', "", "4,5"].join(end)))).toEqual([["a", "b"], ["1", "2\r3"], ["4", "5"]]);
  });

  test("takes a time in proportion to many names", async () => {
    const { columns } = await readCsv(bytes(Array.from({ length: 50_000 }, (_, i) => i).join(",")));
    expect(Object.keys(columns)).toHaveLength(50_000);
  }, 2000);

  test("refuses quotes that are not closed, soon", async () => {
    await expect(records(bytes('a,b\n1,"2\n'))).rejects.toThrow("the file ends, at line 2, within a quote that record 2 opens and does not close");
    await expect(records(bytes('a,b"c\n'))).rejects.toThrow("a quote within a field, at line 1");
    await expect(records(bytes('a\n"b"c\n'))).rejects.toThrow("text behind a closing quote, at line 2");
    await expect(records(bytes(`"${"a".repeat(2 ** 23)}`))).rejects.toThrow("is a quote not closed?");
    await expect(records(bytes(",".repeat(2 ** 23)))).rejects.toThrow("has more than");
    await expect(records(bytes('"1\n2",\n"3\n4",5"'))).rejects.toThrow("at line 4");
    await expect(records(bytes("a"), ";;")).rejects.toThrow("give one character");
    await expect(records(gzipSync("a,b\n1,2\n").subarray(0, 20))).rejects.toThrow(FormatError);
    await expect(records(`${folder}/none.csv`)).rejects.toThrow(`csv: there is no file "${folder}/none.csv"`);
  });
});

describe("readCsv", { timeout: 30_000 }, () => {
  const people = "name,age,height,member,city\nAnn,31,1.7,true,Rome\nBob,?,1.82,false,Oslo\nCid, 7 ,-2e-1,TRUE,Rome\nDot,40,NA,false,\n";

  test("finds the kinds of columns, and missing values", async () => {
    const { rows, columns, matrix } = await readCsv(bytes(people), { kinds: { name: "text" } });
    expect(rows).toBe(4);
    const values = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, [column.kind, column.kind === "text" ? column.values : column.values.toArray()]]));
    expect(values).toEqual({
      name: ["text", ["Ann", "Bob", "Cid", "Dot"]], age: ["number", [31, NaN, 7, 40]], height: ["number", [1.7, 1.82, -0.2, NaN]],
      member: ["boolean", [true, false, true, false]], city: ["category", [1, 0, 1, 2]],
    });
    expect(columns["city"]).toMatchObject({ categories: ["Oslo", "Rome", null] });
    expect(matrix(["age", "city"]).toArray()).toEqual([[31, 1], [NaN, 0], [7, 1], [40, 2]]);
    expect(matrix().shape).toEqual([4, 4]);
  });

  test("takes names, kinds and missing values as told, from gzipped files too", async () => {
    writeFileSync(`${folder}/x.csv.gz`, gzipSync("1;2;-\n3;x;4\n"));
    const { columns } = await readCsv(`${folder}/x.csv.gz`, { delimiter: ";", header: ["a", "b", "c"], kinds: { a: "number" }, missing: ["-"] });
    expect(columns["a"]).toMatchObject({ kind: "number" });
    expect(columns["b"]).toMatchObject({ kind: "category", categories: ["2", "x"] });
    expect(columns["c"].kind === "number" && columns["c"].values.toArray()).toEqual([NaN, 4]);
    expect((await readCsv(bytes("a,b\n"))).rows).toBe(0);
  });

  test("refuses tables that do not fit", async () => {
    await expect(readCsv(bytes(""))).rejects.toThrow("the file is empty");
    await expect(readCsv(bytes("a,b\n1,2\n\n\n3\n"))).rejects.toThrow("the record at line 5 has 1 fields, which is not what the records before it have");
    await expect(readCsv(bytes("1,2\n"), { header: ["a"] })).rejects.toThrow("the records have 2 fields, and header names 1 columns");
    await expect(readCsv(bytes("a,a\n"))).rejects.toThrow('two columns are called "a"');
    await expect(readCsv(bytes("a\n1\n"), { kinds: { b: "text" } })).rejects.toThrow('there is no column "b"; there are a');
    await expect(readCsv(bytes("a\nx\n"), { kinds: { a: "number" } })).rejects.toThrow('column "a" is said to be number, but has "x"');
    await expect(readCsv(bytes("a,b\n1,\n"), { kinds: { b: "integer" } })).rejects.toThrow("but has missing values");
    const { matrix } = await readCsv(bytes(people), { kinds: { name: "text" } });
    expect(() => matrix(["name"])).toThrow("is text");
    expect(() => matrix(["no"])).toThrow('there is no column "no"');
  });

  test("gets a table or an error out of any bytes, packed ones too, and never a crash", async () => {
    const packed = new Uint8Array(gzipSync(people));
    const damaged = fc.tuple(fc.nat(packed.length - 1), fc.nat(255), fc.nat(packed.length)).map(([place, value, length]) => packed.with(place, value).subarray(0, length));
    const mixed = fc.array(fc.constantFrom("a", "1", "-2e3", ",", '"', "\n", "\r", "é", "\0")).map((parts) => bytes(parts.join("")));
    await fc.assert(fc.asyncProperty(fc.oneof(damaged, mixed, fc.uint8Array({ maxLength: 60 })), async (file) => {
      try {
        const { rows, columns } = await readCsv(file);
        for (const { values } of Object.values(columns)) expect("shape" in values ? values.shape[0] : values.length).toBe(rows);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }), { numRuns: 300 });
  });

  test("a name like a prototype's is a name", async () => {
    const { columns } = await readCsv(bytes("__proto__,constructor\n1,2\n"));
    expect(Object.keys(columns)).toEqual(["__proto__", "constructor"]);
  });
});
