import type { MersenneTwister } from "./mersenne-twister.ts";

/** Draws how many of `n` tries succeed, each with probability `p`; both are checked by the caller. */
export function binomial(source: MersenneTwister, n: number, p: number): () => number {
  if (n === 0 || p === 0) return () => 0;
  if (p <= 0.5) return smaller(source, n, p);
  const failures = smaller(source, n, 1 - p);
  return () => n - failures();
}

const smaller = (source: MersenneTwister, n: number, p: number): (() => number) =>
  n * p <= 30 ? byInversion(source, n, p) : byRejection(source, n, p);

/**
 * Inversion: subtracts the probabilities of 0, 1, 2, … successes from one uniform number until nothing is left.
 * Starts again where rounding let it run ten standard deviations beyond the mean.
 */
function byInversion(source: MersenneTwister, n: number, p: number): () => number {
  const q = 1 - p;
  const none = Math.exp(n * Math.log(q));
  const bound = Math.floor(Math.min(n, n * p + 10 * Math.sqrt(n * p * q + 1)));
  return () => {
    let successes = 0;
    let probability = none;
    let left = source.double();
    while (left > probability) {
      successes++;
      if (successes > bound) {
        successes = 0;
        probability = none;
        left = source.double();
      } else {
        left -= probability;
        probability = ((n - successes + 1) * p * probability) / (successes * q);
      }
    }
    return successes;
  };
}

/**
 * BTPE: a triangle in the middle, two parallelograms beside it and two exponential tails lie above the scaled
 * probabilities; a point among them is drawn and kept if it lies below.
 *
 * @see Kachitvichyanukul, Schmeiser: Binomial random variate generation, Communications of the ACM 31 (1988); names are the paper's.
 */
function byRejection(source: MersenneTwister, n: number, p: number): () => number {
  const q = 1 - p;
  const middle = n * p + p;
  const mode = Math.floor(middle);
  const half = Math.floor(2.195 * Math.sqrt(n * p * q) - 4.6 * q) + 0.5;
  const center = mode + 0.5;
  const left = center - half;
  const right = center + half;
  const c = 0.134 + 20.5 / (15.3 + mode);
  const slope = (a: number): number => a * (1 + a / 2);
  const lambdaLeft = slope((middle - left) / (middle - left * p));
  const lambdaRight = slope((right - middle) / (right * q));
  const untilParallelograms = half * (1 + 2 * c);
  const untilLeftTail = untilParallelograms + c / lambdaLeft;
  const untilRightTail = untilLeftTail + c / lambdaRight;
  const variance = n * p * q;

  /** Whether a point at y, v times as high as the hull, lies below the probability of y. */
  const below = (y: number, v: number): boolean => {
    const k = Math.abs(y - mode);
    if (k <= 20 || k >= variance / 2 - 1) return v <= ratioByRecursion(y);
    const rho = (k / variance) * ((k * (k / 3 + 0.625) + 0.16666666666666666) / variance + 0.5);
    const t = (-k * k) / (2 * variance);
    const logV = Math.log(v);
    if (logV < t - rho) return true;
    if (logV > t + rho) return false;
    const x1 = y + 1;
    const f1 = mode + 1;
    const z = n + 1 - mode;
    const w = n - y + 1;
    return logV <= center * Math.log(f1 / x1) + (n - mode + 0.5) * Math.log(z / w) + (y - mode) * Math.log((w * p) / (x1 * q))
      + stirling(f1) + stirling(z) + stirling(x1) + stirling(w);
  };
  /** P(y) / P(mode), factor by factor. */
  const ratioByRecursion = (y: number): number => {
    const s = p / q;
    const a = s * (n + 1);
    let ratio = 1;
    for (let i = mode + 1; i <= y; i++) ratio *= a / i - s;
    for (let i = y + 1; i <= mode; i++) ratio /= a / i - s;
    return ratio;
  };

  return () => {
    for (;;) {
      const u = source.double() * untilRightTail;
      let v = source.double();
      if (u <= half) return Math.floor(center - half * v + u);
      let y: number;
      if (u <= untilParallelograms) {
        const x = left + (u - half) / c;
        v = v * c + 1 - Math.abs(mode - x + 0.5) / half;
        if (v > 1) continue;
        y = Math.floor(x);
      } else if (v === 0) {
        continue;
      } else if (u <= untilLeftTail) {
        y = Math.floor(left + Math.log(v) / lambdaLeft);
        if (y < 0) continue;
        v *= (u - untilParallelograms) * lambdaLeft;
      } else {
        y = Math.floor(right - Math.log(v) / lambdaRight);
        if (y > n) continue;
        v *= (u - untilLeftTail) * lambdaRight;
      }
      if (below(y, v)) return y;
    }
  };
}

/** The correction that Stirling's formula for x! leaves, to the fifth term. */
function stirling(x: number): number {
  const square = x * x;
  return (13680 - (462 - (132 - (99 - 140 / square) / square) / square) / square) / x / 166320;
}
