import { ParameterFileError } from "./errors.ts";
import type { Variables } from "./module.ts";
import { readTensors, type NamedTensors } from "./safetensors.ts";

/** Reads a safetensors file into variables: all of them, or none. */
export async function loadVariables(path: string, variables: Variables): Promise<void> {
  const tensors = await readTensors(path);
  const problems = differences(variables, tensors);
  if (problems.length > 0) throw new ParameterFileError(`${path} does not fit this model: ${problems.join("; ")}. Nothing was loaded`);
  for (const [name, variable] of Object.entries(variables)) variable.assign(tensors[name]);
}

const spec = ({ dtype, shape }: { readonly dtype: string; readonly shape: readonly number[] }): string => `${dtype}[${shape.join(", ")}]`;

function differences(variables: Variables, tensors: NamedTensors): readonly string[] {
  const missing = Object.keys(variables).filter((name) => !Object.hasOwn(tensors, name));
  const extra = Object.keys(tensors).filter((name) => !Object.hasOwn(variables, name));
  const different = Object.entries(variables).flatMap(([name, variable]) =>
    Object.hasOwn(tensors, name) && spec(variable) !== spec(tensors[name]) ? [`${name} (${spec(tensors[name])} in the file, ${spec(variable)} here)`] : []);
  return [
    ...(missing.length > 0 ? [`the file lacks ${missing.join(", ")}`] : []),
    ...(extra.length > 0 ? [`it has ${extra.join(", ")}, which the model has not`] : []),
    ...(different.length > 0 ? [`these differ: ${different.join(", ")}`] : []),
  ];
}
