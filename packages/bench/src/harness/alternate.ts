/** Anything that can do a job a number of times and say how long it took. */
export interface Runner {
  readonly name: string;
  /** Nanoseconds for so many runs. */
  run(times: number): Promise<number>;
}

export interface AlternateOptions {
  readonly rounds: number;
  /** How long one batch of runs should take, in nanoseconds. */
  readonly batch: number;
  /** Idle milliseconds before each batch: thread pools of peers spin for a while after their work, on cores the next side needs. */
  readonly pause: number;
  /** How long a side runs unmeasured before each batch, in nanoseconds; one run if absent. */
  readonly warm?: number;
  /** About how long all rounds may take together, in nanoseconds: there are fewer, but at least two, where somebody is very slow. */
  readonly budget?: number;
}

/** Times of one run in nanoseconds, one for each round. */
export interface Times {
  readonly name: string;
  /** Runs in one batch. */
  readonly times: number;
  readonly rounds: readonly number[];
}

const mostRuns = 1 << 22;
/** A first run as long as this, in nanoseconds, is not that because of compiling. */
const surelySlow = 2e9;

/** What a batch of a side is. */
export interface Batch {
  /** Runs in it. */
  readonly times: number;
  /** Nanoseconds that it is expected to take. */
  readonly expected: number;
}

/**
 * How many runs fill a batch. Goes on for three batches before it says so: just-in-time compilers have done their work
 * by then, and the estimate is that of warm code.
 */
export async function calibrate(runner: Runner, batch: number): Promise<Batch> {
  // The first run compiles, allocates and fills caches: it says little about the others.
  const first = await runner.run(1);
  if (first > Math.max(surelySlow, 3 * batch)) return { times: 1, expected: first };
  let times = 1;
  for (let spent = 0; ;) {
    const elapsed = Math.max(1, await runner.run(times));
    spent += elapsed;
    const wanted = Math.min(mostRuns, Math.max(1, Math.round((batch * times) / elapsed)));
    if (spent >= 3 * batch) return { times: wanted, expected: (elapsed / times) * wanted };
    // At most ten times as many: the first estimates may be far off.
    times = Math.min(wanted, times * 10);
  }
}

/**
 * Measures sides in turn, round by round: A B C, B C A, C A B, ... so that nobody always follows the same neighbour.
 * Every batch follows one unmeasured run at least, which wakes threads and caches.
 */
export async function alternate(runners: readonly Runner[], options: AlternateOptions): Promise<readonly Times[]> {
  const { batch, pause, warm = 0, budget = Infinity } = options;
  const batches: Batch[] = [];
  for (const runner of runners) batches.push(await calibrate(runner, batch));
  const expected = batches.reduce((sum, each) => sum + each.expected + warm, 0);
  const rounds = Math.min(options.rounds, Math.max(2, Math.floor(budget / expected)));
  const measured: number[][] = runners.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < runners.length; turn++) {
      const at = (turn + round) % runners.length;
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      const { times, expected: elapsed } = batches[at];
      if (times > 1) await runners[at].run(Math.max(1, Math.round((warm * times) / elapsed)));
      measured[at].push((await runners[at].run(times)) / times);
    }
  }
  return runners.map(({ name }, at) => ({ name, times: batches[at].times, rounds: measured[at] }));
}
