import { DTypeError, Tensor, Variable, zeros } from "@ndgrad/core";
import { sizeOf, withVariableStore } from "@ndgrad/core/internal";
import { described } from "./described.ts";
import { ModuleError } from "./errors.ts";
import { isModule, leavesOf, observing, ownOf, type Module, type SummaryInput } from "./module.ts";
import { table } from "./table.ts";

/** One line of the table: a module without modules in it, or a variable that stands beside modules. */
interface Row { readonly path: string; readonly content: Module | Variable }

/** A model as a table: its layers, the shapes of what they put out, their numbers of parameters. */
export function summarize(model: Module, inputs: readonly SummaryInput[]): string {
  inputs.forEach(checkInput);
  const { exampleShape } = model;
  const shapes = outputShapes(model, inputs.length === 0 && exampleShape !== undefined ? [exampleShape] : inputs);
  const rows = rowsOf(model, "").map(({ path, content }) => {
    if (content instanceof Variable) return [`${path} (variable)`, "", sizeOf(content.shape).toLocaleString("en-US")];
    return [path === "" ? content.kind : `${path} (${content.kind})`, shapes.get(content) ?? "", count(content)];
  });
  return table(["layer", "output", "parameters"], rows, ["total", "", count(model)]);
}

function checkInput(input: unknown): void {
  if (input instanceof Tensor || (Array.isArray(input) && input.every((size) => Number.isSafeInteger(size) && size >= 0))) return;
  throw new ModuleError(`summary: an input is ${described(input)}; give the shape of one example, such as [784], or a batch as the model takes it, such as zeros([1, 784])`);
}

function rowsOf(module: Module, path: string): readonly Row[] {
  const below = leavesOf(module.kind, module.parts);
  if (!below.some(([, leaf]) => isModule(leaf))) return [{ path, content: module }];
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const own = Object.entries(ownOf(module).variables()).map(([name, variable]): Row => ({ path: at(name), content: variable }));
  return [...own, ...below.flatMap(([name, leaf]): readonly Row[] => {
    if (leaf instanceof Variable) return [{ path: at(name), content: leaf }];
    return isModule(leaf) ? rowsOf(leaf, at(name)) : [];
  })];
}

/** What each module puts out, with `n` for the number of examples. */
function outputShapes(model: Module, inputs: readonly SummaryInput[]): ReadonlyMap<Module, string> {
  const shapes = new Map<Module, string>();
  if (inputs.length === 0) return shapes;
  // What it takes is known by its inputs only, which are as they were described.
  const run = model as unknown as (...batch: readonly Tensor[]) => unknown;
  const batch = (dtype: "float32" | "int32"): readonly Tensor[] => inputs.map((input) => (input instanceof Tensor ? input : zeros([1, ...input], { dtype })));
  observing((module, out) => {
    if (out instanceof Tensor) shapes.set(module, out.rank === 0 ? "[]" : `[${["n", ...out.shape.slice(1)].join(", ")}]`);
  }, () => {
    try {
      forgetting(() => run(...batch("float32")));
    } catch (error) {
      if (inputs.every((input) => input instanceof Tensor)) throw error;
      try {
        // Ids are no floats, and zeros are ids.
        forgetting(() => run(...batch("int32")));
      } catch (second) {
        throw error instanceof DTypeError ? second : error;
      }
    }
  });
  return shapes;
}

/** Runs a function whose assignments last as long as it runs: a summary must not count as a batch in a layer's means. */
function forgetting<T>(run: () => T): T {
  const assigned = new Map<Variable, Tensor>();
  return withVariableStore((outer) => ({
    read: (variable) => assigned.get(variable) ?? outer.read(variable),
    assign: (variable, value) => void assigned.set(variable, value),
  }), run);
}

function count(module: Module): string {
  try {
    return Object.values(module.parameters()).reduce((sum, { shape }) => sum + sizeOf(shape), 0).toLocaleString("en-US");
  } catch (error) {
    // A layer that has not seen its input has no parameters yet, and the table can say so.
    if (error instanceof ModuleError) return "not built";
    throw error;
  }
}
