import { Variable, type DType, type Tensor } from "@ndgrad/core";
import { isRecord } from "@ndgrad/core/internal";
import { described } from "./described.ts";
import { ModuleError } from "./errors.ts";
import type { LoadOptions, LoadReport } from "./variables-file.ts";

/** Anything that takes a tensor to a tensor: a module, an activation, a function of yours. */
export type Layer = (x: never) => Tensor;

/** Variables by their path in a model, such as `hidden.weight`. */
export type Variables = Readonly<Record<string, Variable>>;

/** A part that is one thing: a module or a function of any arguments, or a variable. */
export type Leaf = ((...args: never[]) => unknown) | Variable;

/** What a module can be made of: modules and functions, variables, and lists and records of these. */
export type Part = Leaf | readonly Part[] | { readonly [name: string]: Part };

/** Parts by name. */
export type Parts = Readonly<Record<string, Part>>;

/** What every module has beside being called. Of a `Module` the names of the parameters are not known. */
export interface Module<V = Variables> {
  /** What it is, in a word: `dense`, `sequential`. */
  readonly kind: string;
  /** What it is made of, by name. */
  readonly parts: Parts;
  /** The shape of one example it takes, where that is known. */
  readonly exampleShape: readonly number[] | undefined;
  /**
   * What training changes: the variables of this module and of its parts, by path. One that is used in two places
   * appears once, under the first path.
   * @throws ModuleError while a layer has not seen the input that tells its size.
   */
  parameters(): V;
  /**
   * A table of the layers with their output shapes and numbers of parameters, at most 80 columns wide. Where the model
   * cannot tell what it takes, say so: for each of its inputs the shape of one example, without the batch, or a tensor, a
   * batch as the model takes it. The model is run once, shapes as zeros: float32, or int32 where it refuses floats, as ids are.
   * @throws ModuleError for an input that is neither; what the model throws.
   * @example
   * net.summary([28, 28]);                                     // examples of 28 × 28 numbers
   * pair.summary([6], zeros([1, 12], { dtype: "int32" }));     // a model of two inputs, the second of ids
   */
  summary(...inputs: readonly SummaryInput[]): string;
  /**
   * Writes the parameters to a safetensors file.
   * @throws ParameterFileError for a place that cannot be written to.
   */
  save(path: string): Promise<void>;
  /**
   * Reads the parameters from a safetensors file, and says which. Where names, shapes or dtypes differ nothing is changed, or
   * with `{ partial: true }` what fits is. Layers that do not know their sizes yet take them from the file.
   * @throws ParameterFileError for a file that is not there; listing what is missing, unexpected or different; or saying how
   *   the file is damaged.
   */
  load(path: string, options?: LoadOptions): Promise<LoadReport>;
}

/** The shape of one example, or a batch as the model takes it. */
export type SummaryInput = readonly number[] | Tensor;

/** What a variable is or will be; a size that is not known is undefined. */
export interface VariableSpec {
  readonly shape: readonly (number | undefined)[];
  readonly dtype: DType;
}

/** The variables that a module would have, and how to make them; without `build` they cannot be made of these shapes. */
export interface VariablePlan {
  readonly specs: Readonly<Record<string, VariableSpec>>;
  readonly build?: (() => void) | undefined;
}

/**
 * The modules, functions and variables among parts, through lists and records, each with its path: `blocks.0`.
 * @throws ModuleError for a part that is none of these, and for a name that is empty or contains a dot.
 */
export function leavesOf(owner: string, parts: Parts | readonly Part[]): readonly (readonly [path: string, leaf: Leaf])[] {
  return Object.entries<Part>(parts).flatMap(([key, part]) => {
    if (key === "" || key.includes(".")) throw new ModuleError(`${owner}: a part is called "${key}"; names make up paths such as "hidden.weight", so give it a name without a dot`);
    if (typeof part === "function" || part instanceof Variable) return [[key, part] as const];
    if (!Array.isArray(part) && !isRecord(part)) throw new ModuleError(`${owner}: part "${key}" is ${described(part)}; ${remedyFor(part)}`);
    return leavesOf(`${owner}: ${key}`, part as Parts | readonly Part[]).map(([path, leaf]) => [`${key}.${path}`, leaf] as const);
  });
}

const remedyFor = (part: unknown): string =>
  described(part).startsWith("a tensor") ? "make a variable of it to learn it, or read it in forward from where it is" : "give a module or a function, a variable, or a list or record of these";

/** Where a module stands: the path it has in the module around it. */
interface Place { readonly parent: Module; readonly key: string }
const places = new WeakMap<object, Place>();

/** Names a module by its place in another; the first place counts. */
export function settle(module: object, place: Place): void {
  if (!places.has(module)) places.set(module, place);
}

/** The names that lead to a module from the outermost model: `encoder.hidden`; empty for a module on its own. */
export function pathOf(module: object): string {
  const place = places.get(module);
  if (place === undefined) return "";
  const above = pathOf(place.parent);
  return above === "" ? place.key : `${above}.${place.key}`;
}

/** Sees each module's result while a summary runs the model. */
type Observer = (module: Module, out: unknown) => void;
let observer: Observer | null = null;

/** Tells whoever observes what a module put out. */
export const report = (module: Module, out: unknown): void => observer?.(module, out);

/** Calls `see` with each module's result while `run` runs. */
export function observing<T>(see: Observer, run: () => T): T {
  const outer = observer;
  observer = see;
  try {
    return run();
  } finally {
    observer = outer;
  }
}

/** What to undo if the call that is under way throws; null outside of calls. */
let undoing: (() => void)[] | null = null;

/** Runs a module's call; if the outermost one throws, what was made in it on the way is undone. */
export function undone<T>(run: () => T): T {
  if (undoing !== null) return run();
  const undos: (() => void)[] = [];
  undoing = undos;
  try {
    return run();
  } catch (error) {
    for (const undo of undos.reverse()) undo();
    throw error;
  } finally {
    undoing = null;
  }
}

/** Calls `undo` if the module's call that is under way throws: a layer must not keep the size of an input that was refused later. */
export const ifItFails = (undo: () => void): void => void undoing?.push(undo);

/** What a module has beside its parts. */
export interface Own {
  /** Its own variables; throws a ModuleError while their sizes are not known. */
  readonly variables: () => Variables;
  /** What they would be for the shapes that a file has under their names. */
  readonly plan: ((shapes: Readonly<Record<string, readonly number[]>>) => VariablePlan) | undefined;
}
const modules = new WeakMap<object, Own>();

/** Makes `isModule` true of it. */
export const register = (module: Module, own: Own): void => void modules.set(module, own);

/** Whether something is a module, and not a plain function. */
export const isModule = (value: unknown): value is Module & Layer => typeof value === "function" && modules.has(value);

/** What a registered module has beside its parts. */
export function ownOf(module: Module): Own {
  const own = modules.get(module);
  if (own === undefined) throw new ModuleError(`${module.kind} is no module; make it by dense, sequential, model or defineModule`);
  return own;
}

/** A module in an error: where it stands and what it is. */
export const labelOf = (module: Module): string => [pathOf(module), module.kind].filter((each) => each !== "").join(": ");
