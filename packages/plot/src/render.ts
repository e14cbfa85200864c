import type * as moduleLibrary from "node:module";
import type * as resvg from "@resvg/resvg-js";
import { listOf, messageOf, nodeModule, number, text, type OptionNames } from "@ndgrad/core/internal";
import { PlotError } from "./errors.ts";
import type { Spec } from "./spec.ts";
import { textWidth } from "./text-width.ts";

/** The drawing libraries are large: they are loaded with the first picture, not with the package. */
async function loadVega() {
  // One after the other: Jest fails at modules that several imports load at once.
  const vega = await import("vega");
  const vegaLite = await import("vega-lite");
  const { expressionInterpreter } = await import("vega-interpreter");
  // Without a canvas Vega takes every letter for 0.8 of its size, and puts titles far from their axes.
  const { textMetrics } = vega as unknown as { readonly textMetrics: TextMetrics };
  if (textMetrics.width === textMetrics.estimateWidth) {
    // A text that is cut off at a limit takes no more room than that.
    textMetrics.width = (item, text) => Math.min(item.limit || Infinity, textWidth(`${(text ?? item.text ?? "") as string | number}`, item.fontSize ?? 11));
  }
  return { vega, vegaLite, expressionInterpreter };
}

interface TextItem { readonly fontSize?: number; readonly limit?: number; readonly text?: unknown }
interface TextMetrics {
  width: (item: TextItem, text: unknown) => number;
  readonly estimateWidth: (item: TextItem, text: unknown) => number;
}

let vegaLoaded: ReturnType<typeof loadVega> | undefined;

/** Draws a Vega-Lite spec; nothing is loaded from anywhere. */
export async function renderSvg(spec: Spec): Promise<string> {
  const { vega, vegaLite, expressionInterpreter } = await (vegaLoaded ??= loadVega());
  const complaints: string[] = [];
  const logger = quietLogger(complaints);
  const loader = vega.loader();
  const sanitize = loader.sanitize.bind(loader);
  // Vega goes on without what it cannot load: the picture would lack it, and not say so.
  const refuse = (uri: string): Promise<never> => {
    const complaint = `it asks for ${uri}: put the data into the spec, figures load nothing`;
    complaints.push(complaint);
    return Promise.reject(new PlotError(complaint));
  };
  loader.sanitize = (uri, options) => (uri.startsWith("data:") ? sanitize(uri, options) : refuse(uri));
  loader.load = refuse;
  try {
    // The spec is data of ours or of the user's; Vega-Lite checks it while compiling.
    const compiled = vegaLite.compile(spec as unknown as Parameters<typeof vegaLite.compile>[0], { logger });
    // Expressions are interpreted: to make functions of them is what a page's Content-Security-Policy forbids.
    const view = new vega.View(vega.parse(compiled.spec, undefined, { ast: true }), { renderer: "none", logger, loader, expr: expressionInterpreter });
    try {
      const svg = await view.toSVG();
      if (complaints.length > 0) throw new PlotError(`toSVG: Vega cannot draw this spec: ${complaints.join("; ")}`);
      return named(svg, spec);
    } finally {
      view.finalize();
    }
  } catch (error) {
    if (error instanceof PlotError) throw error;
    throw new PlotError(`toSVG: Vega cannot draw this spec: ${messageOf(error)}`, { cause: error });
  }
}

/** Keeps errors; warnings are about taste, and a library has no business on somebody's console. */
function quietLogger(errors: string[]) {
  const logger = {
    level: () => logger,
    error: (...messages: readonly unknown[]) => { errors.push(messages.map(String).join(" ")); return logger; },
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  return logger as never;
}

export interface PngOptions {
  /** Pixels for each of the picture's units; 2 unless given, which is sharp on most screens. */
  readonly scale?: number | undefined;
  /** Font files (.ttf, .otf) to use beside the machine's own. */
  readonly fontFiles?: readonly string[] | undefined;
}

export const pngOptions: OptionNames<PngOptions> = { scale: number, fontFiles: listOf(text, "paths") };

/** A native module, which bundlers must not follow: they cannot read it, and a browser could not run it. */
function loadResvg(): typeof resvg {
  const modules = nodeModule<typeof moduleLibrary>("node:module");
  if (modules === undefined) throw new PlotError("toPNG: PNG files are made in Node only; take toSVG(), which browsers show as it is");
  try {
    return modules.createRequire(import.meta.url)("@resvg/resvg-js") as typeof resvg;
  } catch (error) {
    throw new PlotError("toPNG: @resvg/resvg-js cannot be loaded here; take toSVG()", { cause: error });
  }
}

/** Turns an SVG into a PNG file's bytes. */
export function renderPng(svg: string, { scale = 2, fontFiles = [] }: PngOptions): Uint8Array {
  if (!(scale > 0 && scale <= 16)) throw new PlotError(`toPNG: scale ${scale}; give a number above 0, at most 16`);
  const { Resvg } = loadResvg();
  const font = { loadSystemFonts: true, fontFiles: [...fontFiles] };
  // A machine without fonts would give a picture without a word, and not say so.
  const probe = new Resvg('<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text y="15" font-family="Arial, Liberation Sans, DejaVu Sans, sans-serif">M</text></svg>', { font });
  if (svg.includes("<text") && probe.getBBox() === undefined) {
    throw new PlotError("toPNG: this machine has no fonts; install some (DejaVu, Liberation) or give fontFiles: [\"some.ttf\"]");
  }
  return new Uint8Array(new Resvg(svg, { font, fitTo: { mode: "zoom", value: scale }, imageRendering: 1 }).render().asPng());
}

/** The title of a spec as one line. */
export function titleOf({ title }: Spec): string | undefined {
  const text = typeof title === "object" && title !== null && "text" in title ? title.text : title;
  if (typeof text === "string") return text;
  const lines = Array.isArray(text) ? (text as readonly unknown[]).filter((line) => typeof line === "string") : [];
  return lines.length > 0 ? lines.join(" ") : undefined;
}

/** The picture with a name for those who hear it: its title and its description. */
function named(svg: string, spec: Spec): string {
  const texts = [titleOf(spec), spec["description"]].flatMap((text) => (typeof text === "string" && text !== "" ? [text] : []));
  // Texts may hold what XML cannot.
  // oxlint-disable-next-line no-control-regex
  const label = escapeHtml(texts.join(". ").replace(/[\u0000-\u001f]+/g, " "));
  return label === "" ? svg : svg.replace("<svg ", () => `<svg role="img" aria-label="${label}" `);
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character]);

/** A page that holds the picture and its spec, and asks nobody for anything. */
export function htmlPage(svg: string, spec: Spec, title: string): string {
  // "</script" inside the data would end the element.
  const data = JSON.stringify(spec).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>body { margin: 2rem; background: #fff } svg { max-width: 100%; height: auto }</style>
<figure style="margin: 0">
${svg}
</figure>
<script type="application/json" id="vega-lite-spec">
${data}
</script>
</html>
`;
}
