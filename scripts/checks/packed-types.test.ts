import { mkdir, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { run, transcript, type Outcome } from "../process.ts";
import { root } from "../repository.ts";
import { packedProject, peers } from "./packed-project.ts";
import { plotProgram, strictest, typedProgram, vitestProgram } from "./packed-types.ts";

const compilers = { "TypeScript 5.4": "typescript-oldest", "the newest TypeScript": "typescript" } as const;
const resolutions = { bundler: "esnext", nodenext: "nodenext" } as const;

const projects = { newest: "", oldest: "" };
beforeAll(async () => {
  for (const name of ["newest", "oldest"] as const) projects[name] = await packedProject(name);
});

/** Compiles files in a folder of a project, without emitting anything. */
async function compileIn(project: string, folder: string, files: Readonly<Record<string, string>>, { compiler, resolution, checkLibraries }: Compilation): Promise<Outcome> {
  await mkdir(`${project}/${folder}`);
  const options = { ...strictest, module: resolutions[resolution], moduleResolution: resolution, skipLibCheck: !checkLibraries };
  await writeFile(`${project}/${folder}/tsconfig.json`, JSON.stringify({ compilerOptions: options, files: Object.keys(files) }));
  await Promise.all(Object.entries(files).map(([name, source]) => writeFile(`${project}/${folder}/${name}`, source)));
  return run(process.execPath, [`${root}/node_modules/${compilers[compiler]}/bin/tsc`, "-p", `${project}/${folder}`, "--pretty", "false"], { cwd: project });
}

async function expectToCompile(...compiled: Parameters<typeof compileIn>): Promise<void> {
  const outcome = await compileIn(...compiled);
  expect(outcome.code, transcript(outcome)).toBe(0);
}

interface Compilation {
  readonly compiler: keyof typeof compilers;
  readonly resolution: keyof typeof resolutions;
  readonly checkLibraries: boolean;
}

describe.each(Object.keys(compilers) as (keyof typeof compilers)[])("under the settings of tsc --init, %s", (compiler) => {
  test.each(Object.keys(resolutions) as (keyof typeof resolutions)[])("accepts the packed packages and a program of them, moduleResolution %s", async (resolution) => {
    const project = projects.newest;
    const folder = `${compiler}-${resolution}`.replaceAll(" ", "-");
    // Every declaration of ours is checked here; vega's and vitest's need types that a program may lack.
    await expectToCompile(project, folder, { "program.ts": typedProgram }, { compiler, resolution, checkLibraries: true });
    await expectToCompile(project, `${folder}-more`, { "plot.ts": plotProgram, "matcher.test.ts": vitestProgram }, { compiler, resolution, checkLibraries: false });
  });
});

describe.each(Object.entries(peers))("with the %s peers, %o", (name) => {
  test("properties and the matcher compile and run", async () => {
    const project = projects[name as keyof typeof peers];
    const files = { "program.ts": typedProgram, "matcher.test.ts": vitestProgram };
    await expectToCompile(project, "peers", files, { compiler: "the newest TypeScript", resolution: "nodenext", checkLibraries: false });
    const outcome = await run(process.execPath, ["node_modules/vitest/vitest.mjs", "run", "peers"], { cwd: project });
    expect(outcome.code, transcript(outcome)).toBe(0);
  });
});

test("the matcher fits what vitest 5 declares, which needs a newer Node to run", async () => {
  const files = { "matcher.test.ts": vitestProgram };
  const outcome = await compileIn(await packedProject("later"), "later", files, { compiler: "the newest TypeScript", resolution: "nodenext", checkLibraries: true });
  // vitest's own declarations need types of Node and of browsers, which a program may lack.
  expect(transcript(outcome)).not.toMatch(/@ndgrad|matcher\.test/);
});
