import { expect, test } from "vitest";
import { table } from "./table.ts";

test("aligns columns between rules", () => {
  expect(table(["layer", "n"], [["a", "10"], ["long name", "2"]], ["total", "12"])).toBe(
    ["layer       n", "─────────────", "a          10", "long name   2", "─────────────", "total      12"].join("\n"),
  );
});

test("keeps to 80 columns, cutting the beginnings of long paths", () => {
  const lines = table(["layer", "output", "n"], [["encoder.".repeat(20) + "dense", "[n, 128]", "1,000"]], ["total", "", "1,000"]).split("\n");
  expect(lines.every((line) => line.length <= 80)).toBe(true);
  expect(lines[2]).toMatch(/^….*encoder\.dense {2}\[n, 128\] {2}1,000$/);
});
