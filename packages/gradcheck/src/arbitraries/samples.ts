import { checkOptions, flag, fromData, isFloat, rowMajorStrides, showSpec, sizeOf, allocate, type OptionNames, type Picker, type Primitive, type SampleInput, type Tensor } from "@ndgrad/core/internal";
import fc from "fast-check";
import { shapes } from "./shapes.ts";
import { tensors } from "./tensors.ts";
import { placed, placements } from "./views.ts";

/** A call of a primitive, with elements. */
export interface SampleCall {
  readonly primitive: Primitive;
  readonly inputs: readonly Tensor[];
  readonly attributes: unknown;
}

/** Which calls to draw. */
export interface SampleOptions {
  /** Lets the inputs lie in memory in all ways (transposed, strided, flipped, stretched) instead of row-major. Default false. */
  readonly layouts?: boolean | undefined;
  /** Lets some shapes have an axis of up to 70, beyond the vectors and blocks of engines. Default false. */
  readonly long?: boolean | undefined;
}

const optionNames: OptionNames<SampleOptions> = { layouts: flag, long: flag };

/** What `fc.gen()` gives. */
export type Draw = <T, Args extends unknown[]>(arbitrary: (...args: Args) => fc.Arbitrary<T>, ...args: Args) => T;

const integers = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const longShapes = (): fc.Arbitrary<number[]> => fc.oneof({ weight: 5, arbitrary: shapes() }, { weight: 1, arbitrary: fc.tuple(shapes({ mostRank: 1, mostSize: 3 }), integers(6, 70)).map(([outer, size]) => [...outer, size]) });

/** A primitive's own sampler draws from fast-check, so that its calls shrink. */
export const pickerOf = (draw: Draw, long: boolean): Picker => ({
  integer: (least, most) => draw(integers, least, most),
  oneOf: (choices) => choices[draw(integers, 0, choices.length - 1)],
  boolean: () => draw(fc.boolean),
  shape: (options = {}) => (long && Object.keys(options).length === 0 ? draw(longShapes) : draw(shapes, options)),
});

/**
 * Calls of a primitive as its own `sample` describes them: shapes, dtypes and attributes, with elements within its ranges.
 * Shrinks to few elements near 0 in row-major order.
 *
 * @example
 * fc.assert(fc.property(samplesOf(registry.get("exp")!), ({ primitive, inputs, attributes }) => bind(primitive, inputs, attributes).size === inputs[0].size));
 */
export function samplesOf(primitive: Primitive, options: SampleOptions = {}): fc.Arbitrary<SampleCall> {
  checkOptions("samplesOf", options, optionNames);
  const { layouts = false, long = false } = options;
  // gen() leaves its source of randomness as it was: without the number before it, filter() would draw the same call for ever.
  return fc.tuple(fc.noShrink(fc.integer()), fc.gen()).map(([, draw]) => {
    const { inputs, attributes } = primitive.sample(pickerOf(draw, long));
    const drawn = inputs.map((input) => {
      const dense = layouts && input.distinct !== true && draw(integers, 0, 5) === 5 ? repeated(draw, input) : draw(elementsOf, input);
      return layouts ? placed(dense, draw(placements, dense.rank)) : dense;
    });
    if (layouts && draw(integers, 0, 5) === 5) shareFirst(inputs, drawn);
    return describeCall({ primitive, inputs: drawn, attributes });
  });
}

/** One tensor in the place of two, as in x · x, where both are drawn alike. */
function shareFirst(inputs: readonly SampleInput[], drawn: Tensor[]): void {
  for (let i = 1; i < drawn.length; i++) if (JSON.stringify(inputs[i]) === JSON.stringify(inputs[0])) drawn[i] = drawn[0];
}

const elementsOf = ({ shape, dtype, range, distinct }: SampleInput): fc.Arbitrary<Tensor> => tensors({
  // Ties matter to gradients alone, and whole numbers of a small range are soon used up.
  shape, dtype, range, distinct: distinct === true && isFloat(dtype),
});

/** The same elements all along one axis, so that a view may walk it with stride 0. */
function repeated(draw: Draw, input: SampleInput): Tensor {
  const { shape, dtype } = input;
  if (shape.length === 0) return draw(elementsOf, input);
  const axis = draw(integers, 0, shape.length - 1);
  const single = draw(elementsOf, { ...input, shape: shape.map((size, at) => (at === axis ? Math.min(size, 1) : size)) });
  const to = rowMajorStrides(shape);
  const from = rowMajorStrides(single.shape);
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    let at = 0;
    for (let k = 0; k < shape.length; k++) if (k !== axis) at += (Math.floor(i / to[k]) % shape[k]) * from[k];
    data[i] = single.data[at];
  }
  return fromData(data, shape, dtype);
}

/** Makes fast-check print a call as one reads it. */
function describeCall(call: SampleCall): SampleCall {
  return Object.defineProperty(call, fc.toStringMethod, { value: () => showCall(call), enumerable: false });
}

/** A call in one or few lines: operands with their layouts, attributes, elements. */
export function showCall({ primitive, inputs, attributes }: SampleCall): string {
  const operands = inputs.map((input) => {
    const strides = input.storage?.contiguous === false ? ` strides [${input.storage.strides.join(", ")}] offset ${input.storage.offset}` : "";
    const elements = Array.from(input.data.subarray(0, 24), (value) => (Object.is(value, -0) ? "-0" : String(value))).join(", ");
    return `${showSpec(input)}${strides} {${elements}${input.size > 24 ? ", …" : ""}}`;
  });
  return `${primitive.name}(${operands.join(", ")}${attributes === undefined ? "" : `; ${JSON.stringify(attributes)}`})`;
}
