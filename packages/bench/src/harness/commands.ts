import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { SideName } from "./case.ts";
import type { Command } from "./child.ts";

const run = promisify(execFile);
const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A side in TypeScript: Node with what this process was started with (a loader of TypeScript), and a collector to call before memory is read. */
function typescript(side: SideName, folder: string, ...args: readonly string[]): Command {
  return { side, program: process.execPath, args: [...process.execArgv, "--expose-gc", fileOf(`../sides/${folder}/main.ts`), ...args] };
}

/** An interpreter that has a library. */
interface Python {
  readonly path: string;
  readonly version: string;
}

/** Every python3 on the path, and Debian's, with its version of a module. */
async function pythonsWith(module: string, only: string | undefined): Promise<readonly Python[]> {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/bin", "/usr/local/bin"].filter((folder) => folder !== "");
  const candidates = only === undefined ? ["python3", ...folders.map((folder) => `${folder}/python3`)] : [only];
  const code = `import sys, ${module}; print(sys.executable); print(${module}.__version__)`;
  const found = await Promise.all(candidates.map(async (candidate): Promise<Python | null> => {
    try {
      const { stdout } = await run(candidate, ["-c", code], { timeout: 60_000 });
      const [path, version] = stdout.trim().split("\n");
      return { path, version };
    } catch {
      // Not there, or without the module.
      return null;
    }
  }));
  // One path may be reached under several names, and one version installed twice behaves the same.
  return [...new Map(found.filter((each) => each !== null).map((each) => [each.version, each])).values()];
}

function python(side: SideName, file: string, { path, version }: Python, threads: number): Command {
  const count = String(threads);
  return {
    side,
    program: path,
    args: [fileOf(`../../python/${file}`)],
    env: { OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count, PYTHONDONTWRITEBYTECODE: "1" },
    setting: `${version}, ${count} ${threads === 1 ? "thread" : "threads"}`,
  };
}

/**
 * How each side is started; a side with several settings (interpreters, numbers of threads) has one command for each, and
 * every case takes the fastest of them.
 * @param only the one Python interpreter to look at
 */
export async function commandsOf(side: SideName, only?: string): Promise<readonly Command[]> {
  const threads = [...new Set([1, availableParallelism()])];
  switch (side) {
    case "ndgrad":
      return [typescript("ndgrad", "ndgrad")];
    case "eager":
      return [typescript("eager", "ndgrad", "--eager")];
    case "loops":
    case "tfjs":
    case "jax":
      return [typescript(side, side)];
    case "numpy":
      return (await pythonsWith("numpy", only)).flatMap((each) => threads.map((count) => python(side, "numpy_side.py", each, count)));
    case "torch":
      return (await pythonsWith("torch", only)).flatMap((each) => threads.map((count) => python(side, "torch_side.py", each, count)));
  }
}
