import { Variable } from "@ndgrad/core";
import { checkOptions, flag, isRecord, showSpec, type OptionNames } from "@ndgrad/core/internal";
import { described } from "./described.ts";
import { ModuleError, ParameterFileError } from "./errors.ts";
import { isModule, leavesOf, ownOf, type Module, type VariableSpec, type Variables } from "./module.ts";
import { quoted } from "./safetensors-header.ts";
import { readFile, writeFile, type DTypeChoice, type NamedTensors } from "./safetensors.ts";

/** Variables by name, in records and lists of these: `{ model: net.parameters(), optimizer: optimizer.state(net.parameters()) }`. */
export interface VariableTree { readonly [name: string]: Variable | VariableTree | readonly (Variable | VariableTree)[] }

/** How a file is read into variables. */
export interface LoadOptions {
  /** Loads what fits and leaves the rest as it is, where without it nothing is loaded unless everything fits. */
  readonly partial?: boolean | undefined;
  /** Which dtypes the file's tensors are read to: see `decodeSafetensors`. */
  readonly dtype?: DTypeChoice | undefined;
}

const loadOptions: OptionNames<LoadOptions> = { partial: flag, dtype: true };

/** What became of a file's tensors, by their names. */
export interface LoadReport {
  readonly loaded: readonly string[];
  /** Variables that the file has nothing for: they are as they were. */
  readonly missing: readonly string[];
  /** Tensors of the file that have no variable. */
  readonly unexpected: readonly string[];
  /** Variables whose tensor in the file has another shape or dtype: they are as they were. */
  readonly mismatched: readonly { readonly name: string; readonly file: string; readonly variable: string }[];
}

/**
 * Writes variables to a safetensors file, each under its path: all that a training needs to go on, in one file. The file
 * is complete or not there.
 *
 * @throws ParameterFileError for what is no variable, for two variables of one path, for a place that cannot be written to, and
 *   where there is no file system.
 * @example
 * await saveVariables(path, { model: net.parameters(), optimizer: optimizer.state(net.parameters()) });
 */
export async function saveVariables(path: string, variables: VariableTree): Promise<void> {
  await writeFile("save", path, Object.fromEntries(Object.entries(flat("saveVariables", variables)).map(([name, { value }]) => [name, value])));
}

/**
 * Reads a safetensors file into variables: all of them, or none; with `{ partial: true }` those that fit. The report says
 * which were loaded and what did not fit.
 *
 * @throws ParameterFileError for a file that is not there, listing what is missing, unexpected or different (unless partial), or
 *   saying how the file is damaged.
 * @example
 * await loadVariables(path, { model: net.parameters(), optimizer: optimizer.state(net.parameters()) });
 * const { missing } = await loadVariables(path, net.parameters(), { partial: true });
 */
export async function loadVariables(path: string, variables: VariableTree, options: LoadOptions = {}): Promise<LoadReport> {
  const named = flat("loadVariables", variables);
  return loadSlots("loadVariables", path, () => Object.entries(named).map(([name, variable]) => slotOf(name, variable)), options);
}

/** Reads a file into a module's parameters; those of layers without sizes are made from the file's shapes. */
export async function loadInto(path: string, module: Module, options: LoadOptions = {}): Promise<LoadReport> {
  return loadSlots("load", path, (tensors) => slotsOf(module, "", tensors), options);
}

/** A place for a tensor of a file: a variable, or one that can be made. */
interface Slot {
  readonly name: string;
  readonly spec: VariableSpec;
  /** The variable; undefined where it cannot be made of this file. */
  readonly variable: (() => Variable) | undefined;
}

const slotOf = (name: string, variable: Variable): Slot => ({ name, spec: variable, variable: () => variable });

async function loadSlots(caller: string, path: string, slotsFor: (tensors: NamedTensors) => readonly Slot[], options: LoadOptions): Promise<LoadReport> {
  checkOptions(caller, options, loadOptions, ParameterFileError);
  const tensors = await readFile(caller, path, options.dtype);
  const slots = slotsFor(tensors);
  const names = new Set(slots.map(({ name }) => name));
  const there = slots.filter(({ name }) => Object.hasOwn(tensors, name));
  const fitting = there.filter(({ name, spec, variable }) => variable !== undefined && showSpec(tensors[name]) === shownSpec(spec));
  const report: LoadReport = {
    loaded: fitting.map(({ name }) => name),
    missing: slots.flatMap(({ name }) => (Object.hasOwn(tensors, name) ? [] : [name])),
    unexpected: Object.keys(tensors).filter((name) => !names.has(name)),
    mismatched: there.filter((slot) => !fitting.includes(slot)).map(({ name, spec }) => ({ name, file: showSpec(tensors[name]), variable: shownSpec(spec) })),
  };
  const problems = problemsOf(report);
  if (problems.length > 0 && options.partial !== true) {
    throw new ParameterFileError(`${path} does not fit this model: ${problems.join("; ")}. Nothing was loaded; { partial: true } loads what fits`);
  }
  // Made before anything is assigned: an initializer may throw.
  const targets = fitting.flatMap(({ name, variable }) => (variable === undefined ? [] : [{ name, variable: variable() }]));
  for (const { name, variable } of targets) variable.assign(tensors[name]);
  return report;
}

/** The places in a module, those of its parts by path, each variable once. */
function slotsOf(module: Module, prefix: string, tensors: NamedTensors): readonly Slot[] {
  const slots: Slot[] = [];
  const entered = new Set<Variable | Module>();
  const visit = (each: Module, before: string): void => {
    if (entered.has(each)) return;
    entered.add(each);
    for (const [name, own] of ownSlots(each, before, tensors)) enter(`${before}${name}`, own);
    for (const [path, leaf] of leavesOf(each.kind, each.parts)) {
      if (leaf instanceof Variable) enter(`${before}${path}`, leaf);
      else if (isModule(leaf)) visit(leaf, `${before}${path}.`);
    }
  };
  const enter = (name: string, own: Variable | Slot): void => {
    if (!(own instanceof Variable)) slots.push(own);
    else if (!entered.has(own)) {
      entered.add(own);
      slots.push(slotOf(name, own));
    }
  };
  visit(module, prefix);
  return slots;
}

/** A module's own variables, or what they would be for the shapes of a file. */
function ownSlots(module: Module, prefix: string, tensors: NamedTensors): readonly (readonly [string, Variable | Slot])[] {
  const { variables, plan } = ownOf(module);
  try {
    return Object.entries(variables());
  } catch (error) {
    if (!(error instanceof ModuleError) || plan === undefined) throw error;
    const under = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
    const { specs, build } = plan(Object.fromEntries(under.map(([name, { shape }]) => [name.slice(prefix.length), shape])));
    let made: Variables | undefined;
    const variable = (name: string) => (): Variable => {
      if (made === undefined) {
        build?.();
        made = variables();
      }
      return made[name];
    };
    return Object.entries(specs).map(([name, spec]) => [name, { name: `${prefix}${name}`, spec, variable: build === undefined ? undefined : variable(name) }]);
  }
}

/** The variables of a tree by their paths. */
function flat(caller: string, tree: VariableTree): Variables {
  const found = new Map<string, Variable>();
  const visit = (each: VariableTree[string], path: string): void => {
    if (each instanceof Variable) {
      if (found.has(path)) throw new ParameterFileError(`${caller}: two variables are called "${path}"; give one of them another name`);
      found.set(path, each);
    } else if (isRecord(each) || Array.isArray(each)) {
      for (const [name, below] of Object.entries<VariableTree[string]>(each)) visit(below, path === "" ? name : `${path}.${name}`);
    } else {
      throw new ParameterFileError(`${caller}: ${path === "" ? "what is to be saved or loaded" : `"${path}"`} is ${described(each)}, no variable and no record of variables; give those of a model, model.parameters()`);
    }
  };
  visit(tree, "");
  return Object.fromEntries(found);
}

/** A size that is not known reads as a question. */
const shownSpec = ({ dtype, shape }: VariableSpec): string => `${dtype}[${shape.map((size) => size ?? "?").join(", ")}]`;

const problemsOf = ({ missing, unexpected, mismatched }: LoadReport): readonly string[] => [
  ...(missing.length > 0 ? [`the file lacks ${listed(missing)}`] : []),
  ...(unexpected.length > 0 ? [`it has ${listed(unexpected.map(shown))}, which the model has not`] : []),
  ...(mismatched.length > 0 ? [`these differ: ${listed(mismatched.map(({ name, file, variable }) => `${name} (${file} in the file, ${variable} here)`))}`] : []),
];

const most = 8;

/** A name from a file as it is, unless it holds what a terminal would obey. */
const shown = (name: string): string => (/^[\w.-]{1,80}$/.test(name) ? name : quoted(name));

const listed = (names: readonly string[]): string => (names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`);
