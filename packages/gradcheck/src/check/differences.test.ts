import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge, type Precision, type Verdict } from "./differences.ts";

const precision: Precision = { unit: 2 ** -52, step: Math.cbrt(2 ** -52), ladder: [256, 16, 1, 1 / 16, 1 / 256], rtol: 1e-5, atol: 1e-8 };

/** The verdict on a derivative of a function of one number at x. */
const verdict = (f: (x: number) => number, x: number, derivative: number): Verdict =>
  judge((displacement) => Float64Array.of(f(x + displacement)), Float64Array.of(f(x)), [derivative], precision)[0];

const within = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true, noDefaultInfinity: true });

/** Of a size that float64 computes with in full: below 1e-300 digits are lost. */
const factor = fc.tuple(within(0.01, 3), fc.constantFrom(-1, 1)).map(([size, sign]) => sign * size);

/** a·sin(b·x) + c·x² with its derivative. */
const smooth = fc.record({ a: factor, b: within(0.1, 5), c: factor, x: within(-4, 4) }).map(({ a, b, c, x }) => ({
  f: (at: number) => a * Math.sin(b * at) + c * at * at,
  derivative: a * b * Math.cos(b * x) + 2 * c * x,
  x,
}));

describe("judge", () => {
  test("takes right derivatives of smooth functions for right", () => {
    fc.assert(fc.property(smooth, ({ f, x, derivative }) => { expect(verdict(f, x, derivative).kind).toBe("agrees"); }), { numRuns: 500 });
  });

  test("catches every wrong derivative of a smooth function, however close", () => {
    fc.assert(fc.property(smooth, within(-8, 0), fc.constantFrom(-1, 1), ({ f, x, derivative }, exponent, sign) => {
      // From four times the tolerance up.
      const error = sign * 4 * (1e-8 + 1e-5 * (Math.abs(derivative) + 1)) * 10 ** (exponent + 8);
      expect(verdict(f, x, derivative + error).kind).toBe("differs");
    }), { numRuns: 500 });
  });

  test("raises no alarm at any distance from a kink, a jump or a corner of the slope", () => {
    const jumps = fc.constantFrom<(at: number) => number>(Math.abs, (at) => Math.max(at, 0), Math.sign, (at) => at * Math.abs(at), (at) => Math.cbrt(at), (at) => Math.sqrt(Math.abs(at)));
    fc.assert(fc.property(smooth, jumps, within(-14, 0), fc.constantFrom(-1, 1), ({ f, x, derivative }, corner, exponent, side) => {
      const at = x - side * 10 ** exponent;
      const distance = x - at;
      expect(verdict((each) => f(each) + corner(each - at), x, derivative + cornerSlope(corner, distance)).kind).not.toBe("differs");
    }), { numRuns: 3000 });
  });

  test("catches a derivative that is not finite where the function is smooth", () => {
    expect(verdict(Math.sin, 1, NaN).kind).toBe("differs");
    expect(verdict(Math.sin, 1, Infinity).kind).toBe("differs");
    expect(verdict(Math.abs, 0, NaN).kind).toBe("skipped");
  });
});

/** The derivatives of the corners above, away from 0. */
function cornerSlope(corner: (at: number) => number, d: number): number {
  switch (corner(-4)) {
    case 4: return Math.sign(d);
    case 0: return d > 0 ? 1 : 0;
    case -1: return 0;
    case -16: return 2 * Math.abs(d);
    case 2: return Math.sign(d) / (2 * Math.sqrt(Math.abs(d)));
    default: return 1 / (3 * Math.cbrt(d) ** 2);
  }
}
