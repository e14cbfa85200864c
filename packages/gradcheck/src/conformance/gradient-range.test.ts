import {
  clip, elu, gelu, grad, heaviside, hessian, hypot, leakyRelu, logSigmoid, logSumExp, norm, prod, silu, softmax, stack, std, tensor, vjp,
} from "@ndgrad/core";
import { bind, fromData, registry, type FloatDType, type Primitive, type Tensor } from "@ndgrad/core/internal";
import { describe, expect, test } from "vitest";

// Gradients of elementwise functions over all magnitudes that floats have: right wherever the right gradient is a float, whatever
// overflows or vanishes on the way to it in the formula of a textbook.

/** ∂f/∂(argument), in an order of operations in which nothing leaves the range of float64 unless the result does. NaN: there is none. */
type Partial = (a: number, b: number) => number;

const signOf = (x: number): number => Math.sign(x);
const flat: Partial = () => 0;
/** a/√(a² + b²) */
const alongHypot = (side: number, other: number): number => {
  const size = Math.max(Math.abs(side), Math.abs(other));
  const [x, y] = [side / size, other / size];
  return x / Math.sqrt(x * x + y * y);
};
/** x/(x² + y²) */
const overSquares = (x: number, y: number): number => {
  const size = Math.max(Math.abs(x), Math.abs(y));
  const [u, v] = [x / size, y / size];
  return u / (u * u + v * v) / size;
};
const wholeQuotient = (a: number, b: number): number => Math.round((a - (a % b)) / b) - Number(a % b !== 0 && a < 0 !== b < 0);
const halfShare = (mine: number, other: number): number => (mine > other ? 1 : mine === other ? 0.5 : 0);
const logistic = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const inverseHypot = (x: number): number => (Math.abs(x) > 1e8 ? 1 / Math.abs(x) : 1 / Math.sqrt(1 + x * x));

const derivatives: Readonly<Record<string, readonly [Partial] | readonly [Partial, Partial]>> = {
  neg: [() => -1], square: [(x) => 2 * x], sqrt: [(x) => 0.5 / Math.sqrt(x)], rsqrt: [(x) => -0.5 / Math.sqrt(x) / x], reciprocal: [(x) => -1 / x / x],
  cbrt: [(x) => 1 / Math.cbrt(x) / Math.cbrt(x) / 3], abs: [signOf], sign: [flat], floor: [flat], ceil: [flat], trunc: [flat], round: [flat],
  exp: [Math.exp], exp2: [(x) => 2 ** x * Math.LN2], expm1: [Math.exp], log: [(x) => (x > 0 ? 1 / x : NaN)], log2: [(x) => (x > 0 ? 1 / x / Math.LN2 : NaN)],
  log10: [(x) => (x > 0 ? 1 / x / Math.LN10 : NaN)], log1p: [(x) => (x > -1 ? 1 / (1 + x) : NaN)],
  sin: [Math.cos], cos: [(x) => -Math.sin(x)], tan: [(x) => 1 / Math.cos(x) / Math.cos(x)],
  asin: [(x) => 1 / Math.sqrt((1 - x) * (1 + x))], acos: [(x) => -1 / Math.sqrt((1 - x) * (1 + x))], atan: [(x) => inverseHypot(x) * inverseHypot(x)],
  sinh: [Math.cosh], cosh: [Math.sinh], tanh: [(x) => 4 * logistic(2 * x) * logistic(-2 * x)],
  asinh: [inverseHypot], acosh: [(x) => 1 / Math.sqrt(x - 1) / Math.sqrt(x + 1)], atanh: [(x) => (Math.abs(x) < 1 ? 1 / (1 - x) / (1 + x) : NaN)],
  sigmoid: [(x) => logistic(x) * logistic(-x)], softplus: [logistic], relu: [(x) => Number(x > 0)], softsign: [(x) => 1 / (1 + Math.abs(x)) / (1 + Math.abs(x))], erf: [(x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)],
  add: [() => 1, () => 1], sub: [() => 1, () => -1], mul: [(_, b) => b, (a) => a], div: [(_, b) => 1 / b, (a, b) => -a / b / b],
  hypot: [(a, b) => alongHypot(a, b), (a, b) => alongHypot(b, a)],
  atan2: [(y, x) => overSquares(x, y), (y, x) => -overSquares(y, x)],
  // Powers with the exponents that people write; ∂/∂b of a negative number is none.
  pow: [(a, b) => (Number.isInteger(b) || a > 0 ? b * a ** (b - 1) : NaN), (a, b) => (a > 0 ? a ** b * Math.log(a) : NaN)],
  maximum: [(a, b) => halfShare(a, b), (a, b) => halfShare(b, a)], minimum: [(a, b) => halfShare(b, a), (a, b) => halfShare(a, b)],
  mod: [() => 1, (a, b) => -wholeQuotient(a, b)], floorDiv: [flat, flat], copySign: [(a, b) => signOf(a) * (b < 0 ? -1 : 1), flat],
};
const exponents = [-3, -2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 7];

/** Their rules look at the result alone, which programs keep anyway: where it is rounded to 1, the gradient is 0. */
const byResult = new Set(["sigmoid", "tanh"]);

const elementwise = [...registry.values()].filter(({ lower, vjp }) => lower.kind === "elementwise" && vjp !== null);
/** Neither a function of numbers alone nor one that changes them. */
const moving = new Set(["where", "cast"]);

const range = { float32: [-126, 127], float64: [-1022, 1023] } as const;
/** Magnitudes from the smallest normal number to the largest, both signs, evenly in the exponent, with numbers that are no powers of two and some near 1. */
function magnitudes(dtype: FloatDType, count: number): number[] {
  const [least, most] = range[dtype];
  const found = Array.from({ length: count }, (_, i) => (1 + ((i * 0.618034) % 1) * 0.999) * 2 ** Math.round(least + ((most - least) * i) / (count - 1)));
  found.push(1, 0.5, 2, 0.999, 1.001, 0.1, 3, 10, 30, 80);
  return [...found, ...found.map((x) => -x)].map((x) => (dtype === "float32" ? Math.fround(x) : x));
}

const tolerance = { float32: 1e-5, float64: 1e-12 } as const;
const least = { float32: 2 ** -149, float64: 2 ** -1074 } as const;
const rounding = { float32: 2 ** -23, float64: 2 ** -52 } as const;

/** Functions of primitives. Of gelu and silu only what is not lost where sigmoid and erf are rounded to 0 and 1. */
const composed: Readonly<Record<string, readonly [f: (x: Tensor) => Tensor, derivative: Partial, ...more: number[]]>> = {
  logSigmoid: [logSigmoid, (x) => logistic(-x)],
  silu: [silu, (x) => logistic(x) * (1 + x * logistic(-x))],
  gelu: [gelu, (x) => (Math.abs(x) > 5 ? Number(x > 0) : NaN)],
  "gelu by tanh": [(x) => gelu(x, { approximate: "tanh" }), (x) => (Math.abs(x) > 5 ? Number(x > 0) : NaN)],
  elu: [(x) => elu(x, { alpha: 0.5 }), (x) => (x > 0 ? 1 : 0.5 * Math.exp(x)), Infinity, -Infinity],
  leakyRelu: [(x) => leakyRelu(x, { slope: 0.25 }), (x) => (x > 0 ? 1 : 0.25), Infinity, -Infinity, 0],
  heaviside: [(x) => heaviside(x), flat, Infinity, -Infinity, 0],
  clip: [(x) => clip(x, { min: -1, max: 2 }), (x) => (x === -1 || x === 2 ? 0.5 : Number(x > -1 && x < 2)), Infinity, -Infinity],
  norm: [(x) => norm(x, { axis: [] }), signOf, 0],
  "norm beside an equal": [(x) => norm(stack([x, x]), { axis: 0 }), (x) => signOf(x) * Math.SQRT2, 0],
  "std of two": [(x) => std(stack([x, x.neg()]), { axis: 0 }), signOf, 0],
  "prod of three": [(x) => prod(stack([x, x.mul(0).add(1), x.mul(0).add(1)]), { axis: 0 }).sum(), () => 1],
  "logSumExp beside −∞": [(x) => logSumExp(stack([x, x.mul(0).sub(Infinity)]), { axis: 0 }), () => 1],
  "logSumExp beside 0": [(x) => logSumExp(stack([x, x.mul(0)]), { axis: 0 }), logistic],
  "logSumExp beside ∞": [(x) => logSumExp(stack([x, x.mul(0).add(Infinity)]), { axis: 0 }), flat],
  "logSumExp of −∞, ∞ and one": [(x) => logSumExp(stack([x.mul(0).add(Infinity), x, x.mul(0).sub(Infinity)]), { axis: 0 }), flat],
  "softmax beside −∞": [(x) => softmax(stack([x, x.mul(0).sub(Infinity)]), { axis: 0 }).take(0), () => 0],
};

describe.each(["float32", "float64"] as const)("in %s, over all magnitudes, kinks and what infinities leave, the gradient is right of", (dtype) => {
  test.each(Object.keys(composed))("%s", (name) => {
    const [f, derivative, ...more] = composed[name];
    const points = [...magnitudes(dtype, 200), ...more];
    const x = fromData(dtype === "float32" ? Float32Array.from(points) : Float64Array.from(points), [points.length], dtype);
    const { data } = grad((each: Tensor) => f(each).sum())(x);
    const wrong = points.flatMap((point, i) => {
      const expected = derivative(point, NaN);
      const allowed = 1e-5 * Math.abs(expected) + rounding[dtype] * (dtype === "float32" ? 16 : 1e9);
      return Number.isNaN(expected) || Math.abs(data[i] - expected) <= allowed ? [] : [`${point}: got ${data[i]}, not ${expected}`];
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});

function wrongAt(primitive: Primitive, dtype: FloatDType, operands: readonly (readonly number[])[]): string[] {
  const tensors = operands.map((values) => fromData(dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values), [values.length], dtype));
  const { value, pullback } = vjp((...inputs: readonly Tensor[]) => bind(primitive, inputs, undefined), ...tensors);
  const ones = fromData(dtype === "float32" ? new Float32Array(value.size).fill(1) : new Float64Array(value.size).fill(1), value.shape, dtype);
  const gradients = pullback(ones);
  const wrong: string[] = [];
  derivatives[primitive.name].forEach((partial, which) => {
    for (let i = 0; i < value.size; i++) {
      const [a, b = NaN] = operands.map((values) => values[i]);
      const exact = partial(a, b);
      const expected = dtype === "float32" ? Math.fround(exact) : exact;
      const got = gradients[which].data[i];
      if (Number.isNaN(expected)) continue;
      const allowed = tolerance[dtype] * Math.abs(expected) + 128 * least[dtype] + (byResult.has(primitive.name) ? rounding[dtype] : 0);
      if (got === expected || Math.abs(got - expected) <= allowed) continue;
      // Next to the largest float, rounding decides between it and Infinity.
      if (Math.abs(exact) > (dtype === "float32" ? 3.4e38 : 1.79e308) && !Number.isFinite(got)) continue;
      if (wrong.length < 5) wrong.push(`∂${which}(${operands.map((values) => values[i]).join(", ")}): got ${got}, not ${expected}`);
    }
  });
  return wrong;
}

test("every elementwise function with a gradient has its derivative here", () => {
  expect(elementwise.map(({ name }) => name).filter((name) => !moving.has(name) && derivatives[name] === undefined)).toEqual([]);
});

describe.each(["float32", "float64"] as const)("in %s, over all magnitudes, the gradient is right of", (dtype) => {
  test.each(Object.keys(derivatives))("%s", (name) => {
    const primitive = registry.get(name);
    if (primitive === undefined) throw new Error(`there is no primitive ${name}`);
    if (derivatives[name].length === 1) {
      expect(wrongAt(primitive, dtype, [magnitudes(dtype, 600)])).toEqual([]);
      return;
    }
    const first = magnitudes(dtype, 24);
    const second = name === "pow" ? exponents : first;
    expect(wrongAt(primitive, dtype, [first.flatMap((a) => second.map(() => a)), first.flatMap(() => second)])).toEqual([]);
  });
});

test("the largest and infinite arguments have the gradient of their direction", () => {
  const at = (name: string, a: number, b: number): readonly number[] => {
    const primitive = registry.get(name);
    if (primitive === undefined) throw new Error(`there is no primitive ${name}`);
    const [x, y] = [a, b].map((value) => fromData(Float32Array.of(value), [], "float32"));
    return vjp((...inputs: readonly Tensor[]) => bind(primitive, inputs, undefined), x, y).pullback(fromData(Float32Array.of(1), [], "float32")).map((each) => Number(each.data[0].toFixed(6)));
  };
  expect(at("hypot", 3e38, 3e38)).toEqual([0.707107, 0.707107]);
  expect(at("hypot", Infinity, 3)).toEqual([1, 0]);
  expect(at("hypot", 3, -Infinity)).toEqual([0, -1]);
  expect(at("hypot", 0, 0)).toEqual([0, 0]);
  expect(at("atan2", Infinity, 1).map(Math.abs)).toEqual([0, 0]);
  expect(at("atan2", 0, 0)).toEqual([NaN, NaN]);
});

test("hypot is flat at the origin in the second order too, and right far from it", () => {
  const second = hessian((x: Tensor) => hypot(x.take(0), x.take(1)));
  expect([...second(tensor([0, 0])).data]).toEqual([0, 0, 0, 0]);
  // xy/r³ and its like, of (3, 4) times 10³⁰ and 10⁻³⁰.
  for (const size of [1e30, 1, 1e-30]) {
    const scaled = second(tensor([3 * size, 4 * size])).mul(size).data;
    [0.128, -0.096, -0.096, 0.072].forEach((each, i) => expect(scaled[i]).toBeCloseTo(each, 5));
  }
});
