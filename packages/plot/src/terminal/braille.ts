import type { Image } from "../values.ts";

/** The bit of each dot in a braille character, by row and column. Source: the Unicode standard, Braille Patterns. */
const dots: readonly (readonly number[])[] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/**
 * An image in lines of at most `across` braille characters, 2 × 4 pixels in each; a pixel is a dot when it lies above the
 * middle of the range. Wider images are shrunk.
 */
export function brailleLines(image: Image, [least, most]: readonly [number, number], across: number): readonly string[] {
  const { width, height, pixels } = shrunk(image, Math.ceil(image.width / (2 * across)));
  const middle = (least + most) / 2;
  return Array.from({ length: Math.ceil(height / 4) }, (_, line) =>
    Array.from({ length: Math.ceil(width / 2) }, (_, column) => {
      let bits = 0;
      for (let y = 0; y < 4; y++) {
        for (let x = 0; x < 2; x++) {
          const [row, across] = [line * 4 + y, column * 2 + x];
          if (row < height && across < width && pixels[row * width + across] > middle) bits |= dots[y][x];
        }
      }
      return String.fromCharCode(0x2800 + bits);
    }).join(""),
  );
}

/** The image with squares of `factor` pixels a side in one, their mean. */
function shrunk(image: Image, factor: number): Image {
  if (factor === 1) return image;
  const [width, height] = [Math.ceil(image.width / factor), Math.ceil(image.height / factor)];
  const pixels = Array.from({ length: width * height }, (_, place) => {
    const [left, top] = [(place % width) * factor, Math.floor(place / width) * factor];
    const [right, bottom] = [Math.min(left + factor, image.width), Math.min(top + factor, image.height)];
    let sum = 0;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += image.pixels[y * image.width + x];
    return sum / ((right - left) * (bottom - top));
  });
  return { width, height, pixels };
}

/** Blocks of lines side by side, as many as fit into `width` characters, then below each other. */
export function sideBySide(blocks: readonly (readonly string[])[], columns: number, width: number): readonly string[] {
  const wide = Math.max(1, ...blocks.flatMap((block) => block.map((line) => line.length)));
  const across = Math.max(1, Math.min(columns, Math.floor((width + 2) / (wide + 2))));
  const lines: string[] = [];
  for (let from = 0; from < blocks.length; from += across) {
    const row = blocks.slice(from, from + across);
    const height = Math.max(...row.map((block) => block.length));
    if (from > 0) lines.push("");
    for (let line = 0; line < height; line++) lines.push(row.map((block) => (block[line] ?? "").padEnd(wide)).join("  ").trimEnd());
  }
  return lines;
}
