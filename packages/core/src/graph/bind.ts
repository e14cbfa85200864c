import { isFloat } from "../dtype.ts";
import { currentEngine } from "../engine/engine.ts";
import { TraceError, showSpec } from "../errors.ts";
import { anyPrimitive, type Primitive, type Spec } from "../primitive.ts";
import { rowMajor } from "../shape/layout.ts";
import { checkSize } from "../shape/shape.ts";
import { denseStorage, rowMajorData, viewStorage, type Storage } from "../storage.ts";
import { Tensor, detach, storageOf } from "../tensor.ts";
import { deferred } from "./deferred.ts";
import type { Scope } from "./scope.ts";

/**
 * Looks at every input before a primitive is applied, and may put another tensor in its place. `differentiable` is false where
 * the primitive lets no gradient through.
 */
export type Lens = (input: Tensor, differentiable?: boolean) => Tensor;
let lens: Lens | null = null;

/** What the lenses in place make of an input. */
export const currentLens = (): Lens => lens ?? ((input) => input);

/** Looks through `next` while `run` runs: how a transform finds, and replaces, what a function takes from outside. */
export function withLens<T>(next: Lens, run: () => T): T {
  const outer = lens;
  return withOnlyLens(outer === null ? next : (input, differentiable) => next(outer(input, differentiable), differentiable), run);
}

/** Looks through `only` while `run` runs, and through no other lens. */
export function withOnlyLens<T>(only: Lens, run: () => T): T {
  const outer = lens;
  lens = only;
  try {
    return run();
  } finally {
    lens = outer;
  }
}

/**
 * Applies a primitive: its shape rule, then, where the inputs have elements, the engine, and where a transform is
 * watching, the recipe. Inputs already have the shapes and dtypes that the primitive takes (ops/ sees to it).
 */
export function bind<A>(primitive: Primitive<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  const look = lens;
  const live = withoutFinished(primitive.name, look === null ? inputs : inputs.map((input) => look(input, primitive.vjp !== null)));
  const spec = primitive.infer(live, attributes);
  checkSize(primitive.name, spec.shape);
  // A result keeps its recipe for the outermost transform that watches one of its inputs: it outlives the inner ones.
  let scope: Scope | null = null;
  let traced = false;
  for (const { recipe, storage } of live) {
    traced ||= storage === null;
    if (recipe !== null && (scope === null || recipe.scope.depth < scope.depth)) scope = recipe.scope;
  }
  const storage = traced ? null : compute(anyPrimitive(primitive), live, attributes, spec);
  // Where elements are there already, only a gradient could ask for the recipe.
  const watched = scope !== null && (traced || (primitive.vjp !== null && isFloat(spec.dtype)));
  if (!watched || scope === null) return new Tensor(spec.shape as number[], spec.dtype, storage, null);
  const result = new Tensor(spec.shape as number[], spec.dtype, storage, { primitive: anyPrimitive(primitive), inputs: live, attributes, scope });
  if (storage !== null) scope.kept.push(result);
  return result;
}

/** What a finished transform left behind is a plain value: keeping its recipe would keep its whole history alive. */
function withoutFinished(op: string, inputs: readonly Tensor[]): readonly Tensor[] {
  let finished = false;
  for (const { recipe } of inputs) if (recipe !== null && !recipe.scope.open) finished = true;
  if (!finished) return inputs;
  return inputs.map((input) => {
    if (input.recipe === null || input.recipe.scope.open) return input;
    if (input.storage !== null) return detach(input);
    throw new TraceError(
      `${op}: ${showSpec(input)} (the result of ${input.recipe.primitive.name}) belongs to a trace that has ended; return it from the traced function instead`,
    );
  });
}

function compute(primitive: Primitive, inputs: readonly Tensor[], attributes: unknown, spec: Spec): Storage {
  const { lower } = primitive;
  if (lower.kind === "view") {
    const [input] = inputs;
    const { data, strides, offset } = storageOf(input, primitive.name);
    const view = lower.layout({ shape: input.shape, strides, offset }, attributes);
    if (view !== null) return viewStorage(data, view);
    const copied = rowMajorData(storageOf(input, primitive.name), input.shape, input.dtype);
    const dense = lower.layout(rowMajor(input.shape), attributes);
    if (dense === null) throw new Error(`${primitive.name}: no view of a row-major array; the primitive must not lower to one`);
    return viewStorage(copied, dense);
  }
  return deferred(primitive, inputs, attributes, spec) ?? denseStorage(currentEngine().run(primitive, inputs, attributes, spec), spec.shape);
}
