import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";
import { listFolder, packages, root } from "../repository.ts";

const pages = [
  "README.md",
  ...packages().map((each) => `packages/${each.folder}/README.md`),
  ...listFolder(`${root}/docs`).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
];

/** Folders that a path may be written from, beside the repository's own: a page about core leaves the beginning out. */
const bases = ["", "packages/core/src/"];

/** The places of a page that a link can name: its headings, as GitHub writes them. */
const headings = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));

/** What a page points at that is not there. */
function missing(page: string, text: string): readonly string[] {
  const targets = [...text.matchAll(/(?:\]\(|src=")(?!https?:|#)([^)"]+)/g)].map(([, target]) => posix.join(posix.dirname(page), target!));
  const links = targets.map((target) => target.replace(/#.*/, ""));
  const lost = targets.filter((target) => {
    const [path = "", place] = target.split("#");
    return place !== undefined && existsSync(`${root}/${path}`) && !headings(readFileSync(`${root}/${path}`, "utf8")).includes(place);
  });
  const named = [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]*)`/g)].map(([, path]) => path!).filter((path) => /^(?:packages|scripts|docs|examples|api|transform|compose|ops|graph|engine|shape)\//.test(path));
  const isThere = (path: string): boolean => existsSync(`${root}/${path}`);
  return [...links.filter((path) => !isThere(path)), ...lost, ...named.filter((path) => !bases.some((base) => isThere(base + path)))];
}

test.each(pages)("%s points at what there is", (page) => {
  expect(missing(page, readFileSync(`${root}/${page}`, "utf8"))).toEqual([]);
});

test("finds what is gone", () => {
  const text = "[a](../LICENSE) [b](gone.md#part) [d](compile.md#threads) [e](compile.md#no-such) `engine/program.ts` `engine/gone.ts` `packages/core/src/index.ts` [c](https://example.org) <img src=\"gone.png\"> `n/a`";
  expect(missing("docs/page.md", text)).toEqual(["docs/gone.md", "docs/gone.png", "docs/compile.md#no-such", "engine/gone.ts"]);
});
