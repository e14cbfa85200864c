import { Variable } from "@ndgrad/core";
import { ParameterFileError } from "./errors.ts";
import type { Variables } from "./module.ts";
import { quoted } from "./safetensors-header.ts";
import { readTensors, writeTensors, type NamedTensors } from "./safetensors.ts";

/** Variables by name, in records of records: `{ model: net.parameters(), optimizer: optimizer.state(net.parameters()) }`. */
export interface VariableTree { readonly [name: string]: Variable | VariableTree }

/**
 * Writes variables to a safetensors file, each under its path: all that a training needs to go on, in one file. The file
 * is complete or not there.
 *
 * @throws ParameterFileError for what is no variable, for two variables of one path, and where there is no file system; the
 *   file system's own errors.
 * @example
 * await saveVariables(path, { model: net.parameters(), optimizer: optimizer.state(net.parameters()) });
 */
export async function saveVariables(path: string, variables: VariableTree): Promise<void> {
  await writeTensors(path, Object.fromEntries(Object.entries(flat("saveVariables", variables)).map(([name, { value }]) => [name, value])));
}

/**
 * Reads a safetensors file into variables: all of them, or none.
 *
 * @throws ParameterFileError listing what is missing, unexpected or different, or saying how the file is damaged.
 * @example
 * await loadVariables(path, { model: net.parameters(), optimizer: optimizer.state(net.parameters()) });
 */
export async function loadVariables(path: string, variables: VariableTree): Promise<void> {
  const named = flat("loadVariables", variables);
  const tensors = await readTensors(path);
  const problems = differences(named, tensors);
  if (problems.length > 0) throw new ParameterFileError(`${path} does not fit this model: ${problems.join("; ")}. Nothing was loaded`);
  for (const [name, variable] of Object.entries(named)) variable.assign(tensors[name]);
}

/** The variables of a tree by their paths. */
function flat(caller: string, tree: VariableTree): Variables {
  const found = new Map<string, Variable>();
  const visit = (each: Variable | VariableTree, path: string): void => {
    if (each instanceof Variable) {
      if (found.has(path)) throw new ParameterFileError(`${caller}: two variables are called "${path}"; give one of them another name`);
      found.set(path, each);
    } else if (typeof each === "object" && each !== null && (Object.getPrototypeOf(each) === Object.prototype || Object.getPrototypeOf(each) === null)) {
      for (const [name, below] of Object.entries(each)) visit(below, path === "" ? name : `${path}.${name}`);
    } else {
      throw new ParameterFileError(`${caller}: ${path === "" ? "what is to be saved or loaded" : `"${path}"`} is no variable and no record of variables; give those of a model, model.parameters()`);
    }
  };
  visit(tree, "");
  return Object.fromEntries(found);
}

const spec = ({ dtype, shape }: { readonly dtype: string; readonly shape: readonly number[] }): string => `${dtype}[${shape.join(", ")}]`;

function differences(variables: Variables, tensors: NamedTensors): readonly string[] {
  const missing = Object.keys(variables).filter((name) => !Object.hasOwn(tensors, name));
  const extra = Object.keys(tensors).filter((name) => !Object.hasOwn(variables, name));
  const different = Object.entries(variables).flatMap(([name, variable]) =>
    Object.hasOwn(tensors, name) && spec(variable) !== spec(tensors[name]) ? [`${name} (${spec(tensors[name])} in the file, ${spec(variable)} here)`] : []);
  return [
    ...(missing.length > 0 ? [`the file lacks ${listed(missing)}`] : []),
    ...(extra.length > 0 ? [`it has ${listed(extra.map(shown))}, which the model has not`] : []),
    ...(different.length > 0 ? [`these differ: ${listed(different)}`] : []),
  ];
}

const most = 8;

/** A name from a file as it is, unless it holds what a terminal would obey. */
const shown = (name: string): string => (/^[\w.-]{1,80}$/.test(name) ? name : quoted(name));

const listed = (names: readonly string[]): string => (names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`);
