import { DTypeError, NdgradError, ShapeError, showShape, showSpec } from "../errors.ts";
import { isFloat } from "../dtype.ts";
import { isPromise, isRecord, typedArrayName } from "../realm.ts";
import { sameShape } from "../shape/shape.ts";
import { Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";

/**
 * Tensors and variables in arrays and plain records of any depth. A module (anything with a method `parameters()`) stands for the
 * tree that it gives; `null` and `undefined` stand for nothing.
 */
export type Tree = unknown;

/** What stands for its parameters: a model, a layer, an object of one's own. */
export interface HasParameters { parameters(): Tree }

const isModule = (value: unknown): value is HasParameters =>
  (typeof value === "function" || (typeof value === "object" && value !== null && !(value instanceof Tensor) && !(value instanceof Variable)))
  && "parameters" in value && typeof value.parameters === "function";

/** Plain records are branches, unless they are modules. */
const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> => isRecord(value) && !isModule(value);

/** Calls `visit` on every leaf in order: elements by index, entries as they were written. */
export function forEachLeaf(tree: unknown, visit: (leaf: unknown, path: string) => void, path = ""): void {
  if (Array.isArray(tree)) tree.forEach((branch, i) => forEachLeaf(branch, visit, `${path}[${i}]`));
  else if (isBranch(tree)) for (const [key, branch] of Object.entries(tree)) forEachLeaf(branch, visit, path === "" ? key : `${path}.${key}`);
  else visit(tree, path);
}

/** The same arrays and records with each leaf replaced. */
export function mapLeaves(tree: unknown, replace: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(tree)) return tree.map((branch: unknown) => mapLeaves(branch, replace));
  if (isBranch(tree)) return Object.fromEntries(Object.entries(tree).map(([key, branch]) => [key, mapLeaves(branch, replace)]));
  return replace(tree);
}

/** Collects the tensors and variables of a tree in order; those of the modules in it where `unfolding`. Every step of training walks its parameters: no paths. */
function collect(tree: unknown, unfolding: boolean, found: (Tensor | Variable)[]): (Tensor | Variable)[] {
  if (tree instanceof Tensor || tree instanceof Variable) found.push(tree);
  else if (Array.isArray(tree)) for (const branch of tree) collect(branch, unfolding, found);
  else if (typeof tree === "object" || typeof tree === "function") {
    if (isModule(tree)) {
      if (unfolding) collect(tree.parameters(), false, found);
    } else if (isRecord(tree)) for (const key of Object.keys(tree)) collect(tree[key], unfolding, found);
  }
  return found;
}

/** The tensors of a tree, in order. */
export const tensorsOf = (tree: unknown): readonly Tensor[] => collect(tree, false, []).filter((leaf) => leaf instanceof Tensor);

/** The variables of a tree, in order. */
export const variablesOf = (tree: unknown): readonly Variable[] => collect(tree, false, []).filter((leaf) => leaf instanceof Variable);

/** The tree with its tensors replaced, in order, by `tensors`. Variables stay what they are. */
export function withTensors<T>(tree: T, tensors: readonly Tensor[]): T {
  if (tensors.length === 0) return tree;
  let next = 0;
  // Every tensor gives way to a tensor, so the tree keeps its type.
  return mapLeaves(tree, (leaf) => (leaf instanceof Tensor ? tensors[next++] : leaf)) as T;
}

/** The tree with the parameters of its modules in their places. */
const unfold = (tree: unknown): unknown => mapLeaves(tree, (leaf) => (isModule(leaf) ? leaf.parameters() : leaf));

/** The tensors and variables of a tree and of the modules in it, in order. */
export const leavesOf = (tree: unknown): readonly (Tensor | Variable)[] => collect(tree, true, []);

/** The tree with its tensors and variables replaced, in order, and with the parameters of modules in their places. */
export function withLeaves(tree: unknown, values: readonly unknown[]): unknown {
  let next = 0;
  const replace = (leaf: unknown): unknown => {
    if (leaf instanceof Tensor || leaf instanceof Variable) return values[next++];
    return isModule(leaf) ? mapLeaves(leaf.parameters(), replace) : leaf;
  };
  return mapLeaves(tree, replace);
}

/** What a tree may hold, and how errors speak of it. */
interface Rules {
  /** What a place in the tree is called, given its path. */
  readonly at: (path: string) => string;
  readonly tensors: boolean;
  readonly variables: boolean;
  /** Numbers, strings, booleans: what is compared by content. */
  readonly values: boolean;
  /** Functions count as values, by identity. */
  readonly functions: boolean;
  /** Which tensors and variables there may be. */
  readonly floats: boolean;
  /** What is expected: `only tensors and variables have gradients`. */
  readonly expected: string;
}

const inArguments = (path: string): string => path.replace(/^\[(\d+)\](.*)$/s, (_, position: string, rest: string) => `argument ${position}${rest === "" ? "" : ` (${rest.replace(/^\./, "")})`}`);
const inResult = (path: string): string => (path === "" ? "the result" : `result ${path}`);
const named = (name: string) => (path: string): string => (path === "" ? name : `${name} (${path})`);

const differentiated = { tensors: true, variables: true, values: false, functions: false, floats: true, expected: "only tensors and variables have gradients" };
const tensorsOnly = { tensors: true, variables: false, values: false, functions: false, floats: false };
const passed = { tensors: true, variables: true, values: true, functions: true, floats: false };

/** Throws unless a tree holds tensors and variables that have gradients, nothing else, and at least one. */
export function checkDifferentiated(op: string, tree: unknown, name: string): void {
  if (check(op, tree, { ...differentiated, at: named(name) }) === 0) throw new NdgradError(`${op}: ${name} holds no tensor and no variable, so that there is nothing to differentiate by; give one, or a tree of them`);
}
/** The same of all arguments of a function. */
export function checkAllDifferentiated(op: string, args: readonly unknown[]): void {
  if (check(op, args, { ...differentiated, at: inArguments }) === 0) throw new NdgradError(`${op}: the arguments hold no tensor and no variable, so that there is nothing to differentiate by; give one, or a tree of them`);
}
/** Throws unless a tree holds variables, or modules with variables, and nothing else. */
export function checkVariables(op: string, tree: unknown): void {
  if (check(op, tree, { ...differentiated, tensors: false, at: named("variables"), expected: "the function reads variables" }) === 0) {
    throw new NdgradError(`${op}: variables holds no variable, so that there is nothing to differentiate by; give those that the function reads, or a module`);
  }
}
/** Throws unless what a function gave is tensors in arrays and records, some of which have gradients. */
export function checkOutputs(op: string, result: unknown): void {
  checkPresent(op, result, "return a tensor");
  check(op, result, { ...tensorsOnly, at: inResult, expected: "only tensors have derivatives" });
  const outputs = tensorsOf(result);
  if (outputs.length === 0) throw new NdgradError(`${op}: the function returned no tensor; return what is to be differentiated`);
  if (!outputs.some(({ dtype }) => isFloat(dtype))) throw new DTypeError(`${op}: the function returned ${outputs.map(showSpec).join(", ")}, and only float32 and float64 have gradients; return a float`);
}
/** Throws unless a tree is tensors in arrays and records: what a loop carries, walks through or gives. */
export const checkTensors = (op: string, tree: unknown, name: string): void => { check(op, tree, { ...tensorsOnly, at: named(name), expected: "only tensors can change from turn to turn" }); };
/** Throws unless arguments are tensors and variables, and values that stay what they are. */
export const checkArguments = (op: string, args: readonly unknown[]): void => { check(op, args, { ...passed, at: inArguments, expected: "what is neither tensor nor variable must be a value that cannot change between runs" }); };
/** Throws unless a result is tensors, and values, in arrays and records: anything else would hide the tensors in it. */
export const checkResult = (op: string, result: unknown): void => {
  checkPresent(op, result, null);
  check(op, result, { ...passed, functions: false, at: inResult, expected: "results are tensors and plain values in arrays and records" });
};

/** Throws where a function is asynchronous, or where it gives nothing though something is wanted of it. */
export function checkPresent(op: string, result: unknown, wanted: string | null, instead = "give one that returns its result at once"): void {
  if (isPromise(result)) {
    // It may fail once more, on its own: nobody is to hear of that.
    Promise.resolve(result).then(undefined, () => {});
    throw new NdgradError(`${op}: the function is asynchronous; ${instead}`);
  }
  if (wanted !== null && (result === undefined || result === null)) throw new NdgradError(`${op}: the function returned ${result === null ? "null" : "nothing"}; ${wanted} (a function with braces needs a return)`);
}

/** Walks a tree by its rules; gives the number of tensors and variables in it. */
function check(op: string, tree: unknown, rules: Rules): number {
  const { at, tensors, variables, values, functions, floats, expected } = rules;
  let found = 0;
  const refuse = (value: unknown, path: string): never => {
    const [kind, remedy] = describe(value, rules);
    throw new NdgradError(`${op}: ${at(path)} is ${kind}, and ${expected}; ${remedy}`);
  };
  const visit = (value: unknown, path: string, around: readonly unknown[]): void => {
    if (value === undefined || value === null) return;
    if (value instanceof Tensor || value instanceof Variable) {
      if (!(value instanceof Tensor ? tensors : variables)) refuse(value, path);
      if (floats && !isFloat(value.dtype)) throw new DTypeError(`${op}: ${at(path)} is ${showSpec(value)}, and only float32 and float64 have gradients; cast it, or pass it outside the tree that is differentiated`);
      found++;
    } else if ((typeof value === "object" || typeof value === "function") && isModule(value) && (!functions || typeof value !== "function")) {
      if (variables && !values) visit(value.parameters(), path, around);
      else refuse(value, path);
    } else if (Array.isArray(value) || isRecord(value)) {
      const unseen = withUnseen(value);
      if (unseen !== undefined) throw new NdgradError(`${op}: ${at(path)} is ${unseen}, which is no part of a tree and would be left out, and ${expected}; give a plain record of all that counts`);
      if (around.includes(value)) throw new NdgradError(`${op}: ${at(path)} is an array or record that it is itself a part of; give a tree`);
      const list = path === "" && at === inArguments;
      if (!values && !list && Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "number")) refuse(value, path);
      const inside = [...around, value];
      if (Array.isArray(value)) for (let i = 0; i < value.length; i++) visit(value[i], `${path}[${i}]`, inside);
      else for (const [key, branch] of Object.entries(value)) visit(branch, path === "" ? key : `${path}.${key}`, inside);
    } else if (typeof value === "function" ? !functions : !values || typeof value === "object" || typeof value === "symbol") refuse(value, path);
  };
  visit(tree, "", []);
  return found;
}

/** Names what a walk through an array or record would not see: entries under symbols, hidden ones, and properties beside an array's elements. */
function withUnseen(value: object): string | undefined {
  const keys = Reflect.ownKeys(value);
  if (Array.isArray(value)) {
    if (keys.length === value.length + 1) return undefined;
    const beside = keys.find((key) => key !== "length" && !(typeof key === "string" && /^\d+$/.test(key)));
    return beside === undefined ? undefined : `an array with the property ${String(beside)}`;
  }
  if (keys.length === Object.keys(value).length) return undefined;
  const unseen = keys.find((key) => typeof key === "symbol" || !Object.prototype.propertyIsEnumerable.call(value, key));
  return unseen === undefined ? undefined : `a record with ${typeof unseen === "symbol" ? "an entry under" : "the hidden entry"} ${String(unseen)}`;
}

/** What a value is, in words, and what to give instead. */
function describe(value: unknown, { tensors, values }: Rules): readonly [kind: string, remedy: string] {
  const instead = tensors ? "tensor" : "variable";
  const array = typedArrayName(value);
  if (value instanceof Tensor) return [`the tensor ${showSpec(value)}`, "give the variable itself, not its value, or use valueAndGrad(f)(tree) to differentiate by tensors"];
  if (value instanceof Variable) return [`a variable, ${showSpec(value)}`, "give its value"];
  if (isModule(value)) return ["a module", tensors && !values ? "give tensors; what a function closes over needs not be passed" : "let the function close over it"];
  if (array !== undefined) return [`a ${array}`, `give a tensor of it, tensor(…)`];
  if (Array.isArray(value)) return ["an array of numbers", `give a ${instead} of them, tensor([…])`];
  if (isPromise(value)) return ["a promise", "await it"];
  switch (typeof value) {
    case "number": case "boolean": case "bigint": return [`the ${typeof value} ${String(value)}`, `give a ${instead}, or leave it to the function's closure`];
    case "string": return [`the string ${JSON.stringify(value.length > 20 ? `${value.slice(0, 19)}…` : value)}`, "leave it out, or to the function's closure"];
    case "symbol": return ["a symbol", "give a string"];
    case "function": return ["a function", "leave it out; of a layer of your own, give its variables, or a method parameters() that gives them"];
    default: {
      const name = nameOfClass(value);
      if (name === "Map" || name === "Set") return [`a ${name}`, "give a plain record or an array"];
      if (name === "Date") return ["a Date", "give a number, date.getTime()"];
      return [name === "" ? "an object of a class" : `an instance of ${name}`, `give a plain record of what is in it${values || !tensors ? "" : ", or a method parameters() that gives its variables"}`];
    }
  }
}

function nameOfClass(value: unknown): string {
  const make: unknown = typeof value === "object" && value !== null && "constructor" in value ? value.constructor : undefined;
  return typeof make === "function" ? make.name : "";
}

/** The tensors of `tree` in the order of `like`'s leaves: the same arrays and records, whatever order their entries are in. */
export function alignLeaves(op: string, what: string, like: unknown, tree: unknown): readonly Tensor[] {
  const wanted = placesOf(like);
  const given = placesOf(tree);
  const places = new Map(given.map(({ path, leaf }) => [path, leaf]));
  const show = (path: string): string => (path === "" ? "" : ` at ${path}`);
  const missing = wanted.find(({ path }) => !places.has(path));
  if (missing !== undefined) throw new ShapeError(`${op}: ${what} has no tensor${show(missing.path)}, where ${showSpec(missing.leaf)} stands; give the same structure, with one tensor for each`);
  const expected = new Set(wanted.map(({ path }) => path));
  const extra = given.find(({ path }) => !expected.has(path));
  if (extra !== undefined) throw new ShapeError(`${op}: ${what} has ${showSpec(extra.leaf)}${show(extra.path)}, where nothing stands; give the same structure, with one tensor for each`);
  return wanted.map(({ path }, i) => valueOf(given[i].path === path ? given[i].leaf : places.get(path) ?? given[i].leaf));
}

const valueOf = (leaf: Tensor | Variable): Tensor => (leaf instanceof Variable ? leaf.value : leaf);

function placesOf(tree: unknown): readonly { readonly path: string; readonly leaf: Tensor | Variable }[] {
  const places: { path: string; leaf: Tensor | Variable }[] = [];
  forEachLeaf(unfold(tree), (leaf, path) => { if (leaf instanceof Tensor || leaf instanceof Variable) places.push({ path, leaf }); });
  return places;
}

/** Throws unless `tangents` has a tensor of the same shape for each leaf of `like`; gives them in the order of `like`. */
export function alignTangents(op: string, what: string, like: unknown, tangents: unknown): readonly Tensor[] {
  const aligned = alignLeaves(op, what, like, tangents);
  leavesOf(like).forEach((x, i) => {
    if (!sameShape(x.shape, aligned[i].shape)) throw new ShapeError(`${op}: ${showShape(aligned[i].shape)} stands for a tensor of shape ${showShape(x.shape)}; the shapes must agree`);
  });
  return aligned;
}
