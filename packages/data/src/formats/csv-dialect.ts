// What stands between fields is seldom said: the first lines show it.

/** How much of a file is looked at. */
export const sampleLength = 8192;

/** A first line for spreadsheets: sep=; */
const announcement = /^"?sep=([^\w\s"]|\t)"?(?=\r|\n|$)/i;

const candidates = [",", ";", "\t", "|"] as const;

/** How often each candidate stands outside of quotes, record by record. */
function countsOf(sample: string, whole: boolean): readonly (readonly number[])[] {
  const records: number[][] = [];
  let counts = candidates.map(() => 0);
  let [quoted, empty] = [false, true];
  for (const character of sample) {
    if (character === '"') quoted = !quoted;
    if (!quoted && (character === "\n" || character === "\r")) {
      if (!empty) records.push(counts);
      [counts, empty] = [candidates.map(() => 0), true];
      continue;
    }
    empty = false;
    const at = quoted ? -1 : candidates.indexOf(character as (typeof candidates)[number]);
    if (at >= 0) counts[at]++;
  }
  // The last one may go on behind the sample.
  if (!empty && (whole || records.length === 0)) records.push(counts);
  return records;
}

/** The delimiter of a file that begins like this, with so many columns if that is known: the one that all records have as often, and most often. */
function delimiterIn(sample: string, whole: boolean, columns: number | undefined): string {
  const records = countsOf(sample, whole);
  const [first] = records;
  if (first === undefined) return ",";
  const present = [...candidates.keys()].filter((at) => first[at] > 0);
  const fitting = present.filter((at) => first[at] + 1 === columns);
  const even = (fitting.length > 0 ? fitting : present).filter((at) => records.every((counts) => counts[at] === first[at]));
  // Stable: of equal ones the earlier.
  const [best = 0] = (even.length > 0 ? even : fitting.length > 0 ? fitting : present).sort((a, b) => first[b] - first[a]);
  return candidates[best];
}

/** What a file that begins like this has between its fields, and how long the announcement is, which is no record. */
export function dialectOf(sample: string, whole: boolean, columns: number | undefined): { readonly delimiter: string; readonly announced: number } {
  const [line = "", announced] = announcement.exec(sample) ?? [];
  return { delimiter: announced ?? delimiterIn(sample, whole, columns), announced: line.length };
}
