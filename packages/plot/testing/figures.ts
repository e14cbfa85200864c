import { tensor, type Tensor } from "@ndgrad/core";
import { decisionBoundary, imageGrid, lossCurve, predictionGrid, scatterByClass, type Figure } from "@ndgrad/plot";

const points = Array.from({ length: 40 }, (_, i): readonly [number, number] => {
  const radius = i % 2 === 0 ? 1 : 0.5;
  return [radius * Math.cos(i), radius * Math.sin(i)];
});
const classes = points.map((_, i) => i % 2);
const digit = (shift: number): readonly number[] => Array.from({ length: 64 }, (_, i) => ((i + shift) % 9) / 8);
const within = (x: Tensor): Tensor => x.mul(x).sum({ axis: 1 }).sub(0.5).mul(-6).sigmoid();

/** One figure of each kind, small. */
export const samples: Readonly<Record<string, () => Figure>> = {
  "one curve": () => lossCurve([3, 2, 1.5, 1.2], { yLabel: "cross-entropy (nats)" }),
  "several curves": () => lossCurve({ training: [3, 2, 1], validation: new Float32Array([3, 2.5, 2]), other: tensor([3, 2, 2.5]) }, { yScale: "log" }),
  "curves of unequal length": () => lossCurve({ training: [3, 2, 1.5, 1.2, 1], validation: [3.1, 2.3] }),
  "points by class": () => scatterByClass(tensor(points.map((point) => [...point])), tensor(classes, { dtype: "int32" }), { names: ["outer", "inner"] }),
  "images": () => imageGrid([digit(0), digit(1), digit(2)], { labels: [4, 5, 6], columns: 2 }),
  "predictions": () => predictionGrid([digit(0), digit(1)], [[0.1, 0.8, 0.2], [0.7, 0.1, 0]], [1, 2]),
  "predictions of named classes": () => predictionGrid([digit(0), digit(1)], [[0.1, 0.8, 0.2], [0.7, 0.1, 0]], [1, 2], { names: ["shirt", "trousers", "ankle boot"] }),
  "decision boundary": () => decisionBoundary(within, points, classes, { resolution: 30 }),
};
