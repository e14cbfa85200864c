import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import * as nd from "./index.ts";
import { version } from "./version.ts";

test("the version is the package's", () => {
  const { version: published } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string };
  expect(version).toBe(published);
});

test("what another copy made is refused with what to do about it", async () => {
  expect(Object.hasOwn(nd.Tensor, Symbol.hasInstance)).toBe(false);
  vi.resetModules();
  const other: typeof nd = await import("./index.ts");
  const said = `two copies of @ndgrad/core are loaded (versions ${version} and ${version})`;

  for (const [here, there] of [[nd, other], [other, nd]] as const) {
    const mine = here.tensor([1, 2]);
    const theirs = there.tensor([3, 4]);
    const cell = there.variable(theirs);
    expect(mine.add([1, 1]).toArray()).toEqual([2, 3]);
    expect(theirs.add([1, 1]).toArray()).toEqual([4, 5]);
    expect(mine instanceof here.Tensor).toBe(true);
    expect([1, null, undefined, "a", [], {}, here.variable(mine)].some((value) => value instanceof here.Tensor)).toBe(false);

    const calls: Readonly<Record<string, () => unknown>> = {
      "a function": () => here.add(mine, theirs),
      "a method": () => mine.matmul(theirs),
      "a variable": () => here.add(mine, cell),
      "a constructor": () => here.stack([mine, theirs]),
      "gradients of an argument": () => here.grad((x: nd.Tensor) => x.sum())(theirs),
      "gradients of variables": () => here.valueAndGrad(() => mine.sum(), { weights: [cell] }),
      "gradients through the other": () => here.grad((x: nd.Tensor) => there.sum(x))(mine),
      "a compiled program": () => here.compile((x: nd.Tensor) => x.sum())(theirs),
      "a derivative": () => here.jvp((x: nd.Tensor) => x, [mine], [theirs]),
    };
    for (const [name, call] of Object.entries(calls)) expect(call, name).toThrow(said);
  }
});
