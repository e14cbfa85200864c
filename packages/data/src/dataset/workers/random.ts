/**
 * Uniform numbers in [0, 1) for one item: a function of seed, epoch and index alone, so that no worker's share decides
 * them. Threefry-2x32 with 20 rounds, 53 bits of two words. It stands alone: workers are sent its text.
 * Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
export function itemRandom(seed: number, epoch: number, index: number): () => number {
  const turns = [13, 15, 26, 6, 17, 29, 16, 24];
  const mix = (key0: number, key1: number, block0: number, block1: number): readonly [number, number] => {
    const keys = [key0, key1, key0 ^ key1 ^ 0x1bd11bda];
    let a = (block0 + key0) | 0;
    let b = (block1 + key1) | 0;
    for (let round = 1; round <= 20; round++) {
      const turn = turns[(round - 1) % 8];
      a = (a + b) | 0;
      b = ((b << turn) | (b >>> (32 - turn))) ^ a;
      if (round % 4 > 0) continue;
      a = (a + keys[(round / 4) % 3]) | 0;
      b = (b + keys[(round / 4 + 1) % 3] + round / 4) | 0;
    }
    return [a, b];
  };
  const high = (value: number): number => Math.floor(value / 2 ** 32) | 0;
  // The seed is the key of all items' keys; which item it is, in 53 and 32 bits, is mixed in twice for want of room.
  const [epoch0, epoch1] = mix(seed | 0, high(seed), epoch | 0, high(epoch));
  const [key0, key1] = mix(epoch0, epoch1, index | 0, high(index));
  let count = 0;
  return () => {
    const [a, b] = mix(key0, key1, count++ | 0, 0);
    return ((a >>> 6) * 2 ** 27 + (b >>> 5)) * 2 ** -53;
  };
}
