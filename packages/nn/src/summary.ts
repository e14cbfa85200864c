import { Tensor, zeros } from "@ndgrad/core";
import { ModuleError } from "./errors.ts";
import { isModule, observing, type Layer, type Module } from "./module.ts";
import { table } from "./table.ts";

/** One line of the table: a module without parts. */
interface Row { readonly path: string; readonly module: Module }

/** A model as a table: its layers, the shapes of what they put out, their numbers of parameters. */
export function summarize(model: Module & Layer, exampleShape: readonly number[] | undefined): string {
  const shapes = outputShapes(model, exampleShape ?? model.exampleShape);
  const rows = rowsOf(model, "").map(({ path, module }) => [
    path === "" ? module.kind : `${path} (${module.kind})`,
    shapes.get(module) ?? "",
    count(module),
  ]);
  return table(["layer", "output", "parameters"], rows, ["total", "", count(model)]);
}

function rowsOf(module: Module, path: string): readonly Row[] {
  const below = Object.entries(module.parts).flatMap(([key, part]) => (isModule(part) ? [{ key, part }] : []));
  if (below.length === 0) return [{ path, module }];
  return below.flatMap(({ key, part }) => rowsOf(part, path === "" ? key : `${path}.${key}`));
}

/** What each module puts out, with `n` for the number of examples. */
function outputShapes(model: Module & Layer, exampleShape: readonly number[] | undefined): ReadonlyMap<Module, string> {
  const shapes = new Map<Module, string>();
  if (exampleShape === undefined) return shapes;
  observing((module, out) => {
    if (out instanceof Tensor) shapes.set(module, `[${["n", ...out.shape.slice(1)].join(", ")}]`);
  }, () => model(zeros([1, ...exampleShape]) as never));
  return shapes;
}

function count(module: Module): string {
  try {
    const sizes = Object.values(module.parameters()).map(({ shape }) => shape.reduce((size, axis) => size * axis, 1));
    return sizes.reduce((sum, size) => sum + size, 0).toLocaleString("en-US");
  } catch (error) {
    // A layer that has not seen its input has no parameters yet, and the table can say so.
    if (error instanceof ModuleError) return "not built";
    throw error;
  }
}
