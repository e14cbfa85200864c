import { NdgradError, Tensor, type Generator } from "@ndgrad/core";
import { checkOptions, fromData, number, type OptionNames } from "@ndgrad/core/internal";
import { checkGenerator, checkWhole, kindOf } from "../checks.ts";

export interface FlipOptions {
  /** Where images are turned over; "horizontal", left for right, unless given. */
  readonly direction?: "horizontal" | "vertical" | undefined;
  /** How likely each image is; ½ unless given. */
  readonly probability?: number | undefined;
}
export interface ShiftOptions {
  /** The most that an image moves along an axis, in pixels. */
  readonly pixels: number;
  /** What comes in from outside; 0 unless given. */
  readonly fill?: number | undefined;
}
export interface CropOptions {
  /** The height and width of what is cut out. */
  readonly size: readonly [height: number, width: number];
  /** Pixels added on every side before; 0 unless given. */
  readonly padding?: number | undefined;
  /** What they hold; 0 unless given. */
  readonly fill?: number | undefined;
}

const flipNames: OptionNames<FlipOptions> = { direction: true, probability: number };
const shiftNames: OptionNames<ShiftOptions> = { pixels: true, fill: number };
const cropNames: OptionNames<CropOptions> = { size: true, padding: true, fill: number };
const noiseNames: OptionNames<{ readonly std: number }> = { std: number };

/**
 * Images, [n, height, width] or [n, height, width, channels], some of them mirrored, each with a chance of its own.
 *
 * @throws NdgradError for tensors that are no images, an unknown direction, or a probability outside of [0, 1].
 * @see torchvision: RandomHorizontalFlip, RandomVerticalFlip
 * @example
 * randomFlip(batch.x, generator(1), { probability: 0.5 });
 */
export function randomFlip<T extends Tensor>(images: T, random: Generator, options: FlipOptions = {}): T {
  checkOptions("randomFlip", options, flipNames);
  const { direction = "horizontal", probability = 0.5 } = options;
  checkGenerator("randomFlip", random);
  const { count, height, width } = sizesOf("randomFlip", images);
  if (!(probability >= 0 && probability <= 1)) throw new NdgradError(`randomFlip: ${probability} is no probability; use 0 … 1`);
  if (!["horizontal", "vertical"].includes(direction)) throw new NdgradError(`randomFlip: there is no direction ${JSON.stringify(direction)}; give "horizontal" or "vertical"`);
  const turned = random.bernoulli([count], probability).data;
  const across = direction === "horizontal";
  return resampled(images, height, width, 0, (image) => {
    if (turned[image] === 0) return { top: 0, left: 0 };
    return across ? { top: 0, left: width - 1, leftward: true } : { top: height - 1, left: 0, upward: true };
  });
}

/**
 * Images, each moved by whole pixels, at most `pixels` along each axis; what leaves is lost.
 *
 * @throws NdgradError for tensors that are no images, or a distance that is no whole number from 0 up.
 * @see torchvision: RandomAffine with translate
 * @example
 * randomShift(batch.x, generator(1), { pixels: 2 });
 */
export function randomShift<T extends Tensor>(images: T, random: Generator, options: ShiftOptions): T {
  checkOptions("randomShift", options, shiftNames);
  const { pixels, fill = 0 } = given("randomShift", options, "{ pixels }");
  checkGenerator("randomShift", random);
  const { count, height, width } = sizesOf("randomShift", images);
  checkWhole("randomShift", "pixels", pixels, 0);
  const moves = random.integers([count, 2], { low: -pixels, high: pixels + 1 }).data;
  return resampled(images, height, width, fill, (image) => ({ top: -moves[2 * image], left: -moves[2 * image + 1] }));
}

/**
 * A part of each image, cut out at random, of each padded image if `padding` is given.
 *
 * @throws NdgradError for tensors that are no images, or parts that are larger than they are.
 * @see torchvision: RandomCrop
 * @example
 * randomCrop(batch.x, generator(1), { size: [28, 28], padding: 2 });
 */
export function randomCrop(images: Tensor, random: Generator, options: CropOptions): Tensor {
  checkOptions("randomCrop", options, cropNames);
  const { size, padding = 0, fill = 0 } = given("randomCrop", options, "{ size }");
  checkGenerator("randomCrop", random);
  if (!Array.isArray(size) || size.length !== 2) throw new NdgradError(`randomCrop: size is ${kindOf(size)}; give the height and width, as in [28, 28]`);
  const [tall, wide] = size as readonly [number, number];
  const { count, height, width } = sizesOf("randomCrop", images);
  checkWhole("randomCrop", "padding", padding, 0);
  checkWhole("randomCrop", "size", tall, 1);
  checkWhole("randomCrop", "size", wide, 1);
  const room = [height + 2 * padding - tall, width + 2 * padding - wide] as const;
  if (room[0] < 0 || room[1] < 0) throw new NdgradError(`randomCrop: ${tall} × ${wide} pixels cannot be cut out of ${height + 2 * padding} × ${width + 2 * padding}`);
  const tops = random.integers([count], { high: room[0] + 1 }).data;
  const lefts = random.integers([count], { high: room[1] + 1 }).data;
  return resampled(images, tall, wide, fill, (image) => ({ top: tops[image] - padding, left: lefts[image] - padding }));
}

/**
 * x plus normal noise, x + std · n with n from N(0, 1) for each element; any shape, float32 or float64 as it is.
 *
 * @throws NdgradError for a standard deviation that is no finite number from 0 up, and unless x is a float.
 * @see Bishop: Training with noise is equivalent to Tikhonov regularization, Neural Computation 7 (1995)
 * @example
 * addNoise(batch.x, generator(1), { std: 0.1 });
 */
export function addNoise<T extends Tensor>(x: T, random: Generator, options: { readonly std: number }): T {
  checkOptions("addNoise", options, noiseNames);
  const { std } = given("addNoise", options, "{ std }");
  checkGenerator("addNoise", random);
  if (!((x as unknown) instanceof Tensor)) throw new NdgradError(`addNoise: x is ${kindOf(x)} and no tensor`);
  if (!(std >= 0 && std < Infinity)) throw new NdgradError(`addNoise: std is ${std}; a standard deviation is a finite number from 0 up`);
  if (x.dtype !== "float32" && x.dtype !== "float64") throw new NdgradError(`addNoise: noise is a float, and x ${x.dtype}; cast it`);
  return x.add(random.normal([...x.shape], { std, dtype: x.dtype })) as Tensor as T;
}

/** Options that have to be given. */
function given<T extends object>(caller: string, options: T | undefined, wanted: string): T {
  if (options === undefined) throw new NdgradError(`${caller}: give ${wanted}`);
  return options;
}

function sizesOf(caller: string, images: Tensor): { readonly count: number; readonly height: number; readonly width: number; readonly channels: number } {
  if (!((images as unknown) instanceof Tensor)) throw new NdgradError(`${caller}: images is ${kindOf(images)} and no tensor; give [n, height, width] or [n, height, width, channels]`);
  if (images.rank !== 3 && images.rank !== 4) throw new NdgradError(`${caller}: images are [n, height, width] or [n, height, width, channels], not [${images.shape.join(", ")}]; reshape them`);
  const [count, height, width, channels = 1] = images.shape as readonly number[];
  return { count, height, width, channels };
}

/** Where an image's first pixel comes from, which may be outside; the others are beside it in the same order, or backwards. */
interface Corner { readonly top: number; readonly left: number; readonly upward?: boolean; readonly leftward?: boolean }

/** Images made of others' pixels. */
function resampled<T extends Tensor>(images: T, tall: number, wide: number, fill: number, cornerOf: (image: number) => Corner): T {
  const { count, height, width, channels } = sizesOf("images", images);
  const { data } = images;
  const size = count * tall * wide * channels;
  const out = images.dtype === "float64" ? new Float64Array(size) : images.dtype === "float32" ? new Float32Array(size) : new Int32Array(size);
  let to = 0;
  for (let image = 0; image < count; image++) {
    const { top, left, upward = false, leftward = false } = cornerOf(image);
    const [down, right] = [upward ? -1 : 1, leftward ? -1 : 1];
    for (let row = 0; row < tall; row++) {
      const y = top + down * row;
      const from = (image * height + y) * width;
      for (let column = 0; column < wide; column++) {
        const x = left + right * column;
        const inside = y >= 0 && y < height && x >= 0 && x < width;
        for (let channel = 0; channel < channels; channel++) out[to++] = inside ? data[(from + x) * channels + channel] : fill;
      }
    }
  }
  const made = fromData(out, [count, tall, wide, ...images.shape.slice(3)], images.dtype === "bool" ? "int32" : images.dtype);
  return made.cast(images.dtype) as unknown as T;
}
