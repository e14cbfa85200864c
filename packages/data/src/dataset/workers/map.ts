import { NdgradError } from "@ndgrad/core";
import { checkOptions, workerPlatform, type OptionNames } from "@ndgrad/core/internal";
import { checkWhole } from "../../checks.ts";
import { ahead, end, item, mapped, type Step, type Stream } from "../stream.ts";
import { unpacked, type Received } from "./parcel.ts";
import { localPool, startPool, type Pool } from "./pool.ts";
import { orderOf, type WorkerFunction, type WorkerModule } from "./work.ts";

export interface WorkerOptions {
  /**
   * How many workers: one less than there are processors unless given, from 1 to 8. 0 for none: all in this thread, where a
   * map may use what workers cannot (variables outside of it, one buffer again and again); so test it with one at least.
   */
  readonly workers?: number | undefined;
  /** How many items are begun before they are wanted; twice as many as workers unless given. */
  readonly ahead?: number | undefined;
  /** Decides what `random` gives; 0 unless given. */
  readonly seed?: number | undefined;
}

const optionNames: OptionNames<WorkerOptions> = { workers: true, ahead: true, seed: true };

/** How a stream's items are mapped on workers: `epoch` and `from` say which items they are. */
export type StreamMap<T, U> = (source: Stream<T>, epoch: number, from: number) => Stream<Received<U>>;

/** Checks a map for workers; they are started when the first item is asked for, and ended after the last. */
export function mapOnWorkers<T, U>(work: WorkerFunction<T, U> | WorkerModule, options: WorkerOptions): StreamMap<T, U> {
  checkOptions("mapOnWorkers", options, optionNames);
  const { workers, ahead: count, seed = 0 } = options;
  const order = orderOf(work);
  const platform = workerPlatform();
  const used = platform === null ? 0 : workers !== undefined ? workers : Math.min(8, Math.max(1, platform.processors - 1));
  if (workers !== undefined) checkWhole("mapOnWorkers", "workers", workers, 0);
  if (used > 64) throw new NdgradError(`mapOnWorkers: ${used} workers; 64 at most`);
  const early = count === undefined ? 2 * used : count;
  checkWhole("mapOnWorkers", "ahead", early, 0);
  checkWhole("mapOnWorkers", "seed", seed, 0);
  const start = (): Pool => (platform === null || used === 0 ? localPool(work, order, seed) : startPool(platform, used, order, seed));

  return (source, epoch, from) => {
    let pool: Pool | undefined;
    let next = from;
    // Each answer in a record: a stream that gave promises would be waited for item by item.
    const begun = ahead(mapped(source, (value) => {
      const result = (pool ??= start()).run(value, next++, epoch);
      // Who waits for it will see the error; until then it is nobody's.
      result.catch(() => undefined);
      return { result };
    }), early);
    let over = false;
    const close = (): void => {
      over = true;
      pool?.end();
      source.close?.();
    };
    return {
      async next(): Promise<Step<Received<U>>> {
        if (over) return end;
        try {
          const step = await begun.next();
          if (step.done) {
            over = true;
            pool?.end();
            return end;
          }
          pool?.hold(true);
          return item(unpacked(await step.value.result) as Received<U>);
        } catch (error) {
          // What was still on its way when the iteration was left is nobody's.
          if (over) return end;
          close();
          throw error;
        } finally {
          pool?.hold(false);
        }
      },
      close,
    };
  };
}
