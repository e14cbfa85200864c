import fc from "fast-check";
import { expect, test } from "vitest";
import { unitOrder } from "./unit-order.ts";

const sorted = (keys: readonly number[]): number[] => keys.map((_, i) => i).sort((a, b) => keys[a] - keys[b] || a - b);

test("the order that a stable sort gives, for even keys, crowded ones and equal ones", () => {
  const even = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const crowded = fc.double({ min: 0.5, max: 0.5001, noNaN: true });
  const equal = fc.constantFrom(0, 0.25, 1 - 2 ** -53);
  fc.assert(fc.property(fc.array(fc.oneof(even, crowded, equal), { maxLength: 200 }), (keys) => {
    expect([...unitOrder(Float64Array.from(keys))]).toEqual(sorted(keys));
  }));
});
