import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, expectTypeOf, test } from "vitest";
import { NdgradError, tensor, type Tensor } from "@ndgrad/core";
import { bind, registry } from "@ndgrad/core/internal";
import { dataset } from "../dataset.ts";
import type { Dataset } from "../types.ts";
import { itemRandom } from "./random.ts";
import type { WorkerOptions } from "./map.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const counts = [0, 1, 3] as const;
const caught = async (set: Dataset<unknown>): Promise<Error> => set.toArray().then(() => expect.fail("nothing was thrown"), (error: unknown) => error as Error);
const exporting = (code: string, name = "f") => ({ module: `data:text/javascript,${encodeURIComponent(code)}`, name });

describe("a map on workers does what map does", () => {
  test.each(counts)("whatever the source, in order, with %i workers", async (workers) => {
    const sources = [
      dataset(upTo(9)),
      dataset(function* () { yield* upTo(9); }),
      dataset(async function* () { for (const i of upTo(9)) { await Promise.resolve(); yield i; } }),
    ];
    for (const source of sources) {
      // The first ones take longest.
      const mapped = source.mapOnWorkers(async (x, { index, epoch }) => {
        await new Promise((resolve) => { setTimeout(resolve, 9 - index); });
        return [x, index, epoch];
      }, { workers, ahead: 4 });
      expect(mapped.size).toBe(source.size);
      expect(await mapped.epoch(2).toArray()).toEqual(upTo(9).map((i) => [i, i, 2]));
      // It starts again.
      expect(await mapped.take(2).toArray()).toEqual([[0, 0, 0], [1, 1, 0]]);
    }
    expect(await dataset<number>([]).mapOnWorkers((x) => x, { workers }).toArray()).toEqual([]);
  });

  test.each(counts)("tensors go as parts and come as tensors, with %i workers", async (workers) => {
    const x = tensor([[1, 2], [3, 4], [5, 6]]);
    const list = Float64Array.of(1, 2, 3, 4);
    const items = dataset({ x, y: tensor([7, 8, 9], { dtype: "int32" }) }).batch(2).map((batch) => ({ ...batch, part: list.subarray(1, 3), whole: x, name: "a", when: new Date(5) }));
    const doubled = items.mapOnWorkers(({ x: { shape, dtype, data }, y, part, whole, name, when }) => {
      part[0] = whole.data[0] = -1;
      return { x: { shape, dtype, data: data.map((value) => 2 * value) }, y, both: [part, part], name, year: when.getTime() };
    }, { workers });
    const [first, last] = await doubled.toArray();
    expect([first.x.toArray(), last.x.toArray()]).toEqual([[[2, 4], [6, 8]], [[10, 12]]]);
    expect([first.y.dtype, first.y.toArray(), first.name, first.year]).toEqual(["int32", [7, 8], "a", 5]);
    expect(first.both).toEqual([Float64Array.of(-1, 3), Float64Array.of(-1, 3)]);
    expectTypeOf(first.x).toEqualTypeOf<Tensor<[number, 2], "float32">>();
    expectTypeOf(first.both).toEqualTypeOf<readonly Float64Array<ArrayBuffer>[]>();
    // What was sent is still here, as it was.
    expect([[...list], x.toArray()]).toEqual([[1, 2, 3, 4], [[1, 2], [3, 4], [5, 6]]]);
  });

  test("a module's function, and one that imports", async () => {
    const work = exporting("import { deflateSync } from 'node:zlib'; export const f = (bytes) => new Uint8Array(deflateSync(bytes)).length;");
    // eslint-disable-next-line typescript/no-implied-eval -- made of text, as a test's own import would be rewritten
    const importing = new Function("bytes", "return import('node:zlib').then(({ deflateSync }) => deflateSync(bytes).length)") as (bytes: Uint8Array) => Promise<number>;
    expect(await dataset([new Uint8Array(10_000)]).mapOnWorkers(importing, { workers: 1 }).toArray()).toEqual([expect.toSatisfy((size: number) => size < 100)]);
    for (const workers of counts) expect(await dataset([new Uint8Array(10_000)]).mapOnWorkers<number>(work, { workers }).toArray()).toEqual([expect.toSatisfy((size: number) => size < 100)]);
  });

  test("a slow map is worked on by all of them at once", async () => {
    const threads = dataset(upTo(4)).mapOnWorkers(() => process.getBuiltinModule("node:worker_threads").threadId, { workers: 2 });
    expect(new Set(await threads.toArray()).size).toBe(2);
  });
});

describe("what is random", () => {
  const drawing = (options: WorkerOptions): Dataset<readonly number[]> => dataset(upTo(6)).mapOnWorkers((_, { random }) => [random(), random()], options);

  test("is the same with any number of workers, and from any place on", async () => {
    const all = await drawing({ workers: 0, seed: 3 }).epoch(1).toArray();
    expect(new Set(all.flat()).size).toBe(12);
    for (const workers of [1, 2, 3]) expect(await drawing({ workers, ahead: workers, seed: 3 }).epoch(1).toArray()).toEqual(all);
    const rest: unknown[] = [];
    for await (const each of drawing({ workers: 2, seed: 3 }).iterate({ epoch: 1, taken: 4 })) rest.push(each);
    expect(rest).toEqual(all.slice(4));
    for (const other of [drawing({ seed: 4 }).epoch(1), drawing({ seed: 3 })]) expect(new Set([...(await other.toArray()).flat(), ...all.flat()]).size).toBe(24);
  });

  test("is even, item by item and number by number", () => {
    for (const draws of [Array.from({ length: 20_000 }, (_, i) => itemRandom(1, 0, i)()), ((random) => Array.from({ length: 20_000 }, random))(itemRandom(2 ** 40, 5, 2 ** 33))]) {
      const tally = new Array<number>(16).fill(0);
      for (const u of draws) tally[Math.floor(16 * u)]++;
      expect(tally.reduce((sum, n) => sum + (n - 1250) ** 2 / 1250, 0)).toBeLessThan(38);
      const pairs = draws.slice(1).reduce((sum, u, i) => sum + (u - 0.5) * (draws[i] - 0.5), 0);
      expect(Math.abs(pairs)).toBeLessThan(4 * Math.sqrt(20_000) / 12);
    }
  });

  test("is made of the library's random words: seed, epoch, index and number are key and counter in turn", () => {
    const randomBits = registry.get("randomBits") ?? expect.fail("there are no random bits");
    type Words = readonly [low: number, high: number];
    const bits = (key: Words, counter: Words): Words => {
      const [low, high] = bind(randomBits, [key, counter].map((words) => tensor(words, { dtype: "int32" })), { size: 2 }).data;
      return [low, high];
    };
    const wordsOf = (value: number): Words => [value | 0, Math.floor(value / 2 ** 32) | 0];
    for (const [seed, epoch, index] of [[0, 0, 0], [7, 3, 12], [2 ** 45 + 3, 9, 2 ** 33 + 1]]) {
      const key = bits(bits(wordsOf(seed), wordsOf(epoch)), wordsOf(index));
      const random = itemRandom(seed, epoch, index);
      for (let i = 0; i < 3; i++) {
        const [a, b] = bits(key, [i, 0]);
        expect(random()).toBe(((a >>> 6) * 2 ** 27 + (b >>> 5)) / 2 ** 53);
      }
    }
  });
});

describe("items are begun ahead", () => {
  test.each([0, 1, 5])("no more than %i of them", async (ahead) => {
    let made = 0;
    const source = dataset(function* () { for (;;) { made++; yield made; } });
    const iterator = source.mapOnWorkers((x) => -x, { workers: 2, ahead }).iterate();
    expect(made).toBe(0);
    for (let i = 1; i <= 3; i++) {
      expect(await iterator.next()).toEqual({ done: false, value: -i });
      expect(made).toBe(i + ahead);
    }
    await iterator.return?.();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(made).toBe(3 + ahead);
  });

  test("from a saved place on, without those before it", async () => {
    const made: number[] = [];
    const pipeline = dataset(upTo(100)).shuffle({ seed: 1 }).map((x) => { made.push(x); return x; }).mapOnWorkers((x, { index }) => [x, index], { workers: 2, ahead: 2 });
    const whole = await pipeline.epoch(1).toArray();
    made.length = 0;
    const iterator = pipeline.iterate({ epoch: 1, taken: 90 });
    expect((await iterator.next()).value).toEqual(whole[90]);
    expect([iterator.position, made.length]).toEqual([{ epoch: 1, taken: 91 }, 3]);
    await iterator.return?.();
  });

  test("while this thread is busy", async () => {
    const now = (): number => performance.timeOrigin + performance.now();
    const iterator = dataset(upTo(3)).mapOnWorkers(() => performance.timeOrigin + performance.now(), { workers: 1, ahead: 1 }).iterate();
    await iterator.next();
    await iterator.next();
    for (const until = now() + 200; now() < until;);
    const end = now();
    expect((await iterator.next()).value).toBeLessThan(end - 50);
  });
});

describe("errors come with the item's number and their cause", () => {
  test.each(counts)("in their turn, with %i workers", async (workers) => {
    let closed = 0;
    const source = dataset(function* () { try { yield* upTo(9); } finally { closed++; } });
    const given: number[] = [];
    const failing = source.mapOnWorkers((x) => { if (x >= 2) throw new RangeError(`no ${x}`); return x; }, { workers, ahead: 5 });
    const error = await (async () => { for await (const x of failing) given.push(x); })().catch((each: unknown) => each as Error);
    expect(error).toBeInstanceOf(NdgradError);
    expect([(error as Error).message, ((error as Error).cause as Error).name, given, closed]).toEqual(["mapOnWorkers: item 2: RangeError: no 2", "RangeError", [0, 1], 1]);
    // Those of the source too.
    const broken = dataset(upTo(9)).map((x) => { if (x === 2) throw new Error("two"); return x; });
    for (const set of [broken.mapOnWorkers((x) => x, { workers, ahead: 5 }), broken.prefetch(5)]) {
      const before: number[] = [];
      await expect((async () => { for await (const x of set) before.push(x); })()).rejects.toThrow("two");
      expect(before).toEqual([0, 1]);
    }
  });

  test("and say what to do", async () => {
    const outside = 3;
    const one = dataset([1]);
    const on = (work: Parameters<typeof one.mapOnWorkers>[0]) => caught(one.mapOnWorkers(work, { workers: 1 }));
    expect((await on((x) => x * outside)).message).toMatch(/item 0: ReferenceError: outside is not defined; a function that is sent to workers sees nothing from outside itself/);
    expect((await on(Object.values({ f(x: number) { return x; } })[0])).message).toMatch(/could not be loaded .*arrow function/);
    expect((await on(exporting("export const g = 1;"))).message).toMatch(/exports no function f.*must be JavaScript/);
    expect((await on({ module: new URL("./nowhere.js", import.meta.url), name: "f" })).message).toMatch(/could not be loaded .*nowhere/);
    expect((await on(() => () => 1)).message).toMatch(/what the map gave for item 0 cannot be sent/);
    expect((await on(() => ({ shape: [3], dtype: "int32", data: Int32Array.of(1) }))).message).toMatch(/shape \[3\] with 1 elements/);
    expect((await on(() => process.exit(4))).message).toMatch(/broke down over item 0: Error: the worker ended with exit code 4/);
    expect((await caught(dataset([() => 1]).mapOnWorkers((x) => x, { workers: 1 }))).message).toMatch(/item 0 cannot be sent to a worker/);
    const kept = exporting("const kept = new Float32Array(3); export const f = () => kept;");
    expect((await caught(dataset([1, 2]).mapOnWorkers(kept, { workers: 1 }))).message).toMatch(/item 1 cannot be sent .*new ones each time/);
    expect((await caught(dataset(upTo(3)).mapOnWorkers((x) => { if (x === 0) setTimeout(() => { throw new Error("late"); }); return x; }, { workers: 1, ahead: 0 }).map((x) => new Promise((resolve) => { setTimeout(resolve, 300, x); })))).message).toMatch(/broke down over item 1: Error: late/);
  });

  test("at once where they can", () => {
    const one = dataset([1]);
    expect(() => one.mapOnWorkers(Math.sqrt)).toThrow("mapOnWorkers: a bound or built-in function has no text");
    expect(() => one.mapOnWorkers({ module: "./augment.js", name: "f" })).toThrow('give new URL("./augment.js", import.meta.url)');
    expect(() => one.mapOnWorkers({} as never)).toThrow("give a function, or { module, name }");
    expect(() => one.mapOnWorkers((x) => x, { workers: -1 })).toThrow("workers must be a whole number of at least 0, got -1");
    expect(() => one.mapOnWorkers((x) => x, { ahead: 1.5 })).toThrow("ahead must be a whole number");
    expect(() => [...one.mapOnWorkers((x) => x)]).toThrow("use for await");
  });
});

describe("a process ends", () => {
  const index = new URL("../../index.ts", import.meta.url).href;
  const run = (program: string) => promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "--eval",
    `import { dataset } from ${JSON.stringify(index)};
     const set = dataset([1, 2, 3, 4, 5, 6]).mapOnWorkers((x) => { for (const end = Date.now() + 30_000; x === 5 && Date.now() < end;); return x; }, { workers: 2, ahead: 4 });
     ${program}
     console.log("done");`], { timeout: 15_000, killSignal: "SIGKILL", cwd: new URL("../../../", import.meta.url) });
  test.each([
    ["that read all it wanted", "for await (const x of set.take(4)) console.log(x);"],
    ["that went on without the rest", "for await (const x of set) if (x === 2) break;"],
    ["that failed", "for await (const x of set.map((x) => { if (x === 2) throw 1; return x; })) console.log(x);", 1],
    ["that never looked again", "const iterator = set.iterate(); await iterator.next();"],
  ])("%s", async (_, program, code = 0) => {
    const ended = await run(program).then(({ stdout }) => ({ code: 0, stdout }), (error: unknown) => error as { readonly code: number; readonly stdout: string });
    expect(ended.code).toBe(code);
    if (code === 0) expect(ended.stdout).toContain("done");
  }, 20_000);
});
