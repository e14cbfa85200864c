import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { root } from "./repository.ts";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Let the process write to this terminal; stdout and stderr come back empty. */
  readonly inherit?: boolean;
  readonly timeout?: number;
}

/** Runs a command without a shell or a standard input, and waits for it to end. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { cwd = root, env = {}, inherit = false, timeout } = options;
  return new Promise((resolve, reject) => {
    const output = inherit ? "inherit" : "pipe";
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", output, output],
      ...(timeout === undefined ? {} : { timeout, killSignal: "SIGKILL" }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (signal !== null) stderr += `\nended by ${signal}${timeout === undefined ? "" : `, perhaps after its ${timeout} ms`}\n`;
      resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}

/** Runs a command of the root's development dependencies, such as `tsc`. */
export function runTool(name: string, args: readonly string[], options?: RunOptions): Promise<Outcome> {
  return run(`${root}/node_modules/.bin/${name}`, args, options);
}

/** Runs a TypeScript file from source, in a process of its own. */
export function runTypeScript(file: string, args: readonly string[] = [], options?: RunOptions): Promise<Outcome> {
  return run(process.execPath, ["--import", import.meta.resolve("tsx"), file, ...args], options);
}

/** Runs the pnpm that started this process, else one that npx finds. */
export function runPnpm(args: readonly string[], options?: RunOptions): Promise<Outcome> {
  const script = process.env["npm_execpath"];
  return script !== undefined && /pnpm\.[cm]?js$/.test(script) && existsSync(script)
    ? run(process.execPath, [script, ...args], options)
    : run("npx", ["-y", "pnpm@10", ...args], options);
}

/** Everything that a process said, for the message of a failed check. */
export function transcript({ code, stdout, stderr }: Outcome): string {
  return `${stdout}${stderr}\nexit code ${code}`;
}

/** Command-line flags, with the `--` that package managers may leave in front taken away. */
export function flags(): readonly string[] {
  const given = process.argv.slice(2);
  return given.filter((flag, index) => !(flag === "--" && given.indexOf("--") === index));
}
