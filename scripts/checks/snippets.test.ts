import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { run, runTool, transcript } from "../process.ts";
import { listFolder, packages, root } from "../repository.ts";
import { packedProject, withoutTypes } from "./packed-project.ts";
import { snippetFile, snippetsOf } from "./snippets.ts";

// Inside the repository, so that the compiler finds the packages' sources.
const folder = `${root}/.snippets`;

const pages = [
  "README.md",
  ...packages().map((each) => `packages/${each.folder}/README.md`),
  ...listFolder(`${root}/docs`).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
];
const snippets = pages.flatMap((page) => snippetsOf(page, readFileSync(`${root}/${page}`, "utf8")));

/** Where the snippets run, without their types, on the packed packages. */
let project = "";

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const snippet of snippets) {
    const { name, text } = snippetFile(snippet);
    writeFileSync(`${folder}/${name}`, text);
  }
  const configuration = {
    extends: "../scripts/tsconfig.json",
    compilerOptions: {
      incremental: false,
      // A snippet shows what it computes; not all of it is used further on.
      noUnusedLocals: false, noUnusedParameters: false,
      // What `tsc --init` writes, and what this repository's settings lack.
      noUncheckedIndexedAccess: true, noUncheckedSideEffectImports: true, isolatedModules: true,
    },
    include: ["*.ts", "../scripts/checks/typing/everyday.ts"],
  };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(configuration));
  project = await packedProject();
});

describe("snippets", () => {
  // The packages' own sources are read too, and are not written under these settings: users read declarations.
  test("have the right types under the settings of tsc --init", async () => {
    const { stdout, stderr } = await runTool("tsc", ["-p", folder, "--pretty", "false"]);
    const errors = stdout.split(/\n(?=\S)/).filter((message) => message.trim() !== "" && !message.startsWith("packages/"));
    expect([stderr, ...errors].join("\n")).toBe("");
  });

  test.concurrent.each(snippets.map((snippet) => [`${snippet.page}:${snippet.line}`, snippet] as const))("%s runs", async (_, snippet) => {
    const { name, text } = snippetFile(snippet);
    const file = `${project}/${name.replace(/\.ts$/, ".js")}`;
    await writeFile(file, await withoutTypes(text, snippet.page));
    const outcome = await run(process.execPath, ["--enable-source-maps", file], { cwd: project, timeout: 60_000 });
    expect(outcome.code, transcript(outcome)).toBe(0);
    if (snippet.output !== undefined) expect(outcome.stdout.trimEnd()).toBe(snippet.output.trimEnd());
  });
});

describe("reading snippets", () => {
  const page = (...lines: string[]) => snippetsOf("docs/page.md", lines.join("\n"));

  test("finds each block with its line and its output", () => {
    expect(page("# Title", "```ts", "one();", "```", "", "<!-- output -->", "", "```text", "1", "2", "```", "```ts", "two();", "```")).toEqual([
      { page: "docs/page.md", line: 3, code: "one();", output: "1\n2" },
      { page: "docs/page.md", line: 13, code: "two();" },
    ]);
  });

  test("leaves out what is not to run, and other languages", () => {
    expect(page("<!-- no-run -->", "```ts", "one();", "```", "```sh", "two", "```", "```text", "three", "```")).toEqual([]);
  });

  test("refuses a block without an end, and output of nothing", () => {
    expect(() => page("```ts", "one();")).toThrow("docs/page.md:1: this block has no end");
    expect(() => page("<!-- output -->", "```text", "1", "```")).toThrow("docs/page.md:2: there is no block");
  });

  test("keeps the page's line numbers", () => {
    expect(snippetFile({ page: "docs/page.md", line: 3, code: "one();" })).toEqual({ name: "docs-page-3.ts", text: "\n\none();\n" });
  });
});
