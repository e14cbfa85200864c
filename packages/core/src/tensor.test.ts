import { describe, expect, test } from "vitest";
import { compile, generator, grad, ones, scan, tensor, variable, zeros, type Tensor } from "./index.ts";

/** Tensors from everywhere that tensors come from. */
const made: Readonly<Record<string, () => Tensor>> = {
  creation: () => zeros([2, 3]),
  literals: () => tensor([[1, 2], [3, 4]]),
  "a view": () => ones([2, 3]).transpose(),
  "a shape of the caller's": () => ones([6]).reshape([2, 3]),
  broadcasting: () => ones([2, 1]).add(ones([3])),
  stretching: () => ones([3]).broadcastTo([2, 3]),
  reductions: () => ones([2, 3]).sum({ axis: 0 }),
  products: () => ones([2, 3]).matmul(ones([3, 4])),
  indexing: () => ones([5, 3]).take([0, 1]),
  generators: () => generator(1).uniform([2, 3]),
  variables: () => variable(zeros([2, 3])).value,
  gradients: () => grad((x: Tensor) => x.square().sum())(ones([2, 3])),
  "compiled functions": () => compile((x: Tensor) => x.exp())(ones([2, 3])),
  loops: () => scan((sum, x: Tensor) => [sum.add(x), sum] as const, zeros([2]), ones([4, 2]))[1] as Tensor,
};

describe("a tensor stays as it is", () => {
  test.each(Object.keys(made))("its shape cannot be written to: %s", (name) => {
    const x = made[name]();
    expect(Object.isFrozen(x.shape)).toBe(true);
    expect(() => { (x.shape as number[])[0] = 1; }).toThrow(TypeError);
  });

  test("nor can a variable's", () => {
    expect(Object.isFrozen(variable(zeros([2])).shape)).toBe(true);
  });

  test("nothing can be assigned to a tensor's or a variable's shape and dtype, as NumPy's programs do", () => {
    for (const each of [ones([2, 2]), variable(ones([2, 2]))] as { shape: unknown; dtype: unknown }[]) {
      expect(() => { each.shape = [4]; }).toThrow(TypeError);
      expect(() => { each.dtype = "int32"; }).toThrow(TypeError);
      expect([each.shape, each.dtype]).toEqual([[2, 2], "float32"]);
    }
  });

  test("and the caller's lists stay the caller's", () => {
    const shape = [2, 3];
    const all = [zeros(shape), ones([6]).reshape(shape), ones([3]).broadcastTo(shape), tensor([1, 2, 3, 4, 5, 6], { shape }), generator(1).uniform(shape)];
    shape[0] = 7;
    shape.push(1);
    expect(all.map((x) => x.shape)).toEqual(all.map(() => [2, 3]));
  });

  test("toTypedArray copies the elements, also of views, in the dtype's own array", () => {
    const x = tensor([[1, 2], [3, 4]]);
    const copy = x.toTypedArray();
    copy[0] = 9;
    copy.fill(7, 1);
    expect(x.toArray()).toEqual([[1, 2], [3, 4]]);
    expect(x.transpose().toTypedArray()).toEqual(Float32Array.of(1, 3, 2, 4));
    expect(ones([2], { dtype: "float64" }).toTypedArray()).toEqual(Float64Array.of(1, 1));
    expect(ones([2], { dtype: "int32" }).toTypedArray()).toEqual(Int32Array.of(1, 1));
    expect(ones([2], { dtype: "bool" }).toTypedArray()).toEqual(Uint8Array.of(1, 1));
    expect(() => compile((y: Tensor) => { y.toTypedArray(); return y; })(x)).toThrow("toTypedArray: float32[2, 2] is traced and has no elements");
  });
});
