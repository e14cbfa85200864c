import { NdgradError } from "../../../errors.ts";
import { workerPlatform, type Helper, type WorkerPlatform } from "../../../workers.ts";
import type { HostFunction } from "../../expr.ts";
import { control } from "./barrier.ts";

/** The helpers of the main thread: workers that run their share of each program. */
export interface ThreadPool {
  /** Whether all helpers can run programs: not while they are still starting or taking in a program. */
  ready(): boolean;
  /** Whether none of them has ended, as far as the platform tells. */
  alive(): boolean;
  /** Whether all that have a part in the last run have taken it up. */
  answered(): boolean;
  /** Gives a program's code to the helpers, those to come included. */
  load(id: number, module: WebAssembly.Module, host: readonly HostFunction[]): void;
  unload(id: number): void;
  /** Starts as many threads on their shares of a program; thread 0's is the caller's. */
  start(id: number, threads: number): void;
  /** Ends the helpers; resolves when all are gone. */
  stop(): Promise<void>;
}

/** A command that sends helpers back to their event loop, to take messages. */
const leave = -1;

/** How often an idle helper looks for a run before it goes to sleep: some tens of microseconds, about the time between steps of training. */
const helperSpins = 2_000;

/** What a helper does. It waits for runs inside one turn of its event loop; `leave` ends the turn so that new programs can be taken in. */
const helperSource = `
const programs = new Map();
let memory, cells, thread;
const host = (names) => Object.fromEntries(names.map((name) => [name, name === "fmod" ? (a, b) => a % b : Math[name]]));
function serve(version) {
  let seen = Atomics.load(cells, ${control.run / 4});
  // Another message is on its way: it would wait for ever behind this turn.
  if (Atomics.load(cells, ${control.version / 4}) !== version) return;
  Atomics.store(cells, ${control.serving / 4} + thread, version);
  for (;;) {
    let spins = ${helperSpins}, root = 0;
    // A chain of roots leaves the core to a thread that may share it.
    while (Atomics.load(cells, ${control.run / 4}) === seen && --spins > 0 && root >= 0) root = Math.sqrt(Math.sqrt(Math.sqrt(Math.sqrt(root + 2))));
    if (spins === 0) Atomics.wait(cells, ${control.run / 4}, seen);
    const now = Atomics.load(cells, ${control.run / 4});
    if (now === seen) continue;
    const at = ${control.commands / 4} + 2 * (now & 1);
    const command = Atomics.load(cells, at), threads = Atomics.load(cells, at + 1);
    // It went on without this helper: what was read may be half of another run.
    if (Atomics.load(cells, ${control.run / 4}) !== now) continue;
    seen = now;
    if (command === ${leave}) return;
    if (thread >= threads) continue;
    Atomics.store(cells, ${control.taken / 4} + thread, now);
    try {
      programs.get(command)(thread, threads);
    } catch (error) {
      Atomics.store(cells, ${control.broken / 4}, 1);
      throw error;
    }
  }
}
receive((message) => {
  if (message.kind === "start") ({ memory, thread } = message), cells = new Int32Array(memory.buffer);
  if (message.kind === "load") programs.set(message.id, new WebAssembly.Instance(message.module, { env: { memory, look() {} }, host: host(message.host) }).exports.run);
  if (message.kind === "unload") programs.delete(message.id);
  if (message.kind === "serve") serve(message.version);
});
`;

/** How helpers are started here; `null` where there are no threads with shared memory. */
export function platformThreads(): WorkerPlatform | null {
  if (typeof SharedArrayBuffer === "undefined") return null;
  // Only a browser's pages have this property; without it memory cannot be shared with workers.
  return (globalThis as { readonly crossOriginIsolated?: boolean }).crossOriginIsolated === false ? null : workerPlatform();
}

/**
 * Starts `count − 1` helpers over a shared memory.
 * @param failed Told once when a helper breaks down outside of a run, or ends by itself.
 * @throws Where the platform does not let workers start.
 */
export function createThreadPool(memory: WebAssembly.Memory, count: number, failed: (cause: unknown) => void): ThreadPool {
  const platform = platformThreads();
  if (platform === null) throw new NdgradError("setThreads: this platform has no threads with shared memory; a page must be cross-origin isolated");
  let failures = 0;
  const listener = { message() {}, failed(cause: unknown) { if (failures++ === 0) failed(cause); } };
  const cells = new Int32Array(memory.buffer);
  const helpers: Helper[] = [];
  try {
    while (helpers.length < count - 1) helpers.push(platform.start(helperSource, listener));
  } catch (cause) {
    for (const helper of helpers) void helper.end();
    throw cause;
  }
  // Goes on where earlier helpers of this memory stopped: what they left must not look like an answer.
  let version = Atomics.load(cells, control.version / 4);
  let last = { run: 0, threads: 0 };
  const signal = (command: number, threads: number = count): void => {
    const at = control.commands / 4 + 2 * ((Atomics.load(cells, control.run / 4) + 1) & 1);
    Atomics.store(cells, at, command);
    Atomics.store(cells, at + 1, threads);
    last = { run: Atomics.add(cells, control.run / 4, 1) + 1, threads };
    Atomics.notify(cells, control.run / 4);
  };
  /** Calls the helpers back, gives each the messages, and lets them serve again. */
  const tell = (messagesFor: (thread: number) => readonly unknown[]): void => {
    Atomics.store(cells, control.version / 4, ++version);
    signal(leave);
    helpers.forEach((helper, i) => { for (const message of [...messagesFor(i + 1), { kind: "serve", version }]) helper.post(message); });
  };
  tell((thread) => [{ kind: "start", memory, thread }]);
  return {
    // A helper that is still taking in a program would miss its turn: until all are back the caller works alone.
    ready: () => helpers.every((_, i) => Atomics.load(cells, control.serving / 4 + i + 1) === version),
    alive: () => failures === 0 && helpers.every((helper) => helper.alive()),
    answered: () => helpers.slice(0, last.threads - 1).every((_, i) => Atomics.load(cells, control.taken / 4 + i + 1) === (last.run | 0)),
    load: (id, module, host) => tell(() => [{ kind: "load", id, module, host }]),
    unload: (id) => tell(() => [{ kind: "unload", id }]),
    start: signal,
    async stop() {
      // Their end takes a while: until then they must not take part in the runs of those who follow.
      Atomics.store(cells, control.version / 4, ++version);
      signal(leave);
      await Promise.all(helpers.map((helper) => helper.end()));
    },
  };
}
