import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as nd from "../index.ts";

/** `@example add(tensor([1, 2]), 10); // [11, 12]` in the docstrings of this folder: what is said must be what comes out. */
const folder = new URL("./", import.meta.url);
const examples = readdirSync(folder)
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .flatMap((name) => [...readFileSync(new URL(name, folder), "utf8").matchAll(/@example (.+?);? \/\/ (.+)$/gm)].map(([, code, said]) => ({ code, said: said.replaceAll("−", "-") })));

/** Numbers and booleans of arrays, tensors and `{ name: value }` results, as the comments write them. */
function elementsOf(value: unknown): unknown {
  if (value instanceof nd.Tensor) return value.toArray();
  if (Array.isArray(value)) return value.map(elementsOf);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, elementsOf(each)]));
  return value;
}

function evaluate(code: string): unknown {
  const names = Object.keys(nd).filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  const plain = code.replaceAll(": Tensor)", ")");
  // oxlint-disable-next-line typescript/no-implied-eval -- the code is this repository's own docstrings
  return elementsOf(new Function(...names, `return (${plain});`)(...names.map((name) => (nd as unknown as Readonly<Record<string, unknown>>)[name])));
}

function expectClose(found: unknown, said: unknown): void {
  if (typeof found === "number" && typeof said === "number") expect(Math.abs(found - said)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(said)));
  else if (Array.isArray(found) && Array.isArray(said)) {
    expect(found).toHaveLength(said.length);
    found.forEach((each, i) => expectClose(each, said[i]));
  } else if (typeof found === "object" && typeof said === "object" && found !== null && said !== null) {
    expect(Object.keys(found)).toEqual(Object.keys(said));
    expectClose(Object.values(found), Object.values(said));
  } else expect(found).toEqual(said);
}

describe("docstrings say what comes out", () => {
  // Several results are joined by "and"; what speaks of something else than values has letters.
  const literal = examples.filter(({ said }) => /^[[{\d-][\w\s\d[\]{}:.,-]*$|^(true|false)$/.test(said));

  test.each(literal)("$code → $said", ({ code, said }) => {
    const values = `[${said.replaceAll(" and ", ", ")}]`;
    // oxlint-disable-next-line typescript/no-implied-eval -- as above
    const expected = new Function(`return ${values}`)() as readonly unknown[];
    const found = evaluate(code);
    expectClose(said.includes(" and ") ? found : [found], expected);
  });

  test("and nearly all of them are checked", () => {
    expect(literal.length).toBeGreaterThan(110);
  });
});
