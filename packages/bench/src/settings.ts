import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Settings {
  readonly json: boolean;
  readonly quick: boolean;
  /** Parts of names: a case runs if its name has one of them; all run if there are none. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** The one Python interpreter to look at. */
  readonly python: string | undefined;
}

export const usage: string = "usage: bench [--json] [--quick] [--only <part of a name>]... [--rounds <n>] [--python <path>]";

/**
 * Reads the command line.
 * @throws Error that says what it cannot mean.
 */
export function readSettings(args: readonly string[]): Settings {
  // Package managers may leave the -- that parts their own flags from ours.
  const own = args[0] === "--" ? args.slice(1) : [...args];
  const { values } = parseArgs({
    args: own,
    options: {
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      rounds: { type: "string" },
      python: { type: "string" },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a whole number of at least 1, not "${values.rounds ?? ""}"`);
  return { json: values.json, quick: values.quick, only: values.only, rounds, python: values.python };
}
