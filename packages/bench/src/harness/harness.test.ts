import { expect, test } from "vitest";
import { distance } from "./agreement.ts";
import { alternate, calibrate, type Runner } from "./alternate.ts";
import { quantile, ratios, summarize } from "./statistics.ts";

/** A side whose clock is a formula: nobody waits, and nothing depends on the machine. */
function scripted(name: string, nanoseconds: (call: number) => number, log: string[] = []): Runner & { readonly counts: number[] } {
  const counts: number[] = [];
  return { name, counts, run(times) {
    counts.push(times);
    log.push(name);
    return Promise.resolve(times * nanoseconds(counts.length));
  } };
}

test("quartiles are interpolated between sorted values", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(summarize([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 });
  expect(summarize([7])).toEqual({ median: 7, low: 7, high: 7 });
});

test("ratios are taken within rounds, so that a slow stretch of the machine cancels", () => {
  // The machine is ten times slower in the middle rounds, for both.
  const ours = [10, 100, 100, 10, 10];
  expect(ratios(ours.map((time) => 3 * time), ours)).toEqual({ median: 3, low: 3, high: 3 });
});

test("a batch is filled by warm runs: the slow first ones do not count", async () => {
  const runner = scripted("side", (call) => (call < 4 ? 50_000 : 100));
  expect(await calibrate(runner, 1e6)).toEqual({ times: 10_000, expected: 1e6 });
  expect(runner.counts[0]).toBe(1);
});

test("a job longer than a batch is run once", async () => {
  const runner = scripted("side", () => 5e9);
  expect(await calibrate(runner, 1e6)).toEqual({ times: 1, expected: 5e9 });
  expect(runner.counts).toEqual([1]);
});

test("sides take turns, and everybody begins a round once", async () => {
  const log: string[] = [];
  const runners = ["a", "b", "c"].map((name) => scripted(name, () => 1e6, log));
  for (const runner of runners) await calibrate(runner, 1e6);
  log.length = 0;
  const times = await alternate(runners, { rounds: 3, batch: 1e6, pause: 0 });
  expect(log.slice(-9)).toEqual(["a", "b", "c", "b", "c", "a", "c", "a", "b"]);
  expect(times.map(({ name, rounds }) => [name, rounds])).toEqual([["a", [1e6, 1e6, 1e6]], ["b", [1e6, 1e6, 1e6]], ["c", [1e6, 1e6, 1e6]]]);
});

test("times are for one run, however many a batch has", async () => {
  const [fast, slow] = await alternate([scripted("fast", () => 10), scripted("slow", () => 1000)], { rounds: 2, batch: 1e5, pause: 0 });
  expect([fast.times, slow.times]).toEqual([10_000, 100]);
  expect([fast.rounds, slow.rounds]).toEqual([[10, 10], [1000, 1000]]);
  expect(ratios(slow.rounds, fast.rounds).median).toBe(100);
});

test("what goes on for long is measured after some time of it", async () => {
  const [side, slow] = [scripted("side", () => 1000), scripted("slow", () => 5e9)];
  await alternate([side, slow], { rounds: 2, batch: 1e6, pause: 0, warm: 5e6 });
  expect(side.counts.slice(-4)).toEqual([5000, 1000, 5000, 1000]);
  // A job longer than a batch needs no warming.
  expect(slow.counts).toEqual([1, 1, 1]);
});

test("a very slow side costs rounds, for all of them", async () => {
  const runners = [scripted("fast", () => 1e3), scripted("slow", () => 5e9)];
  const times = await alternate(runners, { rounds: 9, batch: 1e6, pause: 0, budget: 16e9 });
  expect(times.map(({ rounds }) => rounds.length)).toEqual([3, 3]);
  expect((await alternate(runners, { rounds: 9, batch: 1e6, pause: 0, budget: 1e9 }))[0].rounds.length).toBe(2);
});

test("values agree relative to the largest; NaN and missing values never agree", () => {
  expect(distance([100, 1e-9], [100, 0])).toBeCloseTo(1e-11, 20);
  expect(distance([101, 0], [100, 0])).toBeCloseTo(0.01, 12);
  expect(distance([0, 0], [0, 0])).toBe(0);
  expect(distance([1], [0])).toBe(Infinity);
  expect(distance([NaN], [NaN])).toBe(Infinity);
  expect(distance([1, 2], [1])).toBe(Infinity);
  expect(distance([], [])).toBe(Infinity);
});
