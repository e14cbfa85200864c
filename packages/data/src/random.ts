import { generator } from "@ndgrad/core";

/** An order of `size` examples for one epoch. Seeds below 2³² give epochs orders of their own, up to epoch 2²¹. */
export const orderOf = (size: number, seed: number, epoch: number): Int32Array => generator(seed + epoch * 2 ** 32).permutation(size).data;

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
