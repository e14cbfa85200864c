import type { Variable } from "@ndgrad/core";
import { ModuleError } from "./errors.ts";
import { isModule, register, report, settle, type Layer, type Module, type Variables } from "./module.ts";
import { summarize } from "./summary.ts";
import { loadVariables, saveVariables } from "./variables-file.ts";

/** What a module is made from. */
export interface ModuleDefinition<Forward extends (...args: never[]) => unknown, Parts extends Readonly<Record<string, Layer>>> {
  readonly kind: string;
  readonly parts?: Parts;
  /** Its own variables, without those of its parts. */
  readonly variables?: () => Variables;
  readonly exampleShape?: () => readonly number[] | undefined;
  readonly forward: Forward;
}

/**
 * Makes a module out of a function: what `dense` and `sequential` are made with, for layers of your own. `variables`
 * gives the variables the function reads; `parts` the modules it calls.
 *
 * @throws ModuleError for a part's name that is empty or contains a dot.
 * @example
 * const scale = variable(ones([3]));
 * const layer = defineModule({ kind: "scale", variables: () => ({ scale }), forward: (x: Tensor) => x.mul(scale.value) });
 */
export function defineModule<Forward extends (...args: never[]) => unknown, Parts extends Readonly<Record<string, Layer>> = Readonly<Record<string, Layer>>>(
  definition: ModuleDefinition<Forward, Parts>,
): Forward & Module & { readonly parts: Parts } {
  const { kind, forward, variables = () => ({}), exampleShape = () => undefined } = definition;
  // Without parts, `Parts` is the type of any record, and an empty one will do.
  const parts = definition.parts ?? ({} as Parts);
  const call = (...args: never[]): unknown => {
    const out = forward(...args);
    report(module, out);
    return out;
  };
  const members: Omit<Module, "exampleShape"> = {
    kind,
    parts,
    parameters: () => collect(parts, variables),
    // A summary is asked of modules that take one tensor; what else `Forward` may be does not matter then.
    summary: (shape) => summarize(module as unknown as Module & Layer, shape),
    save: async (path) => saveVariables(path, collect(parts, variables)),
    load: async (path) => loadVariables(path, collect(parts, variables)),
  };
  // `call` passes its arguments and the result through, so it has the forward function's type.
  const module = Object.assign(call as unknown as Forward, members, { parts }) as Forward & Module & { readonly parts: Parts };
  Object.defineProperty(module, "exampleShape", { get: exampleShape, enumerable: true });
  register(module);
  for (const [key, part] of Object.entries(parts)) {
    if (key === "" || key.includes(".")) throw new ModuleError(`${kind}: a part is called "${key}"; names make up paths such as "hidden.weight", so give it a name without a dot`);
    if (typeof part !== "function") throw new ModuleError(`${kind}: part "${key}" is ${part === null ? "null" : typeof part}; give a module or a function`);
    if (isModule(part)) settle(part, { parent: module, key });
  }
  return module;
}

/** The variables of a module and its parts by path, each once. */
function collect(parts: Readonly<Record<string, Layer>>, variables: () => Variables): Variables {
  const paths = new Map<Variable, string>();
  const enter = (path: string, variable: Variable): void => { if (!paths.has(variable)) paths.set(variable, path); };
  for (const [name, variable] of Object.entries(variables())) enter(name, variable);
  for (const [key, part] of Object.entries(parts)) {
    if (isModule(part)) for (const [path, variable] of Object.entries(part.parameters())) enter(`${key}.${path}`, variable);
  }
  return Object.fromEntries([...paths].map(([variable, path]) => [path, variable]));
}
