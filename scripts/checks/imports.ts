import { builtinModules } from "node:module";
import { posix } from "node:path";
import { parseAst } from "vitest/node";

export interface SourceFile {
  /** Relative to the repository, with slashes: `packages/core/src/index.ts`. */
  readonly path: string;
  readonly source: string;
}

export interface Import {
  readonly specifier: string;
  readonly kind: "static" | "dynamic" | "type";
}

/** Inside core, a folder may import only from itself and from what stands to its right. */
export const layers = ["index", "api", "transform", "compose", "ops", "graph", "engine", "foundation"] as const;
type Layer = (typeof layers)[number];

/** What each package may import of the workspace at run time. */
export const workspaceImports: Readonly<Record<string, readonly string[] | "all">> = {
  core: [],
  nn: ["@ndgrad/core"],
  data: ["@ndgrad/core"],
  plot: ["@ndgrad/core"],
  gradcheck: ["@ndgrad/core"],
  bench: "all",
};

/** Packages that browsers load: bundlers follow even an import that no page reaches. */
const browserPackages: readonly string[] = ["core", "nn", "data", "plot", "gradcheck"];

/** Every import and re-export of a TypeScript source, dynamic ones included. */
export function importsOf(source: string): readonly Import[] {
  const found: Import[] = [];
  visit(parseAst(source, { lang: "ts" }), found);
  return found;
}

function visit(node: unknown, found: Import[]): void {
  if (Array.isArray(node)) {
    for (const child of node) visit(child, found);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const { type, importKind, exportKind, source } = node as Record<string, unknown>;
  if (typeof source === "object" && source !== null && "value" in source && typeof source.value === "string") {
    // A type query such as import("x").T is erased, as are import type and export type.
    const kind = importKind === "type" || exportKind === "type" || type === "TSImportType" ? "type" : type === "ImportExpression" ? "dynamic" : "static";
    found.push({ specifier: source.value, kind });
  }
  for (const child of Object.values(node)) visit(child, found);
}

/** The layer of a file of core, from its path below `packages/core/src`; `entries` are the files that package.json exports. */
export function layerOf(path: string, entries: readonly string[]): Layer | undefined {
  if (entries.includes(path)) return "index";
  const folder = path.split("/")[0]!;
  if (folder === path || folder === "shape") return "foundation";
  return layers.find((layer) => layer === folder);
}

function isTest(path: string): boolean {
  return /\.test(-d)?\.ts$/.test(path);
}

/** `@scope/name/sub` → `@scope/name` */
function packageName(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** What is wrong with one import inside core's layers, or nothing. */
function layerViolation(from: string, to: string, entries: readonly string[]): string | undefined {
  const above = layerOf(from, entries);
  const below = layerOf(to, entries);
  if (above === undefined) return `its folder is in no layer (${layers.join(" → ")})`;
  if (below === undefined) return `its target is in no layer (${layers.join(" → ")})`;
  return layers.indexOf(above) <= layers.indexOf(below) ? undefined : `${above} is below ${below}; imports point down ${layers.join(" → ")}`;
}

export interface PackageSources {
  readonly folder: string;
  /** The files that package.json exports, relative to `src`. */
  readonly entries: readonly string[];
  /** The names of its dependencies and peer dependencies. */
  readonly dependencies: readonly string[];
  /** What package.json calls by names with a `#`. */
  readonly imports?: readonly string[];
  readonly files: readonly SourceFile[];
}

/** One line for each import of a package that breaks the law. */
export function violations({ folder, entries, dependencies, imports = [], files }: PackageSources): readonly string[] {
  const source = `packages/${folder}/src/`;
  const allowed = workspaceImports[folder];
  if (allowed === undefined) return [`packages/${folder}: say in scripts/checks/imports.ts what it may import`];

  const problemOf = (file: SourceFile, { specifier, kind }: Import): string | undefined => {
    if (kind === "type" && specifier.startsWith(".")) return undefined;
    if (specifier.startsWith(".")) {
      const target = posix.join(posix.dirname(file.path), specifier);
      if (!target.startsWith(source)) return "it leaves the package's src; import the other package by its name";
      return folder === "core" ? layerViolation(file.path.slice(source.length), target.slice(source.length), entries) : undefined;
    }
    if (specifier.startsWith("node:") || builtinModules.includes(specifier)) {
      return kind !== "type" && browserPackages.includes(folder) ? "no bundler can make a page of it; take nodeModule of core's platform.ts" : undefined;
    }
    if (specifier.startsWith("#")) return imports.includes(specifier) ? undefined : "package.json does not say in imports what it is";
    const name = packageName(specifier);
    if (!dependencies.includes(name)) return `${name} is not among its dependencies`;
    if (name.startsWith("@ndgrad/") && allowed !== "all" && !allowed.includes(name)) return `${folder} may import of the workspace: ${allowed.join(", ") || "nothing"}`;
    return undefined;
  };

  return files
    .filter((file) => !isTest(file.path))
    .flatMap((file) =>
      importsOf(file.source).flatMap((imported) => {
        const problem = problemOf(file, imported);
        return problem === undefined ? [] : [`${file.path} imports "${imported.specifier}": ${problem}`];
      }),
    );
}
