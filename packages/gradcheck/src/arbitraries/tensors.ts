import { NdgradError, allocate, checkOptions, dtype as dtypeKind, flag, fromData, isFloat, listOf, number, sizeOf, type DType, type OptionKind, type OptionNames, type Tensor } from "@ndgrad/core/internal";
import fc from "fast-check";
import { shapes, type ShapeOptions } from "./shapes.ts";

/** Which tensors to draw. */
export interface TensorOptions {
  /** One shape, or where shapes are drawn from. Default: `shapes()`. */
  readonly shape?: readonly number[] | ShapeOptions | fc.Arbitrary<readonly number[]> | undefined;
  /** One dtype, or several to choose from. Default: float32. */
  readonly dtype?: DType | readonly DType[] | undefined;
  /** The least and the greatest element. Default: −10 to 10 (0 to 1 for bool). */
  readonly range?: readonly [least: number, most: number] | undefined;
  /** No two elements alike, and floats well apart: for functions that choose among elements, where ties make a kink. */
  readonly distinct?: boolean | undefined;
}

const dtypes: OptionKind = { ...dtypeKind, takes: `${dtypeKind.takes}, or a list of them`, test: (value) => dtypeKind.test(value) || listOf(dtypeKind, "dtypes").test(value) };
export const tensorOptions: OptionNames<TensorOptions> = { shape: true, dtype: dtypes, range: listOf(number, "two numbers"), distinct: flag };

/**
 * Tensors of drawn shape, dtype and elements. Shrinks to small shapes and to elements near 0 (or the end of `range` next to it).
 *
 * @example
 * fc.assert(fc.property(tensors({ dtype: ["float32", "float64"] }), (x) => x.neg().neg().sub(x).abs().sum().item() === 0));
 */
export function tensors(options: TensorOptions = {}): fc.Arbitrary<Tensor> {
  checkOptions("tensors", options, tensorOptions);
  const { shape, dtype = "float32", range, distinct = false } = options;
  const drawnShape = shape === undefined ? shapes() : isShape(shape) ? fc.constant(shape) : shape instanceof fc.Arbitrary ? shape : shapes(shape);
  const drawnDType = typeof dtype === "string" ? fc.constant(dtype) : fc.constantFrom(...dtype);
  return fc.tuple(drawnShape, drawnDType).chain(([each, type]) => {
    const [least, most] = range ?? (type === "bool" ? [0, 1] : [-10, 10]);
    return (distinct ? distinctElements(sizeOf(each), type, least, most) : elementsWithin(sizeOf(each), type, least, most))
      .map((elements) => tensorOf(elements, each, type));
  });
}

const isShape = (shape: readonly number[] | object): shape is readonly number[] => Array.isArray(shape);

function tensorOf(elements: readonly number[], shape: readonly number[], dtype: DType): Tensor {
  const data = allocate(dtype, elements.length);
  data.set(elements);
  return fromData(data, shape, dtype);
}

/** One element of a dtype within a range, simplest at 0 or at the end of the range next to it. */
export function element(dtype: DType, least: number, most: number): fc.Arbitrary<number> {
  if (!isFloat(dtype)) return fc.integer({ min: Math.ceil(least), max: Math.floor(most) });
  const simplest = Math.min(Math.max(0, least), most);
  // A grid of 2²⁰ steps: numbers that shrink one by one, and fine enough to hit no kink by accident.
  const step = (most - least) / 2 ** 20 || 1;
  const place = fc.integer({ min: Math.ceil((least - simplest) / step), max: Math.floor((most - simplest) / step) });
  return place.map((steps) => Math.min(Math.max(simplest + steps * step, least), most));
}

const elementsWithin = (size: number, dtype: DType, least: number, most: number): fc.Arbitrary<number[]> =>
  fc.array(element(dtype, least, most), { minLength: size, maxLength: size, size: "max" });

/** Evenly spaced elements in a drawn order, each moved by less than a quarter of the space between two. */
function distinctElements(size: number, dtype: DType, least: number, most: number): fc.Arbitrary<number[]> {
  const whole = !isFloat(dtype);
  const places = Array.from({ length: size }, (_, i) => i);
  const space = whole ? Math.max(1, Math.floor((most - least) / Math.max(1, size - 1))) : (most - least) / Math.max(1, size);
  if (whole && least + space * (size - 1) > most) {
    throw new NdgradError(`tensors: there are no ${size} distinct ${dtype} elements from ${least} to ${most}; widen the range or take a smaller shape`);
  }
  const order = fc.shuffledSubarray(places, { minLength: size, maxLength: size });
  const shift = fc.double({ min: 0, max: 1, noNaN: true });
  return fc.tuple(order, shift).map(([drawn, moved]) => drawn.map((place) => (whole ? Math.ceil(least) + place * space : least + (place + 0.5 + moved / 4) * space)));
}

