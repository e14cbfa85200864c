const widest = 80;
const gap = 2;

/** Rows as text in columns, the last one to the right, between rules: at most 80 characters wide. */
export function table(header: readonly string[], rows: readonly (readonly string[])[], footer: readonly string[]): string {
  const widths = header.map((_, column) => Math.max(...[header, ...rows, footer].map((row) => row[column].length)));
  // What is too wide is taken from the first column: its texts are paths, and their ends tell most.
  const excess = widths.reduce((sum, width) => sum + width + gap, -gap) - widest;
  if (excess > 0) widths[0] = Math.max(4, widths[0] - excess);
  const last = widths.length - 1;
  const line = (row: readonly string[]): string =>
    row.map((text, column) => {
      const cut = text.length > widths[column] ? `…${text.slice(text.length - widths[column] + 1)}` : text;
      return column === last ? cut.padStart(widths[column]) : cut.padEnd(widths[column]);
    }).join(" ".repeat(gap));
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + gap, -gap));
  return [line(header), rule, ...rows.map(line), rule, line(footer)].join("\n");
}
