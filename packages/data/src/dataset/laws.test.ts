// What holds for every set, however it was made: stated once, over random trees of all methods.
import fc from "fast-check";
import { expect, test } from "vitest";
import { NdgradError, Tensor, tensor } from "@ndgrad/core";
import { dataset } from "./dataset.ts";
import type { Dataset, Position } from "./types.ts";

/** Items are whole numbers, plain or as scalars: what a method makes of them is a number again. */
type Item = number | Tensor;
type Items = Dataset<Item>;
const valueOf = (item: Item): number => (typeof item === "number" ? item : Number(item.item()));
/** Several numbers as one that depends on each and on their order, exact in float32. */
const mixed = (...values: readonly number[]): number => values.reduce((sum, value) => (31 * sum + value + 7) % 65_521, values.length);

/** Where sets begin: the same numbers in every way, and how many sources are open. */
interface World { readonly from: (kind: Kind, count: number) => Items; readonly open: () => number }
const kinds = ["array", "tensor", "columns", "generator", "waiting generator"] as const;
type Kind = (typeof kinds)[number];

function world(): World {
  let open = 0;
  const from = (kind: Kind, count: number): Items => {
    const values = Array.from({ length: count }, (_, i) => 3 * i + 1);
    switch (kind) {
      case "array": return dataset<Item>(values);
      case "tensor": return dataset(tensor(Float32Array.from(values))) as Items;
      // A pair of rows, so that batches of pairs are made too.
      case "columns": return dataset(tensor(Float32Array.from(values))).zip(dataset(tensor(Float32Array.from(values)))).batch(3).map(([x]) => x).unbatch() as Items;
      case "generator": return dataset<Item>(function* () { open++; try { yield* values; } finally { open--; } });
      case "waiting generator": return dataset<Item>(async function* () { open++; try { for (const each of values) { await Promise.resolve(); yield each; } } finally { open--; } });
    }
  };
  return { from, open: () => open };
}

/** A way to make a set of others, with numbers to choose how. `unknown`: only the run knows how many items there are. */
interface Method {
  readonly apply: (source: Items, n: number, m: number, other: () => Items) => Items;
  readonly other?: true;
  readonly unknown?: true;
  readonly waits?: true;
}
const methods: Readonly<Record<string, Method>> = {
  "map": { apply: (source) => source.map((x, index, epoch) => mixed(valueOf(x), index, epoch)) },
  "map that waits": { apply: (source) => source.map((x, index, epoch) => Promise.resolve(mixed(valueOf(x), index, epoch))), waits: true },
  "filter": { apply: (source, n) => source.filter((x, index) => (valueOf(x) + index) % (n + 1) < 2), unknown: true },
  "filter that waits": { apply: (source, n) => source.filter((x) => Promise.resolve(valueOf(x) % (n + 1) < 2)), unknown: true, waits: true },
  "batch": { apply: (source, n, m) => source.batch(n + 1, { dropLast: m % 2 === 1 }).map((some) => mixed(...(some instanceof Tensor ? some.data : (some as readonly Item[]).map(valueOf)))) },
  "unbatch": { apply: (source, n) => source.batch(n + 1).unbatch() as Items, unknown: true },
  "unbatch of lists": { apply: (source, n) => source.map((x) => Array.from({ length: valueOf(x) % (n + 1) }, (_, i) => valueOf(x) + i)).unbatch() as Items, unknown: true },
  "shuffle": { apply: (source, n) => source.shuffle({ seed: n }) },
  "shuffle by window": { apply: (source, n, m) => source.shuffle({ seed: n, window: m + 1 }) },
  "repeat": { apply: (source, n) => source.repeat(n % 3) },
  "repeat for ever, and take": { apply: (source, n, m) => source.repeat().skip(m).take(2 * n) },
  "take": { apply: (source, n, m) => source.take(n + m) },
  "skip": { apply: (source, n) => source.skip(n) },
  "zip": { apply: (source, _n, _m, other) => source.zip(other()).map(([a, b]) => mixed(valueOf(a), valueOf(b))), other: true },
  "concat": { apply: (source, _n, _m, other) => source.concat(other()), other: true },
  "interleave": { apply: (source, _n, _m, other) => source.interleave(other()), other: true },
  "cache": { apply: (source) => source.cache() },
  "window": { apply: (source, n, m) => source.window(n + 1, { stride: m + 1, dropLast: (n + m) % 2 === 1 }).map((some) => mixed(...some.map(valueOf))) },
  "split": { apply: (source, n, m) => source.split({ seed: m, testFraction: 0.4, ...(n % 2 === 1 && { by: (x: Item) => valueOf(x) % 3 }) })[m % 2 === 0 ? "train" : "test"] },
  "kFold": { apply: (source, n, m) => source.kFold(2 + (n % 2), { seed: n })[m % 2][n % 3 === 0 ? "test" : "train"] },
  "mapOnWorkers": { apply: (source, n) => source.mapOnWorkers((x, { index, epoch, random }) => mixed(typeof x === "number" ? x : Number(x.data[0]), index, epoch, Math.floor(9 * random())), { workers: 0, ahead: n }), waits: true },
  "prefetch": { apply: (source, n) => source.prefetch(n) },
  "progress": { apply: (source) => source.progress(() => undefined) },
  "epoch": { apply: (source, n) => source.epoch(n) },
};

/** A set as data: where it begins, and what is done to it. */
interface Recipe { readonly kind: Kind; readonly count: number; readonly steps: readonly Step[] }
interface Step { readonly method: string; readonly n: number; readonly m: number; readonly other: Recipe }

const recipes = (depth: number): fc.Arbitrary<Recipe> => fc.record({
  kind: fc.constantFrom(...kinds), count: fc.nat(9),
  steps: fc.array(fc.record({ method: fc.constantFrom(...Object.keys(methods)), n: fc.nat(4), m: fc.nat(3), other: depth === 0 ? fc.constant<Recipe>({ kind: "array", count: 4, steps: [] }) : recipes(depth - 1) }), { maxLength: depth === 0 ? 1 : 5 }),
});

interface Made { readonly set: Items; readonly sizeKnown: boolean; readonly waits: boolean; readonly refused: number; readonly used: ReadonlySet<string> }

/** What a recipe makes; methods that refuse a set are left out. */
function made(recipe: Recipe, from: World["from"], kind: Kind = recipe.kind): Made {
  let set = from(kind, recipe.count);
  let sizeKnown = kind === "array" || kind === "tensor";
  let waits = kind === "waiting generator";
  let refused = 0;
  const used = new Set<string>();
  for (const { method, n, m, other } of recipe.steps) {
    const { apply, unknown = false, waits: waiting = false, other: binary = false } = methods[method];
    const second = binary ? made(other, from, kind === recipe.kind ? other.kind : kind) : undefined;
    try {
      set = apply(set, n, m, () => (second as Made).set);
    } catch (error) {
      expect(error).toBeInstanceOf(NdgradError);
      refused++;
      continue;
    }
    used.add(method);
    for (const each of second?.used ?? []) used.add(each);
    sizeKnown &&= !unknown && second?.sizeKnown !== false;
    waits ||= waiting || second?.waits === true;
    refused += second?.refused ?? 0;
  }
  return { set, sizeKnown, waits, refused, used };
}

const settled = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 1); });
const restOf = async (set: Items, position: Partial<Position>): Promise<readonly number[]> => {
  const rest: number[] = [];
  for await (const each of set.iterate(position)) rest.push(valueOf(each));
  return rest;
};
const itemsOf = async (set: Items): Promise<readonly number[]> => (await set.toArray()).map(valueOf);

test("every set gives the same again: in for and for await, from any position on, in another process, and after other epochs", async () => {
  await fc.assert(fc.asyncProperty(recipes(2), fc.nat(2), fc.nat(30), async (recipe, epoch, stop) => {
    const here = world();
    const { set, waits, sizeKnown, used } = made(recipe, here.from);
    const whole = await itemsOf(set.epoch(epoch));
    expect(await itemsOf(set.epoch(epoch))).toEqual(whole);

    // As many as it says, and it says so where that can be known.
    if (sizeKnown) expect(set.size).toBeDefined();
    if (set.size !== undefined) expect(set.size).toBe(whole.length);

    if (!waits) expect([...set.epoch(epoch)].map(valueOf)).toEqual(whole);

    const first = set.iterate({ epoch });
    const given: number[] = [];
    for (let i = 0; i < Math.min(stop, whole.length); i++) given.push(valueOf((await first.next()).value as Item));
    const saved = JSON.parse(JSON.stringify(first.position)) as Position;
    await first.return?.();
    expect([given, saved]).toEqual([whole.slice(0, stop), { epoch, taken: given.length }]);
    expect(await restOf(set, saved)).toEqual(whole.slice(stop));
    await settled();
    // A cache of a stream that was left keeps it.
    if (!used.has("cache")) expect(here.open()).toBe(0);

    const again = made(recipe, world().from);
    for await (const _ of again.set.epoch(epoch + 1)) break;
    expect(await restOf(again.set, saved)).toEqual(whole.slice(stop));
  }), { numRuns: 800 });
}, 120_000);

test("every set has the same items whatever they come from", async () => {
  await fc.assert(fc.asyncProperty(recipes(2), fc.nat(2), async (recipe, epoch) => {
    const found: (readonly number[])[] = [];
    for (const kind of kinds) {
      const { set, refused } = made(recipe, world().from, kind);
      if (refused === 0) found.push(await itemsOf(set.epoch(epoch)));
    }
    for (const each of found) expect(each).toEqual(found[0]);
  }), { numRuns: 400 });
}, 120_000);
