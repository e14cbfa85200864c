// @ts-expect-error typed-function ships no types: what is used of it is said below.
import untypedFunction from "typed-function";
import { isDType, promote, toFloat, type DType } from "../dtype.ts";
import { NdgradError } from "../errors.ts";
import { literalTensor } from "../ops/literal-tensor.ts";
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

const isNumberArray = (value: unknown): boolean => ArrayBuffer.isView(value) && !(value instanceof DataView);
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isNumber = (value: unknown): value is number => typeof value === "number";
const isNumberList = (value: unknown): boolean => isList(value) && value.every(isNumber);
const isRecord = (value: unknown): boolean =>
  value === undefined || (typeof value === "object" && value !== null && !isList(value) && !isNumberArray(value) && !(value instanceof Tensor) && !(value instanceof Variable));
const isTensorLike = (value: unknown): boolean =>
  value instanceof Tensor || value instanceof Variable || isNumber(value) || typeof value === "boolean" || isList(value) || isNumberArray(value);

/** Variables become their values, arrays tensors; a list takes the dtype of the tensors beside it, as a bare number does. */
function toValue(op: string, value: unknown, beside: DType | undefined): unknown {
  if (value instanceof Variable) return value.value;
  if (isNumberArray(value)) return literalTensor(op, value);
  if (!isList(value)) return value;
  const literal = literalTensor(op, value);
  if (beside === undefined || literal.dtype === "bool") return literal;
  return literalTensor(op, value, { dtype: beside === "bool" ? "int32" : beside });
}
const toTensor = (op: string, value: unknown, beside: DType | undefined): unknown => {
  const converted = toValue(op, value, beside);
  return converted instanceof Tensor ? converted : literalTensor(op, converted, beside === undefined ? {} : { dtype: beside });
};

type KindName =
  | "tensor" | "value" | "float" | "tensors" | "indices" | "number" | "text" | "dtype" | "axes" | "counts" | "sizes" | "order" | "list" | "axisPairs" | "options" | "literal" | "scalar" | "numberOrOptions";
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
    test: (value) => value instanceof Tensor || value instanceof Variable || isNumber(value) || isNumberList(value) || value instanceof Int32Array,
    expected: "an int32 tensor, a whole number or a list of them", exact: ["Tensor"],
    convert: (op, value) => (value instanceof Variable ? value.value : value instanceof Int32Array ? literalTensor(op, value) : value),
  },
  number: { test: isNumber, expected: "a number" },
  text: { test: (value) => typeof value === "string", expected: "a string" },
  dtype: { test: isDType, expected: `a dtype: "float32", "float64", "int32" or "bool"` },
  axes: { test: (value) => isNumber(value) || isNumberList(value), expected: "an axis or a list of axes" },
  counts: { test: (value) => isNumber(value) || isNumberList(value), expected: "a whole number or a list of them" },
  sizes: { test: isNumberList, expected: "a list of sizes, as in [2, 3]" },
  order: { test: (value) => value === undefined || isNumberList(value), expected: "the order of the axes as a list" },
  list: { test: isList, expected: "a list" },
  axisPairs: { test: (value) => isNumber(value) || isList(value), expected: "a number of axes, or a list of axes for each side" },
  // literalTensor says better what is wrong with a literal.
  literal: { test: () => true, expected: "numbers, booleans, typed arrays or nested arrays of these" },
  scalar: { test: (value) => isNumber(value) || typeof value === "boolean", expected: "a number or a boolean" },
  numberOrOptions: { test: (value) => isNumber(value) || isRecord(value), expected: "a number, or options by name" },
  options: { test: isRecord, expected: "options by name, as in { axis: 0 }" },
};

/** The name of a kind; with `?` the parameter may be left out. */
export type Parameter = KindName | `${KindName}?`;

const kindOf = (parameter: Parameter): Kind => kinds[nameOf(parameter)];
const nameOf = (parameter: Parameter): KindName => parameter.replace("?", "") as KindName;

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
typed.onMismatch = (name, args) => { throw mismatch(name, parametersOf.get(name) ?? [], args); };

/**
 * A public function: `implementation` behind a door that checks the arguments, takes variables for their values and nested
 * arrays for tensors. `F` is the type users see; this is the only place where it is claimed.
 */
export function dispatch<F>(name: string, parameters: readonly Parameter[], implementation: (...args: never[]) => unknown): F {
  // Working out all functions' overloads would take a third of the time to load the package: each waits for its first call.
  let door: Call | undefined;
  // Written out by number of arguments, which the door counts: handing on a list takes half as long as checking it.
  const opened = function (first?: unknown, second?: unknown, third?: unknown): unknown {
    door ??= openDoor(name, parameters, implementation as Call);
    switch (arguments.length) {
      case 0: return door();
      case 1: return door(first);
      case 2: return door(first, second);
      case 3: return door(first, second, third);
      default: return door(...arguments);
    }
  };
  Object.defineProperty(opened, "name", { value: name });
  return opened as F;
}

type Call = (...args: readonly unknown[]) => unknown;

/** The typed function of all overloads that the parameters allow. */
function openDoor(name: string, parameters: readonly Parameter[], implementation: Call): Call {
  parametersOf.set(name, parameters);
  const converting = (...args: readonly unknown[]): unknown => {
    const beside = commonDType(args);
    return implementation(...args.map((value, i) => kindOf(parameters[i]).convert?.(name, value, beside) ?? value));
  };
  const signatures: Record<string, unknown> = {};
  const required = parameters.filter((parameter) => !parameter.endsWith("?")).length;
  for (let count = required; count <= parameters.length; count++) {
    const used = parameters.slice(0, count);
    signatures[used.map(nameOf).join(", ")] = converting;
    for (const exact of combinations(used.map((parameter) => kindOf(parameter).exact ?? [nameOf(parameter)]))) {
      const needsConversion = used.some((parameter) => kindOf(parameter).convert !== undefined && kindOf(parameter).exact === undefined);
      signatures[exact.join(", ")] = needsConversion ? converting : implementation;
    }
  }
  return typed(name, signatures) as Call;
}

const combinations = (alternatives: readonly (readonly string[])[]): readonly (readonly string[])[] =>
  alternatives.reduce<readonly (readonly string[])[]>((rows, each) => rows.flatMap((row) => each.map((one) => [...row, one])), [[]]);

const ordinals = ["first", "second", "third", "fourth", "fifth", "sixth"];

function mismatch(name: string, parameters: readonly Parameter[], args: ArrayLike<unknown>): NdgradError {
  const required = parameters.filter((parameter) => !parameter.endsWith("?")).length;
  for (let i = 0; i < Math.min(args.length, parameters.length); i++) {
    const { test, expected } = kindOf(parameters[i]);
    if (!test(args[i])) return new NdgradError(`${name}: cannot take ${describe(args[i])} as ${ordinals[i]} argument${shown(args[i])}; give ${expected}`);
  }
  const takes = required === parameters.length ? `${required}` : `${required} to ${parameters.length}`;
  const counted = `${name}: takes ${takes} argument${takes === "1" ? "" : "s"}, got ${args.length}`;
  if (args.length < required) return new NdgradError(`${counted}; the ${ordinals[args.length]} is missing: give ${kindOf(parameters[args.length]).expected}`);
  return new NdgradError(`${counted}; inside map() and the like write (x) => ${name}(x)`);
}

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
