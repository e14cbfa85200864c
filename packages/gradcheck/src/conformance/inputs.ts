import { Tensor, allocate, elementsOf, fromData, isFloat, viewStorage, type DType } from "@ndgrad/core/internal";

/** |x| for floats; indices and conditions as they are. */
export function absolute(x: Tensor): Tensor {
  if (!isFloat(x.dtype)) return x;
  const data = allocate(x.dtype, x.size);
  data.set(x.data.map(Math.abs));
  return fromData(data, x.shape, x.dtype);
}

const everywhere = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, NaN, Infinity, -Infinity, 1e-8, -1e-8, 0.7, -3.3, 20.5, -40, 100, 1e6, -123456.7, 2 ** 31, -(2 ** 31), 1e18];

/** Elements at which functions go wrong first: signed zeros, NaN, infinities, subnormals, the ends of the range. */
const specials: Readonly<Record<DType, readonly number[]>> = {
  float32: [...everywhere, 2 ** -149, -(2 ** -149), 1e-40, -1e-40, 2 ** -126, 3.4028234663852886e38, -3.4028234663852886e38, 1e20, 88.7, -87.4, -103.9],
  float64: [...everywhere, 5e-324, -5e-324, 1e-310, 2 ** -1022, Number.MAX_VALUE, -Number.MAX_VALUE, 1e160, 709.7, -708.4, -745.1],
  int32: [0, 1, -1, 2, -2, 3, 7, -7, 31, 32, -32, 33, 65535, 65536, 2 ** 30, 2 ** 31 - 1, -(2 ** 31)],
  bool: [0, 1],
};

/** Every combination of special values of some dtypes, one tensor for each: [n] long. */
export function combinations(dtypes: readonly DType[]): readonly Tensor[] {
  const counts = dtypes.map((dtype) => specials[dtype].length);
  const size = counts.reduce((product, count) => product * count, 1);
  let repeat = size;
  return dtypes.map((dtype, which) => {
    repeat /= counts[which];
    const data = allocate(dtype, size);
    for (let i = 0; i < size; i++) data[i] = specials[dtype][Math.floor(i / repeat) % counts[which]];
    return fromData(data, [size], dtype);
  });
}

/** A tensor of another's shape with elements taken in turn from `source`, from place `from` on. */
export function filled({ shape, dtype, size }: Tensor, source: Tensor, from: number): Tensor {
  const data = allocate(dtype, size);
  // A step that has no factor in common with the length visits all elements.
  for (let i = 0; i < size; i++) data[i] = source.data[(from + i * 7) % source.size];
  return fromData(data, shape, dtype);
}

/** `size` random elements within a range. */
export function scattered(size: number, dtype: DType, [least, most]: readonly [number, number], random: () => number): Tensor {
  const data = allocate(dtype, size);
  for (let i = 0; i < size; i++) data[i] = isFloat(dtype) ? least + random() * (most - least) : Math.floor(least + random() * (most - least + 1));
  return fromData(data, [size], dtype);
}

/** The first element, `size` times, without copying. */
export const stretched = (x: Tensor, size: number): Tensor =>
  new Tensor([size], x.dtype, viewStorage(elementsOf(x, "stretched"), { shape: [size], strides: [0], offset: 0 }), null);

/** Random bits as elements: floats of every exponent. */
export function anyBits(size: number, dtype: DType, random: () => number): Tensor {
  const data = allocate(dtype, size);
  const words = new Uint8Array(data.buffer);
  for (let i = 0; i < words.length; i++) words[i] = Math.floor(random() * (dtype === "bool" ? 2 : 256));
  // One NaN for all: which of them an operation gives, or whose sign it has, is nobody's business.
  for (let i = 0; i < size; i++) if (Number.isNaN(data[i])) data[i] = NaN;
  return fromData(data, [size], dtype);
}
