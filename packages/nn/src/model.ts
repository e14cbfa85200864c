import { defineModule } from "./define-module.ts";
import { ModuleError } from "./errors.ts";
import type { Layer, Module } from "./module.ts";

/** Modules by name. */
export type Parts = Readonly<Record<string, Layer>>;

/** A model of your own: called like its `forward`, without the parts. */
export interface Model<P extends Parts, Args extends readonly unknown[], Out> extends Module {
  (...args: Args): Out;
  readonly kind: "model";
  readonly parts: P;
}

/**
 * A model written as its parts and a function that says how values flow through them. The parts' names become the
 * paths of parameters: `hidden.weight`. Models are modules, so they can be parts of others.
 *
 * @param parts modules (and, if you like, functions) by name
 * @param forward called with the parts and then with the model's arguments
 * @throws ModuleError for a part that is no function, or whose name contains a dot, and for a forward that is no function.
 * @example
 * const mlp = model(
 *   { hidden: dense(784, 128), out: dense(128, 10) },
 *   ({ hidden, out }, x: Tensor<[number, 784]>) => out(relu(hidden(x))),
 * );
 */
export function model<P extends Parts, Args extends readonly unknown[], Out>(parts: P, forward: (parts: P, ...args: Args) => Out): Model<P, Args, Out> {
  if (typeof forward !== "function") throw new ModuleError(`model: forward is ${String(forward)}; give a function of the parts and the inputs: ({ hidden, out }, x) => out(hidden(x))`);
  const definition = { kind: "model", parts, forward: (...args: Args): Out => forward(parts, ...args) } as const;
  return defineModule(definition) as Model<P, Args, Out>;
}
