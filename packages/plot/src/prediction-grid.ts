import { checkOptions, listOf, number, text, type OptionNames } from "@ndgrad/core/internal";
import { PlotError } from "./errors.ts";
import { figure, type Figure } from "./figure.ts";
import { heading } from "./heading.ts";
import { canvas, checkColumns, fitted, imageLayer, inkRange } from "./image-grid.ts";
import { pngUrl } from "./png.ts";
import { schema, type Json } from "./spec.ts";
import { brailleLines, sideBySide } from "./terminal/braille.ts";
import { inLines } from "./terminal/page.ts";
import { textWidth } from "./text-width.ts";
import { config, faintInk, otherColour, rightColour, wrongColour } from "./theme.ts";
import { imagesOf, matrixOf, vectorOf, type Images, type Numbers, type Rows } from "./values.ts";

export interface PredictionGridOptions {
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** Examples in a row; 3 unless given. */
  readonly columns?: number | undefined;
  /** What the classes are called, all of them; their numbers unless given. */
  readonly names?: readonly string[] | undefined;
}

const optionNames: OptionNames<PredictionGridOptions> = { title: text, subtitle: text, columns: number, names: listOf(text, "strings") };

/** Sizes of one example, in pixels: the image, the bars beside it, the words under it. */
const picture = 92;
const barHeight = 72;
const pitch = 11;
const gap = 14;
/** A class's name at its bar, and the words under an image, may be as long as this. */
const mostTick = 64;
const mostWords = 260;

/** More classes than this have no room for a bar each: those of the largest values are shown, and the true one. */
const mostBars = 30;
const fewBars = 10;

/**
 * Images with what a classifier says of them: a bar for each class's value, the words "7 · 98%" in blue where it is right
 * and "4, is 9 · 61%" in red where it is wrong. The bar of the class it says is blue or red alike; where it is wrong,
 * the bar of the true class is blue. Of more than 30 classes, the ten with the largest values have bars, and the true one.
 *
 * @param images [n, height, width], or [n, pixels] if they are square
 * @param values [n, classes], each in [0, 1]: probabilities, or sigmoid outputs
 * @param labels [n], the true classes
 * @throws PlotError for shapes that do not fit, values outside of [0, 1], labels that are no class, or names that are not
 * one for each class.
 * @example
 * await predictionGrid(test.x.slice([[0, 15]]), mlp(test.x.slice([[0, 15]])), test.y.slice([[0, 15]])).save("pictures/predictions.png");
 */
export function predictionGrid(images: Images, values: Rows, labels: Numbers, options: PredictionGridOptions = {}): Figure {
  checkOptions("predictionGrid", options, optionNames, PlotError);
  const { title = "Predictions", subtitle, columns = 3, names } = options;
  checkColumns("predictionGrid", columns);
  const drawn = imagesOf("predictionGrid", images);
  const rows = matrixOf("predictionGrid", "values", values);
  const truth = vectorOf("predictionGrid", "labels", labels);
  if (rows.length !== drawn.length || truth.length !== drawn.length) {
    throw new PlotError(`predictionGrid: there are ${drawn.length} images, ${rows.length} rows of values and ${truth.length} labels; give as many of each`);
  }
  const classes = rows[0].length;
  checkValues(rows, truth, classes);
  if (names !== undefined && names.length !== classes) throw new PlotError(`predictionGrid: there are ${classes} classes and ${names.length} names; give a name for each`);
  const nameOf = (label: number): string => names?.[label] ?? String(label);
  const verdicts = rows.map((row, i) => verdictOf(row, truth[i], nameOf));
  const shown = rows.map((row, i) => classesShown(row, truth[i]));

  const range = inkRange(drawn);
  const { width, height } = fitted(drawn[0], picture);
  const barsWidth = Math.max(...shown.map((each) => each.length)) * pitch;
  const tickWidth = Math.max(...shown.flat().map((label) => textWidth(nameOf(label), 10)));
  // Names that are wider than their bars stand upright under them.
  const upright = tickWidth > pitch;
  const floorHeight = picture - 14;
  const widthOfWords = (text: string): number => Math.min(mostWords, 1.08 * textWidth(text, 13));
  const widestWords = Math.max(...verdicts.map(({ text }) => widthOfWords(text)));
  const namesAbove = upright && widestWords > picture + gap;
  const wordsHeight = namesAbove ? Math.max(picture, floorHeight + 4 + Math.min(mostTick, tickWidth)) + 14 : picture + 13;
  const across = Math.ceil(Math.max(picture + gap + barsWidth, widestWords)) + 28;
  const down = Math.ceil(Math.max(wordsHeight, upright ? floorHeight + Math.min(mostTick, tickWidth) : 0)) + 31;
  const [wide, high] = [Math.min(columns, drawn.length) * across, Math.ceil(drawn.length / columns) * down - 20];
  const corner = (i: number): readonly [number, number] => [(i % columns) * across, Math.floor(i / columns) * down];

  const pictures = drawn.map((image, i): Json => {
    const [left, top] = corner(i);
    return { x: left + picture / 2, y: top + picture / 2, url: pngUrl(image, range) };
  });
  const words = verdicts.map(({ text, right }, i): Json => {
    const [left, top] = corner(i);
    return { x: left + Math.max(picture, widthOfWords(text)) / 2, y: top + wordsHeight, text, right };
  });
  const bars = shown.flatMap((labelsShown, i): readonly Json[] => {
    const [left, top] = corner(i);
    const floor = top + floorHeight;
    const { said, right } = verdicts[i];
    return labelsShown.map((label, bar): Json => ({
      x: left + picture + gap + bar * pitch + 1, x2: left + picture + gap + (bar + 1) * pitch - 1,
      y: floor - Math.max(1, rows[i][label] * barHeight), y2: floor, class: nameOf(label), value: rows[i][label],
      colour: label === said ? (right ? rightColour : wrongColour) : label === truth[i] ? rightColour : otherColour,
    }));
  });
  const ticks = shown.flatMap((labelsShown, i): readonly Json[] => {
    const [left, top] = corner(i);
    return labelsShown.map((label, bar): Json => ({ x: left + picture + gap + (bar + 0.5) * pitch, y: top + floorHeight + (upright ? 4 : 8), text: nameOf(label) }));
  });
  const floors = drawn.map((_, i): Json => {
    const [left, top] = corner(i);
    return { x: left + picture + gap, x2: left + picture + gap + barsWidth, y: top + floorHeight };
  });

  const spec = {
    $schema: schema,
    title: heading(title, [subtitle], Math.max(wide, 240)),
    description: `${drawn.length} ${drawn.length === 1 ? "image" : "images"} with a classifier's answers, ${verdicts.filter(({ right }) => right).length} of them right: ${verdicts.slice(0, 20).map(({ text }) => text).join("; ")}${verdicts.length > 20 ? "; …" : ""}.`,
    width: wide, height: high,
    encoding: canvas(wide, high),
    layer: [
      { data: { values: pictures }, ...(imageLayer(width, height) as object) },
      {
        data: { values: bars }, mark: "rect",
        encoding: { x2: { field: "x2" }, y2: { field: "y2" }, color: { field: "colour", type: "nominal", scale: null, legend: null } },
      },
      { data: { values: floors }, mark: { type: "rule", color: "#888888", strokeWidth: 1 }, encoding: { x2: { field: "x2" } } },
      {
        data: { values: ticks },
        mark: { type: "text", fontSize: 10, color: faintInk, ...(upright && { angle: -90, align: "right", limit: mostTick }) },
        encoding: { text: { field: "text", type: "nominal" } },
      },
      {
        data: { values: words }, mark: { type: "text", fontSize: 13, fontWeight: 600, limit: mostWords },
        encoding: {
          text: { field: "text", type: "nominal" },
          color: { condition: { test: "datum.right", value: rightColour }, value: wrongColour },
        },
      },
    ],
    config,
  };
  const inCharacters = (most: number): readonly string[] => {
    const blocks = drawn.map((image, i) => [...brailleLines(image, range, most), `${verdicts[i].right ? "✓" : "✗"} ${verdicts[i].text}`.slice(0, most)]);
    return [...inLines([title, subtitle], most), ...sideBySide(blocks, columns, most)];
  };
  return figure(spec, inCharacters);
}

/** The classes that get a bar, in order. */
function classesShown(row: readonly number[], truth: number): readonly number[] {
  const all = Array.from(row.keys());
  if (row.length <= mostBars) return all;
  const largest = all.toSorted((a, b) => row[b] - row[a]).slice(0, fewBars);
  return [...new Set([...largest, truth])].sort((a, b) => a - b);
}

interface Verdict { readonly said: number; readonly right: boolean; readonly text: string }

function verdictOf(row: readonly number[], truth: number, nameOf: (label: number) => string): Verdict {
  const said = row.indexOf(Math.max(...row));
  const right = said === truth;
  return { said, right, text: `${nameOf(said)}${right ? "" : `, is ${nameOf(truth)}`} · ${Math.round(100 * row[said])}%` };
}

function checkValues(rows: readonly (readonly number[])[], truth: readonly number[], classes: number): void {
  const odd = rows.flat().find((value) => !(value >= 0 && value <= 1));
  if (odd !== undefined) throw new PlotError(`predictionGrid: a value is ${odd}; bars show numbers in [0, 1] (is a softmax missing?)`);
  const unknown = truth.find((label) => !Number.isInteger(label) || label < 0 || label >= classes);
  if (unknown !== undefined) throw new PlotError(`predictionGrid: label ${unknown} is none of the ${classes} classes`);
}
