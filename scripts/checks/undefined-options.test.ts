import { describe, expect, test } from "vitest";
import { packages } from "../repository.ts";
import { sourcesOf } from "./options.ts";

/** The optional members of interfaces whose name says that they are options, as `file: interface.member`, with their types. */
function optionsIn(path: string, source: string): readonly { readonly where: string; readonly type: string }[] {
  return [...source.matchAll(/^export interface (\w*(?:Options|Option|Bounds|Typed))\b[^\n]*\{(?: ([^\n]*)\}$|\n(.*?)^\})/gms)].flatMap(([, name, inline, block]) =>
    [...(inline ?? block ?? "").matchAll(/^\s*readonly (\w+)\?: (.+?)(?:;| )*$/gm)].map(([, member, type]) => ({ where: `${path}: ${name}.${member}`, type: type! })));
}

const options = packages().filter(({ folder }) => folder !== "bench").flatMap(({ folder }) => [...sourcesOf(folder)].flatMap(([path, source]) => optionsIn(`${folder}/${path}`, source)));

describe("options", () => {
  // Under exactOptionalPropertyTypes `momentum: mine.momentum` is refused unless the type says so.
  test("take undefined for what is left out", () => {
    expect(options.length).toBeGreaterThan(100);
    expect(options.filter(({ type }) => !/\| undefined\b/.test(type)).map(({ where, type }) => `${where}?: ${type}`)).toEqual([]);
  });

  test("are found in interfaces of one line and of several", () => {
    expect(optionsIn("a.ts", "export interface AOptions { readonly x?: number }\nexport interface BOptions<T> extends C {\n  /** One. */\n  readonly y?: T | undefined;\n}\n")).toEqual([
      { where: "a.ts: AOptions.x", type: "number" }, { where: "a.ts: BOptions.y", type: "T | undefined" },
    ]);
  });
});
