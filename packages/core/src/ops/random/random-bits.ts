import { DTypeError, ShapeError, showSpec } from "../../errors.ts";
import { bind } from "../../graph/bind.ts";
import { definePrimitive } from "../../primitive.ts";
import { checkShape } from "../../shape/shape.ts";
import type { Tensor } from "../../tensor.ts";
import { threefry2x32 } from "./threefry.ts";

const randomBitsPrimitive = definePrimitive<{ readonly size: number }>({
  name: "randomBits",
  doc: "Random int32 words: 2i and 2i + 1 are Threefry-2x32 (20 rounds) of the 64-bit counter + i (low, high word) under a key.",
  infer(inputs, { size }) {
    for (const input of inputs) {
      if (input.dtype !== "int32") throw new DTypeError(`randomBits: key and counter are int32[2], not ${showSpec(input)}`);
      if (input.shape.length !== 1 || input.shape[0] !== 2) throw new ShapeError(`randomBits: key and counter are int32[2], not ${showSpec(input)}`);
    }
    checkShape("randomBits", [size]);
    return { shape: [size], dtype: "int32" };
  },
  define([key, counter], { size }, out) {
    const [low, high] = counter.data;
    for (let i = 0; 2 * i < size; i++) {
      const sum = (low >>> 0) + i;
      const carry = Math.floor(sum / 2 ** 32);
      const words = threefry2x32(key.data[0], key.data[1], sum | 0, (high + carry) | 0);
      out.data[2 * i] = words[0];
      if (2 * i + 1 < size) out.data[2 * i + 1] = words[1];
    }
  },
  lower: { kind: "named", kernel: "randomBits", sizes: (_, { size }) => [size] },
  vjp: null,
  sample(pick) {
    const word = { shape: [2], dtype: "int32", range: [-(2 ** 31), 2 ** 31 - 1] } as const;
    return { inputs: [word, word], attributes: { size: pick.integer(0, 40) } };
  },
});

/** `size` random int32 words, all values equally likely: a function of the key and the counter (int32[2] each) alone. */
export function randomBits(key: Tensor, counter: Tensor, size: number): Tensor {
  return bind(randomBitsPrimitive, [key, counter], { size });
}
