import { NdgradError } from "@ndgrad/core";
import type { Awaitable } from "../stream.ts";
import { moveable, type Sent } from "./parcel.ts";
import { itemRandom } from "./random.ts";

/**
 * What is done to each item on a worker. Its text is sent: it may use nothing from outside itself but JavaScript's own
 * names; what it needs is imported within it (`await import("node:zlib")`) or comes with the item.
 * @param item Tensors arrive in parts: `{ shape, dtype, data }`.
 */
export type WorkerFunction<T, U> = (item: Sent<T>, at: ItemPlace) => Awaitable<U>;

/** Which item of which epoch it is. */
export interface ItemPlace {
  readonly index: number;
  readonly epoch: number;
  /** Uniform numbers in [0, 1), decided by the seed, the epoch and the index alone. */
  readonly random: () => number;
}

/** The same as a function that a module exports, which may import whatever it likes. */
export interface WorkerModule {
  /** `new URL("./augment.js", import.meta.url)`. JavaScript: TypeScript only where the platform itself reads it (Node 22.18 and later). */
  readonly module: URL | string;
  /** What the module calls the function. */
  readonly name: string;
}

/** Work as workers are told of it. */
export type Order = { readonly text: string } | { readonly module: string; readonly name: string };

/** Checks what is to be done. @throws NdgradError for what cannot be sent. */
export function orderOf(work: ((...args: never) => unknown) | WorkerModule): Order {
  if (typeof work === "function") {
    const text = Function.prototype.toString.call(work);
    if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) throw new NdgradError("mapOnWorkers: a bound or built-in function has no text to send; write (item) => … around it, or give { module, name }");
    return { text };
  }
  const { module, name } = (work ?? {}) as Partial<WorkerModule>;
  if (module === undefined || typeof name !== "string") throw new NdgradError("mapOnWorkers: give a function, or { module, name } for one that a module exports");
  if (!URL.canParse(String(module))) throw new NdgradError(`mapOnWorkers: "${String(module)}" is no address; give new URL("${String(module)}", import.meta.url)`);
  return { module: String(module), name };
}

/** What a worker answers. */
export type Answer =
  | { readonly id: number; readonly result: unknown }
  /** During what it failed: finding the function, calling it, or sending what it gave. */
  | { readonly id: number; readonly during: "load" | "map" | "send"; readonly error: unknown };

/** What workers run, as text: a file of their own could not be found again under every loader and bundler. */
export const workerSource: string = `
// Loaders that keep functions' names wrap them in calls of this.
const __name = (f) => f;
const itemRandom = ${String(itemRandom)};
const moveable = ${String(moveable)};
let work, seed;
const load = async ({ text, module, name }) => {
  const f = text === undefined ? (await import(module))[name] : (0, eval)("(" + text + ")");
  if (typeof f !== "function") throw new TypeError(text === undefined ? module + " exports no function " + name : "the text sent is no function");
  return f;
};
const answer = (message, buffers) => port.postMessage(message, buffers);
const failed = (id, during, error) => {
  try {
    answer({ id, during, error }, []);
  } catch {
    answer({ id, during, error: new Error(String(error)) }, []);
  }
};
receive(async (message) => {
  if (message.order !== undefined) {
    ({ seed } = message);
    work = load(message.order);
    work.catch(() => undefined);
    return;
  }
  const { id, item, index, epoch } = message;
  let during = "load";
  try {
    const f = await work;
    during = "map";
    const made = await f(item, { index, epoch, random: itemRandom(seed, epoch, index) });
    during = "send";
    const { value, buffers } = moveable(made);
    answer({ id, result: value }, buffers);
  } catch (error) {
    failed(id, during, error);
  }
});
`;
