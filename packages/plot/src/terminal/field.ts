/** What a class is drawn with in characters. */
export const classMarks = "ox+*#@%&ABCDEFGHIJKLMNPQRSTUVWYZ";

export interface Mark {
  readonly x: number;
  readonly y: number;
  readonly mark: string;
}

/** Marks in a frame of characters, at most `most` wide, with the ends of both axes; `background` gives what lies under them. */
export function fieldLines(
  marks: readonly Mark[], [left, right]: readonly [number, number], [bottom, top]: readonly [number, number], most: number,
  background: (x: number, y: number) => string = () => " ",
): readonly string[] {
  const ends = [top, bottom].map((value) => short(value));
  const margin = Math.max(...ends.map((end) => end.length));
  // A character is about twice as high as wide; in a terminal of 80 the field leaves room, and is not too high for a screen.
  const width = Math.min(most - margin - 2, Math.max(60, most - 20));
  const height = Math.min(40, Math.max(8, Math.round((width * 22) / 60)));
  const cells = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => background(left + ((column + 0.5) / width) * (right - left), top - ((row + 0.5) / height) * (top - bottom))));
  for (const { x, y, mark } of marks) {
    const column = Math.floor(((x - left) / (right - left)) * width);
    const row = Math.floor(((top - y) / (top - bottom)) * height);
    const cell = cells[row];
    if (cell !== undefined && column >= 0 && column < width) cell[column] = mark;
  }
  const lines = cells.map((line, row) => `${(row === 0 ? ends[0] : row === height - 1 ? ends[1] : "").padStart(margin)} │${line.join("")}`.trimEnd());
  const [from, to] = [short(left), short(right)];
  return [...lines, `${" ".repeat(margin)} └${"─".repeat(width)}`, `${" ".repeat(margin + 2)}${from}${to.padStart(width - from.length)}`];
}

/** A number in few characters. */
export const short = (value: number): string => String(Number(value.toPrecision(3)));
