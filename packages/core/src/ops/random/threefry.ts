/** By how many bits a round turns the second word; rounds 8 on repeat these. */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
/** Mixed into the key so that a key of zeros is as good as any. */
const parity = 0x1bd11bda;

/**
 * Threefry-2x32 with 20 rounds: the two words that a block of two words is turned into under a key, all int32. As good as random to
 * anyone without the key, and a function of nothing else.
 * Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
export function threefry2x32(key0: number, key1: number, block0: number, block1: number): readonly [number, number] {
  const keys = [key0, key1, key0 ^ key1 ^ parity];
  let a = (block0 + key0) | 0;
  let b = (block1 + key1) | 0;
  for (let round = 0; round < 20; round++) {
    a = (a + b) | 0;
    const turn = rotations[round % 8];
    b = ((b << turn) | (b >>> (32 - turn))) ^ a;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      a = (a + keys[injection % 3]) | 0;
      b = (b + keys[(injection + 1) % 3] + injection) | 0;
    }
  }
  return [a, b];
}
