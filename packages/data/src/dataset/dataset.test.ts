import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Tensor, getThreads, setThreads, tensor } from "@ndgrad/core";
import { dataset } from "./dataset.ts";
import type { Dataset } from "./types.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
/** The same items from an array, a generator and an async one: whatever the source, a method does the same. */
const sources = (count: number): readonly Dataset<number>[] => [
  dataset(upTo(count)),
  dataset(function* () { yield* upTo(count); }),
  dataset(async function* () { for (const i of upTo(count)) { await Promise.resolve(); yield i; } }),
];
const everySource = async (count: number, check: (source: Dataset<number>) => Promise<void>): Promise<void> => { for (const source of sources(count)) await check(source); };
const small = fc.nat(12);

describe("a dataset does what arrays do", () => {
  const laws: readonly (readonly [string, (source: Dataset<number>, n: number) => Dataset<unknown>, (values: readonly number[], n: number) => readonly unknown[]])[] = [
    ["map", (source) => source.map((x, i) => x * 10 + i), (values) => values.map((x, i) => x * 10 + i)],
    ["map that waits", (source) => source.map((x) => Promise.resolve(-x)), (values) => values.map((x) => -x)],
    ["filter", (source, n) => source.filter((x) => x % (n + 1) === 0), (values, n) => values.filter((x) => x % (n + 1) === 0)],
    ["filter that waits", (source) => source.filter((x) => Promise.resolve(x % 2 === 1)), (values) => values.filter((x) => x % 2 === 1)],
    ["take", (source, n) => source.take(n), (values, n) => values.slice(0, n)],
    ["skip", (source, n) => source.skip(n), (values, n) => values.slice(n)],
    ["skip and take", (source, n) => source.skip(2).take(n).skip(1), (values, n) => values.slice(2, 2 + n).slice(1)],
    ["repeat", (source) => source.repeat(3), (values) => [...values, ...values, ...values]],
    ["repeat for ever, and take", (source, n) => source.repeat().take(n), (values, n) => (values.length === 0 ? [] : upTo(n).map((i) => values[i % values.length]))],
    ["concat", (source, n) => source.concat(dataset(upTo(n)), dataset<number>([]), source), (values, n) => [...values, ...upTo(n), ...values]],
    ["zip", (source, n) => source.zip(dataset(upTo(n))), (values, n) => values.slice(0, n).map((x, i) => [x, i])],
    ["window", (source, n) => source.window(n + 1), (values, n) => chunks(values, n + 1, n + 1, true)],
    ["window with a stride", (source, n) => source.window(3, { stride: n + 1, dropLast: true }), (values, n) => chunks(values, 3, n + 1, false)],
    ["unbatch", (source) => source.map((x) => upTo(x % 3)).unbatch(), (values) => values.flatMap((x) => upTo(x % 3))],
    ["cache", (source) => source.cache(), (values) => values],
    ["prefetch", (source, n) => source.prefetch(n), (values) => values],
    ["prefetch of a map that waits", (source, n) => source.map((x) => Promise.resolve(x)).prefetch(n), (values) => values],
    ["progress", (source) => source.progress(() => undefined), (values) => values],
  ];

  test.each(laws)("%s", async (_, apply, expected) => {
    await fc.assert(fc.asyncProperty(small, small, async (count, n) => {
      await everySource(count, async (source) => {
        const made = apply(source, n);
        const all = await made.toArray();
        expect(all).toEqual(expected(upTo(count), n));
        // It starts again, and says its size if it knows it.
        expect(await made.toArray()).toEqual(all);
        if (made.size !== undefined) expect(all).toHaveLength(made.size);
      });
    }), { numRuns: 40 });
  });

  test("interleave takes one of each in turn", async () => {
    await everySource(3, async (source) => {
      expect(await source.interleave(dataset([10]), dataset<number>([]), dataset([20, 21, 22, 23])).toArray()).toEqual([0, 10, 20, 1, 21, 2, 22, 23]);
    });
  });

  test("for does where nothing waits, and says so where something does", () => {
    const [array, generator, waiting] = sources(3);
    expect([Array.from(array.map((x) => x + 1)), [...generator.filter((x) => x > 0).repeat(2)]]).toEqual([[1, 2, 3], [1, 2, 1, 2]]);
    expect(() => [...waiting]).toThrow("use for await");
    expect(Array.from(array.repeat().take(100_000).filter((x) => x === 0))).toHaveLength(33_334);
  });

  test("what is random in a map is made again from the epoch and the place", async () => {
    await everySource(3, async (source) => {
      const seeded = source.map((x, index, epoch) => [x, index, epoch]).repeat(2);
      expect(await seeded.epoch(4).toArray()).toEqual([[0, 0, 4], [1, 1, 4], [2, 2, 4], [0, 0, 5], [1, 1, 5], [2, 2, 5]]);
    });
  });

  test("an iterator that cannot start again says so", () => {
    const once = dataset((function* () { yield* upTo(3); })());
    expect([...once]).toEqual([0, 1, 2]);
    expect(() => [...once]).toThrow("give the generator function, not what it returns");
    const again = dataset(new Set([1, 2]));
    expect([[...again], [...again]]).toEqual([[1, 2], [1, 2]]);
  });

  test("nothing is made before it is asked for, and a source left early is closed", async () => {
    const log: string[] = [];
    const source = dataset(function* () { try { for (const i of upTo(9)) { log.push(`${i}`); yield i; } } finally { log.push("closed"); } });
    const pipeline = source.map((x) => x).filter((x) => x > 0).window(2);
    expect(log).toEqual([]);
    for (const pair of pipeline) { expect(pair).toEqual([1, 2]); break; }
    expect(log).toEqual(["0", "1", "2", "closed"]);
    log.length = 0;
    for await (const x of source.take(1)) expect(x).toBe(0);
    expect(log).toEqual(["0", "closed"]);
  });
});

const chunks = (values: readonly number[], size: number, stride: number, partial: boolean): number[][] => {
  const all: number[][] = [];
  let had = 0;
  for (let from = 0; from < values.length; from += stride) {
    const group = values.slice(from, from + size);
    // A last group that is not full is one only if it has something that no other had.
    if (group.length === size || (partial && from + group.length > had)) all.push(group);
    had = Math.max(had, from + group.length);
  }
  return all;
};

describe("orders", () => {
  test("shuffle has an order for each epoch and seed, and the same again", async () => {
    await everySource(50, async (source) => {
      const window = source.size === undefined ? { window: 20 } : {};
      const order = (epoch: number, seed = 1) => source.shuffle({ seed, ...window }).epoch(epoch).toArray();
      expect(sorted(await order(0))).toEqual(upTo(50));
      expect(await order(0)).toEqual(await order(0));
      expect(await order(0)).not.toEqual(await order(1));
      expect(await order(0)).not.toEqual(await order(0, 2));
      const twice = await source.shuffle({ seed: 1, ...window }).repeat(2).toArray();
      expect(twice).toEqual([...(await order(0)), ...(await order(1))]);
    });
    expect(() => sources(3)[1].shuffle()).toThrow("shuffle: this set is a stream, whose items come one after another; give a window to shuffle within");
  });

  test("do not depend on the number of threads", () => {
    const before = getThreads();
    const [one, two] = [1, 2].map((count) => {
      setThreads(count);
      const many = dataset({ x: tensor(upTo(70_000)) });
      return [many.shuffle({ seed: 3 }).batch(70_000), many.split({ seed: 3 }).test.batch(70_000)].flatMap((set) => [...set].map(({ x }) => x.data));
    });
    setThreads(before);
    expect(one).toEqual(two);
  });

  test("a window keeps items near their places", async () => {
    const all = await dataset(upTo(200)).shuffle({ window: 10 }).toArray();
    expect(sorted(all)).toEqual(upTo(200));
    all.forEach((value, place) => { expect(value - place).toBeLessThan(10); });
  });

  test("an iteration goes on from where it stood, in another process too", async () => {
    await fc.assert(fc.asyncProperty(small, small, async (count, stop) => {
      await everySource(count, async (source) => {
        const pipeline = source.shuffle({ window: 4 }).map((x) => x * 2).window(2).repeat(2);
        const whole = await pipeline.epoch(3).toArray();
        const first = pipeline.epoch(3).iterate();
        const given: unknown[] = [];
        for (let i = 0; i < stop; i++) {
          const step = await first.next();
          if (step.done !== true) given.push(step.value);
        }
        const saved = JSON.parse(JSON.stringify(first.position)) as { epoch: number; taken: number };
        for await (const each of pipeline.iterate(saved)) given.push(each);
        expect(given).toEqual(whole);
      });
    }), { numRuns: 30 });
  });

  test("a place is gone to at once where places are known", async () => {
    const made: number[] = [];
    const pipeline = dataset(upTo(1e6)).shuffle({ seed: 1 }).map((x) => { made.push(x); return x; }).batch(10);
    const { value } = await pipeline.iterate({ epoch: 2, taken: 99_999 }).next();
    expect([(value as Tensor).shape, made.length]).toEqual([[10], 10]);
    made.length = 0;
    const windows = dataset(upTo(1e6)).map((x) => { made.push(x); return x; }).window(10, { stride: 2 });
    expect((await windows.iterate({ taken: 499_994 }).next()).value).toEqual(upTo(10).map((i) => 999_988 + i));
    expect(made).toHaveLength(10);
  });

  test("what overlapping windows share is made once, and again after it failed", async () => {
    const made: number[] = [];
    const source = dataset(upTo(9)).map((x) => { made.push(x); return x; });
    expect([...source.window(4, { stride: 3 })]).toEqual([upTo(4), [3, 4, 5, 6], [6, 7, 8]]);
    expect(made).toEqual(upTo(9));
    let failures = 0;
    const kept = dataset(upTo(4)).map((x) => (x === 2 && failures++ === 0 ? Promise.reject(new Error("once")) : Promise.resolve(x))).window(2, { stride: 1, dropLast: true }).cache();
    await expect(kept.toArray()).rejects.toThrow("once");
    expect(await kept.toArray()).toEqual([[0, 1], [1, 2], [2, 3]]);
  });

  test("split, stratified split and folds have every item once", () => {
    const source = dataset(upTo(100));
    const { train, test: tested } = source.split({ testFraction: 0.25, seed: 1 });
    expect([train.size, tested.size, sorted([...train, ...tested])]).toEqual([75, 25, upTo(100)]);
    const even = source.split({ by: (x) => Number(x < 20), testFraction: 0.5 });
    expect([...even.test].filter((x) => x < 20)).toHaveLength(10);
    const folds = source.kFold(7, { seed: 2 });
    expect(sorted(folds.flatMap((fold) => [...fold.test]))).toEqual(upTo(100));
    for (const fold of folds) expect(sorted([...fold.train, ...fold.test])).toEqual(upTo(100));
    const classes = (items: Iterable<number>) => [0, 1].map((label) => [...items].filter((x) => Number(x < 23) === label).length);
    const stratified = source.kFold(7, { seed: 2, by: (x) => Number(x < 23) });
    expect(sorted(stratified.flatMap((fold) => [...fold.test]))).toEqual(upTo(100));
    for (const fold of stratified) {
      expect(sorted([...fold.train, ...fold.test])).toEqual(upTo(100));
      const [others, few] = classes(fold.test);
      expect([Math.abs(others - 77 / 7) < 1, Math.abs(few - 23 / 7) < 1]).toEqual([true, true]);
    }
    expect(() => source.map((x) => Promise.resolve(x)).kFold(2, { by: () => 0 })).toThrow("kFold: items have to be waited for");
    expect(() => source.kFold(101)).toThrow("101 folds of 100 items");
    expect(() => sources(3)[1].split()).toThrow("split: this set is a stream");
    expect(() => source.map((x) => Promise.resolve(x)).split({ by: () => 0 })).toThrow("split before the map that waits");
  });
});

describe("parts", () => {
  /** Ways to get a set of the numbers 0 to 11 before it is cut into parts. */
  const before: Readonly<Record<string, (source: Dataset<number>) => Dataset<number>>> = {
    map: (source) => source.map((x) => x + 0.5).map((x) => x - 0.5), take: (source) => source.take(9), skip: (source) => source.skip(2), concat: (source) => source.take(5).concat(source.skip(5)),
    zip: (source) => source.zip(source).map(([x]) => x), shuffle: (source) => source.shuffle({ seed: 3 }), repeat: (source) => source.repeat(2), cache: (source) => source.cache(),
    window: (source) => source.window(1).map(([x]) => x), "shuffle by window": (source) => source.shuffle({ window: 3 }), "batch": (source) => source.map((x) => [x]).batch(1).map(({ data }) => data[0]),
  };
  const both: readonly ((source: Dataset<number>) => readonly { readonly train: Dataset<number>; readonly test: Dataset<number> }[])[] = [
    (source) => [source.split({ testFraction: 0.3 })], (source) => [source.split({ testFraction: 0.3, by: (x) => x % 2 })], (source) => source.kFold(3), (source) => source.kFold(3, { by: (x) => x % 2 }),
  ];

  test("have no item in common, over all pairs of epochs, whatever comes before; or are refused", () => {
    let cut = 0;
    fc.assert(fc.property(fc.array(fc.constantFrom(...Object.keys(before)), { maxLength: 4 }), fc.nat(both.length - 1), (names, way) => {
      let parts;
      try {
        parts = both[way](names.reduce((made, name) => before[name](made), dataset(upTo(12))));
      } catch (error) {
        expect(String(error)).toMatch(/(split|kFold|shuffle): (after shuffle|after repeat|this set is a stream)|folds of/);
        return;
      }
      cut++;
      for (const { train, test } of parts) {
        const over = (part: Dataset<number>): Set<number> => new Set([0, 1, 2].flatMap((epoch) => [...part.epoch(epoch)]));
        const trained = over(train);
        expect([...over(test)].filter((each) => trained.has(each))).toEqual([]);
      }
    }), { numRuns: 400 });
    expect(cut).toBeGreaterThan(50);
  });

  test("are made before shuffle and repeat, which say so", () => {
    const source = dataset(upTo(12));
    expect(() => source.shuffle().batch(2).split()).toThrow("split before shuffle: data.split(…), then train.shuffle()");
    expect(() => source.shuffle().kFold(3)).toThrow("kFold before shuffle");
    expect(() => source.repeat().split()).toThrow("split before repeat: data.split(…), then train.repeat()");
    expect(() => source.repeat(2).shuffle().cache().kFold(3)).toThrow("kFold before repeat");
    expect(source.shuffle().cache().split().test.size).toBe(2);
    for (const windows of [source.window(3, { stride: 2 }), source.window(3, { stride: 2 }).cache(), source.shuffle().window(3, { stride: 1 })]) expect(() => windows.split()).toThrow("windows that overlap share items, which would be in both parts; take some items before window");
    expect(source.window(3).split().test.size).toBe(1);
  });
});

describe("batches", () => {
  const x = tensor(Float32Array.from(upTo(20)), { shape: [10, 2] });
  const y = tensor(Int32Array.from(upTo(10)));

  test("of columns have every row once, in order or shuffled, and keep columns together", () => {
    const settings = fc.record({ size: fc.integer({ min: 0, max: 40 }), count: fc.integer({ min: 1, max: 50 }), dropLast: fc.boolean(), seed: fc.option(fc.nat(2 ** 31)), epoch: fc.nat(5) });
    fc.assert(fc.property(settings, ({ size, count, dropLast, seed, epoch }) => {
      const rows = dataset({ x: tensor(Float32Array.from(upTo(2 * size), (i) => i / 2), { shape: [size, 2] }), y: tensor(Int32Array.from(upTo(size))) });
      const batches = (seed === null ? rows : rows.shuffle({ seed })).batch(count, { dropLast });
      const all = [...batches.epoch(epoch)];
      expect(all).toHaveLength(batches.size ?? -1);
      for (const { x, y } of all) expect([...x.data].filter((_, i) => i % 2 === 0)).toEqual([...y.data]);
      const order = all.flatMap(({ y }) => [...y.data]);
      if (seed === null) expect(order).toEqual(upTo(order.length));
      expect(new Set(order).size).toBe(dropLast ? size - (size % count) : size);
      expect(all.slice(0, -1).every(({ x }) => x.shape[0] === count)).toBe(true);
      // The same rows, one by one: it makes no difference whether batches are gathered or put together.
      const one = [...(seed === null ? rows : rows.shuffle({ seed })).map((row) => row).batch(count, { dropLast }).epoch(epoch)];
      expect(one.map(({ x, y }) => [x.toArray(), y.toArray()])).toEqual(all.map(({ x, y }) => [x.toArray(), y.toArray()]));
    }), { numRuns: 60 });
  });

  test("of pairs of rows are pairs of batches, gathered as a whole", () => {
    fc.assert(fc.property(fc.nat(12), fc.integer({ min: 1, max: 12 }), fc.nat(100), (skipped, count, seed) => {
      const pairs = dataset({ x, y }).shuffle({ seed }).skip(skipped).zip(dataset(y).take(8)).shuffle({ seed: seed + 1 });
      const shown = (all: readonly (readonly [{ readonly x: Tensor; readonly y: Tensor }, Tensor])[]) => all.map(([a, b]) => [a.x.toArray(), a.y.toArray(), b.toArray()]);
      expect(shown([...pairs.batch(count)])).toEqual(shown([...pairs.map((pair) => pair).batch(count)]));
      expect(shown([...pairs.batch(count).unbatch()])).toEqual(shown([...pairs]));
    }), { numRuns: 30 });
  });

  test("of rows are gathered as a whole, in any order and over epochs: the same as row by row", () => {
    type Rows = Dataset<{ readonly x: Tensor; readonly y: Tensor }>;
    const ways: Readonly<Record<string, (rows: Rows, n: number) => Rows>> = {
      shuffle: (rows, n) => rows.shuffle({ seed: n }), skip: (rows, n) => rows.skip(n), take: (rows, n) => rows.take(2 * n), repeat: (rows, n) => rows.repeat(n % 4), "repeat for ever": (rows, n) => rows.repeat().take(5 * n),
      cache: (rows) => rows.cache(), epoch: (rows, n) => rows.epoch(n),
    };
    const way = fc.tuple(fc.constantFrom(...Object.keys(ways)), fc.nat(7));
    fc.assert(fc.property(fc.array(way, { maxLength: 4 }), fc.integer({ min: 1, max: 12 }), (chain, count) => {
      const rows = chain.reduce((made, [name, n]) => ways[name](made, n), dataset({ x, y }) as Rows).take(200);
      const shown = (all: Iterable<{ readonly x: Tensor; readonly y: Tensor }>) => Array.from(all, (batch) => [batch.x.toArray(), batch.y.toArray()]);
      expect(shown(rows.batch(count))).toEqual(shown(rows.map((row) => row).batch(count)));
      expect(shown(rows.batch(count).unbatch())).toEqual(shown(rows));
    }), { numRuns: 200 });
    for (const kept of [dataset({ x, y }).repeat(3), dataset({ x, y }).cache()]) {
      for (const batch of kept.batch(5)) expect(batch.x.storage?.data).toBe(x.storage?.data);
    }
  });

  test("of a tensor are its rows", () => {
    expect([...dataset(x).shuffle({ seed: 1 }).batch(4)].map((batch) => batch.shape)).toEqual([[4, 2], [4, 2], [2, 2]]);
    expect([...dataset(x).take(2)].map((row) => row.toArray())).toEqual([[0, 1], [2, 3]]);
  });

  test("come in any order, and from any on", () => {
    const x = tensor(upTo(41));
    for (const rows of [dataset(x), dataset(x).shuffle({ seed: 2 })]) {
      const batches = rows.batch(2);
      const all = [...batches].map((batch) => [...batch.data]);
      for (const seed of upTo(5)) expect([...batches.shuffle({ seed })].map((batch) => [...batch.data])).toEqual([...dataset(all).shuffle({ seed })]);
      for (const skipped of upTo(all.length)) expect([...batches.skip(skipped)].map((batch) => [...batch.data])).toEqual(all.slice(skipped));
    }
  });

  test("of columns are rows of the columns: views in order, gathered when shuffled", () => {
    const pipeline = dataset({ x, y }).batch(4);
    expect([...pipeline].map((batch) => [batch.x.shape, [...batch.y.data]])).toEqual([[[4, 2], [0, 1, 2, 3]], [[4, 2], [4, 5, 6, 7]], [[2, 2], [8, 9]]]);
    const all = [...dataset({ x, y }).shuffle({ seed: 5 }).skip(1).take(8).batch(3, { dropLast: true })];
    expect(all).toHaveLength(2);
    for (const batch of all) batch.y.data.forEach((label, row) => { expect([...batch.x.data.subarray(2 * row, 2 * row + 2)]).toEqual([2 * label, 2 * label + 1]); });
    const parts = dataset({ x, y }).skip(2).take(6).batch(3);
    for (const batch of [...pipeline, ...parts]) {
      expect(batch.x.storage?.data).toBe(x.storage?.data);
      expect(batch.y.storage?.data).toBe(y.storage?.data);
    }
    expect([...parts].map((batch) => [...batch.y.data])).toEqual([[2, 3, 4], [5, 6, 7]]);
    const { train } = dataset({ x, y }).split({ seed: 1 });
    expect([...train.batch(8)].map((batch) => batch.x.shape)).toEqual([[8, 2]]);
  });

  test("of items become tensors, field by field", async () => {
    const items = dataset(upTo(3)).map((i) => ({ n: i, odd: i % 2 === 1, point: [i, -i], row: tensor([i, i]), name: `item ${i}` }));
    const [batch] = await items.batch(3).toArray();
    expect(batch.n.toArray()).toEqual([0, 1, 2]);
    expect(batch.odd.toArray()).toEqual([false, true, false]);
    expect(batch.point.toArray()).toEqual([[0, -0], [1, -1], [2, -2]]);
    expect(batch.row.toArray()).toEqual([[0, 0], [1, 1], [2, 2]]);
    expect(batch.name).toEqual(["item 0", "item 1", "item 2"]);
    const pairs = await dataset({ x }).zip(dataset(upTo(10))).batch(10).toArray();
    expect(pairs[0][0].x.toArray()).toEqual(x.toArray());
  });

  test("of arrays of numbers have their dtype", async () => {
    const lists = [[1, 2], [3, 4]];
    const made = async (all: readonly object[]) => {
      const [batch] = (await dataset(all).batch(2).toArray()) as readonly unknown[];
      return batch instanceof Tensor ? [batch.dtype, batch.toArray()] : batch;
    };
    expect(await made(lists)).toEqual(["float32", lists]);
    for (const type of [Float32Array, Float64Array]) expect(await made(lists.map((list) => type.from(list)))).toEqual([type.name.replace("Array", "").toLowerCase(), lists]);
    for (const type of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array]) expect(await made(lists.map((list) => type.from(list)))).toEqual(["int32", lists]);
    expect(await made([Uint32Array.of(1), Uint32Array.of(2)])).toEqual(["int32", [[1], [2]]]);
    await expect(made([Uint32Array.of(2 ** 31)])).rejects.toThrow("batch: 2147483648 is beyond int32; give a Float64Array");
    // No tensor holds them all.
    const large = [BigInt64Array.of(1n), BigInt64Array.of(2n)];
    expect(await made(large)).toEqual(large);
  });

  test("batch and unbatch undo each other", async () => {
    await everySource(7, async (source) => {
      const records = await source.map((i) => ({ x: tensor([i, 2 * i]), name: `${i}` })).batch(3).unbatch().toArray();
      expect(records.map(({ x, name }) => [x.toArray(), name])).toEqual(upTo(7).map((i) => [[i, 2 * i], `${i}`]));
      const pairs = await source.map((i) => tensor([i])).zip(source.map((i) => `${i}`)).batch(3).unbatch().toArray();
      expect(pairs.map(([x, name]) => [x.toArray(), name])).toEqual(upTo(7).map((i) => [[i], `${i}`]));
    });
  });

  test("that wait are awaited together", async () => {
    let running = 0;
    let most = 0;
    const slow = dataset(upTo(8)).map(async (i) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => { setTimeout(resolve, 1); });
      running--;
      return i;
    });
    const batches = await slow.batch(4).toArray();
    expect([batches.map((batch) => batch.toArray()), most]).toEqual([[[0, 1, 2, 3], [4, 5, 6, 7]], 4]);
  });

  test("that do not fit together are refused", async () => {
    await expect(dataset([tensor([1]), tensor([1, 2])]).batch(2).toArray()).rejects.toThrow("batch: examples differ: float32[1] and float32[2]; pad, cut or cast them to one shape and dtype");
    await expect(dataset([{ a: tensor([1]) }, { a: tensor([1], { dtype: "int32" }) as Tensor }]).batch(2).toArray()).rejects.toThrow("batch: examples differ in .a: float32[1] and int32[1]; pad, cut or cast them to one");
    await expect(dataset([{ a: [1] }, { a: [1, 2] }]).batch(2).toArray()).rejects.toThrow("batch: examples differ in .a: 1 and 2 numbers");
    await expect(dataset([{ a: ["x"] }, { a: ["x", "y"] }]).batch(2).toArray()).rejects.toThrow("batch: examples differ in .a: arrays of 1 and of 2");
    await expect(dataset<object>([{ a: 1, b: 2 }, { a: 1 }]).batch(2).toArray()).rejects.toThrow("batch: examples differ: records of a, b and of a");
    await expect(dataset([Float32Array.of(1), Float32Array.of(1, 2)]).batch(2).toArray()).rejects.toThrow("1 and 2 numbers");
    await expect(dataset([1]).unbatch().toArray()).rejects.toThrow("unbatch: an item is neither an array");
    expect(() => dataset({ x, y: tensor([1]) })).toThrow('"x" has 10 rows and "y" 1');
    expect(() => dataset({})).toThrow("there are no columns");
    expect(() => dataset({ x: tensor(1) })).toThrow('"x" is a scalar, float32[]');
    expect(() => dataset(tensor(1))).toThrow("the tensor is a scalar");
    expect(() => dataset({ x: [1] } as unknown as { readonly x: Tensor })).toThrow('"x" is no tensor');
    expect(() => dataset([1]).batch(0)).toThrow("batch: size must be a whole number of at least 1, got 0");
    await expect(dataset([1]).repeat().toArray()).rejects.toThrow("this set never ends");
  });
});

test("wrong arguments are told what to give instead", async () => {
  const source = dataset([1, 2, 3]);
  const wrong = <T>(value: unknown): T => value as T;
  for (const [value, kind] of [[undefined, "undefined"], [null, "null"], ["abc", "\"abc\""], [3, "3"]] as const) {
    expect(() => dataset(wrong<readonly number[]>(value))).toThrow(`dataset: ${kind} has no items; give an array, a tensor, a record of tensors, an iterable or a generator function`);
    await expect(dataset(() => wrong<readonly number[]>(value)).toArray()).rejects.toThrow(`dataset: the function gave ${kind}; it must give an iterable`);
  }
  for (const name of ["zip", "concat", "interleave"] as const) {
    for (const [value, kind] of [[[2], "an array"], [undefined, "undefined"], [{}, "a record"]] as const) expect(() => source[name](wrong<Dataset<number>>(value))).toThrow(`${name}: the other set is no dataset but ${kind}; dataset(…) makes one`);
  }
  expect(() => source.split({ testFraction: 2 })).toThrow("split: testFraction must be between 0 and 1, got 2");
  expect(() => source.repeat().shuffle()).toThrow("shuffle: this set never ends; shuffle before repeat, or give a window to shuffle within");
  for (const [name, use] of Object.entries({ shuffle: () => source.shuffle({ seed: 2 ** 32 }), split: () => source.split({ seed: 2 ** 32 }), kFold: () => source.kFold(2, { seed: 2 ** 32 }) })) {
    expect(use).toThrow(`${name}: seed must be below 2 ** 32, got 4294967296`);
  }
  // The largest one has orders of its own.
  const long = dataset(upTo(20));
  expect([...long.shuffle({ seed: 2 ** 32 - 1 })]).not.toEqual([...long.shuffle({ seed: 0 }).epoch(1)]);
});

test("cache makes every item once", async () => {
  await everySource(5, async (source) => {
    let made = 0;
    const cached = source.map((x) => { made++; return x; }).cache();
    await cached.take(2).toArray();
    expect(made).toBe(2);
    expect(await cached.repeat(3).toArray()).toEqual([...upTo(5), ...upTo(5), ...upTo(5)]);
    expect(made).toBe(5);
  });
});

test("progress counts, from a saved position on too", async () => {
  const seen: string[] = [];
  const counted = dataset(upTo(4)).progress((given, size) => seen.push(`${given}/${size}`));
  for await (const _ of counted.iterate({ taken: 2 })) seen.push("item");
  expect(seen).toEqual(["3/4", "item", "4/4", "item"]);
});

test("an error on the way comes out, and not twice", async () => {
  const failing = dataset(upTo(5)).map((x) => (x === 3 ? Promise.reject(new Error("three")) : Promise.resolve(x)));
  await expect(failing.prefetch(4).toArray()).rejects.toThrow("three");
  await expect(failing.batch(5).toArray()).rejects.toThrow("three");
});
