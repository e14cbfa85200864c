import { PlotError } from "./errors.ts";
import { figure, type Figure } from "./figure.ts";
import { canvas, checkColumns, fitted, imageLayer, inkRange } from "./image-grid.ts";
import { pngUrl } from "./png.ts";
import { schema, type Json } from "./spec.ts";
import { brailleLines, sideBySide } from "./terminal/braille.ts";
import { config, faintInk, otherColour, rightColour, wrongColour } from "./theme.ts";
import { imagesOf, matrixOf, vectorOf, type Images, type Numbers, type Rows } from "./values.ts";

export interface PredictionGridOptions {
  readonly title?: string;
  readonly subtitle?: string;
  /** Examples in a row; 3 unless given. */
  readonly columns?: number;
  /** What the classes are called; their numbers unless given. */
  readonly names?: readonly string[];
}

/** Sizes of one example, in pixels: the image, the bars beside it, the words under it. */
const picture = 92;
const barHeight = 86;
const pitch = 11;
const gap = 14;

/**
 * Images with what a classifier says of them: a bar for each class's value, the words "7 · 98%" in blue where it is right
 * and "4, is 9 · 61%" in red where it is wrong. The bar of the class it says is blue or red alike; where it is wrong,
 * the bar of the true class is blue.
 *
 * @param images [n, height, width], or [n, pixels] if they are square
 * @param values [n, classes], each in [0, 1]: probabilities, or sigmoid outputs
 * @param labels [n], the true classes
 * @throws PlotError for shapes that do not fit, values outside of [0, 1], or labels that are no class.
 * @example
 * await predictionGrid(test.x.slice([[0, 15]]), mlp(test.x.slice([[0, 15]])), test.y.slice([[0, 15]])).save("pictures/predictions.png");
 */
export function predictionGrid(images: Images, values: Rows, labels: Numbers, options: PredictionGridOptions = {}): Figure {
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
  const nameOf = (label: number): string => names?.[label] ?? String(label);
  const verdicts = rows.map((row, i) => verdictOf(row, truth[i], nameOf));

  const range = inkRange(drawn);
  const { width, height } = fitted(drawn[0], picture);
  const barsWidth = classes * pitch;
  const [across, down] = [picture + gap + barsWidth + 28, picture + 44];
  const [wide, high] = [Math.min(columns, drawn.length) * across, Math.ceil(drawn.length / columns) * down - 20];
  const corner = (i: number): readonly [number, number] => [(i % columns) * across, Math.floor(i / columns) * down];

  const pictures = drawn.map((image, i): Json => {
    const [left, top] = corner(i);
    return { x: left + picture / 2, y: top + picture / 2, url: pngUrl(image, range) };
  });
  const words = verdicts.map(({ text, right }, i): Json => {
    const [left, top] = corner(i);
    return { x: left + picture / 2, y: top + picture + 13, text, right };
  });
  const bars = rows.flatMap((row, i): readonly Json[] => {
    const [left, top] = corner(i);
    const floor = top + picture - 14;
    const { said, right } = verdicts[i];
    return row.map((value, label): Json => ({
      x: left + picture + gap + label * pitch + 1, x2: left + picture + gap + (label + 1) * pitch - 1,
      y: floor - Math.max(1, value * (barHeight - 14)), y2: floor, class: nameOf(label), value,
      colour: label === said ? (right ? rightColour : wrongColour) : label === truth[i] ? rightColour : otherColour,
    }));
  });
  const ticks = drawn.flatMap((_, i): readonly Json[] => {
    const [left, top] = corner(i);
    return Array.from({ length: classes }, (_each, label): Json => ({ x: left + picture + gap + (label + 0.5) * pitch, y: top + picture - 6, text: nameOf(label).slice(0, 1) }));
  });
  const floors = drawn.map((_, i): Json => {
    const [left, top] = corner(i);
    return { x: left + picture + gap, x2: left + picture + gap + barsWidth, y: top + picture - 14 };
  });

  const spec = {
    $schema: schema,
    title: { text: title, ...(subtitle !== undefined && { subtitle }) },
    width: wide, height: high,
    encoding: canvas(wide, high),
    layer: [
      { data: { values: pictures }, ...(imageLayer(width, height) as object) },
      {
        data: { values: bars }, mark: "rect",
        encoding: { x2: { field: "x2" }, y2: { field: "y2" }, color: { field: "colour", type: "nominal", scale: null, legend: null } },
      },
      { data: { values: floors }, mark: { type: "rule", color: "#888888", strokeWidth: 1 }, encoding: { x2: { field: "x2" } } },
      { data: { values: ticks }, mark: { type: "text", fontSize: 10, color: faintInk }, encoding: { text: { field: "text", type: "nominal" } } },
      {
        data: { values: words }, mark: { type: "text", fontSize: 13, fontWeight: 600 },
        encoding: {
          text: { field: "text", type: "nominal" },
          color: { condition: { test: "datum.right", value: rightColour }, value: wrongColour },
        },
      },
    ],
    config,
  };
  const inCharacters = (): string => {
    const blocks = drawn.map((image, i) => [...brailleLines(image, range), `${verdicts[i].right ? "✓" : "✗"} ${verdicts[i].text}`]);
    return `${title}\n${sideBySide(blocks, columns)}`;
  };
  return figure(spec, inCharacters);
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
