import { expect, test } from "vitest";
import { codeOf } from "./opcodes.ts";

test.each([
  // One from the middle or the end of each list, where a name too many or too few would show.
  ["i64.extend32_s", 0xc4], ["f64.copysign", 0xa6], ["f32.abs", 0x8b], ["i32.add", 0x6a], ["i64.trunc_sat_f64_u", 0xfc007],
  ["f64x2.splat", 0xfd014], ["f64x2.replace_lane", 0xfd022], ["v128.any_true", 0xfd053], ["i32x4.eq", 0xfd037], ["i8x16.abs", 0xfd060],
  ["f64x2.ceil", 0xfd074], ["i16x8.abs", 0xfd080], ["i16x8.mul", 0xfd095], ["i32x4.add", 0xfd0ae], ["i32x4.mul", 0xfd0b5],
  ["i64x2.add", 0xfd0ce], ["i64x2.mul", 0xfd0d5], ["f32x4.mul", 0xfd0e6], ["f64x2.mul", 0xfd0f2], ["f64x2.convert_low_i32x4_u", 0xfd0ff],
] as const)("%s is coded as the specification says", (name, code) => {
  expect(codeOf(name)).toBe(code);
});
