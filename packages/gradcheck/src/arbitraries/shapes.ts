import { checkOptions, wholeNumber, type OptionNames } from "@ndgrad/core/internal";
import fc from "fast-check";

/** Which shapes to draw. */
export interface ShapeOptions {
  /** Default 0. */
  readonly leastRank?: number | undefined;
  /** Default 4. */
  readonly mostRank?: number | undefined;
  /** Default 0: axes without elements are drawn too. */
  readonly leastSize?: number | undefined;
  /** Default 5. */
  readonly mostSize?: number | undefined;
}

const optionNames: OptionNames<ShapeOptions> = { leastRank: wholeNumber, mostRank: wholeNumber, leastSize: wholeNumber, mostSize: wholeNumber };

/**
 * Shapes: rank 0 and axes of size 0 and 1 included, unless the options leave them out. Shrinks to few, short axes.
 *
 * @example
 * fc.assert(fc.property(shapes({ leastRank: 1 }), (shape) => zeros(shape).rank === shape.length));
 */
export function shapes(options: ShapeOptions = {}): fc.Arbitrary<number[]> {
  checkOptions("shapes", options, optionNames);
  const { leastRank = 0, mostRank = 4, leastSize = 0, mostSize = 5 } = options;
  return fc.array(sizes(leastSize, mostSize), { minLength: leastRank, maxLength: Math.max(leastRank, mostRank), size: "max" });
}

/** Sizes, but few that are 0: one of them empties the whole tensor. */
function sizes(least: number, most: number): fc.Arbitrary<number> {
  if (least > 0 || most === 0) return fc.integer({ min: least, max: most });
  return fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 1, max: most }) }, { weight: 1, arbitrary: fc.constant(0) });
}

/** Shapes that broadcast with each other, and what they broadcast to. */
export interface BroadcastableShapes {
  readonly shapes: readonly (readonly number[])[];
  readonly result: readonly number[];
}

/**
 * `count` shapes that broadcast with each other: each is the result without some leading axes and with some axes of size 1.
 *
 * @example
 * fc.assert(fc.property(broadcastableShapes(2), ({ shapes: [a, b], result }) => String(zeros(a).add(zeros(b)).shape) === String(result)));
 */
export function broadcastableShapes(count: number, options: ShapeOptions = {}): fc.Arbitrary<BroadcastableShapes> {
  checkOptions("broadcastableShapes", options, optionNames);
  return shapes(options).chain((whole) => {
    const least = Math.min(options.leastRank ?? 0, whole.length);
    const part = fc.tuple(fc.integer({ min: 0, max: whole.length - least }), fc.array(fc.boolean(), { minLength: whole.length, maxLength: whole.length }))
      .map(([dropped, single]) => whole.map((size, axis) => (single[axis] ? 1 : size)).slice(dropped));
    return fc.array(part, { minLength: count, maxLength: count, size: "max" }).map((parts) => ({ shapes: parts, result: joint(parts) }));
  });
}

/** The shape that shapes cut from one whole broadcast to. */
function joint(parts: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(0, ...parts.map((part) => part.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizesHere = parts.map((part) => part[axis - rank + part.length] ?? 1);
    return sizesHere.find((size) => size !== 1) ?? 1;
  });
}
