import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mapParallel } from "../parallel.ts";
import { run, runPnpm, runTool, transcript, type Outcome } from "../process.ts";
import { packages, type Manifest } from "../repository.ts";
import { programs } from "./packed-programs.ts";

const published = packages().filter(({ manifest }) => manifest.private !== true);
const tarballs = new Map<string, string>();
let folder = "";

function expectSuccess(outcome: Outcome): void {
  expect(outcome.code, transcript(outcome)).toBe(0);
}

beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/ndgrad-packed-`);
  // what an earlier build left of files that are gone must not be packed
  await Promise.all(packages().map(({ path }) => rm(`${path}/dist`, { recursive: true, force: true })));
  expectSuccess(await runPnpm(["-r", "build"]));

  await mapParallel(published, 2, async ({ path, manifest }) => {
    expectSuccess(await runPnpm(["pack", "--pack-destination", folder], { cwd: path }));
    tarballs.set(manifest.name, `${folder}/${manifest.name.slice(1).replace("/", "-")}-${manifest.version}.tgz`);
  });

  const fromTarballs = Object.fromEntries([...tarballs].map(([name, path]) => [name, `file:${path}`]));
  await writeFile(`${folder}/package.json`, JSON.stringify({ private: true, type: "module", dependencies: fromTarballs, pnpm: { overrides: fromTarballs } }));
  expectSuccess(await runPnpm(["install", "--prefer-offline"], { cwd: folder }));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(published.map(({ folder: name, manifest }) => [manifest.name, name] as const))("%s, packed", (packageName, name) => {
  test("holds what it needs and no tests", async () => {
    const { stdout } = await run("tar", ["-tzf", tarballs.get(packageName)!]);
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
    expect(JSON.stringify(manifest.dependencies)).not.toMatch(/workspace:|catalog:/);
  });

  test("runs in plain Node", async () => {
    await writeFile(`${folder}/${name}.js`, programs[name] ?? `await import("${packageName}");\n`);
    expectSuccess(await run(process.execPath, [`${folder}/${name}.js`], { cwd: folder, timeout: 60_000 }));
  });
});

interface PackedManifest extends Omit<Manifest, "exports"> {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

test("packed types are complete", async () => {
  const source = `${folder}/types`;
  await mkdir(source);
  await writeFile(`${source}/index.ts`, published.map(({ manifest }, index) => `import * as module${index} from "${manifest.name}";\nexport { module${index} };\n`).join(""));
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--lib", "es2023,dom", "--types", "", "--pretty", "false"];
  expectSuccess(await runTool("tsc", [...options, `${source}/index.ts`], { cwd: folder }));
});
