import fc from "fast-check";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import { tensor, variable, type DType } from "@ndgrad/core";
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
    ["a dtype of another width", file({ w: { ...entry, dtype: "BF16" } }, 8), `"w": its data_offsets hold 8 bytes, which is not the size of BF16[2]`],
    ["a dtype that cannot be read", file({ w: { ...entry, dtype: "F6_E2M3" } }, 8), `"w" has dtype "F6_E2M3", and only F64, F32, F16, BF16,`],
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

  test("answer any header with tensors that the bytes hold, or an error that says so", () => {
    const codes = ["F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E8M0", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL", "C64", "f32"];
    const size = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53, 1e300, null, "2"));
    const shape = fc.array(size, { maxLength: 3 });
    const entry = fc.record({ dtype: fc.constantFrom(...codes), shape, data_offsets: fc.array(fc.nat(24), { minLength: 2, maxLength: 2 }) });
    // Half of them fit their bytes, so that the elements are read as well.
    const fitting = fc.tuple(fc.constantFrom(...codes), fc.nat(3), fc.constantFrom(1, 2, 4, 8)).map(([dtype, count, width]) => ({ dtype, shape: [count], data_offsets: [0, count * width] }));
    const dtype = fc.constantFrom<DType | undefined>(undefined, "float32", "float64", "int32", "bool");
    fc.assert(fc.property(fc.oneof(fc.dictionary(fc.string({ maxLength: 3 }), entry, { maxKeys: 3 }), fc.record({ w: fitting })), fc.uint8Array({ maxLength: 24 }), dtype, (header, content, chosen) => {
      const bytes = file(header, content.length);
      bytes.set(content, bytes.length - content.length);
      const end = (header as Partial<typeof header>).w?.data_offsets[1] ?? content.length;
      try {
        const read = Object.values(decodeSafetensors(end < content.length ? bytes.subarray(0, bytes.length - content.length + end) : bytes, { dtype: chosen }));
        expect(read.reduce((sum, { data }) => sum + data.byteLength, 0)).toBeLessThanOrEqual(8 * content.length);
      } catch (error) {
        expect(error).toBeInstanceOf(ParameterFileError);
      }
    }), { numRuns: 2000 });
  });

  test("refuse a name the format keeps for itself, and what is no tensor or no bytes", () => {
    expect(() => encodeSafetensors({ __metadata__: tensor(1) })).toThrow("__metadata__");
    expect(() => encodeSafetensors({ w: variable(tensor(1)) as never })).toThrow(`encodeSafetensors: "w" is a variable float32[], not a tensor; give tensors by name, of a variable its value`);
    expect(() => decodeSafetensors(new ArrayBuffer(8) as never)).toThrow("decodeSafetensors: what is given is no Uint8Array");
  });
});

/** A file of one tensor, `w`, of a stored dtype, with these bytes. */
function one(dtype: string, width: number, bytes: Uint8Array): Uint8Array {
  const all = file({ w: { dtype, shape: [bytes.length / width], data_offsets: [0, bytes.length] } }, bytes.length);
  all.set(bytes, all.length - bytes.length);
  return all;
}
const bytesOf = (data: { readonly buffer: ArrayBufferLike }) => new Uint8Array(data.buffer);

describe("other dtypes than a tensor has", () => {
  /** The numbers of a small float, from its definition: (−1)^s · 2^(e − bias) · 1.f, or 2^(1 − bias) · 0.f for e = 0. */
  const defined = (code: number, exponentBits: number, fractionBits: number, bias: number) => {
    const bits = code.toString(2).padStart(1 + exponentBits + fractionBits, "0");
    const exponent = parseInt(bits.slice(1, 1 + exponentBits), 2);
    const fraction = parseInt(bits.slice(1 + exponentBits), 2) / 2 ** fractionBits;
    const size = exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
    return { value: code >> (exponentBits + fractionBits) === 1 ? -size : size, top: exponent === 2 ** exponentBits - 1, fraction };
  };
  const ieee = (exponentBits: number, fractionBits: number, bias: number) => (code: number) => {
    const { value, top, fraction } = defined(code, exponentBits, fractionBits, bias);
    return top ? (fraction === 0 ? Math.sign(value) * Infinity : NaN) : value;
  };

  test.each<[string, number, (code: number) => number]>([
    ["F16", 2, ieee(5, 10, 15)],
    ["BF16", 2, ieee(8, 7, 127)],
    ["F8_E5M2", 1, ieee(5, 2, 15)],
    ["F8_E4M3", 1, (code) => ((code & 127) === 127 ? NaN : defined(code, 4, 3, 7).value)],
    ["F8_E8M0", 1, (code) => (code === 255 ? NaN : 2 ** (code - 127))],
  ])("every %s becomes the float32 that it is", (dtype, width, value) => {
    const codes = Array.from({ length: 2 ** (8 * width) }, (_, code) => code);
    const { w } = decodeSafetensors(one(dtype, width, bytesOf(width === 1 ? Uint8Array.from(codes) : Uint16Array.from(codes))));
    expect(w.dtype).toBe("float32");
    expect(w.data).toEqual(Float32Array.from(codes, value));
    expect(decodeSafetensors(one(dtype, width, bytesOf(width === 1 ? Uint8Array.from(codes) : Uint16Array.from(codes))), { dtype: "float64" }).w.data).toEqual(Float64Array.from(codes, value));
  });

  test.each<[string, number, { readonly buffer: ArrayBufferLike }, readonly number[]]>([
    ["U8", 1, Uint8Array.of(0, 1, 255), [0, 1, 255]],
    ["I8", 1, Int8Array.of(0, -128, 127), [0, -128, 127]],
    ["U16", 2, Uint16Array.of(0, 65535), [0, 65535]],
    ["I16", 2, Int16Array.of(-32768, 32767), [-32768, 32767]],
    ["U32", 4, Uint32Array.of(0, 2 ** 31 - 1), [0, 2 ** 31 - 1]],
    ["I64", 8, BigInt64Array.of(-(2n ** 31n), 2n ** 31n - 1n), [-(2 ** 31), 2 ** 31 - 1]],
    ["U64", 8, BigUint64Array.of(0n, 7n), [0, 7]],
  ])("%s becomes int32", (dtype, width, data, values) => {
    const { w } = decodeSafetensors(one(dtype, width, bytesOf(data)));
    expect([w.dtype, [...w.data]]).toEqual(["int32", values]);
  });

  test("numbers beyond int32 are refused with the remedy, which reads them", () => {
    for (const bytes of [one("I64", 8, bytesOf(BigInt64Array.of(3n, -(2n ** 40n)))), one("U32", 4, bytesOf(Uint32Array.of(2 ** 31))), one("U64", 8, bytesOf(BigUint64Array.of(2n ** 63n)))]) {
      expect(() => decodeSafetensors(bytes)).toThrow(/"w" is [IU]\d\d and holds -?\d+, which int32 does not; read it to float64: \{ dtype: "float64" \}/);
      expect(decodeSafetensors(bytes, { dtype: (name, stored) => (name === "w" && /[IU]/.test(stored) ? "float64" : undefined) }).w.dtype).toBe("float64");
    }
    expect([...decodeSafetensors(one("I64", 8, bytesOf(BigInt64Array.of(2n ** 53n - 1n, -(2n ** 40n)))), { dtype: "float64" }).w.data]).toEqual([2 ** 53 - 1, -(2 ** 40)]);
  });

  test("another dtype rounds floats to the nearest, and takes whole numbers only as they are", () => {
    const bytes = encodeSafetensors({ w: tensor([0.1, 2], { dtype: "float64" }) });
    expect(decodeSafetensors(bytes, { dtype: "float32" }).w.data).toEqual(Float32Array.of(0.1, 2));
    expect(() => decodeSafetensors(bytes, { dtype: "int32" })).toThrow(`"w" is F64 and holds 0.1, which int32 does not`);
    expect(decodeSafetensors(encodeSafetensors({ w: tensor([1, 0]) }), { dtype: "bool" }).w.data).toEqual(Uint8Array.of(1, 0));
    expect(() => decodeSafetensors(encodeSafetensors({ w: tensor([2]) }), { dtype: "bool" })).toThrow("holds 2, which bool does not");
    expect(() => decodeSafetensors(bytes, { dtype: "float16" as never })).toThrow(`decodeSafetensors: dtype is "float16"; give one of bool, int32, float32, float64`);
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
    await expect(writeTensors(folder, { w: tensor([1]) })).rejects.toThrow(`writeTensors: ${folder} cannot be written: it is a folder`);
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("name the file in their errors", async () => {
    const path = `${folder}/damaged.safetensors`;
    writeFileSync(path, "not a model");
    await expect(readTensors(path)).rejects.toThrow(`${path}: safetensors: `);
    await expect(readTensors(`${folder}/nowhere`)).rejects.toThrow(`readTensors: there is no file ${folder}/nowhere; relative paths begin in `);
    await expect(readTensors(`${folder}/nowhere`)).rejects.toBeInstanceOf(ParameterFileError);
    await expect(readTensors(folder)).rejects.toThrow("cannot be read: it is a folder");
    await expect(readTensors(3 as never)).rejects.toThrow("readTensors: the path is the number 3; give the name of a file");
    await expect(writeTensors(`${folder}/no/folder`, { w: tensor(1) })).rejects.toThrow(`writeTensors: there is no folder for ${folder}/no/folder; make it first`);
  });
});
