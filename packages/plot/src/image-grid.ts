import { checkOptions, number, text, type OptionNames } from "@ndgrad/core/internal";
import { PlotError } from "./errors.ts";
import { figure, type Figure } from "./figure.ts";
import { heading } from "./heading.ts";
import { pngUrl } from "./png.ts";
import { schema, type Json } from "./spec.ts";
import { brailleLines, sideBySide } from "./terminal/braille.ts";
import { inLines } from "./terminal/page.ts";
import { textWidth } from "./text-width.ts";
import { config, ink } from "./theme.ts";
import { imagesOf, vectorOf, type Image, type Images, type Numbers } from "./values.ts";

export interface ImageGridOptions {
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** What stands under each image: numbers or texts. */
  readonly labels?: Numbers | readonly string[] | undefined;
  /** Images in a row; 5 unless given. */
  readonly columns?: number | undefined;
  /** How large an image is drawn, in pixels; 84 unless given. */
  readonly size?: number | undefined;
}

const optionNames: OptionNames<ImageGridOptions> = { title: text, subtitle: text, labels: true, columns: number, size: number };

/**
 * Grey images in rows, with a label under each. Values are drawn as ink on paper: 0 is white; 1, or the largest value if
 * that is above 1, is black.
 *
 * @param images [n, height, width], or [n, pixels] if they are square
 * @throws PlotError for other shapes, no images, or labels that are not one for each.
 * @example
 * await imageGrid(train.x.slice([[0, 10]]), { labels: train.y.slice([[0, 10]]) }).save("pictures/digits.png");
 */
export function imageGrid(images: Images, options: ImageGridOptions = {}): Figure {
  checkOptions("imageGrid", options, optionNames, PlotError);
  const { title = "Images", subtitle, columns = 5, size = 84 } = options;
  const drawn = imagesOf("imageGrid", images);
  checkColumns("imageGrid", columns);
  if (!(size >= 8)) throw new PlotError(`imageGrid: size ${size}; give at least 8 pixels`);
  const labels = options.labels === undefined ? undefined : textsOf(options.labels);
  if (labels !== undefined && labels.length !== drawn.length) throw new PlotError(`imageGrid: there are ${drawn.length} images and ${labels.length} labels; give a label for each`);
  const range = inkRange(drawn);
  const { width, height } = fitted(drawn[0], size);
  // Labels that are wider than the images need room, but a sentence does not get all it wants.
  const widest = Math.min(mostLabel, Math.max(0, ...(labels ?? []).map((label) => textWidth(label, 14))));
  const [across, down] = [Math.max(width, Math.ceil(widest)) + 20, height + (labels === undefined ? 16 : 34)];
  const values = drawn.map((image, i): Json => ({
    x: (i % columns) * across + across / 2, y: Math.floor(i / columns) * down + height / 2,
    url: pngUrl(image, range), ...(labels !== undefined && { label: labels[i] }),
  }));
  const [wide, high] = [Math.min(columns, drawn.length) * across, Math.ceil(drawn.length / columns) * down - 12];
  const spec = {
    $schema: schema,
    title: heading(title, [subtitle], Math.max(wide, 240)),
    description: `${drawn.length} ${drawn.length === 1 ? "image" : "images"}${labels === undefined ? "" : `, labelled ${labels.slice(0, 20).join(", ")}${labels.length > 20 ? ", …" : ""}`}.`,
    width: wide, height: high,
    data: { values },
    encoding: canvas(wide, high),
    layer: [
      imageLayer(width, height),
      ...(labels === undefined ? [] : [{ mark: { type: "text", dy: height / 2 + 12, fontSize: 14, color: ink, limit: across - 8 }, encoding: { text: { field: "label", type: "nominal" } } }]),
    ],
    config,
  };
  const inCharacters = (most: number): readonly string[] => {
    const blocks = drawn.map((image, i) => {
      const lines = brailleLines(image, range, most);
      return labels === undefined ? lines : [...lines, centred(labels[i], lines[0].length).slice(0, most)];
    });
    return [...inLines([title, subtitle], most), ...sideBySide(blocks, columns, most)];
  };
  return figure(spec, inCharacters);
}

const textsOf = (labels: Numbers | readonly string[]): readonly string[] =>
  Array.isArray(labels) && labels.every((label) => typeof label === "string") ? labels : vectorOf("imageGrid", "labels", labels as Numbers).map(String);

/** Pixels that a label may take. */
const mostLabel = 150;

export function checkColumns(caller: string, columns: number): void {
  if (!Number.isInteger(columns) || columns < 1) throw new PlotError(`${caller}: columns ${columns}; give a whole number from 1 up`);
}

/** The values of white and of black. */
export function inkRange(images: readonly Image[]): readonly [number, number] {
  let [least, most] = [0, 1];
  for (const { pixels } of images) for (const value of pixels) if (Number.isFinite(value)) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return [least, most];
}

/** An image's size when its longer side is `size`. */
export function fitted({ width, height }: Image, size: number): { readonly width: number; readonly height: number } {
  const scale = size / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Places counted in pixels from the upper left corner, without axes. */
export const canvas = (width: number, height: number): Readonly<Record<string, Json>> => ({
  x: { field: "x", type: "quantitative", axis: null, scale: { domain: [0, width], nice: false, zero: false } },
  y: { field: "y", type: "quantitative", axis: null, scale: { domain: [0, height], nice: false, zero: false, reverse: true } },
});

export const imageLayer = (width: number, height: number): Json => ({ mark: { type: "image", width, height, aspect: false, smooth: false }, encoding: { url: { field: "url", type: "nominal" } } });

const centred = (text: string, width: number): string => `${" ".repeat(Math.max(0, Math.floor((width - text.length) / 2)))}${text}`;
