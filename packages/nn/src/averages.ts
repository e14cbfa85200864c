/** Running means by name, each value weighted by the number of examples it stands for. */
export interface Averages {
  add(name: string, value: number, count: number): void;
  means(): Readonly<Record<string, number>>;
}

/** Means of nothing yet; a name without values has the mean NaN. */
export function averages(names: readonly string[]): Averages {
  const sums = new Map(names.map((name) => [name, { sum: 0, count: 0 }]));
  return {
    add(name, value, count) {
      const known = sums.get(name) ?? { sum: 0, count: 0 };
      sums.set(name, { sum: known.sum + value * count, count: known.count + count });
    },
    means: () => Object.fromEntries([...sums].map(([name, { sum, count }]) => [name, sum / count])),
  };
}
