import type { WorkerPlatform } from "../../../workers.ts";
import { NdgradError } from "../../../errors.ts";
import { messageOf } from "../../../realm.ts";
import { control } from "./barrier.ts";
import type { ProgramMemory } from "./memory.ts";
import { createThreadPool, type ThreadPool } from "./threads.ts";

/** Milliseconds between two looks at whether those who are waited for still run. */
const lookEvery = 1000;

/** A program's code, as helpers need it. */
type Code = readonly [module: WebAssembly.Module, host: Parameters<ThreadPool["load"]>[2]];

/** The life of the helpers: they start with the first run that is worth it, and end when one of them fails. */
export interface Helpers {
  /** How many threads programs may use: 1 where helpers cannot be had. */
  readonly threads: number;
  /** Whether all of them could run a program now. */
  readonly ready: boolean;
  /** Ends the helpers that there are; others start with the next run. */
  setThreads(count: number): void;
  /** Gives code to helpers, those that are started later included; tells its number. */
  offer(...code: Code): number;
  withdraw(id: number): void;
  /** Starts the helpers, unless there are some already or they cannot be had. */
  begin(): void;
  /** Starts helpers on their shares of a program, where they have a part in the run. */
  start(id: number, count: number): void;
  /** What thread 0 calls now and then while it waits: throws if a thread that is waited for has ended. */
  look(): void;
  /** Threads that wait for one that has broken down would wait for ever: all are ended, and new ones begin when the last is gone. */
  end(): void;
}

/** @param patience Milliseconds after which a helper that has not taken up a run counts as ended, though the platform has not told so. */
export function createHelpers(owner: ProgramMemory, platform: WorkerPlatform | null, most: number, patience: number): Helpers {
  let threads = Math.min(platform?.processors ?? 1, most);
  let pool: ThreadPool | null = null;
  /** Whether helpers that broke down may still be running. */
  let ending = false;
  let offered = 0;
  const codes = new Map<number, Code>();
  /** When the last run with helpers began, and when it was last looked after. */
  let began = 0;
  let looked = 0;

  /** Without helpers programs run on one thread, until the user asks for more. */
  const workAlone = (what: string, cause: unknown): void => {
    console.warn(`ndgrad: ${what} (${messageOf(cause)}), so programs run on one thread from here on; setThreads(n) starts new helpers.`);
    threads = 1;
  };
  const end = (): void => {
    owner.heap().int32[control.broken >> 2] = 1;
    ending = true;
    void pool?.stop().then(() => {
      const cells = owner.heap().int32;
      for (const cell of [control.arrived, control.next, control.broken]) cells[cell >> 2] = 0;
      ending = false;
    });
    pool = null;
  };

  return {
    get threads() { return threads; },
    get ready() { return threads === 1 || (!ending && pool !== null && pool.ready()); },
    setThreads(count) {
      void pool?.stop();
      pool = null;
      threads = count;
    },
    offer(...code) {
      const id = offered++;
      pool?.load(id, ...code);
      codes.set(id, code);
      return id;
    },
    withdraw(id) { if (codes.delete(id)) pool?.unload(id); },
    begin() {
      if (pool !== null || threads === 1 || ending) return;
      try {
        const started = createThreadPool(owner.memory, threads, (cause) => {
          if (pool !== started) return;
          end();
          workAlone("a helper thread has ended", cause);
        });
        pool = started;
        for (const [id, code] of codes) started.load(id, ...code);
      } catch (cause) {
        workAlone("helper threads cannot be started", cause);
      }
    },
    start(id, count) {
      if (count === 1) return;
      began = looked = performance.now();
      pool?.start(id, count);
    },
    look() {
      const now = performance.now();
      if (now - looked < lookEvery) return;
      looked = now;
      if (pool !== null && (!pool.alive() || (now - began > patience && !pool.answered()))) throw new NdgradError("a helper thread has ended");
    },
    end,
  };
}
