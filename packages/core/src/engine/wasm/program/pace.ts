/** Finds out by trying how many threads run a program fastest. Results do not depend on it. */
export interface Pace {
  /** How many threads the run that begins now should take, of so many that it may. */
  threads(most: number): number;
  /** Tells how long that run took, in milliseconds. */
  took(milliseconds: number): void;
}

/** Runs in one trial of a number of threads: the best of them counts, for the first may have to wake helpers. */
const trialRuns = 6;
/** How long, in milliseconds, a choice holds at least, and how many times as long as its trials: the machine may be busy with something else by then, or no longer. */
const holds = 250;
const holdsTrials = 20;
/** More threads must be so much faster to be taken: others may have use for the processors. */
const worthwhile = 0.97;

/**
 * Whether helpers pay depends on more than a program: on whether they are awake when it runs, on other programs, on whether
 * two virtual processors are one core. So each number of threads, by powers of two, is tried for a few runs now and then.
 */
export function createPace(now: () => number = () => performance.now()): Pace {
  let most = 0;
  let trials: { readonly threads: number; best: number }[] = [];
  let trial = 0;
  let runs = 0;
  let until = 0;
  let spent = 0;
  const begin = (): void => {
    trials = [];
    for (let threads = most; threads > 1; threads = Math.ceil(threads / 2)) trials.push({ threads, best: Infinity });
    trials.push({ threads: 1, best: Infinity });
    trial = runs = spent = 0;
  };
  return {
    threads(limit) {
      if (limit !== most || (trial === trials.length && now() >= until)) {
        most = limit;
        begin();
      }
      return trial < trials.length ? trials[trial].threads : trials[0].threads;
    },
    took(milliseconds) {
      if (trial === trials.length) return;
      spent += milliseconds;
      trials[trial].best = Math.min(trials[trial].best, milliseconds);
      if (++runs < trialRuns) return;
      runs = 0;
      if (++trial < trials.length) return;
      // The fewest threads that are not clearly slower than others; it stands first from now on.
      const fastest = Math.min(...trials.map(({ best }) => best));
      trials = [[...trials].reverse().find(({ best }) => best * worthwhile <= fastest) ?? trials[0]];
      trial = 1;
      until = now() + Math.max(holds, holdsTrials * spent);
    },
  };
}
