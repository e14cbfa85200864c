import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { run, transcript, type Outcome } from "../process.ts";
import { type Manifest } from "../repository.ts";
import { packedProject, published, tarballOf } from "./packed-project.ts";
import { programs } from "./packed-programs.ts";

let folder = "";
beforeAll(async () => { folder = await packedProject(); });

function expectSuccess(outcome: Outcome): void {
  expect(outcome.code, transcript(outcome)).toBe(0);
}

describe.each(published.map((each) => [each.manifest.name, each] as const))("%s, packed", (packageName, each) => {
  test("holds what it needs and no tests", async () => {
    const { stdout } = await run("tar", ["-tzf", tarballOf(each)]);
    const files = stdout.trim().split("\n").map((file) => file.replace(/^package\//, ""));
    expect(files).toEqual(expect.arrayContaining(["package.json", "README.md", "LICENSE"]));
    expect(files.filter((file) => /\.test(-d)?\.|tsbuildinfo/.test(file))).toEqual([]);

    const manifest = JSON.parse(await readFile(`${folder}/node_modules/${packageName}/package.json`, "utf8")) as PackedManifest;
    const targets = Object.values(manifest.exports).flatMap((target) => Object.values(target));
    expect(files).toEqual(expect.arrayContaining(targets.map((target) => target.replace("./", ""))));
    // each entry and what they share: many small modules would take long to load
    const scripts = files.filter((file) => file.endsWith(".js"));
    expect(scripts.length).toBeLessThanOrEqual(Object.keys(manifest.exports).length + 1);
    const maps = await Promise.all(files.filter((file) => file.endsWith(".js.map")).map((file) => readFile(`${folder}/node_modules/${packageName}/${file}`, "utf8")));
    const sources = maps.flatMap((map) => (JSON.parse(map) as { readonly sources: readonly string[] }).sources);
    expect(files).toEqual(expect.arrayContaining(sources.map((source) => source.replace("../", ""))));
    // no range may speak of the workspace it came from
    expect(JSON.stringify([manifest.dependencies, manifest.peerDependencies])).not.toMatch(/workspace:|catalog:/);
    // one copy of core for all of them, whoever installs it
    if (packageName !== "@ndgrad/core") expect([manifest.dependencies?.["@ndgrad/core"], manifest.peerDependencies?.["@ndgrad/core"]]).toEqual([undefined, expect.stringMatching(/^\^/)]);
  });

  test("runs in plain Node", async () => {
    await writeFile(`${folder}/${each.folder}.js`, programs[each.folder] ?? `await import("${packageName}");\n`);
    expectSuccess(await run(process.execPath, [`${folder}/${each.folder}.js`], { cwd: folder, timeout: 60_000 }));
  });
});

interface PackedManifest extends Omit<Manifest, "exports"> {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
