// @ts-expect-error typed-function ships no types: what is used of it is said below.
import untypedFunction from "typed-function";
import { isDType, isFloat, promote, toFloat, type DType } from "../dtype.ts";
import { NdgradError } from "../errors.ts";
import { dtypeBeside, type Value } from "../ops/literal.ts";
import { literalTensor } from "../ops/literal-tensor.ts";
import { checkOptions, exampleOf, type OptionKind, type OptionNames } from "../options.ts";
import { isNumberArray, isRecord as isPlainObject, typedArrayName } from "../realm.ts";
import { Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";

interface TypedType { readonly name: string; readonly test: (value: unknown) => boolean }
interface TypedFunction {
  (name: string, signatures: Readonly<Record<string, unknown>>): unknown;
  create(): TypedFunction;
  clear(): void;
  addTypes(types: readonly TypedType[]): void;
  onMismatch: (name: string, args: ArrayLike<unknown>, signatures: unknown) => never;
}

/** What a parameter takes: how it is recognised, how a message asks for it, and what becomes of it. */
interface Kind {
  readonly test: (value: unknown) => boolean;
  readonly expected: string;
  /** Types that need no conversion, each an overload of its own: the way of almost all calls. */
  readonly exact?: readonly string[];
  /** What the implementation is given instead; `beside` is the dtype of the tensors among the arguments. */
  readonly convert?: (op: string, value: unknown, beside: DType | undefined) => unknown;
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isNumber = (value: unknown): value is number => typeof value === "number";
const isNumberList = (value: unknown): boolean => isList(value) && value.every(isNumber);
const isOptions = (value: unknown): boolean => value === undefined || isPlainObject(value);
const isInt32Array = (value: unknown): boolean => typedArrayName(value) === "Int32Array";
const isTensorLike = (value: unknown): boolean =>
  value instanceof Tensor || value instanceof Variable || isNumber(value) || typeof value === "boolean" || isList(value) || isNumberArray(value);

/** An option that takes whatever functions take for a tensor. */
export const operand: OptionKind = { takes: "a tensor, a number or nested arrays", example: "0", test: isTensorLike };

/** Variables become their values, arrays tensors; a list takes the dtype of the tensors beside it as far as that holds it, as a bare number does. */
export function toValue(op: string, value: unknown, beside: DType | undefined): Value {
  if (value instanceof Variable) return value.value;
  if (isNumberArray(value)) return literalTensor(op, value);
  // The door has seen that it is a tensor, a number or a boolean otherwise.
  if (!isList(value)) return value as Value;
  const literal = literalTensor(op, value);
  if (beside === undefined || literal.dtype === "bool") return literal;
  if (isFloat(beside)) return literalTensor(op, value, { dtype: beside });
  // float64 tells fractions from whole numbers that float32 would round them to.
  const whole = literalTensor(op, value, { dtype: "float64" }).data.every(Number.isInteger);
  return whole ? literalTensor(op, value, { dtype: "int32" }) : literal;
}
const toTensor = (op: string, value: unknown, beside: DType | undefined): unknown => {
  const converted = toValue(op, value, beside);
  if (converted instanceof Tensor) return converted;
  return literalTensor(op, converted, beside === undefined ? {} : { dtype: typeof converted === "number" ? dtypeBeside(converted, beside) : beside });
};

type KindName =
  | "tensor" | "value" | "float" | "tensors" | "indices" | "number" | "text" | "dtype" | "axes" | "counts" | "sizes" | "order" | "list" | "axisPairs" | "options" | "requiredOptions" | "literal" | "scalar" | "numberOrOptions";
const kinds: Readonly<Record<KindName, Kind>> = {
  tensor: { test: isTensorLike, expected: "a tensor, a number or nested arrays", exact: ["Tensor"], convert: toTensor },
  value: { test: isTensorLike, expected: "a tensor, a number or nested arrays", exact: ["Tensor", "number"], convert: toValue },
  // Functions of floats take fractions beside an int32 tensor: they do not compute in int32.
  float: {
    test: isTensorLike, expected: "a tensor, a number or nested arrays", exact: ["Tensor", "number"],
    convert: (op, value, beside) => toValue(op, value, beside === undefined ? undefined : toFloat(beside)),
  },
  tensors: {
    test: (value) => isList(value) && value.every(isTensorLike), expected: "a list of tensors",
    convert: (op, value) => {
      const list = value as readonly unknown[];
      const beside = commonDType(list);
      return list.map((each) => toTensor(op, each, beside));
    },
  },
  indices: {
    test: (value) => value instanceof Tensor || value instanceof Variable || isNumber(value) || isNumberList(value) || isInt32Array(value),
    expected: "an int32 tensor, a whole number or a list of them", exact: ["Tensor"],
    convert: (op, value) => (value instanceof Variable ? value.value : isInt32Array(value) ? literalTensor(op, value) : value),
  },
  number: { test: isNumber, expected: "a number" },
  text: { test: (value) => typeof value === "string", expected: "a string" },
  dtype: { test: isDType, expected: `a dtype: "float32", "float64", "int32" or "bool"` },
  axes: { test: (value) => isNumber(value) || isNumberList(value), expected: "an axis or a list of axes" },
  counts: { test: (value) => isNumber(value) || isNumberList(value), expected: "a whole number or a list of them" },
  sizes: { test: isNumberList, expected: "a list of sizes, as in [2, 3]" },
  order: { test: (value) => value === undefined || isNumberList(value), expected: "the order of the axes as a list" },
  list: { test: isList, expected: "a list" },
  axisPairs: { test: (value) => isNumber(value) || (isList(value) && value.length === 2 && value.every((each) => isNumber(each) || isNumberList(each))), expected: "a number of axes, or a list of axes for each side" },
  // literalTensor says better what is wrong with a literal.
  literal: { test: () => true, expected: "numbers, booleans, typed arrays or nested arrays of these" },
  scalar: { test: (value) => isNumber(value) || typeof value === "boolean", expected: "a number or a boolean" },
  numberOrOptions: { test: (value) => isNumber(value) || isOptions(value), expected: "a number, or options by name" },
  options: { test: isOptions, expected: "options by name" },
  requiredOptions: { test: isPlainObject, expected: "options by name" },
};

/** A parameter that takes options by name. */
interface OptionsParameter {
  readonly kind: "options" | "requiredOptions" | "numberOrOptions";
  readonly optional: boolean;
  readonly names: OptionNames<Readonly<Record<string, unknown>>>;
}

/** The name of a kind, which with `?` may be left out; or options, which never come without their names. */
export type Parameter = Exclude<KindName, OptionsParameter["kind"]> | `${Exclude<KindName, OptionsParameter["kind"]>}?` | OptionsParameter;

/** Options that may be left out; those of other names, or with values of other kinds, are refused. */
export const options = <T extends object>(names: OptionNames<T>): OptionsParameter => ({ kind: "options", optional: true, names });
/** Options that must be given. */
export const requiredOptions = <T extends object>(names: OptionNames<T>): OptionsParameter => ({ kind: "requiredOptions", optional: false, names });
/** A number, or the options if they come in its place. */
export const numberOrOptions = <T extends object>(names: OptionNames<T>): OptionsParameter => ({ kind: "numberOrOptions", optional: true, names });

const nameOf = (parameter: Parameter): KindName => (typeof parameter === "string" ? (parameter.replace("?", "") as KindName) : parameter.kind);
const kindOf = (parameter: Parameter): Kind => kinds[nameOf(parameter)];
const isOptional = (parameter: Parameter): boolean => (typeof parameter === "string" ? parameter.endsWith("?") : parameter.optional);
/** What a message asks for. */
function expectedOf(parameter: Parameter): string {
  const { expected } = kindOf(parameter);
  if (typeof parameter === "string") return expected;
  const names = Object.keys(parameter.names);
  return `${expected}${exampleOf(parameter.names)}${names.length === 1 ? "" : ` (it takes ${names.join(", ")})`}`;
}

function commonDType(values: ArrayLike<unknown>): DType | undefined {
  let common: DType | undefined;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value instanceof Tensor || value instanceof Variable) common = common === undefined ? value.dtype : promote(common, value.dtype);
  }
  return common;
}

/** The one instance: types first, then functions. */
const typed = (untypedFunction as TypedFunction).create();
typed.clear();
// Types are tried in this order: what needs no conversion comes first.
typed.addTypes([
  { name: "Tensor", test: (value) => value instanceof Tensor },
  { name: "number", test: isNumber },
  ...Object.entries(kinds).filter(([name]) => name !== "number").map(([name, { test }]) => ({ name, test })),
]);

const parametersOf = new Map<string, readonly Parameter[]>();
/** What each public function takes, by its name: what laws over all of them go through. */
export const doors: ReadonlyMap<string, readonly Parameter[]> = parametersOf;
typed.onMismatch = (name, args) => { throw mismatch(name, parametersOf.get(name) ?? [], args); };

/**
 * A public function: `implementation` behind a door that checks the arguments, takes variables for their values and nested
 * arrays for tensors. `F` is the type users see; this is the only place where it is claimed.
 */
export function dispatch<F>(name: string, parameters: readonly Parameter[], implementation: (...args: never[]) => unknown): F {
  // Working out all functions' overloads would take a third of the time to load the package: each waits for its first call.
  let door: Call | undefined;
  parametersOf.set(name, parameters);
  // Written out by number of arguments, which the door counts: handing on a list takes half as long as checking it.
  const opened = function (first?: unknown, second?: unknown, third?: unknown): unknown {
    door ??= openDoor(name, parameters, implementation as Call);
    try {
      switch (arguments.length) {
        case 0: return door();
        case 1: return door(first);
        case 2: return door(first, second);
        case 3: return door(first, second, third);
        default: return door(...arguments);
      }
    } catch (error) {
      throw error instanceof NdgradError ? entitled(name, error) : error;
    }
  };
  Object.defineProperty(opened, "name", { value: name });
  return opened as F;
}

/** An error that names the function which was called, where it named one of the operations that this function is made of. */
function entitled(name: string, error: NdgradError): NdgradError {
  if (error.message.startsWith(name) && !/^\w/.test(error.message.slice(name.length))) return error;
  const sentence = error.message.replace(/^\w+: /, "");
  return new (error.constructor as new (message: string) => NdgradError)(`${name}: ${sentence}`);
}

type Call = (...args: readonly unknown[]) => unknown;

/** The typed function of all overloads that the parameters allow. */
function openDoor(name: string, parameters: readonly Parameter[], implementation: Call): Call {
  const converting = (...args: readonly unknown[]): unknown => {
    const beside = commonDType(args);
    return implementation(...args.map((value, i) => kindOf(parameters[i]).convert?.(name, value, beside) ?? value));
  };
  const signatures: Record<string, unknown> = {};
  const required = parameters.filter((parameter) => !isOptional(parameter)).length;
  for (let count = required; count <= parameters.length; count++) {
    const used = parameters.slice(0, count);
    signatures[used.map(nameOf).join(", ")] = checking(name, used, converting);
    for (const exact of combinations(used.map((parameter) => kindOf(parameter).exact ?? [nameOf(parameter)]))) {
      const needsConversion = used.some((parameter) => kindOf(parameter).convert !== undefined && kindOf(parameter).exact === undefined);
      signatures[exact.join(", ")] = checking(name, used, needsConversion ? converting : implementation);
    }
  }
  return typed(name, signatures) as Call;
}

/** The call behind a check of its options, where there are any. */
function checking(name: string, parameters: readonly Parameter[], call: Call): Call {
  const last = parameters.length - 1;
  const taken = parameters.map((parameter) => (typeof parameter === "string" ? undefined : parameter.names));
  if (taken.every((names) => names === undefined)) return call;
  const check = (value: unknown, names: OptionsParameter["names"] | undefined): void => {
    if (names !== undefined && typeof value === "object") checkOptions(name, value as Readonly<Record<string, unknown>>, names);
  };
  const only = taken.slice(0, last).every((names) => names === undefined) ? taken[last] : undefined;
  // Options come last nearly always; written out, since a rest parameter would cost more than the check.
  if (only !== undefined && last === 1) return (first, given) => { check(given, only); return call(first, given); };
  if (only !== undefined && last === 2) return (first, second, given) => { check(given, only); return call(first, second, given); };
  return (...args) => {
    args.forEach((value, i) => { check(value, taken[i]); });
    return call(...args);
  };
}

const combinations = (alternatives: readonly (readonly string[])[]): readonly (readonly string[])[] =>
  alternatives.reduce<readonly (readonly string[])[]>((rows, each) => rows.flatMap((row) => each.map((one) => [...row, one])), [[]]);

const ordinals = ["first", "second", "third", "fourth", "fifth", "sixth"];

function mismatch(name: string, parameters: readonly Parameter[], args: ArrayLike<unknown>): NdgradError {
  const required = parameters.filter((parameter) => !isOptional(parameter)).length;
  for (let i = 0; i < Math.min(args.length, parameters.length); i++) {
    if (kindOf(parameters[i]).test(args[i])) continue;
    if (isClone(args[i])) return new NdgradError(`${name}: cannot take a copy of a tensor that structuredClone or postMessage made as ${ordinals[i]} argument; send its data, shape and dtype, and make it anew: tensor(data, { shape, dtype })`);
    return new NdgradError(`${name}: cannot take ${describe(args[i])} as ${ordinals[i]} argument${shown(args[i])}; give ${expectedOf(parameters[i])}`);
  }
  const takes = required === parameters.length ? `${required}` : `${required} to ${parameters.length}`;
  const counted = `${name}: takes ${takes} argument${takes === "1" ? "" : "s"}, got ${args.length}`;
  if (args.length < required) return new NdgradError(`${counted}; the ${ordinals[args.length]} is missing: give ${expectedOf(parameters[args.length])}`);
  return new NdgradError(`${counted}; inside map() and the like write (x) => ${name}(x)`);
}

/** Whether an object has what a tensor has, but not its class: structured clones lose it. */
const isClone = (value: unknown): boolean => isPlainObject(value) && "storage" in value && "recipe" in value;

function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  if (value instanceof Tensor) return "a tensor";
  if (value instanceof Variable) return "a variable";
  if (isList(value)) return "an array";
  if (typeof value === "function") return "a function";
  if (typeof value === "object") return `an object of ${value.constructor?.name ?? "no class"}`;
  return `a ${typeof value}`;
}

function shown(value: unknown): string {
  if (typeof value === "string") return ` (got ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)})`;
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" ? ` (got ${value})` : "";
}
