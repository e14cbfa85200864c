import { expect, test } from "vitest";
import { createPace } from "./pace.ts";

/** Runs for so many milliseconds of a clock of its own, where a run on n threads takes `cost(n)`; gives how many runs each number of threads had. */
function drive(cost: (threads: number, run: number) => number, duration: number, most: number = 4): ReadonlyMap<number, number> {
  let clock = 0;
  const pace = createPace(() => clock);
  const counts = new Map<number, number>();
  for (let run = 0; clock < duration; run++) {
    const threads = pace.threads(most);
    const took = cost(threads, run);
    clock += took;
    pace.took(took);
    counts.set(threads, (counts.get(threads) ?? 0) + 1);
  }
  return counts;
}

test("the fastest number of threads has nearly all runs", () => {
  for (const best of [1, 2, 4]) {
    const counts = drive((threads) => (threads === best ? 0.05 : 0.1), 1000);
    expect([...counts].sort((a, b) => b[1] - a[1])[0][0]).toBe(best);
    for (const [threads, runs] of counts) if (threads !== best) expect(runs).toBeLessThan(40);
  }
});

test("threads that gain nothing are left to others", () => {
  const counts = drive(() => 0.1, 500);
  expect(counts.get(1)).toBeGreaterThan(4000);
});

test("a first run that wakes helpers does not count against them", () => {
  const counts = drive((threads, run) => (threads > 1 ? (run % 6 === 0 ? 1 : 0.05) : 0.1), 100, 2);
  expect(counts.get(2)).toBeGreaterThan(counts.get(1) ?? 0);
});

test("what has changed is noticed", () => {
  // From the middle on other programs have the other processors.
  const late = (run: number): boolean => run > 10_000;
  const counts = drive((threads, run) => (threads === 1 ? 0.1 : late(run) ? 0.4 : 0.05), 3000, 2);
  expect(counts.get(2)).toBeGreaterThan(9000);
  expect(counts.get(1)).toBeGreaterThan(15_000);
});

test("another limit begins anew", () => {
  const pace = createPace(() => 0);
  for (let run = 0; run < 12; run++) { expect(pace.threads(2)).toBe(run < 6 ? 2 : 1); pace.took(pace.threads(2) === 2 ? 1 : 2); }
  expect(pace.threads(2)).toBe(2);
  expect(pace.threads(8)).toBe(8);
  expect(pace.threads(1)).toBe(1);
});
