import { describe, expect, test } from "vitest";
import { allocate, isFloat } from "../dtype.ts";
import { installEngine } from "../engine/engine.ts";
import { interpreter } from "../engine/reference/interpret.ts";
import { referenceEngine } from "../engine/reference/reference.ts";
import { input } from "../engine/expr.ts";
import { bind } from "../graph/bind.ts";
import { registry, type Picker, type Primitive, type Sample, type SampleInput } from "../primitive.ts";
import { sizeOf } from "../shape/shape.ts";
import { fromData, type Tensor } from "../tensor.ts";
import { vjp } from "../transform/vjp.ts";
import { add, mul } from "./elementwise/arithmetic.ts";
import "./elementwise/activation.ts";
import "./elementwise/bitwise.ts";
import "./elementwise/comparison.ts";
import "./elementwise/division.ts";
import "./elementwise/exponential.ts";
import "./elementwise/extremes.ts";
import "./elementwise/hyperbolic.ts";
import "./elementwise/logical.ts";
import "./elementwise/powers.ts";
import "./elementwise/rounding.ts";
import "./elementwise/trigonometric.ts";
import "./elementwise/where.ts";
import "./reduce/cumulative.ts";
import "./reduce/extremes.ts";
import "./reduce/logical.ts";
import "./reduce/prod.ts";

installEngine(referenceEngine);

/** The same draws each time: a linear congruential generator. */
function seeded(seed: number): { readonly pick: Picker; readonly uniform: (least: number, most: number) => number } {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const pick: Picker = {
    integer,
    oneOf: (choices) => choices[integer(0, choices.length - 1)],
    boolean: () => next() < 0.5,
    shape: ({ leastRank = 0, mostRank = 3, leastSize = 0, mostSize = 4 } = {}) => Array.from({ length: integer(leastRank, mostRank) }, () => integer(leastSize, mostSize)),
  };
  return { pick, uniform: (least, most) => least + next() * (most - least) };
}

type Uniform = (least: number, most: number) => number;
function draw({ shape, dtype, range: [least, most] }: SampleInput, uniform: Uniform): Tensor {
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = dtype === "bool" ? Number(uniform(0, 1) < 0.5) : dtype === "int32" ? Math.round(uniform(least, most)) : uniform(least, most);
  return fromData(data, [...shape], dtype);
}
const inFloat64 = (sample: Sample<unknown>): readonly SampleInput[] => sample.inputs.map((each) => (isFloat(each.dtype) ? { ...each, dtype: "float64" } : each));

/** A tensor moved by eps along a direction. */
const moved = (x: Tensor, direction: Tensor, eps: number): Tensor => add(x, mul(direction, eps));
const dot = (a: readonly Tensor[], b: readonly Tensor[]): number =>
  a.reduce((sum, x, i) => sum + (x.data as Float64Array).reduce((inner, value, k) => inner + value * b[i].data[k], 0), 0);

const differentiable = [...registry.values()].filter(({ vjp: rules, lower }) => rules !== null && (lower.kind === "elementwise" || lower.kind === "reduce" || lower.kind === "named"));

describe("gradients agree with central differences", () => {
  test.each(differentiable.map((primitive) => [primitive.name, primitive] as const))("%s", (_, primitive: Primitive) => {
    let checked = 0;
    for (let seed = 1; checked < 8 && seed < 400; seed++) {
      const { pick, uniform } = seeded(seed * 7919);
      const sample = primitive.sample(pick);
      const inputs = inFloat64(sample).map((each) => draw(each, uniform));
      if (!inputs.some(({ dtype }) => isFloat(dtype)) || inputs.some(({ size }) => size === 0)) continue;
      const spec = primitive.infer(inputs, sample.attributes);
      // What is rounded to float32 has no central differences.
      if (spec.dtype !== "float64") continue;
      const over = (points: readonly Tensor[]): Tensor[] => { let next = 0; return inputs.map((x) => (isFloat(x.dtype) ? points[next++] : x)); };
      const f = (...points: readonly Tensor[]): Tensor => bind(primitive, over(points), sample.attributes);
      const at = inputs.filter(({ dtype }) => isFloat(dtype));
      const like = (x: Tensor): Tensor => draw({ shape: x.shape, dtype: "float64", range: [-1, 1] }, uniform);
      const [u, v] = [at.map(like), at.map(like)];
      const w = like(f(...at));
      const gradient = (...points: readonly Tensor[]): Tensor[] => vjp(f, ...points).pullback(w) as Tensor[];
      const eps = 1e-5;
      const along = (direction: number): Tensor[] => at.map((x, i) => moved(x, u[i], direction * eps));

      const first = (dot([f(...along(1))], [w]) - dot([f(...along(-1))], [w])) / (2 * eps);
      expect(dot(gradient(...at), u), `${primitive.name} order 1, seed ${seed}`).toSatisfy((value: number) => Math.abs(value - first) < 1e-6 * (1 + Math.abs(first)));

      const second = (dot(gradient(...along(1)), v) - dot(gradient(...along(-1)), v)) / (2 * eps);
      const curvature = vjp((...points: readonly Tensor[]) => gradient(...points), ...at).pullback(v) as unknown as Tensor[];
      expect(dot(curvature, u), `${primitive.name} order 2, seed ${seed}`).toSatisfy((value: number) => Math.abs(value - second) < 1e-6 * (1 + Math.abs(second)));
      checked++;
    }
    // A cast between floats is drawn seldom.
    expect(checked).toBeGreaterThan(2);
  });
});

describe("expressions compute what the definitions say", () => {
  const special = [0, -0, 1, -1, 2, -2, 3, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-30, 7, 31, 32, 33, -40, 1e9, Infinity, -Infinity, NaN];
  const whole = [0, 1, -1, 2, -2, 3, 5, 7, 31, 32, 33, -40, 46341, 2 ** 31 - 1, -(2 ** 31)];
  const elementwise = [...registry.values()].filter(({ name, lower }) => lower.kind === "elementwise" && name !== "cast");
  test.each(elementwise.map((primitive) => [primitive.name, primitive] as const))("%s", (_, primitive: Primitive) => {
    const { lower } = primitive;
    if (lower.kind !== "elementwise") throw new Error("filtered above");
    const dtypes = new Set<string>();
    for (let seed = 1; seed < 60; seed++) {
      const { pick } = seeded(seed * 104729);
      const sample = primitive.sample(pick);
      const key = sample.inputs.map(({ dtype }) => dtype).join();
      if (dtypes.has(key)) continue;
      dtypes.add(key);
      const run = interpreter(lower.expr(sample.inputs.map(({ dtype }, i) => input(i, dtype)), sample.attributes));
      const choices = sample.inputs.map(({ dtype }) => (dtype === "bool" ? [0, 1] : dtype === "int32" ? whole : dtype === "float32" ? special.map(Math.fround) : special));
      const all = choices.reduce<number[][]>((rows, values) => rows.flatMap((row) => values.map((value) => [...row, value])), [[]]);
      for (const row of all) {
        const specs = sample.inputs.map(({ dtype }) => ({ shape: [], dtype }));
        const out = primitive.infer(specs, sample.attributes);
        const data = new Float64Array(1);
        primitive.define(specs.map((spec, i) => ({ ...spec, data: Float64Array.of(row[i]) })), sample.attributes, { ...out, data });
        const defined = allocate(out.dtype, 1);
        defined[0] = data[0];
        const actual = Number(run(row));
        const close = Object.is(actual, defined[0]) || Math.abs(actual - defined[0]) <= 4e-7 * Math.abs(defined[0]);
        expect(close, `${primitive.name}(${row.map((x) => (Object.is(x, -0) ? "−0" : x)).join(", ")}) of ${key}: ${actual}, defined as ${defined[0]}`).toBe(true);
        if (out.dtype === "int32") expect(data[0]).toBe(data[0] | 0);
      }
    }
  });
});
