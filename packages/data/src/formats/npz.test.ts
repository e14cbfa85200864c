// What archives have besides tensors, dtypes that are asked for, and sizes that lie.
import { deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { NdgradError, Tensor, tensor, variable, type DType } from "@ndgrad/core";
import { FormatError } from "./bytes.ts";
import { decodeIdx, readIdx } from "./idx.ts";
import { decodeNpy, encodeNpy, readNpy } from "./npy.ts";
import { decodeNpz, encodeNpz, readNpz, skippedIn } from "./npz.ts";
import { crc32, writeZip } from "./zip.ts";

/** A .npy file of version 1. */
const npy = (descr: string, shape: readonly number[], elements: ArrayBufferView | Uint8Array, fortran = false): Uint8Array => {
  const text = new TextEncoder().encode(`{'descr': ${descr.startsWith("[") ? descr : `'${descr}'`}, 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${shape.map((size) => `${size},`).join(" ")}), }\n`);
  return Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8, ...text, ...new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength)]);
};
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** An archive with one deflated file. */
function deflated(name: string, content: Uint8Array, packed: Uint8Array = deflateRawSync(content)): Uint8Array {
  const stored = writeZip([{ name, bytes: packed }]);
  const view = new DataView(stored.buffer);
  const directory = 30 + name.length + packed.length;
  for (const at of [8, directory + 10]) view.setUint16(at, 8, true);
  for (const at of [14, directory + 16]) view.setUint32(at, crc32(content), true);
  for (const at of [22, directory + 24]) view.setUint32(at, content.length, true);
  return stored;
}

describe("an archive with more than tensors", () => {
  const mixed = writeZip([
    { name: "data/", bytes: new Uint8Array() },
    { name: "data/x.npy", bytes: encodeNpy(tensor([1, 2])) },
    { name: "readme.txt", bytes: text("made by hand") },
    { name: "names.npy", bytes: npy("<U1", [2], Uint32Array.of(97, 98)) },
    { name: "__MACOSX/._x.npy", bytes: text("no array") },
    { name: "ids.npy", bytes: npy("<i8", [1], BigInt64Array.of(2n ** 40n)) },
    { name: "y.npy", bytes: encodeNpy(tensor([3])) },
  ]);

  test("gives the tensors, and names what it left out", async () => {
    const arrays = await readNpz(mixed);
    expect(Object.entries(arrays).map(([name, x]) => [name, x.toArray()])).toEqual([["data/x", [1, 2]], ["y", [3]]]);
    const skipped = skippedIn(arrays);
    expect(Object.keys(skipped)).toEqual(["data/", "readme.txt", "names", "__MACOSX/._x", "ids"]);
    expect([skipped["data/"], skipped["readme.txt"]]).toEqual(["it is a folder", "it is no .npy file"]);
    expect(skipped["names"]).toContain("type <U1 have no dtype here: they are strings");
    expect(skipped["ids"]).toBe('1099511627776 is in the file, which int32 cannot hold; read it with { dtype: "float64" }');
    expect(skippedIn(await decodeNpz(encodeNpz({ x: tensor([1]) })))).toEqual({});
  });

  test("gives what is asked for, or an error", async () => {
    expect(Object.keys(await readNpz(mixed, { names: ["y"] }))).toEqual(["y"]);
    await expect(readNpz(mixed, { names: ["y", "names"] })).rejects.toThrow('readNpz: no tensor can be made of "names": elements of type <U1');
    await expect(readNpz(mixed, { names: ["z"] })).rejects.toThrow('readNpz: there is no array "z" in the archive');
    const { ids, y } = await readNpz(mixed, { dtype: { ids: "float64" } });
    expect([ids?.dtype, ids?.toArray(), y?.dtype]).toEqual(["float64", [2 ** 40], "float32"]);
    expect((await readNpz(mixed, { dtype: "float64" }))["y"]?.dtype).toBe("float64");
    await expect(readNpz(mixed, { dtype: { w: "float64" } })).rejects.toThrow('dtype names "w", which is not in the archive');
    await expect(readNpz(mixed, { dtype: "int64" as DType })).rejects.toThrow('readNpz: there is no dtype "int64"; give one of');
  });

  test("is refused where nothing of it is a tensor, or it is damaged", async () => {
    await expect(readNpz(writeZip([{ name: "a.txt", bytes: text("a") }]))).rejects.toThrow('npz: there is no tensor in the archive; of "a.txt": it is no .npy file');
    expect(await readNpz(writeZip([]))).toEqual({});
    await expect(readNpz(writeZip([{ name: "x.npy", bytes: npy("<f4", [3], Float32Array.of(1)) }]))).rejects.toThrow(FormatError);
  });

  test("what is skipped is not unpacked", async () => {
    // Were it, its checksum would differ.
    const bomb = deflated("bomb.bin", text("bomb"), text("no deflate stream"));
    await expect(readNpz(bomb)).rejects.toThrow("it is no .npy file");
    expect(() => skippedIn({})).toThrow("did not come from readNpz or decodeNpz");
  });
});

describe("a dtype that is asked for", () => {
  const files: Record<string, Uint8Array> = {
    int64: npy("<i8", [2], BigInt64Array.of(-(2n ** 53n), 7n)), uint64: npy("<u8", [1], BigUint64Array.of(2n ** 53n)), uint32: npy("<u4", [1], Uint32Array.of(2 ** 32 - 1)),
    int8: npy("|i1", [2], Int8Array.of(-128, 127)), uint8: npy("|u1", [2], Uint8Array.of(0, 255)), uint16: npy(">u2", [1], Uint8Array.of(1, 2)),
    float16: npy("<f2", [1], Uint16Array.of(0x3e00)), float64: npy("<f8", [2], Float64Array.of(0.1, -0)), bool: npy("|b1", [2], Uint8Array.of(0, 1)),
    fortran: npy(">i4", [2, 2], Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4), true),
  };
  const read = (name: string, dtype: DType): unknown => decodeNpy(files[name], { dtype }).toArray();

  test("holds what it can hold exactly", () => {
    expect([read("int64", "float64"), read("uint64", "float64"), read("uint32", "float64")]).toEqual([[-(2 ** 53), 7], [2 ** 53], [2 ** 32 - 1]]);
    for (const dtype of ["float32", "float64", "int32"] as const) expect([read("int8", dtype), read("uint8", dtype), read("uint16", dtype), read("bool", dtype)]).toEqual([[-128, 127], [0, 255], [258], [0, 1]]);
    expect([read("float16", "float64"), read("float16", "float32")]).toEqual([[1.5], [1.5]]);
    // Rounded, as cast does.
    expect(read("float64", "float32")).toEqual([Math.fround(0.1), -0]);
    expect(read("fortran", "float32")).toEqual([[1, 3], [2, 4]]);
    expect(decodeNpy(npy("<i4", [2], Int32Array.of(0, 1)), { dtype: "bool" }).toArray()).toEqual([false, true]);
  });

  test.each<readonly [string, Uint8Array, DType | undefined, string]>([
    ["beyond int32", files["uint32"], undefined, '4294967295 is in the file, which int32 cannot hold; read it with { dtype: "float64" }'],
    ["beyond float32", npy("<i4", [1], Int32Array.of(2 ** 24 + 1)), "float32", '16777217 is in the file, which float32 cannot hold; read it with { dtype: "float64" }'],
    ["beyond float64", npy("<i8", [1], BigInt64Array.of(2n ** 53n + 1n)), "float64", "9007199254740993 is in the file, which float64 cannot hold; it has more digits than any dtype here"],
    ["the largest uint64", npy("<u8", [1], BigUint64Array.of(2n ** 64n - 1n)), "float64", "18446744073709551615 is in the file"],
    ["fractions", files["float64"], "int32", "0.1 is in the file, which int32 cannot hold; read it as float64"],
    ["NaN", npy("<f4", [1], Float32Array.of(NaN)), "int32", "NaN is in the file, which int32 cannot hold"],
    ["more than truth values", files["int8"], "bool", "-128 is in the file, which bool cannot hold"],
  ])("refuses %s", (_, file, dtype, message) => {
    expect(() => decodeNpy(file, { dtype })).toThrow(message);
    expect(() => decodeNpy(file, { dtype })).toThrow(FormatError);
  });

  test.each([
    ["<c8", "complex numbers"], ["|S3", "strings"], ["<U7", "strings"], ["<M8[ns]", "dates"], ["<m8[s]", "durations"], ["|O", "Python objects"], ["|V2", "bfloat16"],
    ["<f16", "floats of more than 64 bits"], ["[('a', '<f4')]", "records"], ["nonsense", "save numbers or booleans"], ["", "save numbers or booleans"],
  ])("says of %s what it is, and what to save", (descr, said) => {
    expect(() => decodeNpy(npy(descr, [1], new Uint8Array(16)))).toThrow(said);
  });
});

test("what variables hold is written", async () => {
  const w = variable(tensor([1.5]));
  expect(decodeNpy(encodeNpy(w)).toArray()).toEqual([1.5]);
  expect((await decodeNpz(encodeNpz({ w })))["w"]?.toArray()).toEqual([1.5]);
});

describe("bombs", () => {
  /** A beginning, and then zeros for ever so long; the packed bytes are cut, which only those find out who unpack them all. */
  const cut = (head: Uint8Array, pack: (all: Uint8Array) => Uint8Array): Uint8Array => {
    const all = new Uint8Array(2_000_000);
    all.set(head);
    return pack(all).subarray(0, -8);
  };

  test("end with the first piece that shows what they are", async () => {
    const packed = cut(new Uint8Array(), gzipSync);
    await expect(readNpy(packed)).rejects.toThrow("does not begin with");
    await expect(readIdx(packed)).rejects.toThrow("idx: 0x00 is no type of element");
    await expect(readIdx(cut(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 9), gzipSync))).rejects.toThrow("unpacks to more than the 17 bytes it may");
    await expect(readNpy(cut(npy("<f4", [1], Float32Array.of(1)), gzipSync))).rejects.toThrow("bytes it may");
    await expect(readNpz(deflated("x.npy", new Uint8Array(2_000_000), cut(npy("<f4", [1], Float32Array.of(1)), deflateRawSync)))).rejects.toThrow("bytes it may");
    await expect(readNpz(deflated("x.npy", new Uint8Array(2_000_000), cut(npy("|O", [1], Float32Array.of(1)), deflateRawSync)))).rejects.toThrow("Python objects");
  });

  test("are not allocated for a size they only claim", () => {
    for (const shape of [[2 ** 40], [2 ** 31, 2 ** 31], [2 ** 52, 2 ** 52, 0, 1]]) expect(() => decodeNpy(npy("<f8", shape, new Uint8Array(8)))).toThrow(FormatError);
    expect(() => decodeIdx(Uint8Array.of(0, 0, 14, 2, 255, 255, 255, 255, 255, 255, 255, 255, 1))).toThrow(FormatError);
  });
});

test("arguments of other kinds are named", async () => {
  const wrong: unknown[] = [undefined, null, 3, "path", [1], {}, () => 1];
  for (const value of wrong) {
    for (const use of [() => decodeNpy(value as never), () => decodeIdx(value as never), () => decodeNpz(value as never), () => encodeNpy(value as never), () => encodeNpz(value as never), () => encodeNpz({ x: value } as never)]) {
      const error = await (async () => { await use(); })().catch((each: unknown) => each);
      if (error === undefined) expect(value).toEqual({});
      else expect(error).toBeInstanceOf(NdgradError);
    }
  }
  expect(decodeNpy(encodeNpy(tensor(1)))).toBeInstanceOf(Tensor);
});
