import { describe, expect, test } from "vitest";
import type { Progress } from "./progress.ts";
import { progressBar, type ProgressStream } from "./progress-bar.ts";

/** Everything a bar writes, and what of it a terminal shows at the end. */
function screen(terminal: boolean, columns?: number): ProgressStream & { readonly text: () => string; readonly shown: () => readonly string[] } {
  const written: string[] = [];
  const text = () => written.join("");
  return {
    isTTY: terminal,
    ...(columns === undefined ? {} : { columns }),
    write: (each) => written.push(each),
    text,
    shown: () => emulate(text()),
  };
}

/** The lines of a terminal that is told to go to a column, to clear a line or its rest, to keep its place and to return to it. */
function emulate(text: string): readonly string[] {
  const lines = [""];
  let column = 0;
  let kept = { line: 0, column: 0 };
  const put = (change: (line: string) => string) => { lines[lines.length - 1] = change(lines[lines.length - 1]); };
  // eslint-disable-next-line no-control-regex
  for (const [token] of text.matchAll(/\u001b\[(\d*)([A-Z])|\u001b[78]|[\s\S]/gu)) {
    if (token === "\n") { lines.push(""); column = 0; }
    else if (token === "\u001b7") kept = { line: lines.length - 1, column };
    else if (token === "\u001b8") { expect(kept.line).toBe(lines.length - 1); ({ column } = kept); }
    else if (token === "\u001b[1G") column = 0;
    else if (token === "\u001b[0K") put((line) => line.slice(0, column));
    else if (token === "\u001b[2K") put(() => "");
    else {
      // anything else would be a control sequence that this terminal does not know
      expect(token).not.toMatch(/\p{Cc}/u);
      put((line) => line.slice(0, column).padEnd(column) + token + line.slice(column + 1));
      column++;
    }
  }
  return lines;
}

function train(progress: Progress): void {
  for (let epoch = 1; epoch <= 2; epoch++) {
    for (let batch = 1; batch <= 4; batch++) progress.batch?.({ epoch, epochs: 2, batch, batches: 4, position: { epoch: epoch - 1, taken: batch }, scores: { loss: 1 / batch, accuracy: 0.5 }, seconds: 0.1 });
    progress.epoch?.({ epoch, epochs: 2, position: { epoch, taken: 0 }, scores: { loss: 0.000012, accuracy: 0.75 }, seconds: 1.234 / epoch ** 2 });
  }
  progress.end?.();
}

const epochLines = ["epoch 1/2  loss 1.200e-5  accuracy 0.7500  1.23 s", "epoch 2/2  loss 1.200e-5  accuracy 0.7500  309 ms", ""];

describe("progressBar", () => {
  test("writes one line for each epoch, and no control characters, where nobody can watch", () => {
    const stream = screen(false);
    train(progressBar({ stream }));
    expect(stream.text()).toBe(epochLines.join("\n"));
  });

  test("draws a bar in a terminal, and leaves the epochs' lines", () => {
    const stream = screen(true);
    train(progressBar({ stream }));
    expect(stream.text()).toContain("epoch 1/2  █████░░░░░░░░░░░░░░░ 1/4  loss 1.0000  accuracy 0.5000");
    expect(stream.text()).toContain("epoch 1/2  ████████████████████ 4/4  loss 0.2500  accuracy 0.5000");
    expect(stream.shown()).toEqual(epochLines);
  });

  test("keeps within a narrow terminal", () => {
    const stream = screen(true, 20);
    const progress = progressBar({ stream });
    progress.batch?.({ epoch: 1, epochs: 1, batch: 1, batches: 1, position: { epoch: 0, taken: 1 }, scores: { loss: 1 }, seconds: 0 });
    expect(stream.shown()).toEqual([`epoch 1/1  ${"█".repeat(8)}`]);
    progress.end?.();
    expect(stream.shown()).toEqual([""]);
  });

  test("counts batches where their number is not known", () => {
    const stream = screen(true);
    const progress = progressBar({ stream });
    progress.batch?.({ epoch: 1, epochs: 1, batch: 7, batches: undefined, position: { epoch: 0, taken: 1 }, scores: { loss: 1 }, seconds: 0 });
    expect(stream.shown()).toEqual(["epoch 1/1  batch 7  loss 1.0000"]);
    progress.end?.();
  });

  test("changes no setting of the terminal, which would outlive a program that is stopped", () => {
    const stream = screen(true);
    train(progressBar({ stream }));
    expect(stream.text()).not.toContain("\u001b[?");
  });

  test("ends without having begun", () => {
    const stream = screen(true);
    progressBar({ stream }).end?.();
    expect(stream.text()).toBe("");
  });
});
