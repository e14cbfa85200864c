import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import type { Runner } from "./alternate.ts";
import type { SideName } from "./case.ts";
import type { Precision } from "./job.ts";
import type { Answer, Answers, Description, Memory, Request } from "./protocol.ts";

/** How to start a side's process. */
export interface Command {
  readonly side: SideName;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What tells it from other settings of the same side. */
  readonly setting?: string;
}

/** A side in a process of its own: while another side is measured it waits for a line and does nothing. */
export interface Child extends Runner {
  readonly side: SideName;
  readonly setting: string;
  readonly description: Description;
  /** Gives the precision it computes in. */
  prepare(request: Extract<Request, { readonly ask: "prepare" }>): Promise<Precision>;
  values(): Promise<readonly number[]>;
  memory(): Promise<Memory>;
  close(): void;
}

/**
 * Starts a side.
 * @throws Error with the end of what the process said, where it ends at once.
 */
export async function startChild({ side, program, args, env = {}, setting = "" }: Command): Promise<Child> {
  const started = spawn(program, [...args], { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  const ask = conversation(side, started);
  const child: Child = {
    name: side,
    side,
    setting,
    description: take(await ask({ ask: "describe" }), "description"),
    prepare: async (request) => take(await ask(request), "precision"),
    run: async (times) => take(await ask({ ask: "run", times }), "nanoseconds"),
    values: async () => take(await ask({ ask: "values" }), "values"),
    memory: async () => take(await ask({ ask: "memory" }), "memory"),
    close: () => void started.stdin.end(),
  };
  return child;
}

function take<K extends keyof Answers>(answer: Answer, key: K): Answers[K] {
  if (answer.error !== undefined) throw new Error(answer.error);
  const value = (answer as Partial<Answers>)[key] as Answers[K] | undefined;
  if (value === undefined) throw new Error(`expected ${key}, got ${JSON.stringify(answer).slice(0, 100)}`);
  return value;
}

/** What a process said of its end: the line that names an error, not the stack below it. */
function reasonIn(said: string): string {
  const lines = said.trim().split("\n");
  return (lines.findLast((line) => /\w*Error\b.*:/.test(line)) ?? lines[lines.length - 1]).trim().slice(0, 300);
}

/** One question at a time, each answered by one line. */
function conversation(side: SideName, child: ChildProcessWithoutNullStreams): (request: Request) => Promise<Answer> {
  let waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | null = null;
  let said = "";
  let ended: Error | null = null;
  const end = (why: string): void => {
    ended = new Error(`${side}: ${why}${said === "" ? "" : `: ${reasonIn(said)}`}`);
    waiting?.reject(ended);
    waiting = null;
  };
  child.stderr.setEncoding("utf8").on("data", (text: string) => { said = (said + text).slice(-4000); });
  child.on("error", (error) => { end(error.message); });
  child.on("close", (code) => { end(`its process ended with code ${code}`); });
  // A process that is gone is reported by "close"; writing to it must not end ours.
  child.stdin.on("error", () => {});
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { resolve, reject } = waiting ?? {};
    waiting = null;
    try {
      resolve?.(parseAnswer(line));
    } catch {
      reject?.(new Error(`${side}: not an answer: ${line.slice(0, 200)}`));
    }
  });
  return (request) => new Promise((resolve, reject) => {
    if (ended !== null) { reject(ended); return; }
    waiting = { resolve, reject };
    child.stdin.write(`${JSON.stringify(request)}\n`);
  });
}

/** JSON has no word for NaN and infinities: sides write null, and none of them may pass as a number. */
const parseAnswer = (line: string): Answer => JSON.parse(line, (_, value: unknown) => (value === null ? NaN : value)) as Answer;
