import { generator, type Generator } from "@ndgrad/core";
import { described } from "./described.ts";
import { ModuleError } from "./errors.ts";

let layers = 0;

/**
 * Where a layer draws its first weights from. A generator is used as it is, a number seeds one. Without either, the
 * layer's seed is its number in the order in which the program makes layers (1, 2, …), so that no two layers begin
 * alike and every run of a program begins in the same place.
 */
export function streamOf(caller: string, seed: number | Generator | undefined): () => Generator {
  const given = seed ?? ++layers;
  // A copy of core's generator is no instance of this one's class, and draws as well.
  if (typeof given === "object" && given !== null && typeof given.uniform === "function") return () => given;
  if (typeof given !== "number" || !Number.isSafeInteger(given)) throw new ModuleError(`${caller}: seed must be a whole number or a generator, got ${typeof given === "number" ? given : described(given)}`);
  // Made when it is needed, as a layer may never be called, and anew each time: a first call that failed must not change what the next one draws.
  return () => generator(given);
}
