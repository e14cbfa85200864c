import { tensor } from "@ndgrad/core";
import { compile } from "vega-lite";
import { describe, expect, test } from "vitest";
import { samples } from "../testing/figures.ts";
import { decisionBoundary, imageGrid, lossCurve, predictionGrid, scatterByClass, PlotError, type Figure, type Json, type Spec } from "./index.ts";

/** A spec with its data counted instead of shown, and without the look that all figures share. */
function structure(spec: Spec): unknown {
  return JSON.parse(JSON.stringify({ ...spec, config: undefined }, (key, value: unknown) => (key === "values" && Array.isArray(value) && value.length > 5 ? `${value.length} values` : key === "url" && typeof value === "string" ? value.slice(0, 22) : value)));
}

const rowsOf = (figure: Figure): readonly Readonly<Record<string, number>>[] => (figure.spec["data"] as { readonly values: Json }).values as never;

describe.each(Object.entries(samples))("%s", (_, make) => {
  test("has this spec", () => {
    expect(structure(make().spec)).toMatchSnapshot();
  });

  test("is a spec that Vega-Lite does not warn of", () => {
    const said: string[] = [];
    const note = (...messages: readonly unknown[]): never => { said.push(messages.join(" ")); return logger as never; };
    const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger };
    compile(make().spec as never, { logger: logger as never });
    expect(said).toEqual([]);
  });

  test("says so in characters, in lines as wide as asked for", () => {
    expect(make().toString({ width: 80 })).toMatchSnapshot();
    for (const width of [24, 40, 80, 200]) {
      expect(Math.max(...make().toString({ width }).split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });

  test("is told to those who do not see it", async () => {
    const figure = make();
    const { title, description } = figure.spec as unknown as { readonly title: { readonly text: string }; readonly description: string };
    expect(await figure.toSVG()).toContain(`<svg role="img" aria-label="${title.text}. ${description}" `);
  });

  test("draws texts with titles", async () => {
    const figure = make();
    const svg = await figure.toSVG();
    expect(svg).toContain((figure.spec["title"] as { readonly text: string }).text);
    expect(svg).not.toMatch(/NaN|undefined|null/);
  });
});

describe("lossCurve", () => {
  test.each([[0, "0"], [1, "1"], [2.5, "2.5"], [12_000, "12,000"]])("marks a single place, %d, as %s", async (x, text) => {
    expect(await lossCurve([0.7], { x: [x] }).toSVG()).toContain(`>${text}</text>`);
  });
  test("begins at 1, or where x says", () => {
    expect(rowsOf(lossCurve([5, 4])).map(({ x, y }) => [x, y])).toEqual([[1, 5], [2, 4]]);
    expect(rowsOf(lossCurve([5, 4], { x: [0, 1000] })).map(({ x }) => x)).toEqual([0, 1000]);
  });

  test("leaves a gap where a value is not finite, and says how many there are", () => {
    const curve = lossCurve([1, NaN, Infinity, 2]);
    expect(rowsOf(curve).map(({ y }) => y)).toEqual([1, null, null, 2]);
    expect(String(curve)).toContain("2 values are left out: not finite");
  });

  test("keeps spikes when it thins a long curve", () => {
    const long = Float64Array.from({ length: 50_000 }, (_, i) => (i === 31_007 ? 99 : i === 4_001 ? -7 : 1 / (i + 1)));
    const rows = rowsOf(lossCurve(long));
    expect(rows.length).toBeLessThan(1300);
    expect(rows.map(({ y }) => y)).toEqual(expect.arrayContaining([99, -7]));
    expect(rows[0]).toMatchObject({ x: 1, y: 1 });
    expect(rows.at(-1)).toMatchObject({ x: 50_000 });
    expect(rows.map(({ x }) => x)).toEqual(rows.map(({ x }) => x).sort((a, b) => a - b));
  });

  test("draws d3's notations", async () => {
    for (const [yFormat, text] of [[".0%", "200%"], ["$,.2f", "$2.00"], ["~e", "2e+0"], ["+d", "+2"]] as const) expect(await lossCurve([1, 2], { yFormat }).toSVG()).toContain(`>${text}</text>`);
  });

  test("counts no zeros on a logarithmic axis", async () => {
    const svg = await lossCurve([1e6, 100, 1e-6], { yScale: "log" }).toSVG();
    for (const text of ["1e-6", "100"]) expect(svg).toContain(`>${text}</text>`);
    expect(svg).not.toMatch(/>0\.0000|>1,?000,?000</);
  });

  test("puts the names of many curves beside them", () => {
    const widthOf = async (count: number): Promise<number> => Number(/ width="(\d+)"/.exec(await lossCurve(Object.fromEntries(Array.from({ length: count }, (_, i) => [`curve number ${i}`, [1, 2]]))).toSVG())?.[1]);
    return expect(Promise.all([widthOf(2), widthOf(12)]).then(([two, twelve]) => twelve - two)).resolves.toBeLessThan(200);
  });

  test("has one line in characters where a curve has ended", () => {
    const [training = "", validation = ""] = lossCurve({ training: [3, 2, 1, 1, 1], validation: [3, 2] }).toString({ width: 80 }).split("validation");
    expect(Math.max(...training.split("\n").map((line) => line.length))).toBe(80);
    // A quarter of the way, and nothing drawn behind it.
    expect(Math.max(...validation.split("\n").slice(1, -1).map((line) => line.length))).toBeLessThan(32);
  });

  test("draws a curve that never changes, and one of a single value", async () => {
    expect(lossCurve([2, 2, 2]).toString({ width: 40 })).toContain(`2 ┼${"─".repeat(30)}\n`);
    expect(await lossCurve([2]).toSVG()).toContain("<svg");
    expect(String(lossCurve([2]))).toContain("loss".replace("l", "L"));
  });

  test.each([
    ["no list", () => lossCurve({}), "lossCurve: there is no list"],
    ["an empty list", () => lossCurve([]), `"loss" is empty; give at least one value`],
    ["a list of NaN", () => lossCurve([NaN, Infinity]), `"loss" has no value that can be drawn`],
    ["nothing", () => lossCurve(undefined as never), "undefined is no list; give numbers, or lists by name"],
    ["places that fall", () => lossCurve([1, 2, 3], { x: [0, 2, 1] }), "x has 1 at 2 after 2; give finite places in rising order"],
    ["a place that is none", () => lossCurve([1, 2], { x: [NaN, 1] }), "x has NaN at 0; give"],
    ["another scale", () => lossCurve([1, 2], { yScale: "logarithmic" as never }), `yScale "logarithmic"; give "linear" or "log"`],
    ["an axis that falls", () => lossCurve([1, 2], { yDomain: [1, 0] }), "yDomain [1, 0]; give two finite numbers, the lower end first"],
    ["a logarithm of 0", () => lossCurve([1, 2], { yScale: "log", yDomain: [0, 1] }), "above 0 on a logarithmic axis"],
    ["another notation", () => lossCurve([1, 2], { yFormat: "percent!" }), `yFormat "percent!" is no format of d3's`],
    ["another length of x", () => lossCurve([1, 2], { x: [1] }), `"loss" has 2 values and x 1`],
    ["a matrix", () => lossCurve(tensor([[1, 2], [3, 4]])), `"loss" has the shape [2, 2]; give one number for each example`],
    ["nothing above 0 for a logarithm", () => lossCurve([0, -1], { yScale: "log" }), "which shows numbers above 0"],
    ["texts", () => lossCurve(["1", "2"] as never), "must be a tensor, or numbers"],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(PlotError);
    expect(make).toThrow(message);
  });
});

describe("scatterByClass", () => {
  test("takes tensors and arrays alike", () => {
    const points = [[0, 1], [2, 3], [4, 5]];
    expect(scatterByClass(tensor(points), tensor([0, 1, 0], { dtype: "int32" })).spec).toEqual(scatterByClass(points, [0, 1, 0]).spec);
    expect(scatterByClass(points.map((point) => Float64Array.from(point)), new Uint8Array([0, 1, 0]) as never).spec).toEqual(scatterByClass(points, [0, 1, 0]).spec);
  });

  test.each([
    ["points in space", () => scatterByClass([[1, 2, 3]], [0]), "points has the shape [1, 3]; give rows of 2 numbers"],
    ["ragged points", () => scatterByClass([[1, 2], [3]], [0, 1]), "rows differ"],
    ["no points", () => scatterByClass(tensor([], { shape: [0, 2] }), []), "there are no points"],
    ["too few classes", () => scatterByClass([[1, 2], [3, 4]], [0]), "there are 2 points and 1 classes"],
    ["half a class", () => scatterByClass([[1, 2]], [0.5]), "0.5 is no class"],
    ["a class without a name", () => scatterByClass([[1, 2], [3, 4]], [0, 2], { names: ["a", "b"] }), "names has 2 entries, and class 2 has none; give names for classes 0 to 2"],
    ["two classes of one name", () => scatterByClass([[1, 2], [3, 4]], [0, 1], { names: ["a", "a"] }), `classes 0 and 1 are both called "a"`],
    ["points nowhere", () => scatterByClass([[1, NaN]], [0]), "point 0 is (1, NaN)"],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe("imageGrid", () => {
  test.each([
    ["no square", () => imageGrid([[1, 2, 3]]), "images have the shape [1, 3]"],
    ["colours", () => imageGrid(tensor(new Float32Array(2 * 4 * 4 * 3), { shape: [2, 4, 4, 3] })), "images have the shape [2, 4, 4, 3]; colours are not drawn: make the images grey, as in images.mean({ axis: 3 })"],
    ["an axis for one channel", () => imageGrid(tensor(new Float32Array(32), { shape: [2, 1, 4, 4] })), "leave out the axis of one channel: images.squeeze({ axis: 1 })"],
    ["one image", () => imageGrid(tensor(new Float32Array(15), { shape: [3, 5] })), "a single image is [1, 3, 5]"],
    ["no images", () => imageGrid(tensor([], { shape: [0, 4] })), "there is nothing to draw"],
    ["labels missing", () => imageGrid([[1, 2, 3, 4]], { labels: [1, 2] }), "there are 1 images and 2 labels"],
    ["half a column", () => imageGrid([[1, 2, 3, 4]], { columns: 0.5 }), "columns 0.5"],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe("predictionGrid", () => {
  test("is blue where it is right, and red where it is wrong beside the true class in blue", () => {
    const layers = predictionGrid([[1, 0, 0, 1], [1, 0, 0, 1]], [[0.9, 0.2], [0.6, 0.3]], [0, 1]).spec["layer"] as unknown as readonly { readonly data: { readonly values: readonly { readonly colour: string; readonly text: string }[] } }[];
    const [blue, red, grey] = ["#0072b2", "#c8321e", "#b4b4b4"];
    expect(layers[1]?.data.values.map(({ colour }) => colour)).toEqual([blue, grey, red, blue]);
    expect(layers[4]?.data.values.map(({ text }) => text)).toEqual(["0 · 90%", "0, is 1 · 60%"]);
  });

  test.each([
    ["logits", () => predictionGrid([[1, 2, 3, 4]], [[3, -1]], [0]), "a value is 3"],
    ["an unknown class", () => predictionGrid([[1, 2, 3, 4]], [[0.3, 0.1]], [2]), "label 2 is none of the 2 classes"],
    ["other numbers of rows", () => predictionGrid([[1, 2, 3, 4]], [[0.3, 0.1], [0.1, 0.2]], [2]), "1 images, 2 rows of values and 1 labels"],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe("decisionBoundary", () => {
  const points = [[0, 0], [1, 1], [0, 1]];

  test("lies where the network says one half", () => {
    const figure = decisionBoundary((x) => x.slice([[], [0, 1]]).mul(4).sub(1).sigmoid(), points, [0, 1, 0]);
    const layers = figure.spec["layer"] as unknown as readonly { readonly data: { readonly values: readonly { readonly x: number; readonly y: number }[] } }[];
    // Outside of the picture the ring closes; inside it runs along x = 1/4.
    const line = layers[1]!.data.values.filter(({ x, y }) => x > -0.05 && x < 1.05 && y > -0.05 && y < 1.05);
    expect(line.length).toBeGreaterThan(100);
    for (const { x } of line) expect(x).toBeCloseTo(0.25, 3);
  });

  test("asks in the points' dtype", () => {
    const dtypes: string[] = [];
    const network = (x: { readonly dtype: string }): readonly number[] => { dtypes.push(x.dtype); return new Array<number>(32 * 32).fill(0.5); };
    decisionBoundary(network, tensor(points, { dtype: "float64" }), [0, 1, 0], { resolution: 30 });
    decisionBoundary(network, points, [0, 1, 0], { resolution: 30 });
    expect(dtypes).toEqual(["float64", "float32"]);
  });

  test("draws a network that is sure of one class everywhere", async () => {
    const figure = decisionBoundary((x) => x.slice([[], [0, 1]]).mul(0), points, [0, 1, 0]);
    expect(await figure.toSVG()).not.toContain("NaN");
  });

  test.each([
    ["logits", () => decisionBoundary((x) => x.sum({ axis: 1 }).mul(100), points, [0, 1, 0]), "is a sigmoid missing?"],
    ["several outputs", () => decisionBoundary((x) => x.sigmoid(), points, [0, 1, 0]), "shape [14884, 2]; give the probability of class 1 alone, as in (x) => softmax(network(x)).slice([[], 1])"],
    ["three outputs", () => decisionBoundary((x) => x.slice([[], [0, 1]]).tile([1, 3]), points, [0, 1, 0]), "the network's answer has the shape [14884, 3]"],
    ["a third class", () => decisionBoundary((x) => x.sigmoid(), points, [0, 1, 2]), "there is a class 2, and one probability parts classes 0 and 1"],
    ["too few answers", () => decisionBoundary(() => [0.5], points, [0, 1, 0]), "answers 14884 points with 1 numbers"],
    ["a grid too fine", () => decisionBoundary(() => [0.5], points, [0, 1, 0], { resolution: 1e6 }), "resolution 1000000"],
    ["a threshold outside", () => decisionBoundary(() => [0.5], points, [0, 1, 0], { threshold: 1 }), "threshold 1"],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe("texts that are longer than their place", () => {
  const long = "a text that goes on and on about what has been measured, how it was measured, with what, and by whom, and why";

  test.each(Object.entries({
    lossCurve: lossCurve([1, 2], { title: long, subtitle: long, xLabel: long, yLabel: long }),
    scatterByClass: scatterByClass([[0, 0], [1, 1]], [0, 1], { title: long, subtitle: long, xLabel: long, yLabel: long }),
    decisionBoundary: decisionBoundary((x) => x.sum({ axis: 1 }).sigmoid(), [[0, 0], [1, 1]], [0, 1], { title: long, subtitle: long, resolution: 10 }),
    imageGrid: imageGrid([[1, 0, 0, 1]], { title: long, subtitle: long, labels: [long] }),
    predictionGrid: predictionGrid([[1, 0, 0, 1]], [[0.5, 0.4]], [1], { title: long, subtitle: long, names: [long, "b"] }),
  }))("%s breaks or shortens them", async (_, figure) => {
    const svg = await figure.toSVG();
    expect(svg).toContain(">a text that goes on");
    // Whoever hears the figure gets the whole title.
    expect(svg).toContain(` aria-label="${long}. `);
    expect(svg).not.toContain(`>${long}<`);
    expect(Number(/ width="(\d+)"/.exec(svg)?.[1])).toBeLessThan(720);
  });

  test("labels of images do not run into each other", () => {
    const places = rowsOf(imageGrid([[1], [1]], { labels: ["ankle boot with laces", "pullover made of wool"] })).map(({ x }) => x);
    expect(places[1] - places[0]).toBeGreaterThan(145);
  });

  test("a terminal's legend says how many of a thousand classes it leaves out", () => {
    const classes = Array.from({ length: 1000 }, (_, i) => i);
    const last = scatterByClass(classes.map((i) => [i, i]), classes).toString({ width: 80 }).split("\n").slice(-4);
    expect(last[0]).toMatch(/^o 0 {3}x 1 {3}/);
    expect(last[3]).toMatch(/^… and 9\d\d more$/);
  });

  test("a thousand classes get the ten largest bars, and the true one", () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i % 100 === 7 ? 0.5 + i / 3000 : 0.1));
    const [, bars] = predictionGrid([[1]], [values], [3]).spec["layer"] as unknown as readonly { readonly data: { readonly values: readonly { readonly class: string }[] } }[];
    expect(bars.data.values.map((bar) => bar.class)).toEqual(["3", "7", "107", "207", "307", "407", "507", "607", "707", "807", "907"]);
  });

  test.each([23, 40.5, NaN, 1001])("refuses lines of %d characters", (width) => {
    expect(() => lossCurve([1, 2]).toString({ width })).toThrow(`toString: width ${width}; give a whole number of characters from 24 to 1000`);
  });

  test("large images are shrunk to the terminal's width", () => {
    const stripes = Array.from({ length: 100 }, () => Array.from({ length: 400 }, (_, x) => (x < 200 ? 1 : 0)));
    const [, first = ""] = imageGrid([stripes]).toString({ width: 40 }).split("\n");
    expect(first).toBe("⣿".repeat(20) + "⠀".repeat(20));
  });
});
