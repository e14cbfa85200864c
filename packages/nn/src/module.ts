import type { Tensor, Variable } from "@ndgrad/core";

/** Anything that takes a tensor to a tensor: a module, an activation, a function of yours. */
export type Layer = (x: never) => Tensor;

/** Variables by their path in a model, such as `hidden.weight`. */
export type Variables = Readonly<Record<string, Variable>>;

/** What every module has beside being called. */
export interface Module {
  /** What it is, in a word: `dense`, `sequential`. */
  readonly kind: string;
  /** The modules and functions it is made of, by name. */
  readonly parts: Readonly<Record<string, Layer>>;
  /** The shape of one example it takes, where that is known. */
  readonly exampleShape: readonly number[] | undefined;
  /**
   * What training changes: the variables of this module and of its parts, by path. One that is used in two places
   * appears once, under the first path.
   * @throws ModuleError while a layer has not seen the input that tells its size.
   */
  parameters(): Variables;
  /**
   * A table of the layers with their output shapes and numbers of parameters, at most 80 columns wide.
   * `exampleShape` is the shape of one example, without the batch: needed where the model cannot tell it.
   */
  summary(exampleShape?: readonly number[]): string;
  /** Writes the parameters to a safetensors file. */
  save(path: string): Promise<void>;
  /**
   * Reads the parameters from a safetensors file. Where names, shapes or dtypes differ nothing is changed.
   * @throws ParameterFileError listing what is missing, unexpected or different; or saying how the file is damaged.
   */
  load(path: string): Promise<void>;
}

/** Where a module stands: the name it has in the module around it. */
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

const modules = new WeakSet<object>();

/** Makes `isModule` true of it. */
export const register = (module: Module): void => void modules.add(module);

/** Whether something is a module, and not a plain function. */
export const isModule = (value: unknown): value is Module & Layer => typeof value === "function" && modules.has(value);
