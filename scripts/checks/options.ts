// Which public functions take options by name: read from the sources, so that a new one is found on the day it is exported.
import { readFileSync, readdirSync } from "node:fs";
import { root } from "../repository.ts";

/** The sources of a package without its tests, by path. */
export const sourcesOf = (folder: string): ReadonlyMap<string, string> => new Map(
  readdirSync(`${root}/packages/${folder}/src`, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !/\.test(-d)?\.ts$/.test(path))
    .map((path) => [path, readFileSync(`${root}/packages/${folder}/src/${path}`, "utf8")]),
);

/** The functions among the exports that take options: their declaration names a type called …Options, or a parameter called options. */
export function functionsWithOptions(sources: ReadonlyMap<string, string>, exports: Iterable<string>): readonly string[] {
  const all = [...sources.values()].join("\n");
  const declarations = new Map([...all.matchAll(/^export (?:async )?(?:function\*? (\w+)[^]*?\{$|const (\w+)\b.*$)/gm)].map(([text, asFunction, asConstant]) => [asFunction ?? asConstant, text]));
  return [...exports].filter((name) => /\w*Options\b|\boptions\b/.test(declarations.get(name) ?? ""));
}

/** Interfaces of options that no list of names stands for: not their own, and none of an interface that extends them. */
export function optionsWithoutNames(sources: ReadonlyMap<string, string>): readonly string[] {
  const all = [...sources.values()].join("\n");
  const named = new Set([...all.matchAll(/OptionNames<(\w+)/g)].map(([, name]) => name));
  const declared = [...all.matchAll(/^export (?:interface|type) (\w+Options)\b(.*)$/gm)].map(([, name, rest]) => ({ name, rest }));
  return declared.map(({ name }) => name).filter((name) => !named.has(name) && !declared.some((other) => named.has(other.name) && new RegExp(`extends .*\\b${name}\\b`).test(other.rest)));
}
