import { NdgradError, tensor, type Generator, type Tensor } from "@ndgrad/core";
import { checkWhole } from "../checks.ts";

export interface FlipOptions {
  /** Where images are turned over; "horizontal", left for right, unless given. */
  readonly direction?: "horizontal" | "vertical";
  /** How likely each image is; ½ unless given. */
  readonly probability?: number;
}
export interface ShiftOptions {
  /** The most that an image moves along an axis, in pixels. */
  readonly pixels: number;
  /** What comes in from outside; 0 unless given. */
  readonly fill?: number;
}
export interface CropOptions {
  /** The height and width of what is cut out. */
  readonly size: readonly [height: number, width: number];
  /** Pixels added on every side before; 0 unless given. */
  readonly padding?: number;
  /** What they hold; 0 unless given. */
  readonly fill?: number;
}

/**
 * Images, [n, height, width] or [n, height, width, channels], some of them mirrored, each with a chance of its own.
 *
 * @throws NdgradError for tensors that are no images.
 * @example
 * randomFlip(batch.x, generator(1), { probability: 0.5 });
 */
export function randomFlip<T extends Tensor>(images: T, random: Generator, { direction = "horizontal", probability = 0.5 }: FlipOptions = {}): T {
  const { count, height, width } = sizesOf("randomFlip", images);
  if (!(probability >= 0 && probability <= 1)) throw new NdgradError(`randomFlip: ${probability} is no probability; use 0 … 1`);
  const turned = random.bernoulli([count], probability).data;
  return resampled(images, height, width, 0, (image, row, column) => {
    if (turned[image] === 0) return [row, column];
    return direction === "horizontal" ? [row, width - 1 - column] : [height - 1 - row, column];
  });
}

/**
 * Images, each moved by whole pixels, at most `pixels` along each axis; what leaves is lost.
 *
 * @throws NdgradError for tensors that are no images, or a distance that is no whole number from 0 up.
 * @example
 * randomShift(batch.x, generator(1), { pixels: 2 });
 */
export function randomShift<T extends Tensor>(images: T, random: Generator, { pixels, fill = 0 }: ShiftOptions): T {
  const { count, height, width } = sizesOf("randomShift", images);
  checkWhole("randomShift", "pixels", pixels, 0);
  const moves = random.integers([count, 2], { low: -pixels, high: pixels + 1 }).data;
  return resampled(images, height, width, fill, (image, row, column) => [row - moves[2 * image], column - moves[2 * image + 1]]);
}

/**
 * A part of each image, cut out at random, of each padded image if `padding` is given.
 *
 * @throws NdgradError for tensors that are no images, or parts that are larger than they are.
 * @example
 * randomCrop(batch.x, generator(1), { size: [28, 28], padding: 2 });
 */
export function randomCrop(images: Tensor, random: Generator, { size: [tall, wide], padding = 0, fill = 0 }: CropOptions): Tensor {
  const { count, height, width } = sizesOf("randomCrop", images);
  checkWhole("randomCrop", "padding", padding, 0);
  checkWhole("randomCrop", "size", tall, 1);
  checkWhole("randomCrop", "size", wide, 1);
  const room = [height + 2 * padding - tall, width + 2 * padding - wide] as const;
  if (room[0] < 0 || room[1] < 0) throw new NdgradError(`randomCrop: ${tall} × ${wide} pixels cannot be cut out of ${height + 2 * padding} × ${width + 2 * padding}`);
  const tops = random.integers([count], { high: room[0] + 1 }).data;
  const lefts = random.integers([count], { high: room[1] + 1 }).data;
  return resampled(images, tall, wide, fill, (image, row, column) => [row + tops[image] - padding, column + lefts[image] - padding]);
}

/**
 * x plus normal noise.
 * @throws NdgradError for a negative standard deviation; DTypeError unless x is a float.
 */
export function addNoise<T extends Tensor>(x: T, random: Generator, { std }: { readonly std: number }): T {
  if (x.dtype !== "float32" && x.dtype !== "float64") throw new NdgradError(`addNoise: noise is a float, and x ${x.dtype}; cast it`);
  return x.add(random.normal([...x.shape], { std, dtype: x.dtype })) as Tensor as T;
}

function sizesOf(caller: string, images: Tensor): { readonly count: number; readonly height: number; readonly width: number; readonly channels: number } {
  if (images.rank !== 3 && images.rank !== 4) throw new NdgradError(`${caller}: images are [n, height, width] or [n, height, width, channels], not [${images.shape.join(", ")}]; reshape them`);
  const [count, height, width, channels = 1] = images.shape as readonly number[];
  return { count, height, width, channels };
}

/** Images made of others' pixels: `from` says where each one comes from, which may be outside. */
function resampled<T extends Tensor>(images: T, tall: number, wide: number, fill: number, from: (image: number, row: number, column: number) => readonly [row: number, column: number]): T {
  const { count, height, width, channels } = sizesOf("images", images);
  const { data } = images;
  const size = count * tall * wide * channels;
  const out = images.dtype === "float64" ? new Float64Array(size) : images.dtype === "float32" ? new Float32Array(size) : new Int32Array(size);
  let to = 0;
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < tall; row++) {
      for (let column = 0; column < wide; column++) {
        const [y, x] = from(image, row, column);
        const inside = y >= 0 && y < height && x >= 0 && x < width;
        const at = ((image * height + y) * width + x) * channels;
        for (let channel = 0; channel < channels; channel++) out[to++] = inside ? data[at + channel] : fill;
      }
    }
  }
  const made = tensor(out, { shape: [count, tall, wide, ...images.shape.slice(3)] });
  return made.cast(images.dtype) as unknown as T;
}
