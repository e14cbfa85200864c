/** Widths in a Helvetica-like face, in hundredths of the font's size. */
const narrow = 28;
const usual = 56;
const capital = 69;
const wide = 86;

const widthOf = (character: string): number => {
  if (/[ijlftI.,:;!|'()[\]/ ·]/.test(character)) return narrow;
  if (/[mwMW%@—…]/.test(character)) return wide;
  if (/[A-Z]/.test(character)) return capital;
  // Ideographs and pictures take a full square.
  if (character > "\u2e80") return 100;
  return usual;
};

/** About how wide a line of text is, in pixels. */
export function textWidth(text: string, fontSize: number): number {
  let sum = 0;
  for (const character of text) sum += widthOf(character);
  return (sum * fontSize) / 100;
}

/** A text in lines that are no wider than `most`, broken between words; a word that is wider has a line of its own. */
export function wrapped(text: string, most: number, widthOf: (line: string) => number): readonly string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(/ +/)) {
      const longer = `${lines.at(-1) ?? ""} ${word}`;
      if (lines.length > 0 && widthOf(longer) <= most) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  });
}
