import { describe, expect, test } from "vitest";
import { progressBar, type Progress, type ProgressStream } from "./progress.ts";

/** Everything a bar writes. */
function screen(terminal: boolean, columns?: number): ProgressStream & { readonly text: () => string } {
  const written: string[] = [];
  return {
    isTTY: terminal,
    ...(columns === undefined ? {} : { columns }),
    write: (text) => written.push(text),
    text: () => written.join(""),
  };
}

function train(progress: Progress): void {
  for (let epoch = 1; epoch <= 2; epoch++) {
    for (let batch = 1; batch <= 4; batch++) progress.batch?.({ epoch, epochs: 2, batch, batches: 4, scores: { loss: 1 / batch, accuracy: 0.5 }, seconds: 0.1 });
    progress.epoch?.({ epoch, epochs: 2, scores: { loss: 0.000012, accuracy: 0.75 }, seconds: 1.234 / epoch ** 2 });
  }
  progress.end?.();
}

describe("progressBar", () => {
  test("writes one line for each epoch, and no control characters, where nobody can watch", () => {
    const stream = screen(false);
    train(progressBar({ stream }));
    expect(stream.text()).toBe("epoch 1/2  loss 1.200e-5  accuracy 0.7500  1.23 s\nepoch 2/2  loss 1.200e-5  accuracy 0.7500  309 ms\n");
  });

  test("draws a line again and again in a terminal, and leaves the epochs' lines", () => {
    const stream = screen(true);
    train(progressBar({ stream }));
    const text = stream.text();
    expect(text).toContain("epoch 1/2  ████████████████████ 4/4  loss 0.2500  accuracy 0.5000");
    // what stays on the screen when each clearing has erased its line
    const left = text.split("\n").map((line) => line.slice(line.lastIndexOf("\u001b[2K") + 4));
    expect(left).toEqual(["epoch 1/2  loss 1.200e-5  accuracy 0.7500  1.23 s", "epoch 2/2  loss 1.200e-5  accuracy 0.7500  309 ms", ""]);
  });

  test("keeps within a narrow terminal", () => {
    const stream = screen(true, 20);
    progressBar({ stream }).batch?.({ epoch: 1, epochs: 1, batch: 1, batches: 1, scores: { loss: 1 }, seconds: 0 });
    expect(stream.text().replaceAll("\r\u001b[2K", "")).toHaveLength(19);
  });

  test("counts batches where their number is not known", () => {
    const stream = screen(true);
    progressBar({ stream }).batch?.({ epoch: 1, epochs: 1, batch: 7, batches: undefined, scores: { loss: 1 }, seconds: 0 });
    expect(stream.text()).toContain("epoch 1/1  batch 7  loss 1.0000");
  });
});
