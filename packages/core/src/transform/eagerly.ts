import { withOnlyLens } from "../graph/bind.ts";
import { checkCallable } from "../options.ts";
import { variableCells, withVariableStore } from "../variable.ts";
import { withChance } from "./chance.ts";

/**
 * What `make` gives when it runs now, outside of every transform that is running: reads and assignments of variables go
 * to their own cells, and nothing is written into a compiled function's program. For what a function makes once and
 * keeps, such as the first weights of a layer that learns its size from its first input.
 *
 * @throws TraceError when `make` uses a traced tensor's elements.
 * @example
 * const weight = variable(eagerly(() => generator(1).normal([784, 10])));
 */
export function eagerly<T>(make: () => T): T {
  checkCallable("eagerly", make, "eagerly(() => …)");
  return withChance(() => withOnlyLens((input) => input, () => withVariableStore(() => variableCells, make)));
}
