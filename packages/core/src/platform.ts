// What there is around the program: Node (or Deno, or Bun), or a browser.

interface NodeProcess {
  getBuiltinModule?(name: string): unknown;
  readonly versions?: { readonly node?: string };
  /** Of Node's permission model, while it is on. */
  readonly permission?: { has(scope: string): boolean };
}

/**
 * One of Node's own modules, by its name with `node:`; undefined where there is no Node. Bundlers follow every import, whether or not
 * it is reached: a page could not be built from code that imports Node's modules, not even on demand.
 */
export function nodeModule<Module>(name: `node:${string}`): Module | undefined {
  const { process } = globalThis as { readonly process?: NodeProcess };
  if (process?.versions?.node === undefined || process.getBuiltinModule === undefined) return undefined;
  return process.getBuiltinModule(name) as Module | undefined;
}

/** Node's worker threads; undefined where there is no Node, and where its permission model forbids them. */
export function nodeWorkerThreads<Module>(): Module | undefined {
  const { process } = globalThis as { readonly process?: NodeProcess };
  return process?.permission?.has("worker") === false ? undefined : nodeModule<Module>("node:worker_threads");
}

/** The number of processors that the platform grants. */
export function processorCount(): number {
  const os = nodeModule<{ availableParallelism(): number }>("node:os");
  return os?.availableParallelism() ?? (globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;
}
