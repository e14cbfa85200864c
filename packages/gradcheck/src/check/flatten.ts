import { DTypeError, NdgradError, Tensor, Variable, forEachLeaf, fromData, isFloat, isPromise, mapLeaves, showSpec, withVariableStore } from "@ndgrad/core/internal";

/** A tensor that gradients are taken with respect to: what it is called, and its value in float64. */
export interface Leaf {
  readonly name: string;
  readonly value: Tensor;
}

/** A function of trees and variables as one from a list of tensors to a list of tensors. */
export interface Flat {
  readonly leaves: readonly Leaf[];
  /** The function at other values of the leaves. What it assigns to variables is forgotten afterwards. */
  readonly run: (values: readonly Tensor[]) => readonly Tensor[];
}

/** The function as one from the tensors and variables in `args` to the tensors in its result. */
export function flatten(op: string, f: (...args: readonly unknown[]) => unknown, args: readonly unknown[]): Flat {
  if (typeof f !== "function") throw new NdgradError(`${op}: f is ${f === null || f === undefined ? String(f) : `a ${typeof f}`}, not a function; give a function of the inputs`);
  const leaves: Leaf[] = [];
  const variables = new Map<Variable, number>();
  forEachLeaf(args, (each, path) => {
    if (each instanceof Variable) {
      if (variables.has(each)) return;
      variables.set(each, leaves.length);
      leaves.push({ name: variableName(each, path, variables.size - 1), value: toFloat64(op, each.value, `variable ${path}`) });
    } else if (each instanceof Tensor) {
      leaves.push({ name: argumentName(path), value: toFloat64(op, each, argumentName(path)) });
    }
  });
  if (leaves.length === 0) throw new NdgradError(`${op}: there is no tensor and no variable among the inputs; give what f is to be differentiated by: tensors (of numbers, tensor([…])) or variables (of a model, model.parameters())`);
  return {
    leaves,
    run(values) {
      let next = 0;
      const tensors = values.filter((_, at) => ![...variables.values()].includes(at));
      const replaced = mapLeaves(args, (each) => (each instanceof Tensor ? tensors[next++] : each)) as readonly unknown[];
      const held = new Map<Variable, Tensor>([...variables].map(([variable, at]) => [variable, values[at]]));
      const result = withVariableStore((outer) => ({
        read: (variable) => held.get(variable) ?? outer.read(variable),
        // Kept within this run: each run must begin like the first, so that a random generator draws the same numbers.
        assign: (variable, value) => { held.set(variable, value); },
        // Inputs are raised to float64: what f computes of them is float64 where it was float32.
        takes: (variable, value) => isFloat(variable.dtype) && isFloat(value.dtype),
      }), () => f(...replaced));
      return floatsOf(op, result);
    },
  };
}

/** A record's names tell parameters apart; their own names are those of all layers of their kind. */
function variableName({ name }: Variable, path: string, count: number): string {
  const key = path.replace(/^\[\d+\]\.?/, "");
  return key !== "" ? `variable "${key}"` : name !== undefined ? `variable "${name}"` : `variable ${count}`;
}

const argumentName = (path: string): string => path.replace(/^\[(\d+)\](.*)$/, (_, position: string, rest: string) => `argument ${position}${rest === "" ? "" : ` (${rest.replace(/^\./, "")})`}`);

function toFloat64(op: string, x: Tensor, name: string): Tensor {
  if (!isFloat(x.dtype)) {
    throw new DTypeError(`${op}: ${name} is ${showSpec(x)}, and only float32 and float64 have gradients; let f take it from its closure`);
  }
  return fromData(Float64Array.from(x.data), x.shape, "float64");
}

/** The tensors that a function returned, alone or in arrays and records. */
function floatsOf(op: string, result: unknown): readonly Tensor[] {
  if (isPromise(result)) throw new NdgradError(`${op}: f is asynchronous; give a function that returns its tensor at once`);
  const found: Tensor[] = [];
  forEachLeaf(result, (each) => { if (each instanceof Tensor) found.push(each); });
  if (found.length === 0) throw new NdgradError(`${op}: f returned ${showResult(result)}, not a tensor; return what is to be differentiated`);
  const floats = found.filter(({ dtype }) => isFloat(dtype));
  if (floats.length === 0) throw new DTypeError(`${op}: f returned ${found.map(showSpec).join(", ")}, and only float32 and float64 have gradients; return a float`);
  return floats;
}

const showResult = (result: unknown): string => (result === null ? "null" : Array.isArray(result) ? "an array without tensors" : typeof result);
