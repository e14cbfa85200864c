import { NdgradError, ShapeError, showSpec } from "../errors.ts";
import type { TensorMethods } from "../methods.ts";
import { literalTensor } from "../ops/literal-tensor.ts";
import { storageOf, Tensor } from "../tensor.ts";
import { installLiterals, Variable } from "../variable.ts";
import * as arithmetic from "./arithmetic.ts";
import * as comparison from "./comparison.ts";
import * as contraction from "./contraction.ts";
import * as functions from "./functions.ts";
import * as indexing from "./indexing.ts";
import * as movement from "./movement.ts";
import { format, formatVariable } from "./print.ts";
import * as reductions from "./reductions.ts";

type Method = (x: Tensor, ...rest: never[]) => unknown;

// Functions of no tensor, or of a list of them, are no methods; `where` puts the tensor second.
const { where, isClose, allClose, arrayEqual, ...comparisons } = comparison;
const { concat: _concat, stack: _stack, meshGrid: _meshGrid, ...movements } = movement;
const { einsum: _einsum, ...contractions } = contraction;

/** What each method calls; the type holds the list together with the one in methods.ts. */
const implementations: Readonly<Record<keyof TensorMethods, Method>> = {
  ...arithmetic, ...functions, ...comparisons, ...reductions, ...movements, ...indexing, ...contractions,
  isClose, allClose, arrayEqual,
  where: (x: Tensor, condition: Tensor, other: Tensor) => where(condition, x, other),
};

const define = (key: string | symbol, value: unknown, prototype: object = Tensor.prototype): void => { Object.defineProperty(prototype, key, { value, configurable: true, writable: true }); };

/** Written out by number of arguments: a rest parameter would cost more than the check of the arguments. */
function method(f: (...args: readonly unknown[]) => unknown): unknown {
  return function (this: Tensor, ...rest: readonly unknown[]): unknown {
    return rest.length === 0 ? f(this) : rest.length === 1 ? f(this, rest[0]) : f(this, ...rest);
  };
}

for (const [name, f] of Object.entries(implementations)) define(name, method(f as (...args: readonly unknown[]) => unknown));

for (const key of ["toString", Symbol.for("nodejs.util.inspect.custom")]) {
  define(key, function (this: Tensor): string { return format(this); });
  define(key, function (this: Variable): string { return formatVariable(this); }, Variable.prototype);
}

/** Views of the rows, made when they are asked for: in a traced function they are recorded like any slice. */
function* rowsOf(x: Tensor): IterableIterator<Tensor> {
  for (let row = 0; row < x.shape[0]; row++) yield movement.slice(x, [row]);
}
define(Symbol.iterator, function (this: Tensor): IterableIterator<Tensor> {
  if (this.rank === 0) throw new ShapeError(`${showSpec(this)} has no axis to iterate over; item() gives its number`);
  return rowsOf(this);
});

define("toJSON", function (this: Tensor): unknown {
  storageOf(this, "toJSON");
  return this.toArray();
});

installLiterals((value, dtype) => {
  if (value instanceof Tensor) return value;
  return value instanceof Variable ? value.value : literalTensor("assign", value, { dtype });
});

/** JavaScript has no operators for tensors: `x + y` would silently join two strings. */
const noOperators = (what: string, x: string): never => {
  throw new NdgradError(`${what} in an expression such as x + y: operators do not work on tensors; write ${x}.add(y), ${x}.less(y), or ${x === "x" ? "" : `${x}.`}item() for the number of a scalar`);
};
define(Symbol.toPrimitive, function (this: Tensor, hint: string): string {
  return hint === "string" ? format(this) : noOperators(showSpec(this), "x");
});
define(Symbol.toPrimitive, function (this: Variable, hint: string): string {
  return hint === "string" ? formatVariable(this) : noOperators(`a variable ${showSpec(this)}`, "w.value");
}, Variable.prototype);
