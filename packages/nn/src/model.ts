import { isRecord } from "@ndgrad/core/internal";
import { defineModule } from "./define-module.ts";
import { described } from "./described.ts";
import { ModuleError } from "./errors.ts";
import type { Module, Parts } from "./module.ts";
import type { ParametersOf } from "./parameters.ts";

/** A model of your own: called like its `forward`, without the parts. */
export interface Model<P extends Parts, Args extends readonly unknown[], Out> extends Module<ParametersOf<P>> {
  (...args: Args): Out;
  readonly kind: "model";
  readonly parts: P;
}

/**
 * A model written as its parts and a function that says how values flow through them. The parts' names become the
 * paths of parameters: `hidden.weight`, and through lists and records `blocks.0.weight`. Models are modules, so they can be
 * parts of others.
 *
 * @param parts modules, variables, lists and records of these (and, if you like, functions) by name
 * @param forward called with the parts and then with the model's arguments
 * @throws ModuleError for a part that is none of these, or whose name contains a dot, and for a forward that is no function.
 * @example
 * const mlp = model(
 *   { hidden: dense(784, 128), out: dense(128, 10) },
 *   ({ hidden, out }, x: Tensor<[number, 784]>) => out(relu(hidden(x))),
 * );
 * const tower = model(
 *   { blocks: [dense(8, 8), dense(8, 8)], scale: variable(ones([8])) },
 *   ({ blocks, scale }, x: Tensor<[number, 8]>) => blocks.reduce((y, block) => relu(block(y)), x).mul(scale.value),
 * );
 */
export function model<const P extends Parts, Args extends readonly unknown[], Out>(parts: P, forward: (parts: P, ...args: Args) => Out): Model<P, Args, Out> {
  if (!isRecord(parts)) throw new ModuleError(`model: the parts are ${described(parts)}; give them by name, and then a function of them: model({ hidden, out }, ({ hidden, out }, x) => out(hidden(x)))`);
  if (typeof forward !== "function") throw new ModuleError(`model: forward is ${described(forward)}; give a function of the parts and the inputs: ({ hidden, out }, x) => out(hidden(x))`);
  const definition = { kind: "model", parts, forward: (...args: Args): Out => forward(parts, ...args) } as const;
  return defineModule(definition) as Model<P, Args, Out>;
}
