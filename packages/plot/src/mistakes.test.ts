// Who writes JavaScript gives anything: figures are made of it, or an error says what to give.
import { describe, expect, test } from "vitest";
import { NdgradError, ones, tensor, variable, zeros } from "@ndgrad/core";
import { decisionBoundary, figure, imageGrid, lossCurve, predictionGrid, scatterByClass, type Figure } from "./index.ts";

const strange: readonly unknown[] = [
  undefined, null, 3, NaN, "text", true, 1n, Symbol("s"), [], [1], ["a", null], [[1, "2"]], [[1, 2], [3]], [[[[1]]]], new Array<number>(2), {}, { x: 1 }, new Map(), new Date(), () => 1, new DataView(new ArrayBuffer(8)),
  BigInt64Array.of(1n), new Float64Array(0), tensor(1), zeros([2, 0]), zeros([0]), zeros([1, 2, 3, 4]), variable(ones([2])), Float64Array.of(NaN, Infinity), [1e308, -1e308], [1, 1e308], [[1e308, 0], [-1e308, 1]], [1e-320, 2e-320], { x: [1e308, -1e308] }, { x: [-1e308, 1e308] },
];
const probability = (x: { readonly shape: readonly number[] }) => ones([x.shape[0]]);
const functions: Readonly<Record<string, readonly [use: (...args: readonly never[]) => Figure, right: readonly unknown[]]>> = {
  "lossCurve with places": [lossCurve as never, [[2, 1], { x: [1, 2] }]],
  lossCurve: [lossCurve as never, [[2, 1], {}]],
  scatterByClass: [scatterByClass as never, [[[0, 1], [1, 0]], [0, 1], { names: ["a", "b"] }]],
  imageGrid: [imageGrid as never, [[[[0, 1], [1, 0]]], { labels: ["one"] }]],
  predictionGrid: [predictionGrid as never, [[[[0, 1], [1, 0]]], [[0.2, 0.8]], [1], {}]],
  decisionBoundary: [decisionBoundary as never, [probability, [[0, 1], [1, 0]], [0, 1], { resolution: 4 }]],
  figure: [figure as never, [{ mark: "point", data: { values: [] } }]],
};

describe.each(Object.entries(functions))("%s", (_, [use, right]) => {
  test("takes what is right", () => {
    expect(use(...(right as never[])).toString({ width: 40 })).not.toBe("");
  });

  test("draws other arguments, or says what to give", async () => {
    const crashes: string[] = [];
    for (let at = 0; at <= right.length; at++) {
      for (const [number, value] of strange.entries()) {
        const args = right.map((each, i) => (i === at ? value : each));
        try {
          const made = use(...(args as never[]));
          const drawn = `${made.toString({ width: 40 })} ${at < right.length ? await made.toSVG() : ""}`;
          if (/NaN|undefined/.test(drawn)) crashes.push(`argument ${at}, ${number}: the picture says NaN or undefined`);
        } catch (error) {
          if (!(error instanceof NdgradError)) crashes.push(`argument ${at}, ${number}: ${error instanceof Error ? error.stack?.slice(0, 300) ?? "" : typeof error}`);
        }
      }
    }
    expect(crashes).toEqual([]);
  }, 60_000);
});
