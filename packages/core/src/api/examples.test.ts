import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as nd from "../index.ts";

/** `@example add(tensor([1, 2]), 10); // [11, 12]` in the docstrings of this folder: what is said must be what comes out. */
const sources = (path: string): readonly string[] => {
  const folder = new URL(path, import.meta.url);
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts")).map((name) => readFileSync(new URL(name.replaceAll("\\", "/"), folder), "utf8"));
};
const examplesOf = (path: string) =>
  sources(path).flatMap((source) => [...source.matchAll(/@example (.+?);? \/\/ (.+)$/gm)].map(([, code, said]) => ({ code, said: said.replaceAll("−", "-") })));
const isPublic = ({ code }: { readonly code: string }): boolean => (/^\w+/.exec(code)?.[0] ?? "") in nd;
const examples = [...examplesOf("./"), ...examplesOf("../ops/").filter(isPublic), ...examplesOf("../compose/").filter(isPublic)];

/** Docstrings by what they stand before, without line breaks and without tags. */
function docstrings(source: string, declared: RegExp): ReadonlyMap<string, string> {
  return new Map([...source.matchAll(new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*${declared.source}`, "g"))].map(([, text, name]) =>
    [name, text.replaceAll(/^\s*\* ?/gm, "").split(/^@/m)[0].replaceAll(/\s+/g, " ").trim()]));
}

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
  if (typeof found === "number" && typeof said === "number") {
    // Four digits after the point and more are rounded to as many as are written.
    const digits = String(said).split(".")[1]?.length ?? 0;
    expect(Math.abs(found - said)).toBeLessThanOrEqual(Math.max(digits >= 4 ? 0.51 * 10 ** -digits : 0, 1e-6 * Math.max(1, Math.abs(said))));
  }
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
    expect(literal.length).toBeGreaterThan(170);
  });
});

describe("docstrings that stand twice", () => {
  const functions = new Map(sources("./").flatMap((source) => [...docstrings(source, /export (?:const|function) (\w+)/)]));
  const methods = docstrings(readFileSync(new URL("../methods.ts", import.meta.url), "utf8"), /readonly (\w+):/);

  test.each([...methods].filter(([name]) => name !== "where"))("%s: the method's begins as the function's", (name, text) => {
    expect(functions.get(name)?.startsWith(text.replace(/\.$/, "")), `method: ${text}\nfunction: ${functions.get(name)}`).toBe(true);
  });

  test("all methods have one", () => {
    expect(methods.size).toBeGreaterThan(125);
  });

  const inner = [...sources("../ops/"), ...sources("../compose/")].flatMap((source) => [...docstrings(source, /export (?:const|function) (\w+)/), ...[...source.matchAll(/name: "(\w+)",\s+doc: "(.*)",$/gm)].map(([, name, text]) => [name, text] as const)])
    .filter(([name]) => functions.has(name));
  /** What NumPy calls it: the names behind "NumPy:", if any. */
  const numpyName = (text: string): string | undefined => /NumPy(?:, PyTorch)?: ([\w.]+)/.exec(text)?.[1].replace(/\.$/, "");

  test.each(inner.filter(([, text]) => numpyName(text) !== undefined))("%s: the operation's names NumPy's function as the public one does", (name, text) => {
    expect(numpyName(functions.get(name) ?? "")).toBe(numpyName(text));
  });
});
