import * as core from "@ndgrad/core";
import { fromData, isFloat, registry, showSpec, type DType, type Tensor } from "@ndgrad/core/internal";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkGradients } from "../check/check-gradients.ts";
import { pickerOf } from "../arbitraries/samples.ts";
import { tensors } from "../arbitraries/tensors.ts";
import { placed, placements } from "../arbitraries/views.ts";
import { composed, type Composed, type ComposedSample, type Defined } from "./composed-definitions.ts";
import { combinations, filled } from "./inputs.ts";

const runs = Number(process.env["NDGRAD_RUNS"] ?? 15);
const seed = Number(process.env["NDGRAD_SEED"] ?? 1);

/** Exported functions that compute nothing of their own: they transform, run, print and configure. */
const others = new Set([
  "Generator", "Tensor", "Variable", "NdgradError", "ShapeError", "DTypeError", "TraceError",
  "checkpoint", "compile", "cond", "customVjp", "eagerly", "generator", "getThreads", "grad", "hessian", "hvp", "jacobian", "jvp",
  "printGraph", "printProgram", "profile", "scan", "setThreads", "valueAndGrad", "variable", "vjp", "whileLoop",
]);

test("every function of core is a primitive, has a definition, or transforms others", () => {
  const functions = Object.entries<unknown>(core).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
  expect(functions.filter((name) => !registry.has(name) && !others.has(name) && composed[name] === undefined)).toEqual([]);
  expect([...others, ...Object.keys(composed).map((name) => name.trim())].filter((name) => !functions.includes(name))).toEqual([]);
});

const rounding: Readonly<Record<DType, number>> = { float32: 2 ** -24, float64: 2 ** -53, int32: 0, bool: 0 };
const least: Readonly<Record<DType, number>> = { float32: 2 ** -149, float64: 2 ** -1074, int32: 0, bool: 0 };
/** Roundings on the way, of a few steps each. */
const steps = 64;

const defined = ({ shape, data }: Tensor): Defined => ({ shape, data: [...data] });
const list = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? one as readonly T[] : [one as T]);
const finite = (values: Iterable<number>): number => [...values].reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);

function expectMeaning(how: string, got: readonly Tensor[], { define, gives }: ComposedSample, inputs: readonly Tensor[], accuracy: Composed["accuracy"]): void {
  const expected = list(define(...inputs.map(defined)));
  expect(got.length, how).toBe(expected.length);
  expected.forEach(({ shape, data }, which) => {
    const result = got[which];
    expect(showSpec(result), how).toBe(showSpec({ shape, dtype: gives }));
    const round = (x: number): number => (gives === "float32" ? Math.fround(x) : gives === "int32" ? x | 0 : x);
    const size = accuracy === "cancelling" ? finite([...inputs.flatMap((each) => [...each.data]), ...data]) : 0;
    data.forEach((exact, i) => {
      const value = result.data[i];
      const rounded = round(exact);
      if (Object.is(value, rounded) || (value === rounded && !isFloat(gives)) || (value === 0 && rounded === 0 && accuracy !== "exact")) return;
      const allowed = accuracy === "exact" ? 0 : steps * (rounding[gives] * Math.max(Math.abs(exact), size) + least[gives]);
      if (!(Math.abs(value - rounded) <= allowed)) throw new Error(`${how}: element ${i} of ${showSpec(result)} is ${value}, the definition gives ${exact}\n  of ${inputs.map((each) => `${showSpec(each)} ${each.data.join(" ")}`).join("\n     ")}`);
    });
  });
}

/** Fast-check's draws of calls, with inputs laid out in all ways. */
const callsOf = ({ sample }: Composed) => fc.tuple(fc.noShrink(fc.integer()), fc.gen()).map(([, draw]) => {
  const call = sample(pickerOf(draw, false));
  return { call, inputs: call.inputs.map(({ shape, dtype, range }) => { const dense = draw(tensors, { shape, dtype, range }); return placed(dense, draw(placements, dense.rank)); }) };
});

function run(name: string, { accuracy, eagerOnly = false }: Composed, call: ComposedSample, inputs: readonly Tensor[]): void {
  expectMeaning(`${name}, eagerly`, list(call.call(...inputs)), call, inputs, accuracy);
  if (eagerOnly) return;
  const compiled = core.compile((...given: readonly Tensor[]) => [...list(call.call(...given))]);
  expectMeaning(`${name}, compiled`, compiled(...inputs), call, inputs, accuracy);
}

// No test is skipped where a function has no special values or no gradient: a run that may skip nothing would fail.
const names = Object.keys(composed);

describe("a composed function", () => {
  test.each(names)("%s equals its definition: dtypes, shapes and layouts, eagerly and compiled", (name) => {
    const each = composed[name];
    fc.assert(fc.property(callsOf(each), ({ call, inputs }) => run(name, each, call, inputs)), { numRuns: runs, seed, includeErrorInReport: true });
  }, 60_000);

  test.each(names.filter((name) => composed[name].special))("%s equals it at special values", (name) => {
    const each = composed[name];
    let turn = 0;
    fc.assert(fc.property(callsOf(each), ({ call, inputs }) => {
      // Indices and conditions stay as they are: special values are for what is computed with.
      run(name, each, call, inputs.map((input) => (isFloat(input.dtype) ? filled(input, combinations([input.dtype])[0], turn++) : input)));
    }), { numRuns: runs, seed, includeErrorInReport: true });
  }, 60_000);

  test.each(names.filter((name) => composed[name].smooth))("%s has right gradients of order 1 and 2", (name) => {
    fc.assert(fc.property(callsOf(composed[name]), ({ call, inputs }) => {
      if (inputs.length === 0 || !isFloat(call.gives)) return;
      const wide = inputs.map(({ shape, data }) => fromData(Float64Array.from(data, (x, i) => x + 0.01 * Math.sin(i + 1)), shape, "float64"));
      const report = checkGradients((...given: readonly Tensor[]) => list(call.call(...given)).reduce((total, result) => total.add(result.sin().sum()), core.zeros([], { dtype: "float64" })), wide, { order: 2, elements: 3, seed });
      expect(String(report), name).toBe(report.ok ? String(report) : "");
    }), { numRuns: Math.ceil(runs / 2), seed, includeErrorInReport: true });
  }, 60_000);
});
