import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseAst } from "vitest/node";
import { packages, root } from "../repository.ts";

/** The classes that JavaScript and its hosts bring: another realm has its own, and `instanceof` does not know those. */
const builtIns: ReadonlySet<string> = new Set(
  Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z]/.test(name) && typeof (globalThis as Readonly<Record<string, unknown>>)[name] === "function")
    .concat("File", "FileList", "HTMLElement", "Node", "Element", "Document", "Window", "Worker", "SharedArrayBuffer"),
);

/** Each `x instanceof BuiltIn`, `x.constructor === BuiltIn` and `… === BuiltIn.prototype` of a source. */
function questionsOf(source: string): readonly string[] {
  const found: string[] = [];
  const nameOf = (node: unknown): string | undefined => {
    const { type, name, object, property } = node as Readonly<Record<string, unknown>>;
    if (type === "Identifier") return String(name);
    const isOfClass = type === "MemberExpression" && (nameOf(object) === "globalThis" || nameOf(property) === "prototype");
    return isOfClass ? nameOf(nameOf(object) === "globalThis" ? property : object) : undefined;
  };
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, operator, left, right } = node as Readonly<Record<string, unknown>>;
    if (type === "BinaryExpression") {
      const sides = operator === "instanceof" ? [right] : /^[=!]==?$/.test(String(operator)) ? [left, right] : [];
      found.push(...sides.map(nameOf).filter((name) => name !== undefined && builtIns.has(name)).map((name) => `${String(operator)} ${name}`));
    }
    Object.values(node).forEach(visit);
  };
  visit(parseAst(source, { lang: "ts" }));
  return found;
}

describe("built-in values are known in every realm", () => {
  const published = packages().filter(({ manifest }) => manifest.private !== true);
  test.each(published.map(({ folder }) => folder))("packages/%s asks no value whether it is an instance of a built-in class", (folder) => {
    const source = `${root}/packages/${folder}/src`;
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") && !/\.test(-d)?\.ts$/.test(name));
    // What to ask instead is in packages/core/src/realm.ts, which looks at this realm's first.
    expect(files.filter((name) => name !== "realm.ts").flatMap((name) => questionsOf(readFileSync(`${source}/${name}`, "utf8")).map((question) => `${name}: ${question}`))).toEqual([]);
  });

  test.each([
    ["x instanceof Float32Array", ["instanceof Float32Array"]],
    ["const f = (x: unknown) => x instanceof globalThis.Promise", ["instanceof Promise"]],
    ["if (x.constructor === Object) y()", ["=== Object"]],
    ["Object.getPrototypeOf(x) !== Array.prototype", ["!== Array"]],
    ["x instanceof SharedArrayBuffer || x instanceof Blob", ["instanceof SharedArrayBuffer", "instanceof Blob"]],
    ["x instanceof Tensor && Array.isArray(y)", []],
  ])("%s", (source, expected) => {
    expect(questionsOf(source)).toEqual(expected);
  });
});
