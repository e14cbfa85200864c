const size = 624;
const middle = 397;
const twist = 0x9908b0df | 0;

/** How a generator may be seeded: by a whole number below 2³², or by several of them. */
export type Seed = number | readonly number[];

/**
 * MT19937, as NumPy seeds and reads it: 32 random bits at a time, period 2¹⁹⁹³⁷ − 1.
 *
 * @see Matsumoto, Nishimura: Mersenne Twister, ACM TOMACS 8 (1998); their mt19937ar.c for seeding by arrays.
 */
export class MersenneTwister {
  private readonly words = new Int32Array(size);
  private at = size;

  /** @param seed checked by the caller: whole numbers from 0 to 2³² − 1, at least one. */
  constructor(seed: Seed) {
    if (typeof seed === "number") this.fill(seed);
    else this.fillFromArray(seed);
  }

  private fill(seed: number): void {
    const { words } = this;
    words[0] = seed;
    for (let i = 1; i < size; i++) words[i] = Math.imul(1812433253, words[i - 1] ^ (words[i - 1] >>> 30)) + i;
    this.at = size;
  }

  private fillFromArray(keys: readonly number[]): void {
    this.fill(19650218);
    const { words } = this;
    let i = 1;
    // After the last word comes the second: the first one then holds what the last one held.
    const step = (): void => {
      if (++i < size) return;
      words[0] = words[size - 1];
      i = 1;
    };
    const mixed = (factor: number): number => words[i] ^ Math.imul(words[i - 1] ^ (words[i - 1] >>> 30), factor);
    for (let round = 0; round < Math.max(size, keys.length); round++) {
      const j = round % keys.length;
      words[i] = mixed(1664525) + (keys[j] | 0) + j;
      step();
    }
    for (let round = 1; round < size; round++) {
      words[i] = mixed(1566083941) - i;
      step();
    }
    // Never all zeros, whatever the keys.
    words[0] = 0x80000000 | 0;
  }

  /** The next 624 words at once. */
  private refill(): void {
    const { words } = this;
    const next = (i: number, following: number, far: number): void => {
      const joined = (words[i] & 0x80000000) | (words[following] & 0x7fffffff);
      words[i] = words[far] ^ (joined >>> 1) ^ (-(joined & 1) & twist);
    };
    let i = 0;
    for (; i < size - middle; i++) next(i, i + 1, i + middle);
    for (; i < size - 1; i++) next(i, i + 1, i + middle - size);
    next(size - 1, 0, middle - 1);
    this.at = 0;
  }

  /** 32 random bits as a signed number, which is what JavaScript's bit operations work on. */
  int32(): number {
    if (this.at === size) this.refill();
    let y = this.words[this.at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  /** A number in [0, 1), a multiple of 2⁻⁵³. */
  double(): number {
    const high = this.int32() >>> 5;
    const low = this.int32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A whole number from 0 to `most`: bits are drawn until they make one that is not larger. */
  upTo(most: number): number {
    if (most === 0) return 0;
    if (most < 2 ** 32) {
      const mask = 0xffffffff >>> Math.clz32(most);
      for (;;) {
        const value = (this.int32() & mask) >>> 0;
        if (value <= most) return value;
      }
    }
    const mask = 0xffffffff >>> Math.clz32(most / 2 ** 32);
    for (;;) {
      const high = (this.int32() & mask) >>> 0;
      const value = high * 2 ** 32 + (this.int32() >>> 0);
      if (value <= most) return value;
    }
  }
}
