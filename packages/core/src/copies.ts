import { NdgradError } from "./errors.ts";
import { version } from "./version.ts";

/** What every copy of this package calls its mark on tensors and variables. */
const mark = Symbol.for("@ndgrad/core copy");
/** Where the first copy of a program leaves word for the second. */
const first = Symbol.for("@ndgrad/core first copy");

/** One copy of this package. */
interface Copy { readonly version: string }
type Marked = { readonly prototype: object };

const own: Copy = { version };
const marked: Marked[] = [];
const program = globalThis as { [first]?: () => void };
const alone = program[first] === undefined;
if (alone) {
  // Another realm's globals are others, and this one's are not for users to see.
  Object.defineProperty(program, first, { value: () => marked.forEach(watch) });
} else {
  program[first]?.();
}

/**
 * Marks a class of tensors or variables as this copy's. A program has two copies of this package when two of its packages bring one each.
 * What the one makes is not the other's: it would be refused as if it were no tensor. From the moment the second copy is loaded,
 * `instanceof` throws for objects of another copy, an NdgradError that says so; a program with one copy pays nothing for it.
 */
export function markCopy(type: Marked): void {
  Object.defineProperty(type.prototype, mark, { value: own });
  marked.push(type);
  if (!alone) watch(type);
}

const ordinary = Function.prototype[Symbol.hasInstance];

function watch(type: Marked): void {
  Object.defineProperty(type, Symbol.hasInstance, {
    configurable: true,
    value(this: () => void, value: unknown): boolean {
      if (typeof value !== "object" || value === null) return false;
      if (ordinary.call(this, value)) return true;
      const copy = (value as { readonly [mark]?: Copy })[mark];
      if (copy !== undefined && copy !== own) throw new NdgradError(twoCopies(copy));
      return false;
    },
  });
}

const twoCopies = (other: Copy): string =>
  `two copies of @ndgrad/core are loaded (versions ${version} and ${other.version}), and a tensor or variable of one was given to the other. `
  + "Have one: npm dedupe or pnpm dedupe, resolve.dedupe in vite, resolve.alias in webpack; npm ls @ndgrad/core tells who brings the second";
