import fc from "fast-check";
import { describe, expect, test } from "vitest";
import "../../index.ts";
import { allocate, isFloat } from "../../dtype.ts";
import { registry, type Picker } from "../../primitive.ts";
import { permuteLayout, rowMajor } from "../../shape/layout.ts";
import { viewStorage } from "../../storage.ts";
import { Tensor } from "../../tensor.ts";
import { evaluate } from "../reference/reference.ts";
import { createWasmEngine } from "./engine.ts";

const engine = createWasmEngine();

/** Draws whole numbers from a seed: the arbitraries that shrink are gradcheck's. */
function pickerFrom(seed: number): { readonly pick: Picker; readonly next: () => number } {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const pick: Picker = {
    integer,
    oneOf: (choices) => choices[integer(0, choices.length - 1)],
    boolean: () => next() < 0.5,
    shape: ({ leastRank = 0, mostRank = 4, leastSize = 0, mostSize = 5 } = {}) => Array.from({ length: integer(leastRank, mostRank) }, () => integer(leastSize, mostSize)),
  };
  return { pick, next };
}

describe("every primitive that has elements to compute gives what its definition gives", () => {
  for (const [name, primitive] of registry) {
    if (primitive.lower.kind === "view") continue;
    test(`${name}`, () => {
      fc.assert(fc.property(fc.integer(), (seed) => {
        const { pick, next } = pickerFrom(seed);
        const sample = primitive.sample(pick);
        const inputs = sample.inputs.map(({ shape, dtype, range: [least, most] }): Tensor => {
          // The array holds the axes in another order, and twice as far apart along the last one, as often as not.
          const order = shape.map((_, axis) => axis);
          if (pick.boolean()) order.reverse();
          const step = pick.integer(1, 2);
          const base = rowMajor(order.map((axis) => shape[axis]));
          const layout = permuteLayout({ ...base, strides: base.strides.map((stride) => stride * step) }, order);
          const data = allocate(dtype, shape.reduce((a, b) => a * b, step));
          for (let i = 0; i < data.length; i++) {
            const value = least + next() * (most - least);
            data[i] = dtype === "bool" ? Number(next() < 0.5) : dtype === "int32" ? Math.round(value) : value;
          }
          return new Tensor(shape as number[], dtype, viewStorage(data, layout), null);
        });
        const spec = primitive.infer(inputs, sample.attributes);
        const result = engine.run(primitive, inputs, sample.attributes, spec);
        const expected = evaluate(primitive, inputs, sample.attributes, spec);
        expect(result.length).toBe(expected.length);
        if (!isFloat(spec.dtype)) expect([...result].map((x) => x + 0)).toEqual([...expected].map((x) => x + 0));
        else {
          const tolerance = spec.dtype === "float32" ? 1e-5 : 1e-12;
          expected.forEach((right, i) => {
            const close = Object.is(result[i], right) || Math.abs(result[i] - right) <= tolerance * Math.max(1, Math.abs(right)) || Math.fround(right) === result[i];
            if (!close) throw new Error(`element ${i}: ${result[i]}, not ${right}; ${JSON.stringify({ inputs: inputs.map((x) => [x.shape, x.dtype, [...x.data]]), attributes: sample.attributes })}`);
          });
        }
      }), { numRuns: 150 });
    });
  }
});
