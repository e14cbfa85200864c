import type { FunctionBuilder, Local, ModuleBuilder } from "../encoder.ts";

/** Where the threads' agreements stand in memory, as byte addresses, a cache line apart. */
export const control = {
  /** Counts runs; idle threads wait for it to move. */
  run: 64,
  /**
   * What a run is: a program's number or another command, and how many threads take part. Runs of odd and of even number have a
   * place each: a helper that has no part in a run may still be looking when the next one is written down.
   */
  commands: 128,
  /** Where the threads' scratch memory begins, and how much each has. */
  scratch: 144,
  scratchBytes: 148,
  /** Threads that have reached the barrier, and how many barriers have been passed. */
  arrived: 192,
  passed: 256,
  /** Not 0 once a helper has broken down: nobody need wait for it. */
  broken: 260,
  /** Counts the messages to helpers: one that has taken in fewer is not fit to serve. */
  version: 320,
  /** For each thread, four bytes apart: the version at which it serves. */
  serving: 384,
  /** For each thread, four bytes apart: the last run that it has taken up. */
  taken: 640,
  /** The next part of a phase that nobody has taken. */
  next: 896,
  /** Where the list of rows to be copied begins. */
  gathers: 960,
} as const;

/** Turns of a waiting thread's loop before it goes to sleep: some tens of microseconds. */
const spins = 2_000;

/** Roots, of some twenty cycles each, between two looks. */
const pauseRoots = 4;

/** Imports what thread 0 calls now and then while it waits: it throws if a thread that is waited for has ended. */
export const importLook = (module: ModuleBuilder): number => module.importFunction("env", "look", [], []);

/**
 * Writes a barrier: goes on when all threads have come. Threads look for a while, then sleep. Thread 0 only looks, since a
 * browser does not let its main thread sleep, and calls `look`.
 */
export function emitBarrier(f: FunctionBuilder, thread: number, threads: number, look: number): void {
  const [mine, turns] = f.locals("i32", 2);
  const root = f.local("f64");
  f.get(threads).i32(1).op("i32.gt_u").if(() => {
    f.i32(0).memory("i32.atomic.load", control.passed).set(mine);
    f.i32(0).i32(1).memory("i32.atomic.rmw.add", control.arrived).i32(1).op("i32.add").get(threads).op("i32.eq").if(
      () => {
        f.i32(0).i32(0).memory("i32.atomic.store", control.arrived);
        f.i32(0).i32(0).memory("i32.atomic.store", control.next);
        f.i32(0).get(mine).i32(1).op("i32.add").memory("i32.atomic.store", control.passed);
        f.i32(0).i32(-1).memory("memory.atomic.notify", control.passed).op("drop");
      },
      () => f.i32(spins).set(turns).block((done) => f.loop((again) => {
        f.i32(0).memory("i32.atomic.load", control.passed).get(mine).op("i32.ne").branchIf(done);
        f.i32(0).memory("i32.atomic.load", control.broken).if(() => f.op("unreachable"));
        pushPause(f, root);
        f.get(turns).i32(1).op("i32.sub").tee(turns).op("i32.or").branchIf(again);
        f.get(thread).op("i32.eqz").if(() => f.call(look).i32(spins).set(turns).branch(again));
        f.i32(0).get(mine).i64(-1n).memory("memory.atomic.wait32", control.passed).op("drop").branch(again);
      })),
    );
  });
  f.release(mine, turns, root);
}

/**
 * Pushes 0, after a while in which the processor has little to do: there is no instruction for that in WebAssembly, but a chain of
 * roots is one. Where two threads share a core, one that waits hardly slows the other down then.
 */
function pushPause(f: FunctionBuilder, root: Local): void {
  f.get(root).f64(2).op("f64.add");
  for (let i = 0; i < pauseRoots; i++) f.op("f64.sqrt");
  f.tee(root).f64(0).op("f64.lt");
}
