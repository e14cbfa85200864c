import { describe, expect, test } from "vitest";
import { cases } from "../bench.ts";
import { distance } from "../harness/agreement.ts";
import { idOf, type Case } from "../harness/case.ts";
import { loops } from "./loops/implementation.ts";
import { ndgrad } from "./ndgrad/implementation.ts";

const tolerance = { float32: 1e-5, float64: 1e-12 } as const;
const withLoops = cases.filter(({ suite, sides }) => sides.includes("loops") && suite !== "overhead");
/** The large products and elementwise jobs add seconds, and no code that the small ones do not run. */
const small = withLoops.filter(({ flops = 0, name }) => flops < 1e8 && !name.includes("1,000,000 elements"));

async function distanceOf(each: Case, compiled: boolean): Promise<number> {
  const inputs = each.inputs();
  const reference = await loops.prepare(each.job, inputs, each.precision);
  const ours = await ndgrad(compiled).prepare(each.job, inputs, each.precision);
  return distance(await ours.values(), await reference.values());
}

describe("ndgrad computes what plain loops compute", () => {
  test.each(small.map((each) => [idOf(each), each] as const))("%s, compiled", async (_, each) => {
    expect(await distanceOf(each, true)).toBeLessThan(tolerance[each.precision]);
  });
  test.each(small.filter(({ suite }) => suite === "workloads").map((each) => [idOf(each), each] as const))("%s, operation by operation", async (_, each) => {
    expect(await distanceOf(each, false)).toBeLessThan(tolerance[each.precision]);
  });
});

test("the losses of training fall: the steps do train", async () => {
  for (const each of cases.filter(({ suite }) => suite === "workloads")) {
    if (each.job.kind !== "train" || each.job.network.oneByOne) continue;
    const losses = await (await ndgrad(true).prepare(each.job, each.inputs(), each.precision)).values();
    expect(losses[losses.length - 1], idOf(each)).toBeLessThan(losses[0]);
  }
});

test("no two cases have one name, and each includes ndgrad", () => {
  expect(new Set(cases.map(idOf)).size).toBe(cases.length);
  expect(cases.filter(({ sides }) => !sides.includes("ndgrad"))).toEqual([]);
});
