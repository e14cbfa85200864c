import { generator, type ReadonlyInt32Array } from "@ndgrad/core";

/** An order of `size` examples for one epoch. */
export const orderOf = (size: number, seed: number, epoch: number): ReadonlyInt32Array => generator(seed, { epoch }).permutation(size).data;

/** Numbers one by one out of many: drawing one from a generator costs as much as drawing hundreds. */
export function pooled(draw: (count: number) => ArrayLike<number>): () => number {
  let drawn: ArrayLike<number> = [];
  let next = 0;
  return () => {
    if (next === drawn.length) {
      drawn = draw(512);
      next = 0;
    }
    return drawn[next++];
  };
}
