import { Tensor, type TypedArray } from "@ndgrad/core";
import { isNumberArray } from "@ndgrad/core/internal";
import { PlotError } from "./errors.ts";

/** Numbers in a row: a tensor of one axis, a typed array or an array. */
export type Numbers = Tensor | TypedArray | readonly number[];

/** Numbers in rows: a tensor of two axes, or an array of rows. */
export type Rows = Tensor | readonly Numbers[];

/** Images: a tensor [n, height, width], or [n, pixels] for square ones; or arrays nested alike. */
export type Images = Tensor | readonly (Numbers | readonly Numbers[])[];

/** Numbers with the shape they lie in. */
interface Block {
  readonly values: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** One axis of numbers. */
export function vectorOf(caller: string, name: string, given: Numbers): readonly number[] {
  const { values, shape } = blockOf(caller, name, given);
  // [n, 1] is what a network with one output gives.
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    throw new PlotError(`${caller}: ${name} has the shape ${show(shape)}; give one number for each example, [n]`);
  }
  return Array.from(values);
}

/** Rows of numbers, `columns` in each where that is known. */
export function matrixOf(caller: string, name: string, given: Rows, columns?: number): readonly (readonly number[])[] {
  const { values, shape } = blockOf(caller, name, given);
  if (shape.length !== 2 || (columns !== undefined && shape[1] !== columns)) {
    throw new PlotError(`${caller}: ${name} has the shape ${show(shape)}; give rows of ${columns === undefined ? "numbers" : `${columns} numbers`}, [n, ${columns ?? "m"}]`);
  }
  const [count, width] = shape as readonly [number, number];
  return Array.from({ length: count }, (_, row) => Array.from({ length: width }, (_, column) => values[row * width + column]));
}

/** One grey image: its pixels row by row. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly pixels: readonly number[];
}

/** Grey images, all of one size. */
export function imagesOf(caller: string, given: Images): readonly Image[] {
  const { values, shape } = blockOf(caller, "images", given);
  const [count = 0, height, width] = shape.length === 2 ? [shape[0], Math.sqrt(shape[1]), Math.sqrt(shape[1])] : shape;
  if (shape.length < 2 || shape.length > 3 || !Number.isInteger(height)) {
    throw new PlotError(`${caller}: images have the shape ${show(shape)}; ${imageRemedy(shape)}`);
  }
  const size = height * width;
  if (count === 0 || size === 0) throw new PlotError(`${caller}: images have the shape ${show(shape)}: there is nothing to draw`);
  return Array.from({ length: count }, (_, image) => ({
    width: width, height: height,
    pixels: Array.from({ length: size }, (_, pixel) => values[image * size + pixel]),
  }));
}

/** What to do about images of such a shape. */
function imageRemedy(shape: readonly number[]): string {
  const axes = shape.length === 4 ? [3, 1] : [];
  const channels = axes.find((axis) => shape[axis] === 1) ?? axes.find((axis) => shape[axis] === 3 || shape[axis] === 4);
  if (channels !== undefined && shape[channels] === 1) return `leave out the axis of one channel: images.squeeze({ axis: ${channels} })`;
  if (channels !== undefined) return `colours are not drawn: make the images grey, as in images.mean({ axis: ${channels} })`;
  if (shape.length === 2) return `give [n, height, width], or [n, pixels] if they are square; a single image is [1, ${shape.join(", ")}]`;
  return "give [n, height, width], or [n, pixels] if they are square";
}

function blockOf(caller: string, name: string, given: unknown): Block {
  if (given instanceof Tensor) return { values: given.data, shape: given.shape };
  const shape = shapeOf(given);
  const flat: number[] = [];
  flatten(given, shape, 0, flat, () => new PlotError(`${caller}: ${name} must be a tensor, or numbers in arrays of the same length; rows differ or hold something else`));
  return { values: flat, shape };
}

const isList = (value: unknown): value is ArrayLike<unknown> & Iterable<unknown> => Array.isArray(value) || isNumberArray(value);
const lengthOf = (value: unknown): number => (value instanceof Tensor ? value.size : isList(value) ? value.length : 0);

/** The shape that nested lists claim by their first elements. */
function shapeOf(value: unknown): readonly number[] {
  if (value instanceof Tensor) return value.shape;
  return isList(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])] : [];
}

function flatten(value: unknown, shape: readonly number[], axis: number, into: number[], problem: () => PlotError): void {
  if (axis === shape.length) {
    if (typeof value !== "number" && typeof value !== "boolean") throw problem();
    into.push(Number(value));
  } else if (value instanceof Tensor) {
    if (value.shape.join() !== shape.slice(axis).join()) throw problem();
    for (const element of value.data) into.push(element);
  } else {
    if (!isList(value) || lengthOf(value) !== shape[axis]) throw problem();
    for (const element of value) flatten(element, shape, axis + 1, into, problem);
  }
}

const show = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** Whether an axis can show a number: beyond, the span between two of them may be infinite. */
export const isPlace = (value: number): boolean => Math.abs(value) <= 1e300;

/** The least and the largest of the finite numbers; [0, 1] where there are none. */
export function extentOf(values: Iterable<number>): readonly [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least <= most ? [least, most] : [0, 1];
}

/** The same range with room on both sides; a range of one number gets a width. */
export function widened([least, most]: readonly [number, number], share: number): readonly [number, number] {
  const room = (most - least) * share || Math.abs(most) * share || share;
  return [least - room, most + room];
}
