import { checkOptions, number, type OptionNames } from "@ndgrad/core/internal";
import { PlotError } from "../errors.ts";
import { wrapped } from "../text-width.ts";

export interface TextOptions {
  /** Characters in a line, 24 or more; those of the terminal unless given, and at most 80. */
  readonly width?: number | undefined;
}

const optionNames: OptionNames<TextOptions> = { width: number };

/** What Node says of a terminal; a browser says nothing. */
const host = globalThis as { readonly process?: { readonly stdout?: { readonly columns?: number } } };

const narrowest = 24;

/** How many characters a line may have. */
export function widthOf(options: TextOptions): number {
  checkOptions("toString", options, optionNames, PlotError);
  const { width } = options;
  if (width === undefined) return Math.min(80, Math.max(narrowest, host.process?.stdout?.columns ?? 80));
  if (!Number.isInteger(width) || width < narrowest || width > 1000) throw new PlotError(`toString: width ${width}; give a whole number of characters from ${narrowest} to 1000`);
  return width;
}

/** Texts broken between words to lines of at most `width` characters. */
export const inLines = (texts: readonly (string | undefined)[], width: number): readonly string[] =>
  texts.flatMap((text) => (text === undefined ? [] : wrapped(text, width, (line) => line.length)));

/** A legend's entries, in as few lines as they fit; after three lines it says how many are left. */
export function legendLines(entries: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const [i, entry] of entries.entries()) {
    const longer = `${lines.at(-1) ?? ""}   ${entry}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else if (lines.length === 3) return [...lines, `… and ${entries.length - i} more`];
    else lines.push(entry.slice(0, width));
  }
  return lines;
}
