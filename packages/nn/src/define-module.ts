import { Tensor, Variable } from "@ndgrad/core";
import { callback, checkOptions, isRecord, type OptionNames } from "@ndgrad/core/internal";
import { described } from "./described.ts";
import { ModuleError } from "./errors.ts";
import { isModule, labelOf, leavesOf, ownOf, register, report, settle, undone, type Module, type Parts, type VariablePlan, type Variables } from "./module.ts";
import type { NoVariables, ParametersOf } from "./parameters.ts";
import { summarize } from "./summary.ts";
import { loadInto, saveVariables } from "./variables-file.ts";

type AnyFunction = (...args: never[]) => unknown;

/** What a module is made from. */
export interface ModuleDefinition<Forward extends (...args: never[]) => unknown, P extends Parts, V extends Variables = Variables> {
  readonly kind: string;
  readonly parts?: P | undefined;
  /** Its own variables, without those of its parts. */
  readonly variables?: (() => V) | undefined;
  readonly exampleShape?: (() => readonly number[] | undefined) | undefined;
  /**
   * For a module whose variables are made at its first call: what they would be for the shapes that a file has under their
   * names, and how to make them, so that a file can be loaded before that call. It changes nothing until `build` is called.
   */
  readonly plan?: ((shapes: Readonly<Record<string, readonly number[]>>) => VariablePlan) | undefined;
  readonly forward: Forward;
}

const definitionNames: OptionNames<ModuleDefinition<AnyFunction, Parts>> = {
  kind: true, parts: true, variables: callback, exampleShape: callback, plan: callback, forward: callback,
};

/**
 * Makes a module out of a function: what `dense` and `sequential` are made with, for layers of your own. `variables`
 * gives the variables the function reads; `parts` the modules it calls, and variables, lists and records of these.
 *
 * @throws ModuleError for an unknown name, for a part that is none of these or whose name is empty or contains a dot; when called,
 *   for a forward function that gives no tensor, list or record; when its parameters are asked for, for two of one name.
 * @example
 * const scale = variable(ones([3]));
 * const layer = defineModule({ kind: "scale", variables: () => ({ scale }), forward: (x: Tensor) => x.mul(scale.value) });
 */
export function defineModule<Forward extends (...args: never[]) => unknown, const P extends Parts = NoVariables, V extends Variables = NoVariables>(
  definition: ModuleDefinition<Forward, P, V>,
): Forward & Module<ParametersOf<P, V>> & { readonly parts: P } {
  checkDefinition(definition);
  const { kind, forward, variables = () => ({}), exampleShape = () => undefined, plan } = definition;
  // Without parts, `P` is the type of any record, and an empty one will do.
  const parts = definition.parts ?? ({} as P);
  const call = (...args: never[]): unknown => {
    const out = undone(() => checkOutput(module, forward(...args)));
    report(module, out);
    return out;
  };
  const members: Omit<Module, "exampleShape"> = {
    kind,
    parts,
    parameters: () => collect(module),
    summary: (...inputs) => summarize(module, inputs),
    save: async (path) => saveVariables(path, collect(module)),
    load: async (path, options) => loadInto(path, module, options),
  };
  // `call` passes its arguments and the result through, so it has the forward function's type.
  const module = Object.assign(call as unknown as Forward, members, { parts }) as unknown as Forward & Module<ParametersOf<P, V>> & { readonly parts: P };
  Object.defineProperty(module, "exampleShape", { get: exampleShape, enumerable: true });
  register(module, { variables, plan });
  for (const [path, leaf] of leavesOf(kind, parts)) if (isModule(leaf)) settle(leaf, { parent: module, key: path });
  return module;
}

function checkDefinition(definition: ModuleDefinition<AnyFunction, Parts>): void {
  checkOptions("defineModule", definition, definitionNames, ModuleError);
  const { kind, forward, parts } = Object(definition) as Partial<ModuleDefinition<AnyFunction, Parts>>;
  if (typeof kind !== "string") throw new ModuleError(`defineModule: kind is ${described(kind)}; give a word that summaries and errors call the module by, such as "layerNorm"`);
  if (forward === undefined) throw new ModuleError(`defineModule: ${kind} has no forward; give a function of the inputs: (x) => …`);
  if (parts !== undefined && !isRecord(parts)) throw new ModuleError(`${kind}: the parts are ${described(parts)}; give them by name: { hidden: dense(784, 128), … }`);
  leavesOf(kind, parts ?? {});
}

/** What a forward function gave, if it is what a model can give: a tensor, or a list or record of tensors. */
function checkOutput(module: Module, out: unknown): unknown {
  if (out instanceof Tensor || Array.isArray(out) || isRecord(out)) return out;
  const remedy = out === undefined ? "return what it computes (between braces, an arrow function gives nothing without return)"
    : out instanceof Variable ? "return its value"
    : typeof out === "function" ? "call it, and return what it gives"
    : "return a tensor, or a list or record of tensors";
  throw new ModuleError(`${labelOf(module)}: the forward function gave ${described(out)}; ${remedy}`);
}

/** The variables of a module and its parts by path, each once. */
function collect(module: Module): Variables {
  const paths = new Map<Variable, string>();
  const found = new Map<string, Variable>();
  const enter = (path: string, variable: Variable): void => {
    if (!(variable instanceof Variable)) throw new ModuleError(`${labelOf(module)}: "${path}" is ${described(variable)}, not a variable; make one of a tensor by variable(…)`);
    if (paths.has(variable)) return;
    if (found.has(path)) throw new ModuleError(`${labelOf(module)}: two variables are called "${path}"; give one of them another name`);
    paths.set(variable, path);
    found.set(path, variable);
  };
  for (const [name, variable] of Object.entries(ownOf(module).variables())) enter(name, variable);
  for (const [path, leaf] of leavesOf(module.kind, module.parts)) {
    if (leaf instanceof Variable) enter(path, leaf);
    else if (isModule(leaf)) for (const [below, variable] of Object.entries(leaf.parameters())) enter(`${path}.${below}`, variable);
  }
  return Object.fromEntries(found);
}
