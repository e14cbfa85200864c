/** A figure with its spread. */
export interface Summary {
  readonly median: number;
  /** The first and third quartile. */
  readonly low: number;
  readonly high: number;
}

/** The value below which the fraction `q` of the values lies, interpolated. NumPy: quantile. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at));
}

/** Median and quartiles. They say more than a mean of times: another process on the machine only ever adds. */
export function summarize(values: readonly number[]): Summary {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

/** The peer's time over ours, round by round: a slow stretch of the machine hits both sides of a round and cancels. */
export function ratios(peer: readonly number[], ours: readonly number[]): Summary {
  return summarize(peer.map((time, round) => time / ours[round]));
}
