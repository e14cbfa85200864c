import type { DType, Shape, Tensor } from "@ndgrad/core";
import { defineModule } from "./define-module.ts";
import { described } from "./described.ts";
import { ModuleError } from "./errors.ts";
import type { Chain, Follows, SequentialFlow } from "./flow.ts";
import { isModule, type Layer, type Module } from "./module.ts";
import type { ParametersOf } from "./parameters.ts";

/** Layers in a row: a function of what the first one takes. */
export interface Sequential<Layers extends readonly unknown[] = readonly Layer[]> extends Module<ParametersOf<Layers>>, Chain<Layers> {
  <S extends Shape, D extends DType>(x: Tensor<S, D> & SequentialFlow<Layers, S, D>["fits"]): Tensor<SequentialFlow<Layers, S, D>["shape"], SequentialFlow<Layers, S, D>["dtype"]>;
  readonly kind: "sequential";
}

/**
 * Layers in a row, each fed with what the one before puts out. Modules and plain functions of a tensor do; sizes that
 * do not meet are refused by the compiler (for the first six layers given one by one). Without layers it is the
 * identity. Parts are named by their position: `0.weight`, `2.bias`.
 *
 * @throws ModuleError for a layer that is no function.
 * @example
 * const mlp = sequential(dense(784, 128), relu, dense(128, 10));
 * sequential(dense(784, 128), dense(64, 10)); // refused: this layer takes 64 → 10, and its input's last axis is 128
 */
// The parameters are not constrained to Layer: the compiler would then fit a module to a function of one signature, and forget the rest.
export function sequential(): Sequential<[]>;
export function sequential<A>(a: A & Follows<A, []>): Sequential<[A]>;
export function sequential<A, B>(a: A & Follows<A, []>, b: B & Follows<B, [A]>): Sequential<[A, B]>;
export function sequential<A, B, C>(
  a: A & Follows<A, []>, b: B & Follows<B, [A]>, c: C & Follows<C, [A, B]>,
): Sequential<[A, B, C]>;
export function sequential<A, B, C, D>(
  a: A & Follows<A, []>, b: B & Follows<B, [A]>, c: C & Follows<C, [A, B]>, d: D & Follows<D, [A, B, C]>,
): Sequential<[A, B, C, D]>;
export function sequential<A, B, C, D, E>(
  a: A & Follows<A, []>, b: B & Follows<B, [A]>, c: C & Follows<C, [A, B]>, d: D & Follows<D, [A, B, C]>, e: E & Follows<E, [A, B, C, D]>,
): Sequential<[A, B, C, D, E]>;
export function sequential<A, B, C, D, E, F>(
  a: A & Follows<A, []>, b: B & Follows<B, [A]>, c: C & Follows<C, [A, B]>, d: D & Follows<D, [A, B, C]>, e: E & Follows<E, [A, B, C, D]>, f: F & Follows<F, [A, B, C, D, E]>,
): Sequential<[A, B, C, D, E, F]>;
export function sequential(a: Layer, b: Layer, c: Layer, d: Layer, e: Layer, f: Layer, g: Layer, ...more: readonly Layer[]): Sequential;
export function sequential(layers: readonly Layer[]): Sequential;
export function sequential(...given: readonly (Layer | readonly Layer[])[]): Sequential {
  const layers = (given.length === 1 && Array.isArray(given[0]) ? given[0] : given) as readonly Layer[];
  // A function becomes a module, so that the summary has a line for it.
  const parts = Object.fromEntries(layers.map((layer, i) => [String(i), asModule(layer, i)]));
  const steps = Object.values(parts);
  return defineModule({
    kind: "sequential",
    parts,
    exampleShape: () => {
      const [first] = steps;
      return first !== undefined && isModule(first) ? first.exampleShape : undefined;
    },
    // What each layer takes was checked by the compiler, or is checked by the layer.
    forward: (x: Tensor) => steps.reduce((value, layer) => layer(value as never), x),
  }) as unknown as Sequential;
}

function asModule(layer: Layer, position: number): Layer {
  if (typeof layer !== "function") throw new ModuleError(`sequential: layer ${position} is ${described(layer)}; give modules and functions of a tensor, one by one or as a list`);
  return isModule(layer) ? layer : defineModule({ kind: layer.name === "" ? "function" : layer.name, forward: layer });
}
