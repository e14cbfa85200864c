import { checkOptions, describe, isRecord } from "@ndgrad/core/internal";
import { PlotError } from "./errors.ts";
import { htmlPage, renderPng, pngOptions, renderSvg, titleOf, type PngOptions } from "./render.ts";
import { writeWhole } from "./save.ts";
import type { Spec } from "./spec.ts";
import { inLines, widthOf, type TextOptions } from "./terminal/page.ts";
import { config } from "./theme.ts";

/** A picture that is not drawn yet: a Vega-Lite spec, and the ways to draw it. */
export interface Figure {
  /** The Vega-Lite spec, with its data: change it, and what is drawn next is changed. */
  readonly spec: Spec;
  /** The picture as SVG text. */
  toSVG(): Promise<string>;
  /** The picture as a PNG file's bytes, `scale` pixels for each of its units. */
  toPNG(options?: PngOptions): Promise<Uint8Array>;
  /** A page with the picture and its spec inside; it loads nothing. */
  toHTML(): Promise<string>;
  /**
   * Writes the picture; the path's ending decides: `.svg`, `.png` or `.html`. Folders are made. The file appears whole
   * or not at all.
   * @returns the path.
   */
  save(path: string, options?: PngOptions): Promise<string>;
  /** The figure in characters, in lines that fit the terminal or `width`; its title where characters cannot show it. */
  toString(options?: TextOptions): string;
}

/**
 * A figure of a Vega-Lite spec: one of yours, or another figure's with something changed. The figure's own copy of it,
 * `spec`, is drawn when a picture is asked for; data must stand in it, for nothing is loaded. Without a `config` it looks
 * like the other figures; with `config: {}`, as Vega-Lite would have it.
 *
 * @throws PlotError, from the methods that draw, for a spec that Vega-Lite cannot draw.
 * @see Satyanarayan et al., Vega-Lite: A Grammar of Interactive Graphics (2017)
 * @example
 * await figure({ ...lossCurve([3, 2, 1]).spec, width: 300 }).save("pictures/small.svg");
 */
export function figure(given: Spec, inCharacters?: (width: number) => readonly string[]): Figure {
  if (!isRecord(given)) throw new PlotError(`figure: a figure is made of a Vega-Lite spec, a record, not of ${describe(given)}`);
  const spec: Spec = { ...given, config: given["config"] ?? config };
  const title = (): string => titleOf(spec) ?? "figure";
  const toSVG = (): Promise<string> => renderSvg(spec);
  const toPNG = async (options: PngOptions = {}): Promise<Uint8Array> => {
    checkOptions("toPNG", options, pngOptions, PlotError);
    return renderPng(await toSVG(), options);
  };
  const toHTML = async (): Promise<string> => htmlPage(await toSVG(), spec, title());
  const save = async (path: string, options: PngOptions = {}): Promise<string> => {
    checkOptions("save", options, pngOptions, PlotError);
    const ending = /\.(svg|png|html)$/i.exec(String(path))?.[1]?.toLowerCase();
    if (ending === undefined) throw new PlotError(`save: "${path}" does not say what to write; end it in .svg, .png or .html`);
    await writeWhole(path, ending === "svg" ? await toSVG() : ending === "png" ? await toPNG(options) : await toHTML());
    return path;
  };
  const toText = (options: TextOptions = {}): string => {
    const width = widthOf(options);
    return (inCharacters?.(width) ?? inLines([`[${title()}]`], width)).join("\n");
  };
  return { spec, toSVG, toPNG, toHTML, save, toString: toText };
}
