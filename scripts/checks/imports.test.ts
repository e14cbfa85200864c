import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { packages, root, type Package } from "../repository.ts";
import { importsOf, violations, type SourceFile } from "./imports.ts";

function sourcesUnder(folder: string): readonly SourceFile[] {
  if (!existsSync(`${root}/${folder}`)) return [];
  return readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path, source: readFileSync(`${root}/${path}`, "utf8") }));
}

function sourcesOf({ folder, manifest }: Package) {
  return {
    folder,
    entries: Object.values(manifest.exports ?? {}).map((path) => path.replace("./src/", "")),
    dependencies: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    imports: Object.keys(manifest.imports ?? {}),
    files: sourcesUnder(`packages/${folder}/src`),
  };
}

describe("imports", () => {
  test.each(packages().map((each) => [each.folder, each] as const))("of packages/%s keep the law", (_, each) => {
    expect(violations(sourcesOf(each))).toEqual([]);
  });

  test("core depends on typed-function and nothing else", () => {
    const core = packages().find(({ folder }) => folder === "core")!;
    expect(Object.keys(core.manifest.dependencies ?? {})).toEqual(["typed-function"]);
  });

  test("examples import packages by their names", () => {
    const reachingIn = sourcesUnder("examples").flatMap(({ path, source }) =>
      importsOf(source)
        .filter(({ specifier }) => specifier.includes("packages/"))
        .map(({ specifier }) => `${path} imports "${specifier}"`),
    );
    expect(reachingIn).toEqual([]);
  });
});

describe("the law", () => {
  const inCore = (path: string, source: string) =>
    violations({ folder: "core", entries: ["index.ts"], dependencies: ["typed-function"], imports: ["#workers"], files: [{ path: `packages/core/src/${path}`, source }] });

  test.each([
    ["up a layer", "ops/reduce.ts", `import { grad } from "../transform/grad.ts";`, "ops is below transform"],
    ["up by re-export", "tensor.ts", `export * from "./api/index.ts";`, "foundation is below api"],
    ["up by a dynamic import", "graph/node.ts", `const ops = await import("../ops/index.ts");`, "graph is below ops"],
    ["from below the entry", "api/sum.ts", `import { sum } from "../index.ts";`, "api is below index"],
    ["from a folder outside all layers", "extra/sum.ts", `import { Tensor } from "../tensor.ts";`, "its folder is in no layer"],
    ["across packages by path", "tensor.ts", `import "../../nn/src/index.ts";`, "leaves the package"],
    ["an undeclared dependency", "tensor.ts", `import "lodash";`, "not among its dependencies"],
    ["another package of the workspace", "tensor.ts", `import "@ndgrad/nn";`, "not among its dependencies"],
    ["Node at load time", "engine/threads.ts", `import { Worker } from "node:worker_threads";`, "no bundler can make a page of it"],
    ["Node on demand", "engine/threads.ts", `const { Worker } = await import("node:worker_threads");`, "no bundler can make a page of it"],
    ["a name of its own that stands for nothing", "tensor.ts", `await import("#parser");`, "package.json does not say"],
  ])("catches an import %s", (_, path, source, problem) => {
    expect(inCore(path, source)).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    ["down a layer", "api/sum.ts", `import { reduce } from "../ops/reduce.ts";`],
    ["of a type from above", "ops/reduce.ts", `import type { Grad } from "../transform/grad.ts";`],
    ["within a folder", "ops/reduce.ts", `import { add } from "./elementwise.ts";`],
    ["between foundation files", "tensor.ts", `import { sizeOf } from "./shape/size.ts";`],
    ["of a dependency", "api/dispatch.ts", `import typed from "typed-function";`],
    ["of Node's types", "engine/threads.ts", `import type { Worker } from "node:worker_threads";`],
    ["by a name of its own", "engine/threads.ts", `await import("#workers");`],
    ["in a test", "ops/reduce.test.ts", `import { grad } from "../transform/grad.ts"; import "vitest";`],
    ["in a comment", "ops/reduce.ts", `/* import "../api/sum.ts" */ // import "../api/sum.ts"\nexport const example = 'import "../api/sum.ts"';`],
  ])("allows an import %s", (_, path, source) => {
    expect(inCore(path, source)).toEqual([]);
  });

  test("keeps packages apart that declare each other", () => {
    const planted = {
      folder: "data",
      entries: ["index.ts"],
      dependencies: ["@ndgrad/core", "@ndgrad/nn"],
      files: [{ path: "packages/data/src/index.ts", source: `import { dense } from "@ndgrad/nn";` }],
    };
    expect(violations(planted)).toEqual([expect.stringContaining("may import of the workspace: @ndgrad/core")]);
  });
});
