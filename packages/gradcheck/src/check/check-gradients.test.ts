import { add, checkpoint, compile, grad, mul } from "@ndgrad/core";
import { DTypeError, NdgradError, Variable, bind, fromData, registry, type Primitive, type Tensor } from "@ndgrad/core/internal";
import { describe, expect, test } from "vitest";
import { assertGradients, checkGradients } from "./check-gradients.ts";

const apply = (name: string, ...inputs: readonly Tensor[]): Tensor => bind(registry.get(name)!, inputs, undefined);
const sine = (x: Tensor): Tensor => apply("sin", x);
const relu = (x: Tensor): Tensor => apply("relu", x);
const sum = (x: Tensor): Tensor => bind(registry.get("sum")!, [x], { axes: x.shape.map((_, axis) => axis), keepDims: false });
const vector = (...elements: readonly number[]): Tensor => fromData(Float32Array.from(elements), [elements.length], "float32");
const wide = (...elements: readonly number[]): Tensor => fromData(Float64Array.from(elements), [elements.length], "float64");

/** relu with a gradient of 2 instead of 1 where x > 0. */
const wrongRelu: Primitive = { ...registry.get("relu")!, vjp: [({ g, inputs: [x] }) => bind(registry.get("relu")!, [mul(g, fromData(Float64Array.from(x.data, (each) => (each > 0 ? 2 : 0)), x.shape, "float64"))], undefined)] };

describe("checkGradients", () => {
  test("compares every element with every output of a small result", () => {
    const report = checkGradients((x: Tensor, y: Tensor) => mul(sine(x), y), [vector(0.5, -3), vector(2, 1e3)], { order: 3 });
    expect(report.ok).toBe(true);
    // 2 outputs by 4 elements, then 4 gradients by 4 elements, twice.
    expect(report.checked).toBe(8 + 16 + 16);
    expect(report.worst!.relativeError).toBeLessThan(1e-6);
    expect(String(report)).toMatch(/^gradients agree with finite differences at 40 elements; worst relative error \d/);
  });

  test("contracts a large result", () => {
    const x = fromData(Float64Array.from({ length: 30 }, (_, i) => i / 7), [5, 6], "float64");
    const report = checkGradients(sine, x);
    expect(report).toMatchObject({ ok: true, checked: 30, worst: { output: null } });
    expect(checkGradients(sine, x, { elements: 4 }).checked).toBe(4);
  });

  test("takes trees, and names their parts", () => {
    const wrong = checkGradients(({ layers: [{ weights }] }: { layers: { weights: Tensor }[] }) => mul(weights, apply("stopGradient", weights)), { layers: [{ weights: wide(3) }] });
    expect(wrong.failures).toMatchObject([{ order: 1, input: "argument 0 (layers[0].weights)", index: [0], output: 0, analytic: 3 }]);
    expect(wrong.failures[0].numeric).toBeCloseTo(6, 6);
    expect(String(wrong)).toContain("  order 1, argument 0 (layers[0].weights) at [0], output 0: gradient 3, finite differences 6 (relative error 5.0e-1)");
  });

  test("differentiates by variables that f reads, and leaves them alone", () => {
    const weights = new Variable(vector(1, 2), "weights");
    const calls = new Variable(fromData(Float32Array.of(0), [], "float32"));
    const f = (): Tensor => {
      calls.assign(apply("add", calls.value, fromData(Float32Array.of(1), [], "float32")));
      // What is assigned is read again within the run, and forgotten after it.
      return mul(sum(mul(weights.value, weights.value)), calls.value);
    };
    expect(checkGradients(f, { weights }, { order: 2 })).toMatchObject({ ok: true, failures: [], skipped: [] });
    expect(calls.value.item()).toBe(0);
    expect(weights.value.dtype).toBe("float32");
    const stopped = checkGradients(() => mul(weights.value, apply("stopGradient", weights.value)), weights);
    expect(stopped.failures[0]).toMatchObject({ input: 'variable "weights"' });
  });

  test("tells variables of a record apart by its names", () => {
    const [first, second] = [new Variable(vector(1), "dense(1, 1).weight"), new Variable(vector(2), "dense(1, 1).weight")];
    const report = checkGradients(() => mul(first.value, apply("stopGradient", mul(first.value, second.value))), { "0.weight": first, "2.weight": second });
    expect(report.failures.map(({ input }) => input)).toEqual(['variable "0.weight"', 'variable "2.weight"']);
  });

  // The mistakes that people make in rules, and the line that tells them.
  const factor = (by: number) => (x: Tensor): Tensor => bind({ ...registry.get("sin")!, vjp: [({ g }) => mul(mul(g, apply("cos", x)), fromData(Float64Array.of(by), [], "float64"))] }, [x], undefined);
  test.each([
    ["a factor", factor(0.5), "\n  each gradient is 0.5 times what it should be: a factor is missing, or one too many"],
    ["a sign", factor(-1), "\n  each gradient has the wrong sign"],
    ["everything", (x: Tensor) => apply("stopGradient", x), "\n  each gradient is 0: something between input and result hides it, such as stopGradient"],
  ])("says when %s is missing", (_, f, line) => {
    expect(String(checkGradients(f, wide(0.3, 1, 2)))).toContain(line);
    expect(String(checkGradients((x: Tensor) => mul(x, apply("stopGradient", sine(x))), wide(0.3, 1, 2)))).not.toContain("each gradient");
  });

  test("allows float32 results their rounding", () => {
    const rounded = (x: Tensor): Tensor => bind(registry.get("cast")!, [sine(x)], { dtype: "float32" });
    expect(checkGradients(rounded, vector(0.3, 1, -2)).ok).toBe(true);
    expect(checkGradients((x: Tensor) => mul(rounded(x), rounded(apply("stopGradient", x))), vector(0.3, 1, -2)).ok).toBe(false);
  });
});

describe("float32 within f", () => {
  const single = (x: Tensor): Tensor => bind(registry.get("cast")!, [x], { dtype: "float32" });
  test("variables may be assigned what is float64 for the check", () => {
    for (const make of [vector, wide]) {
      const [weights, average] = [new Variable(make(1, 2)), new Variable(make(0, 0))];
      const f = (): Tensor => {
        average.assign(add(mul(average.value, 0.9), mul(weights.value, 0.1)));
        return sum(mul(average.value, weights.value));
      };
      expect(checkGradients(f, { weights }, { order: 2 })).toMatchObject({ ok: true, rounded: false });
      expect([average.value.toArray(), average.value.dtype]).toEqual([[0, 0], make(0).dtype]);
      expect(checkGradients(() => { weights.assign(mul(weights.value, 2)); return sum(mul(weights.value, weights.value)); }, { weights })).toMatchObject({ ok: true });
      expect(() => checkGradients(() => { weights.assign(fromData(Int32Array.of(1, 2), [2], "int32") as never); return sum(weights.value); }, { weights })).toThrow("cannot hold int32");
    }
  });
  test("widens the tolerances where it rounds what depends on the inputs, and says so", () => {
    const w = new Variable(fromData(Float32Array.from({ length: 20 }, (_, i) => Math.sin(i * i + 1)), [20], "float32"));
    const x = fromData(Float32Array.from({ length: 20 }, (_, i) => Math.cos(i * i)), [20], "float32");
    const slope = (): Tensor => grad((y: Tensor) => sum(apply("tanh", mul(y, w.value))))(x);
    const f = (): Tensor => add(sum(mul(add(slope(), -1), add(slope(), -1))), sum(mul(x, w.value)));
    for (const each of [f, checkpoint(f), compile(f), () => sum(mul(w.value, add(slope(), 0)))]) {
      const report = checkGradients(each, { w });
      expect(report).toMatchObject({ ok: true, rounded: true });
      expect(String(report)).toContain("f rounds to float32 on its way");
    }
    expect(checkGradients(() => mul(f(), apply("stopGradient", sum(w.value))), { w })).toMatchObject({ ok: false, rounded: true });
  });
  test("constants that are rounded change nothing", () => {
    const constant = wide(0.1, 0.2);
    expect(checkGradients((y: Tensor) => mul(y, single(constant)), wide(1, 2))).toMatchObject({ ok: true, rounded: false });
    expect(checkGradients((y: Tensor) => mul(y, add(1, mul(single(constant), mul(1e-6, apply("stopGradient", y))))), wide(1, 2)).rounded).toBe(false);
  });
});

describe("points where f is not smooth", () => {
  test("kinks are skipped and reported", () => {
    const report = checkGradients(relu, wide(-1, 0, 1), { order: 2 });
    expect(report.ok).toBe(true);
    expect(report.skipped[0]).toMatchObject({ order: 1, index: [1], output: 1, reason: "not smooth: slope 0 to the left, 1 to the right" });
    expect(String(report)).toContain("where f is not smooth");
  });

  test.each([1e-4, 3e-6, 1e-7, 1e-9, 1e-12])("a kink %d away raises no alarm", (away) => {
    expect(checkGradients(relu, wide(away, -away, 5)).failures).toEqual([]);
  });

  test("jumps and poles are skipped", () => {
    expect(checkGradients((x: Tensor) => apply("floor", x), wide(2, 2.5))).toMatchObject({ ok: true, checked: 3, skipped: [{ index: [0], output: 0 }] });
    expect(checkGradients((x: Tensor) => apply("log", x), wide(0, -1, 2)).skipped.map(({ reason }) => reason)).toContain("f is -Infinity here");
    expect(checkGradients((x: Tensor) => apply("sqrt", x), wide(0)).skipped).toMatchObject([{ reason: "f is not finite nearby" }]);
  });

  test("a wrong rule cannot hide behind its kink", () => {
    const wrong = (x: Tensor): Tensor => bind(wrongRelu, [x], undefined);
    expect(checkGradients(wrong, wide(0, 1e-3, -1e-3, 1)).failures.map(({ index, output }) => [index[0], output])).toEqual([[1, 1], [3, 3]]);
    // Nor behind strong curvature.
    const steep = (x: Tensor): Tensor => mul(apply("reciprocal", x), apply("reciprocal", apply("stopGradient", x)));
    expect(checkGradients(steep, wide(1e-3)).ok).toBe(false);
    expect(checkGradients((x: Tensor) => mul(apply("reciprocal", x), apply("reciprocal", x)), wide(1e-3, 5e-5)).failures).toEqual([]);
  });

  test("says when nothing was compared", () => {
    expect(String(checkGradients((x: Tensor) => apply("sqrt", x), wide(0)))).toContain("nothing was compared: move the inputs away");
  });
});

describe("bad input", () => {
  const x = wide(1, 2);
  test.each<[string, () => unknown, string]>([
    ["an integer", () => checkGradients(sine, fromData(Int32Array.of(1), [1], "int32")), "argument 0 is int32[1], and only float32 and float64 have gradients"],
    ["no tensor", () => checkGradients((): Tensor => x, []), "there is no tensor and no variable among the inputs"],
    ["a number returned", () => checkGradients((y: Tensor) => y.data[0], x), "f returned number, not a tensor"],
    ["a bool returned", () => checkGradients((y: Tensor) => apply("less", y, y), x), "f returned bool[2], and only float32"],
    ["a promise returned", () => checkGradients(async (y: Tensor) => y, x), "f is asynchronous"],
    ["chance", () => checkGradients((y: Tensor) => mul(y, wide(Math.random(), 1)), x), "f gives different results for the same inputs"],
    ["an order of 0", () => checkGradients(sine, x, { order: 0 }), "order is 0; give a whole number from 1 up"],
    ["no elements", () => checkGradients(sine, x, { elements: 0 }), "elements is 0; give a whole number from 1 up, or nothing for all"],
    ["a step of 0", () => checkGradients(sine, x, { eps: 0 }), "eps is 0; give a number above 0"],
    ["a negative tolerance", () => checkGradients(sine, x, { rtol: -1 }), "rtol is -1; give a number of at least 0"],
    ["a tolerance that is no number", () => checkGradients(sine, x, { atol: NaN }), "atol is NaN; give a number of at least 0"],
    ["a seed that is a fraction", () => checkGradients(sine, x, { seed: 0.5 }), "seed is 0.5; give a whole number"],
    ["numbers", () => checkGradients(sine as never, [1, 2] as never), "give what f is to be differentiated by: tensors (of numbers, tensor([…])) or variables (of a model, model.parameters())"],
    ["no function", () => checkGradients(undefined as never, x), "checkGradients: f is undefined, not a function"],
    ["a function that is nowhere finite", () => assertGradients((y: Tensor) => apply("log", apply("neg", y)), x), "nothing was compared: move the inputs away"],
    ["a gradient of another shape", () => checkGradients((y: Tensor) => bind({ ...registry.get("neg")!, vjp: [({ g }) => sum(g)] }, [y], undefined), x), "the gradient with respect to argument 0 is float64[], and the input is float64[2]"],
  ])("%s is refused", (_, run, message) => {
    expect(run).toThrow(NdgradError);
    expect(run).toThrow(message);
  });

  test("a wrong dtype is a DTypeError", () => {
    expect(() => checkGradients(sine, fromData(Int32Array.of(1), [1], "int32"))).toThrow(DTypeError);
  });
});

describe("assertGradients", () => {
  test("throws the report", () => {
    assertGradients(sine, wide(1));
    expect(() => assertGradients((x: Tensor) => mul(x, apply("stopGradient", x)), wide(1))).toThrow(/^assertGradients: gradients differ from finite differences at 1 of 1 element:\n/);
  });

  test("works within and over other transforms", () => {
    const f = (x: Tensor): Tensor => grad((y: Tensor) => sum(mul(mul(y, y), x)))(x);
    expect(checkGradients(f, wide(1, -2), { order: 2 }).failures).toEqual([]);
  });
});
