// How iterations end: sources are closed whoever ends them, what is over stays over, and what failed can be tried again.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataset } from "./dataset.ts";
import type { Dataset } from "./types.ts";

/** A source of 0 to `count` − 1 that counts how often it is open. */
function counted(count: number, waits: boolean): { readonly source: Dataset<number>; readonly open: () => number } {
  let open = 0;
  const source = waits
    ? dataset(async function* () { open++; try { for (let i = 0; i < count; i++) { await Promise.resolve(); yield i; } } finally { open--; } })
    : dataset(function* () { open++; try { for (let i = 0; i < count; i++) yield i; } finally { open--; } });
  return { source, open: () => open };
}
/** Generators that wait close in a turn or two of the event loop. */
const settled = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 2); });

/** What may stand between a source and its reader. */
const between: Readonly<Record<string, (source: Dataset<number>) => Dataset<number>>> = {
  "zip with a shorter one": (source) => source.zip(dataset([1, 2])).map(([x]) => x),
  "zip behind a shorter one": (source) => dataset(function* () { yield* [1, 2]; }).zip(source).map(([, x]) => x),
  "a map that throws": (source) => source.map((x) => { if (x === 3) throw new Error("three"); return x; }),
  "a map that rejects": (source) => source.map((x) => (x === 3 ? Promise.reject(new Error("three")) : Promise.resolve(x))),
  "a filter that throws": (source) => source.filter((x) => { if (x === 2) throw new Error("two"); return true; }),
  take: (source) => source.take(3), skip: (source) => source.skip(1), repeat: (source) => source.repeat(2), prefetch: (source) => source.prefetch(2),
  concat: (source) => source.concat(source), interleave: (source) => source.interleave(source), window: (source) => source.window(2).map(([x]) => x),
  // Where a map on workers closes its source, it ends its workers.
  "a map on workers": (source) => source.mapOnWorkers((x) => x, { workers: 0, ahead: 2 }),
  "shuffle by window": (source) => source.shuffle({ window: 2 }), progress: (source) => source.progress(() => undefined),
};

test("every source is closed, whatever stands before it and whether an iteration ends, breaks or throws", async () => {
  const chain = fc.array(fc.constantFrom(...Object.keys(between)), { maxLength: 3 });
  await fc.assert(fc.asyncProperty(chain, fc.nat(5), fc.nat(5), fc.boolean(), async (names, count, most, waits) => {
    const { source, open } = counted(count, waits);
    let given = 0;
    try {
      for await (const _ of names.reduce((made, name) => between[name](made), source)) if (++given > most) break;
    } catch (error) {
      expect(String(error)).toMatch(/two|three/);
    }
    await settled();
    expect(open()).toBe(0);
  }), { numRuns: 150 });
});

test("nothing is opened after an iteration was left, whatever was asked for ahead", async () => {
  for (const ahead of [(source: Dataset<number>) => source.prefetch(4), (source: Dataset<number>) => source.mapOnWorkers((x) => x, { workers: 0, ahead: 4 })]) {
    for (const twice of [(source: Dataset<number>) => source.repeat(), (source: Dataset<number>) => source.concat(source, source, source)]) {
      const { source, open } = counted(1, true);
      for await (const _ of ahead(twice(source))) break;
      await settled();
      expect(open()).toBe(0);
    }
  }
});

test("a source is closed in plain loops too, and where one cannot wait", async () => {
  const plain = counted(5, false);
  expect(() => [...between["a map that throws"](plain.source)]).toThrow("three");
  expect(() => [...between["a map that rejects"](plain.source)]).toThrow("use for await");
  expect([...between["zip behind a shorter one"](plain.source)]).toEqual([0, 1]);
  expect(plain.open()).toBe(0);
  const waiting = counted(5, true);
  expect(() => [...waiting.source]).toThrow("use for await");
  await settled();
  expect(waiting.open()).toBe(0);
});

test("cache closes its source at the end and after an error, and keeps it for the next reader where it was left", async () => {
  for (const waits of [false, true]) {
    const { source, open } = counted(4, waits);
    const kept = source.cache();
    for await (const _ of kept) break;
    expect(open()).toBe(1);
    expect(await kept.toArray()).toEqual([0, 1, 2, 3]);
    expect(open()).toBe(0);
    await expect(between["a map that throws"](source).cache().toArray()).rejects.toThrow("three");
    await settled();
    expect(open()).toBe(0);
  }
});

test("cache tries again what failed, and makes the rest once", async () => {
  for (const source of [dataset([0, 1, 2, 3]), counted(4, false).source, counted(4, true).source]) {
    for (const later of [true, false]) {
      let failures = 0;
      const kept = source.map((x) => {
        if (x !== 2 || failures > 0) return x;
        failures++;
        if (later) return Promise.reject(new Error("once"));
        throw new Error("once");
      }).cache();
      await expect(kept.toArray()).rejects.toThrow("once");
      expect(await kept.toArray()).toEqual([0, 1, 2, 3]);
      expect(await kept.toArray()).toEqual([0, 1, 2, 3]);
    }
  }
});

describe("an iterator", () => {
  test("that was left is over", async () => {
    for (const source of [dataset([1, 2, 3]), counted(3, false).source]) {
      const waiting = source.iterate();
      for await (const _ of waiting) break;
      expect([await waiting.next(), waiting.position.taken]).toEqual([{ done: true, value: undefined }, 1]);
      const plain = source[Symbol.iterator]();
      plain.next();
      plain.return?.();
      expect(plain.next().done).toBe(true);
    }
  });

  test("that threw is over", async () => {
    const failing = dataset([1, 2, 3]).map((x) => { if (x === 2) throw new Error("two"); return x; });
    const waiting = failing.iterate();
    await waiting.next();
    await expect(waiting.next()).rejects.toThrow("two");
    expect((await waiting.next()).done).toBe(true);
    const plain = failing[Symbol.iterator]();
    plain.next();
    expect(() => plain.next()).toThrow("two");
    expect(plain.next().done).toBe(true);
  });

  test("gives several asked for at once in order", async () => {
    const later = (i: number): Promise<boolean> => new Promise((resolve) => { setTimeout(resolve, 8 - 2 * i, true); });
    const ordered = dataset([1, 2, 3, 4]).filter(later).iterate();
    const steps = await Promise.all([ordered.next(), ordered.next(), ordered.next()]);
    expect([steps.map(({ value }) => value), ordered.position.taken]).toEqual([[1, 2, 3], 3]);
    const pairs = counted(6, true).source.window(2).iterate();
    expect((await Promise.all([pairs.next(), pairs.next(), pairs.next()])).map(({ value }) => value)).toEqual([[0, 1], [2, 3], [4, 5]]);
  });
});

test("prefetch begins as many items as it says where places are known, and keeps their order", async () => {
  for (const count of [0, 1, 3]) {
    let running = 0;
    let most = 0;
    const slow = dataset([4, 3, 2, 1, 0]).map(async (delay) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => { setTimeout(resolve, 2 * delay); });
      running--;
      return delay;
    });
    expect(await slow.prefetch(count).toArray()).toEqual([4, 3, 2, 1, 0]);
    expect(most).toBe(count + 1);
  }
});

test("unbatch takes pairs apart that zip made, and asks about arrays that a map made", async () => {
  const [left, right] = [[[1, 2], [3]], [["a", "b"], ["c"]]];
  for (const source of [dataset(left), dataset(function* () { yield* left; })]) {
    expect(await source.zip(dataset(right)).unbatch().toArray()).toEqual([[1, "a"], [2, "b"], [3, "c"]]);
    await expect(source.map((list) => [list, list] as const).unbatch().toArray()).rejects.toThrow("unbatch: this array of 2 could be columns side by side or a list of items; make a record of columns: { x, y }");
    // Windows are lists of items, and so are batches of what no tensor holds.
    expect(await source.window(2).unbatch().toArray()).toEqual(left);
    expect(await source.map((list) => (list.length === 1 ? [list] : null)).batch(2).unbatch().toArray()).toEqual([null, [[3]]]);
  }
});
