import { NdgradError } from "@ndgrad/core";
import { isError, type Helper, type WorkerPlatform } from "@ndgrad/core/internal";
import { moveable, packed } from "./parcel.ts";
import { itemRandom } from "./random.ts";
import { workerSource, type Answer, type ItemPlace, type Order, type WorkerModule } from "./work.ts";

/** Where items are worked on. */
export interface Pool {
  run(item: unknown, index: number, epoch: number): Promise<unknown>;
  /** Somebody waits for an answer, or no longer: only meanwhile may a worker keep the process from ending. */
  hold(wanted: boolean): void;
  end(): void;
}

interface Waiting { readonly index: number; readonly resolve: (result: unknown) => void; readonly reject: (error: unknown) => void }

/** Starts workers. Each item goes to the one that has least to do. */
export function startPool(platform: WorkerPlatform, count: number, order: Order, seed: number): Pool {
  let ids = 0;
  const members = Array.from({ length: count }, () => {
    const waiting = new Map<number, Waiting>();
    let broken: { readonly cause: unknown } | undefined;
    const brokenDown = (index: number, cause: unknown): NdgradError => new NdgradError(`mapOnWorkers: a worker broke down over item ${index}: ${reasonOf(cause)}`, { cause });
    const helper: Helper = platform.start(workerSource, {
      message(message) {
        const answer = message as Answer;
        const asked = waiting.get(answer.id);
        waiting.delete(answer.id);
        if ("result" in answer) asked?.resolve(answer.result);
        else asked?.reject(failure(answer.during, answer.error, asked.index, order));
      },
      failed(cause) {
        broken ??= { cause };
        for (const { index, reject } of waiting.values()) reject(brokenDown(index, cause));
        waiting.clear();
      },
    });
    helper.post({ order, seed }, []);
    const ask = (item: unknown, index: number, epoch: number): Promise<unknown> => new Promise((resolve, reject) => {
      if (broken !== undefined) throw brokenDown(index, broken.cause);
      const id = ids++;
      try {
        const { value, buffers } = moveable(packed(item));
        helper.post({ id, item: value, index, epoch }, buffers);
      } catch (cause) {
        throw new NdgradError(`mapOnWorkers: item ${index} cannot be sent to a worker: ${reasonOf(cause)}; send numbers, texts, lists, records and tensors of them`, { cause });
      }
      waiting.set(id, { index, resolve, reject });
    });
    return { waiting, helper, ask };
  });
  return {
    run: (item, index, epoch) => members.reduce((least, each) => (each.waiting.size < least.waiting.size ? each : least)).ask(item, index, epoch),
    hold: (wanted) => { for (const { helper } of members) helper.hold(wanted); },
    end: () => { for (const { helper } of members) void helper.end(); },
  };
}

/** The same without workers. */
export function localPool(work: ((...args: never) => unknown) | WorkerModule, order: Order, seed: number): Pool {
  type Work = (item: unknown, at: ItemPlace) => unknown;
  const load = async (): Promise<Work> => {
    if (typeof work === "function") return work as Work;
    // Bundlers cannot know which module it will be.
    const exported = ((await import(/* webpackIgnore: true */ /* @vite-ignore */ String(work.module))) as Readonly<Record<string, unknown>>)[work.name];
    if (typeof exported !== "function") throw new TypeError(`${String(work.module)} exports no function ${work.name}`);
    return exported as Work;
  };
  let loaded: Promise<Work> | undefined;
  return {
    async run(item, index, epoch) {
      let during: "load" | "map" = "load";
      try {
        const f = await (loaded ??= load());
        during = "map";
        return await f(packed(item), { index, epoch, random: itemRandom(seed, epoch, index) });
      } catch (cause) {
        throw failure(during, cause, index, order);
      }
    },
    hold: () => undefined,
    end: () => undefined,
  };
}

const reasonOf = (cause: unknown): string => (isError(cause) ? `${cause.name}: ${cause.message}` : String(cause));

/** What a failure is called at the consumer. */
function failure(during: "load" | "map" | "send", cause: unknown, index: number, order: Order): NdgradError {
  const reason = reasonOf(cause);
  if (during === "load") {
    const forbidden = isError(cause) && cause.name === "EvalError";
    const remedy = forbidden ? "the page's Content-Security-Policy forbids functions made of text: allow 'unsafe-eval', or give { module, name }"
      : "text" in order ? "its text must be an expression: an arrow function or function (…) { … }"
      : "it must be JavaScript that stands at that address; TypeScript is read only where the platform does so itself";
    return new NdgradError(`mapOnWorkers: the map could not be loaded (${reason}); ${remedy}`, { cause });
  }
  if (during === "send") return new NdgradError(`mapOnWorkers: what the map gave for item ${index} cannot be sent (${reason}); give numbers, texts, lists and records of them, new ones each time: they are moved`, { cause });
  const outside = "text" in order && isError(cause) && cause.name === "ReferenceError";
  const remedy = outside ? "; a function that is sent to workers sees nothing from outside itself: import within it, put what it needs into the items, or give { module, name }" : "";
  return new NdgradError(`mapOnWorkers: item ${index}: ${reason}${remedy}`, { cause });
}
