import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { inflateSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { samples } from "../testing/figures.ts";
import { chunks, pngFacts } from "../testing/png-pixels.ts";
import { figure, imageGrid, lossCurve, PlotError } from "./index.ts";
import { pngUrl } from "./png.ts";

const folder = mkdtempSync(`${tmpdir()}/ndgrad-plot-`);
afterAll(() => rmSync(folder, { recursive: true }));

describe("a figure's pictures", () => {
  test.each(Object.entries(samples))("%s: as large as asked for, and not blank", async (_, make) => {
    const figure = make();
    const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(await figure.toSVG()) ?? [];
    for (const scale of [1, 2]) {
      const facts = pngFacts(await figure.toPNG({ scale }));
      expect(facts).toEqual({ width: Math.round(scale * Number(width)), height: Math.round(scale * Number(height)), blank: false });
    }
  }, 30_000);

  test("a picture without a mark is seen to be blank", async () => {
    const empty = figure({ width: 50, height: 50, mark: "point", data: { values: [] }, encoding: {}, config: { view: { stroke: null } } });
    expect(pngFacts(await empty.toPNG()).blank).toBe(true);
  });

  test("are drawn of what the spec says now", async () => {
    const curve = lossCurve([2, 1]);
    curve.spec["title"] = "Changed";
    expect(await curve.toSVG()).toContain("Changed");
    expect(await figure({ ...curve.spec, title: "A copy" }).toSVG()).toContain("A copy");
  });

  test("of a spec without a config look like the others", async () => {
    const bars = { title: "Bars", mark: "bar", data: { values: [{ a: 1 }] }, encoding: { x: { field: "a", type: "quantitative" } } };
    expect(await figure(bars).toSVG()).toContain("Liberation Sans");
    expect(await figure({ ...bars, config: {} }).toSVG()).not.toContain("Liberation Sans");
    expect(bars).not.toHaveProperty("config");
  });

  test("have a name for those who hear them, whatever stands in it", async () => {
    const svg = await figure({ ...lossCurve([2, 1]).spec, title: "a & \"b\"\n<c> $& $1", description: undefined }).toSVG();
    expect(svg).toMatch(/^<svg role="img" aria-label="a &amp; &quot;b&quot; &lt;c&gt; \$&amp; \$1" /);
    expect(await figure({ mark: "point", data: { values: [] } }).toSVG()).toMatch(/^<svg (?!role)/);
  });

  test("a page holds all it shows, and asks nobody", async () => {
    const page = await lossCurve([2, 1], { title: "a </script><b> & \"b\"" }).toHTML();
    expect(page).toContain("<svg");
    expect(page).not.toMatch(/<script[^>]*src=|<link|<img[^>]*src="http|@import/);
    expect(page.match(/<\/script>/g)).toHaveLength(1);
    const data = /<script type="application\/json"[^>]*>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "";
    expect((JSON.parse(data) as { readonly title: { readonly text: string } }).title.text).toBe("a </script><b> & \"b\"");
  });

  test.each([
    ["nothing to draw", {}, "toSVG: Vega cannot draw this spec"],
    ["data from elsewhere", { data: { url: "https://example.org/data.csv" }, mark: "point", encoding: {} }, "put the data into the spec"],
    ["an image from elsewhere", { data: { values: [{ url: "https://example.org/a.png" }] }, mark: { type: "image", width: 5, height: 5 }, encoding: { url: { field: "url", type: "nominal" } } }, "put the data into the spec"],
  ])("refuses %s", async (_, spec, message) => {
    const drawing = figure(spec).toSVG();
    await expect(drawing).rejects.toThrow(PlotError);
    await expect(drawing).rejects.toThrow(message);
  });

  test.each([0, -1, NaN, 17])("refuses scale %d", async (scale) => {
    await expect(lossCurve([1, 2]).toPNG({ scale })).rejects.toThrow(`toPNG: scale ${scale}`);
  });
});

describe("save", () => {
  test("writes what the ending says, into folders that it makes, and leaves nothing beside", async () => {
    const curve = lossCurve([3, 2, 1]);
    const path = `${folder}/some/where`;
    for (const ending of ["svg", "PNG", "html"]) expect(await curve.save(`${path}/curve.${ending}`)).toBe(`${path}/curve.${ending}`);
    expect(readdirSync(path)).toEqual(["curve.PNG", "curve.html", "curve.svg"]);
    expect(readFileSync(`${path}/curve.svg`, "utf8")).toBe(await curve.toSVG());
    expect(pngFacts(readFileSync(`${path}/curve.PNG`)).blank).toBe(false);
    expect(readFileSync(`${path}/curve.html`, "utf8")).toMatch(/^<!doctype html>/);
  });

  test("replaces a file as a whole; one that cannot be drawn leaves it as it was", async () => {
    const path = `${folder}/kept.svg`;
    writeFileSync(path, "before");
    await expect(figure({}).save(path)).rejects.toThrow(PlotError);
    expect(readFileSync(path, "utf8")).toBe("before");
    await lossCurve([1, 2]).save(path);
    expect(readFileSync(path, "utf8")).toMatch(/^<svg/);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("says which endings it knows, and why a file cannot be written", async () => {
    await expect(lossCurve([1]).save(`${folder}/curve.pdf`)).rejects.toThrow("end it in .svg, .png or .html");
    writeFileSync(`${folder}/file`, "");
    await expect(lossCurve([1]).save(`${folder}/file/curve.svg`)).rejects.toThrow(/save: .*curve\.svg cannot be written: /);
  });

  // Node's recursive mkdir runs for ever there.
  test.runIf(existsSync("/proc/self"))("ends where folders cannot be made", async () => {
    await expect(lossCurve([1]).save("/proc/pictures/of/curve.svg")).rejects.toThrow("save: /proc/pictures/of/curve.svg cannot be written: ENOENT");
  });
});

describe("images in a picture", () => {
  const bytesOf = (url: string): Uint8Array => Buffer.from(url.replace("data:image/png;base64,", ""), "base64");

  test("hold the pixels, as ink on paper", () => {
    const bytes = bytesOf(pngUrl({ width: 3, height: 2, pixels: [0, 0.5, 1, NaN, -1, 2] }, [0, 1]));
    expect([...inflateSync(Buffer.concat(chunks(bytes, "IDAT")))]).toEqual([0, 255, 128, 0, 0, 255, 255, 0]);
  });

  test("may be larger than one block of the zlib format", () => {
    const pixels = Array.from({ length: 300 * 300 }, (_, i) => (i % 256) / 255);
    const bytes = bytesOf(pngUrl({ width: 300, height: 300, pixels }, [0, 1]));
    expect(inflateSync(Buffer.concat(chunks(bytes, "IDAT"))).length).toBe(300 * 301);
  });

  test("are drawn by resvg with hard edges", async () => {
    const png = await imageGrid([[1, 0, 0, 1]], { title: "" }).toPNG({ scale: 1 });
    const lines = inflateSync(Buffer.concat(chunks(png, "IDAT")));
    // Two colours and the bytes that the filters make of their difference: no shades between them.
    expect(new Set(lines).size).toBeLessThan(20);
  });
});

test("a figure's methods refuse unknown options", async () => {
  const curve = lossCurve([2, 1]);
  expect(() => curve.toString({ widht: 40 } as object)).toThrow('toString: unknown option "widht"; did you mean "width"? (it takes width)');
  await expect(curve.toPNG({ scales: 2 } as object)).rejects.toThrow('toPNG: unknown option "scales"; did you mean "scale"?');
  await expect(curve.toPNG({ scale: "2" } as object)).rejects.toThrow('toPNG: option "scale" takes a number, got the string "2"');
  await expect(curve.save("none.png", { fontFile: [] } as object)).rejects.toThrow('save: unknown option "fontFile"; did you mean "fontFiles"?');
});
