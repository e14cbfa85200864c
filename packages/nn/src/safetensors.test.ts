import fc from "fast-check";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import { tensor, variable } from "@ndgrad/core";
import { ParameterFileError } from "./errors.ts";
import { decodeSafetensors, encodeSafetensors, readTensors, writeTensors, type NamedTensors } from "./safetensors.ts";

const folder = mkdtempSync(`${tmpdir()}/ndgrad-safetensors-`);
afterAll(() => rmSync(folder, { recursive: true }));

const named: fc.Arbitrary<NamedTensors> = fc.dictionary(
  fc.string({ unit: "binary" }).filter((name) => name !== "__metadata__"),
  fc.tuple(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }), fc.integer({ min: 0, max: 3 }), fc.array(fc.double({ noNaN: false }), { minLength: 27, maxLength: 27 }))
    .map(([shape, kind, values]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = [Float32Array, Float64Array, Int32Array][kind]?.from(values.slice(0, size)) ?? Uint8Array.from(values.slice(0, size), (value) => Number(value > 0));
      return tensor(data, { shape });
    }),
  { noNullPrototype: true },
);

const plain = (tensors: NamedTensors) => Object.entries(tensors).map(([name, { dtype, shape, data }]) => ({ name, dtype, shape: [...shape], data: [...data] }));

/** A file with this header, and bytes after it. */
function file(header: unknown, bytes = 0): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const all = new Uint8Array(8 + json.length + bytes);
  new DataView(all.buffer).setBigUint64(0, BigInt(json.length), true);
  all.set(json, 8);
  return all;
}

describe("encodeSafetensors and decodeSafetensors", () => {
  test("give back what they were given", () => {
    fc.assert(fc.property(named, (tensors) => {
      // integer-like names come first in any record, so the order is not compared
      const sorted = (all: NamedTensors) => plain(all).sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(sorted(decodeSafetensors(encodeSafetensors(tensors)))).toEqual(sorted(tensors));
    }));
  });

  test("write the format byte by byte", () => {
    const bytes = encodeSafetensors({ w: tensor([1, -2]) });
    const header = `{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`;
    const length = Math.ceil(header.length / 8) * 8;
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true))).toBe(length);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toBe(header.padEnd(length));
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  test("take bytes that do not begin at a multiple of 8, and leave metadata aside", () => {
    const bytes = file({ __metadata__: { made: "elsewhere" }, w: { dtype: "F64", shape: [], data_offsets: [0, 8] } }, 8);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(plain(decodeSafetensors(shifted.subarray(3)))).toEqual([{ name: "w", dtype: "float64", shape: [], data: [0] }]);
  });

  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  test.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "too few"],
    ["a header longer than the file", Uint8Array.from([255, 255, 255, 255, 255, 255, 255, 127, 1, 2]), "claims 9223372036854775807 bytes and only 2 follow"],
    ["no JSON", file("{"), "not JSON"],
    ["broken UTF-8", Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), "not JSON in UTF-8"],
    ["a list", file([]), "not a JSON object"],
    ["an entry that is no object", file({ w: 1 }), `"w" is not described`],
    ["a dtype of another width", file({ w: { ...entry, dtype: "BF16" } }, 8), `"w" has dtype "BF16", and only F32, F64, I32, BOOL can be read`],
    ["a dtype named like a method", file({ w: { ...entry, dtype: "constructor" } }, 8), "has dtype"],
    ["a negative size", file({ w: { ...entry, shape: [-2] } }, 8), "no valid shape"],
    ["a fractional size", file({ w: { ...entry, shape: [0.5] } }, 8), "no valid shape"],
    ["a huge size", file({ w: { ...entry, shape: [2 ** 50, 2 ** 50] } }, 8), "data_offsets hold 8 bytes"],
    ["a size beyond all numbers, times 0", file({ w: { ...entry, shape: [...new Array<number>(40).fill(2 ** 53 - 1), 0], data_offsets: [0, 0] } }), "data_offsets hold 0 bytes"],
    ["offsets the wrong way round", file({ w: { ...entry, data_offsets: [8, 0] } }, 8), "data_offsets hold -8 bytes"],
    ["one offset", file({ w: { ...entry, data_offsets: [8] } }, 8), "no valid data_offsets"],
    ["offsets beyond the file", file({ w: { ...entry, data_offsets: [1000, 1008] } }, 8), "begins at byte 1000, where 0 was expected"],
    ["fewer bytes than claimed", file({ w: entry }, 4), "take 8 bytes, and the file holds 4"],
    ["bytes nobody owns", file({ w: entry }, 12), "take 8 bytes, and the file holds 12"],
    ["tensors that overlap", file({ a: entry, b: entry }, 8), `"b" begins at byte 0, where 8 was expected`],
    ["a name that is long and moves the cursor", file({ [`\u001b[2J${"w".repeat(1e6)}`]: 1 }), `"\\u001b[2Jwww`],
    ["a shape that is long", file({ w: { ...entry, shape: new Array<number>(1e5).fill(2) } }, 8), "which is not the size of F32[2, 2, 2"],
    ["a bool that is 2", (() => { const bytes = file({ w: { dtype: "BOOL", shape: [1], data_offsets: [0, 1] } }, 1); bytes[bytes.length - 1] = 2; return bytes; })(), "other than 0 and 1"],
  ])("refuse %s", (_, bytes, sentence) => {
    expect(() => decodeSafetensors(bytes)).toThrow(ParameterFileError);
    expect(() => decodeSafetensors(bytes)).toThrow(sentence);
    expect(() => decodeSafetensors(bytes)).toThrow(/^[^\p{Cc}]{1,330}$/u);
  });

  test("answer any damage with a tensor or an error that says so", () => {
    const bytes = encodeSafetensors({ "a.weight": tensor([[1, 2], [3, 4]]), "a.flag": tensor([true]), b: tensor(Int32Array.from([7])) });
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 });
    fc.assert(fc.property(damage, fc.nat(bytes.length), (changes, length) => {
      const damaged = bytes.slice();
      for (const [at, value] of changes) damaged[at] = value;
      const cut = damaged.subarray(0, length % 3 === 0 ? length : bytes.length);
      try {
        const read = Object.values(decodeSafetensors(cut));
        expect(read.reduce((size, { data }) => size + data.byteLength, 0)).toBeLessThanOrEqual(cut.length);
      } catch (error) {
        expect(error).toBeInstanceOf(ParameterFileError);
      }
    }), { numRuns: 2000 });
  });

  test("refuse a name the format keeps for itself, and what is no tensor or no bytes", () => {
    expect(() => encodeSafetensors({ __metadata__: tensor(1) })).toThrow("__metadata__");
    expect(() => encodeSafetensors({ w: variable(tensor(1)) as never })).toThrow(`encodeSafetensors: "w" is no tensor; give tensors by name, of a variable its value`);
    expect(() => decodeSafetensors(new ArrayBuffer(8) as never)).toThrow("decodeSafetensors: what is given is no Uint8Array");
  });
});

describe("writeTensors and readTensors", () => {
  test("leave one complete file, and nothing beside it", async () => {
    const path = `${folder}/model.safetensors`;
    await writeTensors(path, { w: tensor([1, 2, 3]) });
    await writeTensors(path, { w: tensor([4, 5]) });
    expect(plain(await readTensors(path))).toEqual([{ name: "w", dtype: "float32", shape: [2], data: [4, 5] }]);
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });

  test("leave the old file as it was when writing fails", async () => {
    const path = `${folder}/kept.safetensors`;
    await writeTensors(path, { w: tensor([1]) });
    const before = readFileSync(path);
    await expect(writeTensors(path, { __metadata__: tensor(1) })).rejects.toThrow("__metadata__");
    await expect(writeTensors(folder, { w: tensor([1]) })).rejects.toThrow(/^E[A-Z]+:/);
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("name the file in their errors", async () => {
    const path = `${folder}/damaged.safetensors`;
    writeFileSync(path, "not a model");
    await expect(readTensors(path)).rejects.toThrow(`${path}: safetensors: `);
    await expect(readTensors(`${folder}/nowhere`)).rejects.toThrow("ENOENT");
  });
});
