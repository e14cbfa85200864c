import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { Tensor, tensor, zeros } from "@ndgrad/core";
import { FormatError } from "./bytes.ts";
import { decodeIdx, mnistFolder, readIdx } from "./idx.ts";
import { decodeNpy, encodeNpy, readNpy, writeNpy } from "./npy.ts";
import { decodeNpz, encodeNpz, readNpz, writeNpz } from "./npz.ts";
import { readZip, writeZip } from "./zip.ts";

const folder = mkdtempSync(`${tmpdir()}/ndgrad-formats-`);
afterAll(() => { rmSync(folder, { recursive: true }); });

const fixture = (name: string): Uint8Array => readFileSync(new URL(`../../scripts/numpy-${name}.npz`, import.meta.url));
const expectSame = (actual: Tensor, expected: Tensor): void => {
  expect([actual.dtype, actual.shape]).toEqual([expected.dtype, expected.shape]);
  expect(actual.data).toEqual(expected.data);
};

/** An IDX file of bytes. */
const idx = (shape: readonly number[], values: readonly number[], type = 8): Uint8Array => {
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  head.setUint32(0, type * 256 + shape.length);
  shape.forEach((size, axis) => { head.setUint32(4 + 4 * axis, size); });
  return Uint8Array.from([...new Uint8Array(head.buffer), ...values]);
};

describe("idx", () => {
  test("reads every type of element, big-endian", () => {
    expectSame(decodeIdx(idx([2, 2], [0, 127, 128, 255])), tensor([[0, 127], [128, 255]], { dtype: "int32" }));
    expectSame(decodeIdx(idx([2], [127, 128], 9)), tensor([127, -128], { dtype: "int32" }));
    expectSame(decodeIdx(idx([2], [1, 0, 255, 254], 11)), tensor([256, -2], { dtype: "int32" }));
    expectSame(decodeIdx(idx([1], [255, 255, 255, 255], 12)), tensor([-1], { dtype: "int32" }));
    expectSame(decodeIdx(idx([1], [0x3f, 0xc0, 0, 0], 13)), tensor([1.5]));
    expectSame(decodeIdx(idx([1], [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 14)), tensor([1.5], { dtype: "float64" }));
    expectSame(decodeIdx(idx([0, 28], [])), zeros([0, 28], { dtype: "int32" }));
  });

  test("reads files, gzipped or not, from paths, URLs, blobs and bytes", async () => {
    const bytes = idx([3], [7, 8, 9]);
    const path = `${folder}/labels.gz`;
    writeFileSync(path, gzipSync(bytes));
    for (const source of [path, new URL(`file://${path}`), new Blob([gzipSync(bytes)]), bytes, bytes.slice().buffer]) {
      expect((await readIdx(source)).toArray()).toEqual([7, 8, 9]);
    }
  });

  test("refuses what is no IDX file, or not all of one, or too much", async () => {
    expect(() => decodeIdx(Uint8Array.of(1, 2, 3, 4))).toThrow("two zero bytes");
    expect(() => decodeIdx(new Uint8Array(2))).toThrow(FormatError);
    expect(() => decodeIdx(idx([1], [1], 7))).toThrow("0x07 is no type");
    expect(() => decodeIdx(Uint8Array.of(0, 0, 8, 200))).toThrow("ends within it");
    expect(() => decodeIdx(idx([3], [1, 2]))).toThrow("says [3] elements of 1 bytes, but 2 bytes follow");
    expect(() => decodeIdx(idx([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], []))).toThrow(FormatError);
    await expect(readIdx(gzipSync(idx([3], [7, 8, 9])).subarray(0, 20))).rejects.toThrow(FormatError);
  });

  test("reads a folder of MNIST's form", async () => {
    const images = (count: number) => idx([count, 28, 28], Array.from({ length: count * 784 }, (_, i) => i % 256));
    const files = { "train-images-idx3-ubyte": images(3), "train-labels-idx1-ubyte": idx([3], [5, 0, 4]), "t10k-images.idx3-ubyte.gz": gzipSync(images(1)), "t10k-labels-idx1-ubyte.gz": gzipSync(idx([1], [7])) };
    for (const [name, bytes] of Object.entries(files)) writeFileSync(`${folder}/${name}`, bytes);
    const { train, test: tested } = await mnistFolder(folder);
    expect([train.x.shape, train.y.toArray(), tested.x.shape, tested.y.toArray()]).toEqual([[3, 784], [5, 0, 4], [1, 784], [7]]);
    expect([...train.x.data.subarray(254, 257)]).toEqual([Math.fround(254 / 255), 1, 0]);
    writeFileSync(`${folder}/train-labels-idx1-ubyte`, idx([2], [5, 0]));
    await expect(mnistFolder(folder)).rejects.toThrow("3 images and labels of shape [2]");
    rmSync(`${folder}/train-labels-idx1-ubyte`);
    await expect(mnistFolder(folder)).rejects.toThrow("has no train-labels-idx1-ubyte");
  });
});

describe("npy and npz", () => {
  test.each(["stored", "compressed"])("read what NumPy writes: every dtype, order and layout, %s", async (kind) => {
    const all = await decodeNpz(fixture(kind));
    const grid = [[0, 1, 2], [3, 4, 5]];
    for (const name of ["<f4", "<f2", ">f2", ">f4"]) expectSame(all[name], tensor(grid));
    for (const name of ["<f8", ">f8", "fortran"]) expectSame(all[name], tensor(grid, { dtype: "float64" }));
    for (const name of ["<i4", ">i8", "<u8", "<u4", "<i2", ">u2", "|i1", "|u1"]) expectSame(all[name], tensor(grid, { dtype: "int32" }));
    expectSame(all["|b1"], tensor([[false, true, true], [true, true, true]]));
    expectSame(all["fortran 3"], tensor(Int32Array.from({ length: 24 }, (_, i) => i), { shape: [2, 3, 4] }));
    expectSame(all["scalar"], tensor(2.5, { dtype: "float64" }));
    expectSame(all["empty"], zeros([0, 3]));
    expect(all["vector"].data).toEqual(Int32Array.from({ length: 1000 }, (_, i) => i));
    expectSame(all["special"], tensor([NaN, Infinity, -Infinity, -0, 5e-324, 65504, 2 ** -24], { dtype: "float64" }));
    expectSame(all["special half"], tensor([NaN, Infinity, -Infinity, -0, 2 ** -24, 65504, -1.5]));
  });

  test("read the format's versions 1 to 3", async () => {
    for (const x of Object.values(await decodeNpz(fixture("versions")))) expect(x.toArray()).toEqual([[0, 1, 2], [3, 4, 5]]);
  });

  test("refuse elements that no dtype holds", async () => {
    const messages: Record<string, string> = { wide: "2147483648 is in the file", complex: "type <c16", text: "type <U1", fields: "type [('a', '<f4')]" };
    for (const { name, read } of readZip(fixture("refused"))) {
      const bytes = await read();
      expect(() => decodeNpy(bytes), name).toThrow(messages[name.replace(".npy", "")]);
    }
  });

  const tensors = fc.array(fc.nat(4), { maxLength: 4 }).chain((shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const range = { minLength: size, maxLength: size };
    return fc.oneof(fc.float32Array(range), fc.float64Array(range), fc.int32Array(range), fc.uint8Array({ ...range, max: 1 })).map((data) =>
      data instanceof Uint8Array ? tensor(Int32Array.from(data), { shape }).cast("bool") : tensor(data as Float32Array, { shape }));
  });

  test("what is written is read again, bit by bit", async () => {
    await fc.assert(fc.asyncProperty(fc.dictionary(fc.string({ minLength: 1 }), tensors, { maxKeys: 4 }), async (record) => {
      const again = await decodeNpz(encodeNpz(record));
      expect(Object.keys(again).sort()).toEqual(Object.keys(record).sort());
      for (const [name, x] of Object.entries(record)) {
        expectSame(again[name], x);
        expectSame(decodeNpy(encodeNpy(x)), x);
      }
    }), { numRuns: 200 });
  });

  test("files appear whole, and nothing is left beside them", async () => {
    const x = tensor([[1, 2], [3, 4]]);
    await writeNpy(`${folder}/x.npy`, x);
    await writeNpz(`${folder}/x.npz`, { x });
    expectSame(await readNpy(`${folder}/x.npy`), x);
    expectSame((await readNpz(`${folder}/x.npz`)).x, x);
    await expect(writeNpy(`${folder}/no/such/place.npy`, x)).rejects.toThrow(`writeNpy: there is no folder for "${folder}/no/such/place.npy"; make it first`);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  const python = ["/usr/bin/python3", "python3"].find((each) => (each === "python3" || existsSync(each)) && spawnSync(each, ["-c", "import numpy"]).status === 0);
  test.skipIf(python === undefined)("NumPy reads what is written", async () => {
    const path = `${folder}/ours.npz`;
    await writeNpz(path, { a: tensor([[1.5, -2], [3, NaN]]), b: tensor([1, 2], { dtype: "int32" }), c: tensor([true, false]), d: tensor(0.1, { dtype: "float64" }), e: zeros([0, 2]) });
    const program = "import numpy, sys; f = numpy.load(sys.argv[1]); print([(k, f[k].dtype.str, f[k].shape, f[k].tolist()) for k in f])";
    const { stdout, stderr } = spawnSync(python as string, ["-c", program, path], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout.trim()).toBe("[('a', '<f4', (2, 2), [[1.5, -2.0], [3.0, nan]]), ('b', '<i4', (2,), [1, 2]), ('c', '|b1', (2,), [True, False]), ('d', '<f8', (), 0.1), ('e', '<f4', (0, 2), [])]");
  });

  test("headers that lie are refused before anything is allocated", () => {
    const npy = (header: string, bytes = 0): Uint8Array => {
      const text = new TextEncoder().encode(header);
      return Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8, ...text, ...new Uint8Array(bytes)]);
    };
    const shaped = (shape: string) => npy(`{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }\n`, 8);
    expectSame(decodeNpy(shaped("(1L,)")), tensor([0], { dtype: "float64" }));
    for (const shape of ["(2,)", "(1000000000000,)", "(4294967296, 4294967296, 4294967296)", "(0,)"]) expect(() => decodeNpy(shaped(shape)), shape).toThrow("but 8 bytes follow");
    for (const shape of ["(1)", "(-1,)", "[1]", "1", "(1,,)", "(99999999999999999999,)"]) expect(() => decodeNpy(shaped(shape)), shape).toThrow(FormatError);
    for (const header of ["", "{}", "{'descr': '<f8'}", "{'descr': '<f8', 'fortran_order': 1, 'shape': ()}", "{'descr': '<f8', 'fortran_order': False, 'shape': (), 'x': ()}", "__import__('os')"]) {
      expect(() => decodeNpy(npy(header)), header).toThrow(FormatError);
    }
    expect(() => decodeNpy(npy("{'descr': '|O', 'fortran_order': False, 'shape': ()}", 8))).toThrow("elements of type |O");
  });
});

test("an archive with two tensors of one name is refused", async () => {
  const twice = writeZip([1, 2].map((value) => ({ name: "x.npy", bytes: encodeNpy(tensor([value])) })));
  await expect(decodeNpz(twice)).rejects.toThrow('npz: two tensors are called "x"');
});

describe("zip", () => {
  test("refuses archives that lie or are damaged", async () => {
    const all = async (bytes: Uint8Array): Promise<number> => {
      let count = 0;
      for (const { read } of readZip(bytes)) count += Number((await read()).length > 0);
      return count;
    };
    const good = writeZip([{ name: "a", bytes: Uint8Array.of(1, 2, 3) }]);
    expect(await all(good)).toBe(1);
    const at = (place: number, ...bytes: number[]) => {
      const bad = good.slice();
      bad.set(bytes, place);
      return bad;
    };
    const directory = 30 + 1 + 3;
    await expect(all(at(31, 9))).rejects.toThrow("checksum");
    await expect(all(at(directory + 8, 1))).rejects.toThrow("encrypted");
    await expect(all(at(directory + 10, 99))).rejects.toThrow("method 99");
    await expect(all(at(directory + 10, 8))).rejects.toThrow(FormatError);
    await expect(all(at(directory + 24, 0xff, 0xff, 0xff, 0x7f))).rejects.toThrow("cannot hold");
    await expect(all(at(directory + 20, 0xff, 0xff, 0xff, 0x7f))).rejects.toThrow("cut short");
    await expect(all(good.subarray(0, 40))).rejects.toThrow("no directory at the end");
  });
});

test("hostile files are refused, never a crash: damaged, cut, lengthened and random ones", async () => {
  const gzipped = new Uint8Array(gzipSync(idx([2, 3], [1, 2, 3, 4, 5, 6])));
  const seeds = [idx([2, 3], [1, 2, 3, 4, 5, 6]), gzipped, encodeNpy(tensor([[1, 2], [3, 4]])), encodeNpz({ a: tensor([1]), b: tensor([true]) }), fixture("compressed").slice()];
  const damage = fc.record({
    seed: fc.constantFrom(...seeds),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
    length: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    more: fc.uint8Array({ maxLength: 8 }),
  }).map(({ seed, changes, length, more }) => {
    const bytes = Uint8Array.from([...seed.subarray(0, length === null ? seed.length : Math.floor(length * seed.length)), ...more]);
    for (const [place, value] of changes) if (bytes.length > 0) bytes[place % bytes.length] = value;
    return bytes;
  });
  await fc.assert(fc.asyncProperty(fc.oneof(damage, fc.uint8Array({ maxLength: 200 })), async (bytes) => {
    for (const read of [readIdx, readNpy, readNpz]) {
      try {
        const result = await read(bytes);
        const found = result instanceof Tensor ? [result] : Object.values(result);
        // What was read was there: at most four bytes of a dtype here for each one unpacked.
        for (const x of found) expect(x.size).toBeLessThanOrEqual(bytes.length * 1032);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  }), { numRuns: 1500 });
}, 60_000);
