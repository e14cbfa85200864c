import { expect, test } from "vitest";
import { add, matmul, mul, sin, zeros, type Tensor } from "../../../index.ts";
import { compileFor } from "../../../transform/compile.ts";
import { phasesOf } from "../../phases.ts";
import { emitProgram } from "./emit.ts";

/** Bytes of the module of a function of these tensors. */
function bytesOf(f: (...args: readonly Tensor[]) => Tensor, ...args: readonly Tensor[]): number {
  const { program } = compileFor(f as (...args: readonly unknown[]) => unknown, args);
  expect(program.kernels).toHaveLength(1);
  return emitProgram(phasesOf(program), { buffers: program.buffers.map((_, i) => 65536 * (i + 1)) }, { shared: true }, 0).bytes.length;
}

test("a long expression stands in a product for whole vectors and for a rest, not for four vectors at once", () => {
  const [a, b, c] = [[40, 40], [40, 63], [40, 63]].map((shape) => zeros(shape, { dtype: "float64" }));
  const long = (x: Tensor): Tensor => sin(sin(sin(x)));
  const product = (x: Tensor, y: Tensor, z: Tensor): Tensor => add(matmul(x, y), z);
  const behind = bytesOf((x, y, z) => long(product(x, y, z)), a, b, c) - bytesOf((x, y, z) => product(x, y, z), a, b, c);
  const alone = bytesOf((x) => long(mul(x, 1.5)), b) - bytesOf((x) => mul(x, 1.5), b);
  expect(behind).toBeLessThan(3 * alone);
});
