// The packages as they are published: built and packed once in a run, and installed into projects like a user's.
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { build, transform } from "esbuild";
import { inject } from "vitest";
import { mapParallel } from "../parallel.ts";
import { runPnpm, transcript, type Outcome } from "../process.ts";
import { listFolder, packages, root, type Package } from "../repository.ts";

export const published: readonly Package[] = packages().filter(({ manifest }) => manifest.private !== true);

/** What gradcheck's peers are tested with: the first and the last version that it names, of those which run on the oldest Node. */
export const peers = {
  newest: { "fast-check": "4.11.0", vitest: "4.1.12" },
  oldest: { "fast-check": "4.0.0", vitest: "3.2.0" },
} as const;

/** A version of vitest that runs on newer Node only: what it declares can be compiled on any. */
export const laterVitest = { "fast-check": "4.11.0", vitest: "5.1.2" } as const;

/** The archive of a package, which `packedPackages` makes. */
export const tarballOf = ({ manifest }: Package): string => `${inject("packedFolder")}/tarballs/${manifest.name.slice(1).replace("/", "-")}-${manifest.version}.tgz`;

/** A project with all packages installed from their archives, and one version or another of their peers. */
export async function packedProject(name: keyof typeof peers | "later" = "newest"): Promise<string> {
  return project(`project-${name}`, { ...(await archives()), ...(name === "later" ? laterVitest : peers[name]) });
}

/** All packages, as a project's dependencies. */
async function archives(): Promise<Readonly<Record<string, string>>> {
  await once("tarballs", pack);
  return Object.fromEntries(published.map((each) => [each.manifest.name, `file:${tarballOf(each)}`]));
}

/** The oldest Node's, where programs have their types taken out beforehand. */
const target = "node20";

/**
 * The examples as JavaScript, by name, in a project that has the packed packages and what draws bars: a process then starts in a tenth of the time that it
 * takes one to read all sources.
 */
export async function builtExamples(): Promise<(name: string) => string> {
  await project("project-examples", { ...(await archives()), "cli-progress": "3.12.0" });
  const folder = await once("project-examples/examples", async (outdir) => {
    const entryPoints = exampleNames.map((name) => `${root}/examples/${name}.ts`);
    await build({ entryPoints, outdir, bundle: true, packages: "external", platform: "node", format: "esm", target, logLevel: "silent" });
  });
  return (name) => `${folder}/${name}.js`;
}

export const exampleNames: readonly string[] = listFolder(`${root}/examples`).flatMap((file) => /^(.+)\.ts$/.exec(file)?.slice(1) ?? []);

/** JavaScript of a module in TypeScript; in a stack of Node's, with `--enable-source-maps`, its lines are those of the file named. */
export async function withoutTypes(source: string, file: string): Promise<string> {
  const { code } = await transform(source, { loader: "ts", format: "esm", target, sourcefile: file, sourcemap: "inline", tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } } });
  return code;
}

/** A project with some packages installed. */
export const project = (name: string, dependencies: Readonly<Record<string, string>>): Promise<string> =>
  once(name, async (folder) => {
    await writeFile(`${folder}/package.json`, JSON.stringify({ private: true, type: "module", dependencies }));
    // A workspace of its own, though it may lie in another's folder.
    await writeFile(`${folder}/pnpm-workspace.yaml`, "packages: []\nallowBuilds: { esbuild: false }\n");
    await succeed(runPnpm(["install", "--prefer-offline", "--ignore-scripts"], { cwd: folder }));
  });

async function pack(folder: string): Promise<void> {
  // What an earlier build left of files that are gone must not be packed.
  await Promise.all(packages().map(({ path }) => rm(`${path}/dist`, { recursive: true, force: true })));
  await succeed(runPnpm(["-r", "build"]));
  await mapParallel(published, 2, ({ path }) => succeed(runPnpm(["pack", "--pack-destination", folder], { cwd: path })));
}

async function succeed(running: Promise<Outcome>): Promise<void> {
  const outcome = await running;
  if (outcome.code !== 0) throw new Error(transcript(outcome));
}

/** A folder of this run that the first who asks fills; all others, of every test file, wait for it. */
async function once(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = `${inject("packedFolder")}/${name}`;
  const [done, failed] = [`${folder}.done`, `${folder}.failed`];
  if (await mkdir(folder).then(() => true, () => false)) {
    try {
      await fill(folder);
      await writeFile(done, "");
    } catch (error) {
      await writeFile(`${failed}.part`, String(error));
      await rename(`${failed}.part`, failed);
    }
  }
  while (!existsSync(done)) {
    if (existsSync(failed)) throw new Error(`${name}: ${await readFile(failed, "utf8")}`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  return folder;
}
