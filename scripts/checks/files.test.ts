import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { run } from "../process.ts";
import { root } from "../repository.ts";

// A file that names one machine's folders, or where one machine gets its packages from, works nowhere else.
const machinePath = /(?<![\w.~-])\/(?:work|root|home)\//;
const registryHost = /\/\/[\w.-]*registry|\bregistry\.\w+\.(?:org|com|net)|\bnpmjs\.(?:org|com)|\bregistry\s*[:=]\s*["']?https?:|tarball: *https?:/i;

async function filesOfTheRepository(): Promise<readonly string[]> {
  const { code, stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "-z"]);
  expect(code).toBe(0);
  return stdout.split("\0").filter((path) => path !== "");
}

function textOf(path: string): string {
  try {
    const bytes = readFileSync(`${root}/${path}`);
    return bytes.includes(0) ? "" : bytes.toString("utf8");
  } catch {
    // deleted, and not committed yet
    return "";
  }
}

async function linesMatching(pattern: RegExp): Promise<readonly string[]> {
  const files = await filesOfTheRepository();
  return files.flatMap((path) =>
    textOf(path)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

test("no file names a machine's own path", async () => {
  expect(await linesMatching(machinePath)).toEqual([]);
});

test("no file names a package registry", async () => {
  expect(await linesMatching(registryHost)).toEqual([]);
});

test("the patterns find what they are for", () => {
  const folder = (name: string) => `"/${name}/someone/project"`;
  expect(["work", "root", "home"].filter((name) => machinePath.test(folder(name)))).toEqual(["work", "root", "home"]);
  expect(machinePath.test(`https://example.org${folder("home").slice(1)}`)).toBe(false);
  const name = "registry";
  const hosts = [`https://${name}.example`, `//packages-${name}:4873/x.tgz`, `${name}.example.org`, `${name}=http://localhost:4873`, "tarball" + ": https://example.org/x.tgz"];
  expect(hosts.filter((text) => !registryHost.test(text))).toEqual([]);
  expect(registryHost.test(`for (const op of ${name}.values()) { const ${name}: Registry = ${name}; }`)).toBe(false);
});
