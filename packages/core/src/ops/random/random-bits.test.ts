import { beforeAll, expect, test } from "vitest";
import { installEngine } from "../../engine/engine.ts";
import { referenceEngine } from "../../engine/reference/reference.ts";
import { fromData, type Tensor } from "../../tensor.ts";
import { randomBits } from "./random-bits.ts";
import { threefry2x32 } from "./threefry.ts";

beforeAll(() => { installEngine(referenceEngine); });

const words = (...values: readonly number[]): Tensor => fromData(Int32Array.from(values), [values.length], "int32");
const hex = (values: Iterable<number>): string[] => [...values].map((value) => (value >>> 0).toString(16).padStart(8, "0"));

// The known answers published with the reference implementation, Random123.
test.each([
  [[0, 0], [0, 0], ["6b200159", "99ba4efe"]],
  [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], ["1cb996fc", "bb002be7"]],
  [[0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3], ["c4923a9c", "483df7a0"]],
])("key %j, block %j", (key, block, answer) => {
  expect(hex(threefry2x32(key[0] | 0, key[1] | 0, block[0] | 0, block[1] | 0))).toEqual(answer);
  expect(hex(randomBits(words(...key), words(...block), 2).data)).toEqual(answer);
});

test("blocks are counted in 64 bits", () => {
  const key = words(1, 2);
  const [low, high] = [-2, 7];
  const bits = randomBits(key, words(low, high), 7).data;
  const blocks = [[-2, 7], [-1, 7], [0, 8], [1, 8]].flatMap(([a, b]) => [...threefry2x32(1, 2, a, b)]);
  expect([...bits]).toEqual(blocks.slice(0, 7));
  expect(randomBits(key, words(0, 0), 0).shape).toEqual([0]);
});

test("takes int32[2] alone", () => {
  expect(() => randomBits(words(1), words(0, 0), 2)).toThrow("randomBits: key and counter are int32[2], not int32[1]");
  expect(() => randomBits(words(1, 2), fromData(new Float32Array(2), [2], "float32"), 2)).toThrow("not float32[2]");
});
