import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { imageGrid, lossCurve, scatterByClass } from "./index.ts";

const of = (text: string): never => runInNewContext(text) as never;

test("numbers of another realm are drawn as this one's", () => {
  expect(lossCurve(of("Float32Array.of(3, 2, 1)")).spec).toEqual(lossCurve(Float32Array.of(3, 2, 1)).spec);
  expect(lossCurve(of("({ train: [3, 2], test: Float64Array.of(4, 3) })")).spec).toEqual(lossCurve({ train: [3, 2], test: [4, 3] }).spec);
  expect(scatterByClass(of("[Float64Array.of(0, 1), Float64Array.of(1, 0)]"), of("Int32Array.of(0, 1)")).spec).toEqual(scatterByClass([[0, 1], [1, 0]], [0, 1]).spec);
  expect(imageGrid(of("[Float32Array.of(0, 0.5, 1, 0)]")).spec).toEqual(imageGrid([[0, 0.5, 1, 0]]).spec);
});
