import type { Json } from "./spec.ts";
import { textWidth, wrapped } from "./text-width.ts";

/** One line as a text, several as a list: what Vega-Lite takes. */
const asLines = (lines: readonly string[]): Json => (lines.length === 1 ? lines[0] : lines);

/** A figure's title and what stands under it, in lines that are at most `width` pixels wide. */
export function heading(title: string, subtitles: readonly (string | undefined)[], width: number): Json {
  // Semibold letters are wider than the usual ones.
  const text = wrapped(title, width, (line) => 1.08 * textWidth(line, 16));
  const below = subtitles.flatMap((subtitle) => (subtitle === undefined ? [] : wrapped(subtitle, width, (line) => textWidth(line, 12))));
  return { text: asLines(text), ...(below.length > 0 && { subtitle: asLines(below) }) };
}

/** An axis's title, no longer than the axis. */
export const axisTitle = (text: string, length: number): Json => asLines(wrapped(text, length, (line) => textWidth(line, 13)));
