import type { DType, FloatDType } from "../dtype.ts";
import { showShape } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";

/** Above this many elements the middle is left out. */
const threshold = 1000;
/** How many are shown at either end of an axis whose middle is left out. */
const edge = 3;
/** Where lines are wrapped. */
const width = 80;
/** Digits after the point, at most: as many as the type can vouch for. */
const precision = { float32: 7, float64: 8 };

/**
 * A tensor as NumPy would print it: aligned columns, as many digits as needed (at most 8), the middle left out above 1000
 * elements; then shape and dtype. Both print like this: `toString()` and Node's `console.log`.
 */
export function format(x: Tensor): string {
  const suffix = `shape=${showShape(x.shape)}, dtype=${x.dtype})`;
  if (x.storage === null) return `tensor(traced, ${suffix}`;
  const elide = x.size > threshold;
  const places = x.shape.map((extent) => shownPlaces(extent, elide));
  // Read where they lie: a stretched tensor is not to be written out for the sake of a few elements.
  const { data, strides, offset } = x.storage;
  const flats: number[] = [];
  forEachShown(places, strides, (flat) => flats.push(flat));
  const texts = formatElements(flats.map((flat) => data[offset + flat]), x.dtype);
  const byFlat = new Map(flats.map((flat, i) => [flat, texts[i]]));
  const indent = "tensor(".length;
  const body = x.size === 0 ? emptyBrackets(x.shape) : nested(places, strides, byFlat, 0, 0, indent);
  const lastLine = body.length - body.lastIndexOf("\n") - 1 + (body.includes("\n") ? 0 : indent);
  const joint = lastLine + 2 + suffix.length > width ? `,\n${" ".repeat(indent)}` : ", ";
  return `tensor(${body}${joint}${suffix}`;
}

/** A variable: its name, if it has one, and its value. */
export function formatVariable(variable: Variable): string {
  const label = `variable${variable.name === undefined ? "" : ` "${variable.name}"`}: `;
  return label + format(variable.value).replaceAll(/\n(?=.)/g, `\n${" ".repeat(label.length)}`);
}

/** Places along an axis; `null` where the middle is left out. */
function shownPlaces(extent: number, elide: boolean): readonly (number | null)[] {
  if (!elide || extent <= 2 * edge) return Array.from({ length: extent }, (_, i) => i);
  return [...Array.from({ length: edge }, (_, i) => i), null, ...Array.from({ length: edge }, (_, i) => extent - edge + i)];
}

function forEachShown(places: readonly (readonly (number | null)[])[], strides: readonly number[], visit: (flat: number) => void, axis = 0, flat = 0): void {
  if (axis === places.length) { visit(flat); return; }
  for (const place of places[axis]) if (place !== null) forEachShown(places, strides, visit, axis + 1, flat + place * strides[axis]);
}

const emptyBrackets = (shape: readonly number[]): string => {
  const outer = shape.indexOf(0);
  return "[".repeat(outer + 1) + "]".repeat(outer + 1);
};

function nested(places: readonly (readonly (number | null)[])[], strides: readonly number[], texts: ReadonlyMap<number, string>, axis: number, flat: number, indent: number): string {
  if (axis === places.length) return texts.get(flat) ?? "";
  const inner = axis === places.length - 1;
  const parts = places[axis].map((place) => (place === null ? "..." : nested(places, strides, texts, axis + 1, flat + place * strides[axis], indent + 1)));
  if (!inner) {
    // Blank lines between blocks, as many as there are axes within.
    const gap = "\n".repeat(places.length - axis - 1);
    return `[${parts.join(`,${gap}${" ".repeat(indent + 1)}`)}]`;
  }
  const lines: string[] = [];
  let line = "";
  for (const [i, part] of parts.entries()) {
    const piece = i === parts.length - 1 ? part : `${part},`;
    if (line !== "" && indent + 1 + line.length + 1 + piece.length > width) {
      lines.push(line);
      line = piece;
    } else {
      line = line === "" ? piece : `${line} ${piece}`;
    }
  }
  return `[${[...lines, line].join(`\n${" ".repeat(indent + 1)}`)}]`;
}

function formatElements(values: readonly number[], dtype: DType): readonly string[] {
  const texts = dtype === "bool" ? values.map((value) => (value === 0 ? "false" : "true"))
    : dtype === "int32" ? values.map(String)
    : formatFloats(values, dtype);
  const longest = Math.max(0, ...texts.map((text) => text.length));
  return texts.map((text) => text.padStart(longest));
}

/** The shortest decimal that a float32 is nearest to: 0.1, not 0.10000000149. */
function shortestSingle(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Object.is(Math.fround(short), value)) return short;
  }
  return value;
}

/** How many digits after the point a number needs, written with or without an exponent. */
function fractionDigits(value: number, exponents: boolean): number {
  const [mantissa, exponent] = value.toExponential().split("e");
  const digits = mantissa.split(".")[1]?.length ?? 0;
  return Math.max(0, exponents ? digits : digits - Number(exponent));
}

function formatFloats(given: readonly number[], dtype: FloatDType): readonly string[] {
  const values = dtype === "float32" ? given.map(shortestSingle) : given;
  const finite = values.filter((value) => Number.isFinite(value));
  // Very large and very small numbers are unreadable without exponents.
  const exponents = finite.some((value) => value !== 0 && (Math.abs(value) >= 1e8 || Math.abs(value) < 1e-4));
  const digits = Math.min(precision[dtype], Math.max(0, ...finite.map((value) => fractionDigits(value, exponents))));
  return values.map((value) => {
    if (!Number.isFinite(value)) return String(value);
    const text = exponents ? withExponent(value, digits) : value.toFixed(digits);
    return Object.is(value, -0) ? `-${text}` : text;
  });
}

/** `1.5e-07`: exponents have two digits at least, so that columns line up. */
function withExponent(value: number, digits: number): string {
  const text = value.toExponential(digits);
  const at = text.indexOf("e") + 2;
  return `${text.slice(0, at)}${text.slice(at).padStart(2, "0")}`;
}
