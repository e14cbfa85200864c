import type { FunctionBuilder, Local } from "./encoder.ts";
import type { NamedOperands } from "./named.ts";

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];

/**
 * Threefry-2x32 with 20 rounds (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011), four blocks at a time:
 * block i is the 64-bit counter + i as (low, high) under the key.
 */
export function emitRandomBits(f: FunctionBuilder, { inputs: [key, counter], out, sizes: [size] }: NamedOperands): void {
  const keys = f.locals("v128", 3);
  const [low, high, x0, x1] = f.locals("v128", 4);
  const [at, end] = f.locals("i32", 2);
  f.get(key).memory("v128.load32_splat").set(keys[0]);
  f.get(key).memory("v128.load32_splat", 4).set(keys[1]);
  f.get(keys[0], keys[1]).op("v128.xor").i32(0x1bd11bda).op("i32x4.splat").op("v128.xor").set(keys[2]);
  const words = (...values: readonly number[]): Uint8Array => new Uint8Array(new Int32Array(values).buffer);
  /** Adds 64-bit numbers 0 … 2³² − 1 on the stack to the counters: a low word that came out smaller carries. */
  const count = (): void => {
    const before = f.local("v128");
    f.set(before).get(low, before).op("i32x4.add").set(low);
    f.get(high, low, before).op("i32x4.lt_u").op("i32x4.sub").set(high).release(before);
  };
  f.get(counter).memory("v128.load32_splat").set(low);
  f.get(counter).memory("v128.load32_splat", 4).set(high);
  f.v128(words(0, 1, 2, 3));
  count();
  f.get(out).set(at).get(out, size).i32(2).op("i32.shl").op("i32.add").set(end);
  f.while(() => f.get(at, end).op("i32.lt_u"), () => {
    f.get(low, keys[0]).op("i32x4.add").set(x0).get(high, keys[1]).op("i32x4.add").set(x1);
    for (let round = 0; round < 20; round++) {
      f.get(x0, x1).op("i32x4.add").set(x0);
      rotate(f, x1, rotations[round % 8]);
      f.get(x1, x0).op("v128.xor").set(x1);
      if (round % 4 === 3) {
        const injection = (round + 1) / 4;
        f.get(x0, keys[injection % 3]).op("i32x4.add").set(x0);
        f.get(x1, keys[(injection + 1) % 3]).op("i32x4.add").i32(injection).op("i32x4.splat").op("i32x4.add").set(x1);
      }
    }
    f.get(at, x0, x1).shuffle([0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23]).memory("v128.store");
    f.get(at, x0, x1).shuffle([8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31]).memory("v128.store", 16);
    f.get(at).i32(32).op("i32.add").set(at);
    f.v128(words(4, 4, 4, 4));
    count();
  });
  f.release(...keys, low, high, x0, x1, at, end);
}

function rotate(f: FunctionBuilder, x: Local, by: number): void {
  f.get(x).i32(by).op("i32x4.shl").get(x).i32(32 - by).op("i32x4.shr_u").op("v128.or").set(x);
}
