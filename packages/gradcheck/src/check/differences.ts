/** A function of one number: all elements of f's result when one element of the inputs is displaced. */
export type Probe = (displacement: number) => Float64Array;

/** What is allowed between a gradient and its finite differences, and how those are taken. */
export interface Precision {
  /** The step that balances truncation (∝ step²) and rounding (∝ 1 / step). */
  readonly step: number;
  /** Multiples of `step`, largest first, that are looked at where `step` itself does not settle the matter. */
  readonly ladder: readonly number[];
  /** The rounding error of f's result, relative to it. */
  readonly unit: number;
  readonly rtol: number;
  readonly atol: number;
}

/** How one element of a gradient compares with finite differences. */
export type Verdict =
  | { readonly kind: "agrees" | "differs"; readonly numeric: number }
  | { readonly kind: "skipped"; readonly reason: string };

interface Estimate {
  readonly central: number;
  readonly left: number;
  readonly right: number;
  /** How much rounding may change the slopes. */
  readonly noise: number;
}

/**
 * Compares the derivative of each element of f's result with central differences (φ(h) − φ(−h)) / 2h.
 *
 * Where they disagree, larger and smaller steps are tried: a step that is too large crosses kinks and sees curvature, one
 * that is too small drowns in rounding. The derivative counts as wrong only where finite differences are sure of
 * themselves: where the slopes to both sides and those at two steps agree far better with each other than with it. At a
 * kink the slopes to the left and to the right differ at every step, at a jump they grow: such points are skipped.
 */
export function judge(probe: Probe, center: Float64Array, analytic: ArrayLike<number>, precision: Precision): readonly Verdict[] {
  const probes = new Map<number, readonly [plus: Float64Array, minus: Float64Array]>();
  const estimate = (output: number, multiple: number): Estimate => {
    const step = precision.step * multiple;
    let pair = probes.get(multiple);
    if (pair === undefined) probes.set(multiple, (pair = [probe(step), probe(-step)]));
    const [plus, minus] = [pair[0][output], pair[1][output]];
    const size = Math.max(Math.abs(plus), Math.abs(minus));
    return {
      central: (plus - minus) / (2 * step), right: (plus - center[output]) / step, left: (center[output] - minus) / step,
      noise: (4 * precision.unit * size) / step,
    };
  };
  return Array.from(center, (value, output): Verdict => {
    if (!Number.isFinite(value)) return { kind: "skipped", reason: `f is ${value} here` };
    return judgeOne((multiple) => estimate(output, multiple), analytic[output], precision);
  });
}

function judgeOne(at: (multiple: number) => Estimate, analytic: number, { ladder, rtol, atol }: Precision): Verdict {
  const tolerance = (numeric: number): number => atol + rtol * Math.max(Math.abs(analytic), Math.abs(numeric));
  const agrees = ({ central, noise }: Estimate): boolean =>
    Number.isFinite(analytic) && Number.isFinite(central) && Math.abs(analytic - central) <= tolerance(central) + noise;
  for (const multiple of [1, ...ladder]) {
    const estimate = at(multiple);
    if (agrees(estimate)) return { kind: "agrees", numeric: estimate.central };
  }
  const slopes = ladder.slice(1).map((multiple, i) => slopeAt(at(ladder[i]), at(multiple))).filter(({ doubt }) => !Number.isNaN(doubt)).reverse();
  if (slopes.length === 0) return { kind: "skipped", reason: "f is not finite nearby" };
  const wrong = slopes.find(Number.isFinite(analytic)
    ? (slope) => slope === deciding(slopes, analytic) && Math.abs(analytic - slope.numeric) > tolerance(slope.numeric) + 2 * slope.doubt
    // A derivative that is not finite is told wrong by any slope that has settled.
    : ({ numeric, doubt }) => doubt <= 1e-2 * Math.max(1, Math.abs(numeric)));
  if (wrong !== undefined) return { kind: "differs", numeric: wrong.numeric };
  const { left, right } = at(ladder[ladder.length - 1]);
  return { kind: "skipped", reason: `${notSmooth}: slope ${showNumber(left)} to the left, ${showNumber(right)} to the right` };
}

/** What finite differences make of the slope, and how far they disagree among themselves: at two steps, from both sides. */
interface Slope {
  readonly numeric: number;
  readonly doubt: number;
  readonly noise: number;
}

function slopeAt(larger: Estimate, smaller: Estimate): Slope {
  const bend = Math.abs(smaller.right - smaller.left);
  // Curvature bends in proportion to the step. What does not is a kink, a jump or a cusp, and no slope is to be had.
  const sharp = bend > 4 * smaller.noise && bend > Math.abs(larger.right - larger.left) / 2;
  return {
    numeric: smaller.central, noise: smaller.noise,
    doubt: sharp ? Infinity : Math.abs(larger.central - smaller.central) + bend + smaller.noise,
  };
}

/** Smaller steps see less of what lies around: the smallest one decides at which the difference stands out from rounding. */
const deciding = (slopes: readonly Slope[], analytic: number): Slope =>
  slopes.find(({ numeric, noise }) => noise <= Math.abs(analytic - numeric) / 8) ?? slopes[slopes.length - 1];

/** What the reason begins with where there is a kink or a jump. */
export const notSmooth = "not smooth";

/** A number as reports show it. */
export const showNumber = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(7))) : String(value));
