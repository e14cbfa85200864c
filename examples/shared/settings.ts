// What an example's command line says, checked before anything runs: a mistake ends it with one line that names the flag,
// and a line of usage.
import { statSync } from "node:fs";
import { parse } from "node:path";
import { parseArgs } from "node:util";

/** One flag: its value unless given, what it takes in words, and how it reads what was typed. */
export interface Flag<Value> {
  readonly initial: Value;
  readonly shown: string;
  readonly takes: string;
  readonly about: string;
  /** The value, or null where the text cannot mean one. */
  readonly read: (text: string) => Value | null;
}

type Values<Flags> = { readonly [Name in keyof Flags]: Flags[Name] extends Flag<infer Value> ? Value : never };

/** Whether a run is to be short, as the tests ask for: fewer epochs or steps. */
export const quick = process.env["NDGRAD_QUICK"] === "1";

/** A flag for a whole number from `least` to `most`. */
export function whole(initial: number, about: string, { least, most = Number.MAX_SAFE_INTEGER }: { readonly least: number; readonly most?: number }): Flag<number> {
  const takes = most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least} up` : `a whole number from ${least} to ${most}`;
  return number(initial, about, { takes, fits: (value) => Number.isSafeInteger(value) && value >= least && value <= most });
}

/** A flag for a number that `fits`. */
export function number(initial: number, about: string, { takes, fits }: { readonly takes: string; readonly fits: (value: number) => boolean }): Flag<number> {
  const read = (text: string): number | null => (text.trim() !== "" && fits(Number(text)) ? Number(text) : null);
  return { initial, shown: String(initial), takes, about, read };
}

/** A flag for a folder that is there. */
export function folder(about: string): Flag<string | undefined> {
  const read = (text: string): string | null => (statSync(text, { throwIfNoEntry: false })?.isDirectory() === true ? text : null);
  return { initial: undefined, shown: "<folder>", takes: "a folder that is there", about, read };
}

let usage = "";

/**
 * The values of an example's flags, by name: `batchSize` is `--batch-size`. `--help` prints what there is and ends the
 * program; so does, with exit code 2, a flag or a value that it cannot mean.
 *
 * @example
 * const { epochs } = settings({ epochs: whole(5, "passes over the digits", { least: 0 }) });
 */
export function settings<Flags extends Readonly<Record<string, Flag<unknown>>>>(flags: Flags): Values<Flags> {
  // A reader that has seen enough, such as `head`, is no mistake.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const named = new Map(Object.entries(flags).map(([name, flag]) => [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), { name, flag }]));
  usage = ["usage:", parse(process.argv[1]).name, ...Array.from(named, ([name, { flag }]) => `[--${name} ${flag.shown}]`)].join(" ");

  const options = Object.fromEntries(Array.from(named.keys(), (name) => [name, { type: "string" as const }]));
  // Node's own refusals take several lines and speak of arguments; these tokens let us say it in ours.
  const { tokens } = parseArgs({ options: { ...options, help: { type: "boolean", short: "h" } }, strict: false, allowPositionals: true, tokens: true });
  const values = Object.fromEntries(Object.entries(flags).map(([name, { initial }]) => [name, initial]));
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") mistaken(`"${token.value}" belongs to no flag`);
    if (token.name === "help") help([...named].map(([name, { flag }]) => [`--${name}`, `${flag.about}: ${flag.takes}`]));
    const found = named.get(token.name);
    if (found === undefined) mistaken(`there is no flag ${token.rawName}`);
    const { name, flag } = found;
    if (token.value === undefined) mistaken(`${token.rawName} takes ${flag.takes}, and none is given`);
    values[name] = flag.read(token.value) ?? mistaken(`${token.rawName} takes ${flag.takes}, not "${token.value}"`);
  }
  return values as Values<Flags>;
}

/** For what only reading a flag's file can tell: `await mnistFolder(data).catch(refused("--data"))`. */
export const refused = (flag: string) => (error: unknown): never => mistaken(`${flag}: ${error instanceof Error ? error.message : String(error)}`);

function mistaken(sentence: string): never {
  console.error(`${sentence}\n${usage}`);
  process.exit(2);
}

function help(lines: readonly (readonly [string, string])[]): never {
  const width = Math.max(0, ...lines.map(([flag]) => flag.length));
  console.log([usage, ...(lines.length > 0 ? [""] : []), ...lines.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`)].join("\n"));
  process.exit(0);
}
