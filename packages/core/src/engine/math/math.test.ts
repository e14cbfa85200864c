import { describe, expect, test } from "vitest";
import { add, apply, input, math, type Expr, type MathOp, type ScalarType } from "../expr.ts";
import { interpreter, mathFunctions } from "../reference/interpret.ts";
import { expand, expandMath } from "./index.ts";

type Float = "float32" | "float64";

const binaryOps: readonly MathOp[] = ["pow", "atan2"];
const ops = Object.keys(mathFunctions) as MathOp[];
const unaryOps = ops.filter((op) => !binaryOps.includes(op));

const call = (op: MathOp, type: Float): Expr =>
  expand(apply(op, binaryOps.includes(op) ? [input(0, type), input(1, type)] : [input(0, type)], type));
const runner = (op: MathOp, type: Float): ((...inputs: number[]) => number) => {
  const run = interpreter(call(op, type));
  return (...inputs) => Number(run(inputs));
};

const view = new DataView(new ArrayBuffer(8));
/** Neighbouring floats have neighbouring numbers. */
function ordinal(x: number, type: Float): number | bigint {
  if (type === "float32") {
    view.setFloat32(0, x);
    const word = view.getInt32(0);
    return word < 0 ? -(word & 0x7fffffff) : word;
  }
  view.setFloat64(0, x);
  const word = view.getBigInt64(0);
  return word < 0n ? -(word & 0x7fff_ffff_ffff_ffffn) : word;
}
/** How many floats apart; NaN against a number and +0 against −0 count as infinitely far. */
function distance(a: number, b: number, type: Float): number {
  if (Object.is(a, b)) return 0;
  if (Number.isNaN(a) || Number.isNaN(b) || a === b) return Infinity;
  return Math.abs(Number(BigInt(ordinal(a, type)) - BigInt(ordinal(b, type))));
}

/** Mulberry32: the same points at each run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const next32 = (x: number, step: 1 | -1): number => {
  view.setFloat32(0, x);
  view.setInt32(0, view.getInt32(0) + step);
  return view.getFloat32(0);
};
const next64 = (x: number, step: 1 | -1): number => {
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(step));
  return view.getFloat64(0);
};

const edges = [0, 1, 2, 3, 0.5, 0.25, 1.5, 7, 10, 1000, 1e10, 1e30, 2 ** 20, 2 ** 54, 1e-5, 1e-30, Infinity];
/** Where methods change and where results begin to overflow, underflow or round to a constant. */
const thresholds: Readonly<Record<Float, readonly number[]>> = {
  float32: [88.72284, 87.33654, 103.97208, 103.2789, 88.37627, 126, 127, 128, 149, 150, 0.34657359, 1.0397208, 0.70710677, 1.4142135, 0.925, 3.92, 4, 9.0109, 10, 89.4159, 2 ** -126, 2 ** -149, 3.4028235e38, Math.PI, Math.PI / 2, Math.PI / 4, 0.41421357, 2.4142137],
  float64: [709.782712893384, 708.3964185322641, 745.1332191019411, 744.4400719213812, 710.4758600739439, 1022, 1023, 1024, 1074, 1075, 0.34657359027997264, 1.0397207708399179, Math.SQRT1_2, Math.SQRT2, 5.9, 6, 19.1, 20, 22, 36.7, 2 ** -1022, 2 ** -1074, Number.MAX_VALUE, Math.PI, Math.PI / 2, Math.PI / 4, 3 * Math.PI / 4, Math.sqrt(2) - 1, 2 ** -28, 2 ** 28],
};

/** Specials with their neighbours, then `perExponent` random fractions at every exponent, then the range where most functions bend. */
function samples(type: Float, perExponent: number, moderate: number, seed: number): readonly number[] {
  const random = generator(seed);
  const [next, least, greatest] = type === "float32" ? [next32, -149, 127] as const : [next64, -1074, 1023] as const;
  const positive: number[] = [];
  for (const x of [...edges, ...thresholds[type]]) positive.push(x, ...(x > 0 ? [next(x, -1)] : []), ...(x < Infinity ? [next(x, 1)] : []));
  for (let exponent = least; exponent <= greatest; exponent++) {
    positive.push(2 ** exponent);
    for (let i = 0; i < perExponent; i++) positive.push((1 + random()) * 2 ** exponent);
  }
  for (let i = 0; i < moderate; i++) positive.push(random() * 2, random() * 20, 1 + random() * random());
  const all = [...positive, ...positive.map((x) => -x), NaN];
  return type === "float32" ? [...new Float32Array(all)] : all;
}

/** IEEE 754 and NumPy where `Math.pow` gives NaN. */
const pow = (x: number, y: number): number => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y);
const reference = (op: MathOp): ((a: number, b: number) => number) => (op === "pow" ? pow : mathFunctions[op]);

describe("float32 is within 2 ulp of the correctly rounded value", () => {
  const points = samples("float32", 10, 500, 1);
  test.each(unaryOps)("%s", (op) => {
    const run = runner(op, "float32");
    const exact = reference(op);
    const wrong = points.filter((x) => !(distance(run(x), Math.fround(exact(x, 0)), "float32") <= 2));
    expect(wrong).toEqual([]);
  });
});

describe("float64 is within 2 ulp of Math", () => {
  const points = samples("float64", 1, 700, 2);
  test.each(unaryOps.filter((op) => !["sigmoid", "softplus", "erf"].includes(op)))("%s", (op) => {
    const run = runner(op, "float64");
    const exact = reference(op);
    const wrong = points.filter((x) => !(distance(run(x), exact(x, 0), "float64") <= 2));
    expect(wrong).toEqual([]);
  });
});

describe.each(["float32", "float64"] as const)("of two arguments, %s", (type) => {
  const special = [0, 0.5, 1, 1.5, 2, 3, 2 ** 31, 2 ** 53 - 1, 2 ** 53 + 2, 1e19, 1e30, 2 ** -1074, 2 ** -149, Number.MAX_VALUE, Infinity];
  const signed = [...special, ...special.map((x) => -x), NaN];
  const round = (x: number): number => (type === "float32" ? Math.fround(x) : x);
  const random = generator(3);
  const any = (): number => (random() < 0.5 ? -1 : 1) * (1 + random()) * 2 ** ((random() * 60 - 30) | 0);
  const pairs: (readonly [number, number])[] = signed.flatMap((x) => signed.map((y) => [round(x), round(y)] as const));
  for (let i = 0; i < 4000; i++) {
    pairs.push([round(any()), round(any())], [round(any()), Math.round(random() * 40 - 20)]);
    // Powers that reach all over the range, also of numbers close to 1, but with exponents below 2³¹: beyond them Math.pow itself is wrong by 100 ulp.
    const base = round(i % 2 === 0 ? Math.abs(any()) : 1 + (i % 4 === 1 ? 1 : -1) * 2 ** -(1 + random() * 19));
    pairs.push([base, round(((random() * 2 - 1) * (type === "float32" ? 104 : 745)) / Math.log(base))]);
  }
  test.each(binaryOps)("%s", (op) => {
    const run = runner(op, type);
    const exact = reference(op);
    expect(pairs.filter(([x, y]) => !(distance(run(x, y), round(exact(x, y)), type) <= 2))).toEqual([]);
  });
});

describe("float64 functions that Math lacks are within 2 ulp of their value", () => {
  // Fixed-point numbers with 400 bits after the point.
  const bitsAfterPoint = 400n;
  const unit = 1n << bitsAfterPoint;
  const times = (a: bigint, b: bigint): bigint => (a * b) >> bitsAfterPoint;
  const over = (a: bigint, b: bigint): bigint => (a << bitsAfterPoint) / b;
  /** For 2⁻³⁰⁰ < |x| < 2⁵⁰⁰: exact. */
  const fixed = (x: number): bigint => BigInt(x * 2 ** 350) << 50n;
  const toNumber = (x: bigint): number => Number(x) * 2 ** -400;

  /** Σ terms, each from the one before. */
  const series = (first: bigint, nextTerm: (term: bigint, n: bigint) => bigint, weigh: (term: bigint, n: bigint) => bigint): bigint => {
    let sum = 0n;
    let term = first;
    for (let n = 0n; term !== 0n && term !== -1n; n++) {
      sum += weigh(term, n);
      term = nextTerm(term, n);
    }
    return sum;
  };
  const exponential = (x: bigint): bigint => {
    const small = x >> 10n;
    let power = series(unit, (term, n) => times(term, small) / (n + 1n), (term) => term);
    for (let i = 0; i < 10; i++) power = times(power, power);
    return power;
  };
  const logarithmOfOnePlus = (t: bigint): bigint => {
    const s = over(t, 2n * unit + t);
    const square = times(s, s);
    return 2n * series(s, (term) => times(term, square), (term, n) => term / (2n * n + 1n));
  };
  // √π to 60 digits
  const rootOfPi = (1772453850905516027298167483341145182797549456122387128213807n * unit) / 10n ** 60n;
  const errorFunction = (x: bigint): bigint => {
    const square = times(x, x);
    return over(2n * series(x, (term, n) => -times(term, square) / (n + 1n), (term, n) => term / (2n * n + 1n)), rootOfPi);
  };

  const definitions = {
    sigmoid: (x: number) => { const e = exponential(-fixed(Math.abs(x))); return toNumber(over(x < 0 ? e : unit, unit + e)); },
    softplus: (x: number) => toNumber((x > 0 ? fixed(x) : 0n) + logarithmOfOnePlus(exponential(-fixed(Math.abs(x))))),
    erf: (x: number) => toNumber(errorFunction(fixed(x))),
  };
  const random = generator(4);
  const points: number[] = [1, -1, 0.5, 3, -3, 5.9, -5.9, 6, next64(1, -1)];
  for (let i = 0; i < 600; i++) points.push((random() * 2 - 1) * 6, (random() * 2 - 1) * 2, (random() * 2 - 1) * 2 ** -(random() * 40));

  test.each(["sigmoid", "softplus", "erf"] as const)("%s", (op) => {
    const run = runner(op, "float64");
    const wide = op === "erf" ? points : [...points, ...points.map((x) => x * 15)];
    expect(wide.filter((x) => !(distance(run(x), definitions[op](x), "float64") <= 2))).toEqual([]);
  });

  test("pow with exponents beyond 2³¹ too, where Math.pow is not", () => {
    const run = runner("pow", "float64");
    const wrong: unknown[] = [];
    for (let i = 0; i < 300; i++) {
      const base = 1 + (random() < 0.5 ? -1 : 1) * 2 ** -(20 + random() * 30);
      const power = ((random() * 2 - 1) * 100) / Math.log(base);
      // ln x = −ln(1/x), so that the logarithm is of a number above 1
      const logarithm = base > 1 ? logarithmOfOnePlus(fixed(base - 1)) : -logarithmOfOnePlus(over(unit, fixed(base)) - unit);
      const exact = toNumber(exponential(times(fixed(power), logarithm)));
      if (!(distance(run(base, power), exact, "float64") <= 2)) wrong.push([base, power, exact]);
    }
    expect(wrong).toEqual([]);
  });

  test("and right at the ends of the range", () => {
    const [sigmoid, softplus, erf] = [runner("sigmoid", "float64"), runner("softplus", "float64"), runner("erf", "float64")];
    for (const x of samples("float64", 1, 0, 5)) {
      if (x < -40) {
        expect(distance(sigmoid(x), Math.exp(x), "float64")).toBeLessThanOrEqual(2);
        expect(distance(softplus(x), Math.exp(x), "float64")).toBeLessThanOrEqual(2);
      }
      if (x > 40) expect([sigmoid(x), softplus(x)]).toEqual([1, x]);
      if (Math.abs(x) > 6) expect(erf(x)).toBe(Math.sign(x));
      if (Math.abs(x) < 2 ** -30) expect(distance(erf(x), (2 / Math.sqrt(Math.PI)) * x, "float64")).toBeLessThanOrEqual(2);
    }
    expect([sigmoid(NaN), softplus(NaN), erf(NaN)]).toEqual([NaN, NaN, NaN]);
    expect([sigmoid(-Infinity), softplus(-Infinity), erf(-0)]).toEqual([0, 0, -0]);
  });
});

describe("expansion", () => {
  /** Every node once. */
  const nodesOf = (root: Expr): ReadonlySet<Expr> => {
    const seen = new Set<Expr>();
    const visit = (node: Expr): void => {
      if (seen.has(node)) return;
      seen.add(node);
      if (node.kind === "apply") node.args.forEach(visit);
      if (node.kind === "rescue") [node.when, node.value, ...node.args].forEach(visit);
    };
    visit(root);
    return seen;
  };
  const typesOf = (root: Expr): ReadonlySet<ScalarType> => new Set([...nodesOf(root)].map((node) => node.type));
  const length = (root: Expr): number => [...nodesOf(root)].filter((node) => node.kind === "apply" || node.kind === "rescue").length;

  test.each(ops)("%s uses machine operations only", (op) => {
    for (const type of ["float32", "float64"] as const) {
      const left = [...nodesOf(call(op, type))].filter((node) => node.kind === "apply" && node.op in mathFunctions);
      expect(left).toEqual([]);
    }
  });

  test("the hot functions of float32 stay in 32-bit lanes, and short", () => {
    const most = { exp: 30, exp2: 26, expm1: 30, log: 37, tanh: 36, sigmoid: 35, softplus: 51, erf: 58 } as const;
    for (const [op, limit] of Object.entries(most)) {
      const expr = call(op as MathOp, "float32");
      expect([...typesOf(expr)].filter((type) => type === "float64" || type === "int64")).toEqual([]);
      expect(length(expr), op).toBeLessThanOrEqual(limit);
    }
  });

  test("what is shared stays shared, and what the machine has stays as it is", () => {
    const x = input(0, "float32");
    const e = math("exp", x);
    const twice = add(e, e);
    expect(length(expand(twice))).toBe(length(expand(e)) + 1);
    expect(expandMath(twice as Extract<Expr, { kind: "apply" }>)).toBe(twice);
    expect(expand(x)).toBe(x);
  });

  test("an integer argument is refused", () => {
    expect(() => expand(math("exp", input(0, "int32")))).toThrow("exp: no function of int32; cast to a float first");
  });
});
