import type { Spec } from "./spec.ts";

/**
 * Colours that stay apart for every kind of colour vision, the strongest contrasts first.
 * Source: Okabe and Ito, Color Universal Design, with yellow darkened: it is lost on white.
 */
export const classColours: readonly string[] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#a89a00"];

/** Shapes beside the colours, so that a figure can be read in grey; their number shares no factor with the colours'. */
export const classShapes: readonly string[] = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right"];

/** Right and wrong: blue and red that differ in lightness as well. */
export const rightColour = "#0072b2";
export const wrongColour = "#c8321e";
export const otherColour = "#b4b4b4";

/** Dashes beside the colours of lines. */
export const lineDashes: readonly (readonly number[])[] = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4]];

export const ink = "#222222";
export const faintInk = "#666666";

/** Named families first: a machine's own sans-serif is the last resort. */
export const fonts = "Helvetica, Arial, Liberation Sans, DejaVu Sans, Noto Sans, sans-serif";

/** What all figures share; a part of every spec, so that it can be changed there. */
export const config: Spec = {
  background: "#ffffff",
  padding: 16,
  font: fonts,
  view: { stroke: null },
  // Screen readers get the figure's title and description; a description of each of 1,000 points helps nobody.
  mark: { aria: false },
  title: { fontSize: 16, fontWeight: 600, color: ink, anchor: "start", offset: 14, subtitleFontSize: 12, subtitleColor: faintInk, subtitlePadding: 5 },
  axis: {
    labelFontSize: 12, titleFontSize: 13, titleFontWeight: 400, labelColor: ink, titleColor: ink, titlePadding: 10,
    gridColor: "#e6e6e6", domainColor: "#888888", tickColor: "#888888",
  },
  legend: { labelFontSize: 12, titleFontSize: 13, titleFontWeight: 400, labelColor: ink, titleColor: ink },
};
