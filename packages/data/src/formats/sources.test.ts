// Bytes may come from any realm: Jest, vm contexts and iframes have classes of their own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import { createContext, runInContext } from "node:vm";
import { afterAll, describe, expect, test } from "vitest";
import { NdgradError, tensor } from "@ndgrad/core";
import { csvRecords } from "./csv-records.ts";
import { readCsv } from "./csv.ts";
import { decodeIdx, readIdx } from "./idx.ts";
import { decodeNpy, encodeNpy, readNpy, writeNpy } from "./npy.ts";
import { decodeNpz, encodeNpz, readNpz, writeNpz } from "./npz.ts";

const folder = mkdtempSync(`${tmpdir()}/ndgrad-sources-`);
afterAll(() => { rmSync(folder, { recursive: true }); });

const context = createContext({});
const foreign = (expression: string): unknown => runInContext(expression, context);

/** Some bytes in everything that holds bytes, here and in another realm. */
function everywhere(bytes: Uint8Array): readonly (readonly [string, unknown])[] {
  const list = JSON.stringify([...bytes]);
  const offset = new Uint8Array(bytes.length + 8);
  offset.set(bytes, 4);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const address = pathToFileURL(`${folder}/source.bin`);
  writeFileSync(address, bytes);
  return [
    ["Uint8Array", bytes], ["a part of a buffer", offset.subarray(4, 4 + bytes.length)], ["ArrayBuffer", bytes.slice().buffer], ["DataView", new DataView(offset.buffer, 4, bytes.length)],
    ["Buffer", Buffer.from(bytes)], ["Int8Array", new Int8Array(bytes)], ["SharedArrayBuffer", shared.buffer], ["a view of shared memory", shared], ["structuredClone", structuredClone(bytes)],
    ["a foreign Uint8Array", foreign(`Uint8Array.from(${list})`)], ["a foreign ArrayBuffer", foreign(`Uint8Array.from(${list}).buffer`)],
    ["a foreign DataView", foreign(`new DataView(Uint8Array.from(${list}).buffer)`)],
    ["a foreign SharedArrayBuffer", foreign(`(() => { const all = new Uint8Array(new SharedArrayBuffer(${bytes.length})); all.set(${list}); return all.buffer; })()`)],
    ["Blob", new Blob([Uint8Array.from(bytes)])], ["a foreign blob", { size: bytes.length, stream: () => new Blob([Uint8Array.from(bytes)]).stream(), arrayBuffer: () => Promise.resolve(foreign(`Uint8Array.from(${list}).buffer`)) }],
    ["path", `${folder}/source.bin`], ["URL", address], ["a foreign URL", { href: address.href, protocol: "file:", toString: () => address.href }],
  ];
}
const x = tensor([[1, 2], [3, 4]]);
const csv = new TextEncoder().encode("a,b\n1,2\n3,4\n");

describe("bytes are bytes", () => {
  test.each(everywhere(encodeNpy(x)))("npy in %s", async (name, source) => {
    writeFileSync(`${folder}/source.bin`, encodeNpy(x));
    expect((await readNpy(source as Uint8Array)).toArray()).toEqual([[1, 2], [3, 4]]);
    if (!/blob|path|url/i.test(name)) expect(decodeNpy(source as Uint8Array).toArray()).toEqual([[1, 2], [3, 4]]);
  });

  test.each(everywhere(encodeNpz({ x })))("npz in %s", async (name, source) => {
    writeFileSync(`${folder}/source.bin`, encodeNpz({ x }));
    expect((await readNpz(source as Uint8Array))["x"]?.toArray()).toEqual([[1, 2], [3, 4]]);
    if (!/blob|path|url/i.test(name)) expect(Object.keys(await decodeNpz(source as Uint8Array))).toEqual(["x"]);
  });

  const idx = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 8);
  test.each(everywhere(idx))("idx in %s", async (name, source) => {
    writeFileSync(`${folder}/source.bin`, idx);
    expect((await readIdx(source as Uint8Array)).toArray()).toEqual([7, 8]);
    if (!/blob|path|url/i.test(name)) expect(decodeIdx(source as Uint8Array).toArray()).toEqual([7, 8]);
  });

  test.each(everywhere(csv))("csv in %s", async (_, source) => {
    writeFileSync(`${folder}/source.bin`, csv);
    expect((await readCsv(source as Uint8Array)).matrix().toArray()).toEqual([[1, 2], [3, 4]]);
    const records: unknown[] = [];
    for await (const record of csvRecords(source as Uint8Array)) records.push(record);
    expect(records).toEqual([["a", "b"], ["1", "2"], ["3", "4"]]);
  });
});

test("a file: address is a place to write to", async () => {
  const address = pathToFileURL(`${folder}/written.npy`);
  await writeNpy(address, x);
  expect((await readNpy(address)).toArray()).toEqual([[1, 2], [3, 4]]);
  await writeNpz(pathToFileURL(`${folder}/written.npz`), { x });
  expect(Object.keys(await readNpz(`${folder}/written.npz`))).toEqual(["x"]);
});

/** A buffer that was moved away. */
function moved(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

test.each<readonly [string, unknown]>([
  ["nothing", undefined], ["null", null], ["a number", 3], ["a list", [1, 2]], ["a record", {}], ["a response", new Response("a")], ["a stream", new Blob([]).stream()], ["a function", () => 1],
  ["a moved buffer", moved()], ["a view of a moved buffer", (() => { const buffer = new ArrayBuffer(8); const view = new DataView(buffer); structuredClone(buffer, { transfer: [buffer] }); return view; })()],
  ["a missing path", `${folder}/none`], ["a folder", folder], ["a file as a folder", `${folder}/source.bin/x`], ["an empty path", ""], ["a path with a zero", "a\0b"],
])("%s is an error that names the function", async (_, source) => {
  writeFileSync(`${folder}/source.bin`, csv);
  const readers: Record<string, (from: never) => Promise<unknown>> = { readNpy, readNpz, readIdx, csv: readCsv };
  for (const [name, read] of Object.entries(readers)) {
    const error = await read(source as never).catch((each: unknown) => each);
    expect(error, name).toBeInstanceOf(NdgradError);
    expect((error as Error).message.startsWith(`${name}: `), (error as Error).message).toBe(true);
  }
});

test.each<readonly [string, unknown]>([["nothing", undefined], ["null", null], ["a number", 3], ["an empty path", ""], ["a page", new URL("https://example.org/x.npy")], ["bytes", new Uint8Array(3)]])("%s is no place to write to", async (_, place) => {
  for (const [name, write] of Object.entries({ writeNpy: writeNpy(place as string, x), writeNpz: writeNpz(place as string, { x }) })) await expect(write).rejects.toThrow(`${name}: `);
});
