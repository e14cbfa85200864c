import { describe, expect, test } from "vitest";
import { abs, add, cast, cond, div, exp, matmul, mean, mul, pad, printGraph, printProgram, relu, softmax, scan, sqrt, square, sub, sum, take, tanh, transpose, valueAndGrad, variable, where, zeros, type Tensor } from "../index.ts";

describe("printGraph", () => {
  test("lists operations with their operands and types, after simplification", () => {
    const w = variable(zeros([4, 2]), { name: "w" });
    expect(printGraph((x: Tensor) => { w.assign(mul(w.value, 0.5)); return relu(matmul(mul(x, 1), w.value)); }, zeros([3, 4]))).toMatchInlineSnapshot(`
      "%0 = input : float32[3, 4]
      %1 = input : float32[4, 2]
      %2 = mul %1 0.5 : float32[4, 2] : float32[4, 2]
      %3 = matmul %0 %2 : float32[3, 2]
      %4 = relu %3 : float32[3, 2]
      return %4, %2"
    `);
  });
  test("shows what is inside of loops and branches", () => {
    const largest = (xs: Tensor): Tensor => scan((h: Tensor, x: Tensor): [Tensor, Tensor] => [cond(h.less(x), () => x, () => h.mul(0.5)), x], zeros([]) as Tensor, xs)[0];
    expect(printGraph(largest, zeros([4]))).toMatchInlineSnapshot(`
      "%0 = input : float32[4]
      scan 0: 0 : float32[] %0 length=4 carries=1 sequences=1
        body:
          %1 = input : float32[]
          %2 = input : float32[]
          %3 = less %1 %2 : bool[]
          cond 1: %3 %2 %1
            true:
              %4 = input : float32[]
              %5 = input : float32[]
              %6 = copy %4 : float32[]
              return %6
            false:
              %7 = input : float32[]
              %8 = input : float32[]
              %9 = mul %8 0.5 : float32[] : float32[]
              return %9
          %10 = result 0 of cond 1 : float32[]
          %11 = copy %2 : float32[]
          return %10, %11
      %12 = result 0 of scan 0 : float32[]
      return %12"
    `);
  });
});

describe("printProgram", () => {
  test("shows a training step: products with epilogues, variables updated in place, bands", () => {
    const w = variable(zeros([8, 3]), { name: "w" });
    const b = variable(zeros([3]), { name: "b" });
    const step = ({ x, y }: { x: Tensor; y: Tensor }): Tensor => {
      const { value, grads } = valueAndGrad(() => { const error = sub(relu(add(matmul(x, w.value), b.value)), y); return sum(mul(error, error)); }, { w, b });
      w.assign(sub(w.value, mul(grads.w, 0.1)));
      b.assign(sub(b.value, mul(grads.b, 0.1)));
      return value;
    };
    expect(printProgram(step, { x: zeros([16, 8]), y: zeros([16, 3]) })).toMatchInlineSnapshot(`
      "5 kernels in 2 phases, about 1974 operations, an arena of 1664 bytes
        a0: float32[128] argument [0].x float32[16, 8]
        a1: float32[48] argument [0].y float32[16, 3]
        v0: float32[24] variable "w" float32[8, 3]
        v1: float32[3] variable "b" float32[3]
        t0: float32[48]
        r0: float32[1] result float32[]
        t1: float32[48]
        t4: float32[24]
      phase 1, 16 parts
        t0[3i + j] = max((Σ(k < 8) a0[8i + k] · v0[3k + j]) + v1[j], 0)   for i < 16, j < 3   ≈ 768
        u0 = t0[i] − a1[i]
        t1[i] = select(t0[i] ≤ 0, 0, u0 + u0)   for i < 48   ≈ 240
      phase 2, on one thread
        u0 = t0[i] − a1[i]
        r0[0] = Σ(i < 48) (u0 · u0)   ≈ 144
        v0[3i + j] = v0[3i + j] − ((Σ(k < 16) a0[i + 8k] · t1[3k + j]) · 0.1)   for i < 8, j < 3   summed up in t4   ≈ 768
        v1[i] = v1[i] − ((Σ(j < 16) t1[i + 3j]) · 0.1)   for i < 3   ≈ 54"
    `);
    expect(w.value.toArray()).toEqual(zeros([8, 3]).toArray());
  });
  test("shows a softmax as one kernel", () => {
    expect(printProgram((x: Tensor) => softmax(x), zeros([6, 5]))).toMatchInlineSnapshot(`
      "1 kernel in 1 phase, about 900 operations, an arena of 384 bytes
        a0: float32[30] argument [0] float32[6, 5]
        s1: float32[5] at one turn of a loop
        r0: float32[30] result float32[6, 5]
      phase 1, 6 parts
        for i < 6:   ≈ 900
          s0 = max(j < 5) a0[5i + j]
          s1[j] = exp(a0[5i + j] − s0)   for j < 5
          s2 = Σ(j < 5) s1[j]
          r0[5i + j] = s1[j] / s2   for j < 5"
    `);
  });
  test("shows a layer-norm as one kernel", () => {
    const layerNorm = (x: Tensor, scale: Tensor, shift: Tensor): Tensor => {
      const centred = sub(x, mean(x, { axis: -1, keepDims: true }));
      return add(mul(div(centred, sqrt(add(mean(square(centred), { axis: -1, keepDims: true }), 1e-5))), scale), shift);
    };
    expect(printProgram(layerNorm, zeros([128, 768]), zeros([768]), zeros([768]))).toMatchInlineSnapshot(`
      "1 kernel in 1 phase, about 1.28 million operations, an arena of 793 thousand bytes
        a0: float32[98304] argument [0] float32[128, 768]
        a1: float32[768] argument [1] float32[768]
        a2: float32[768] argument [2] float32[768]
        r0: float32[98304] result float32[128, 768]
      phase 1, 128 parts
        for i < 128:   ≈ 1.28 million
          s0 = (Σ(j < 768) a0[768i + j]) / 768
          u0 = a0[768i + j] − s0
          s1 = sqrt(((Σ(j < 768) (u0 · u0)) / 768) + 0.00001)
          r0[768i + j] = (((a0[768i + j] − s0) / s1) · a1[j]) + a2[j]   for j < 768"
    `);
  });
  test("shows copies, named kernels, whole numbers and values used twice", () => {
    expect(printProgram((x: Tensor, places: Tensor) => {
      const dear = tanh(exp(x));
      return { padded: pad(x, [[1, 0], [0, 2]]), taken: take(transpose(x), places), flags: where(cast(abs(x), "bool"), mul(dear, dear), -0.1) };
    }, zeros([4, 3]), zeros([2], { dtype: "int32" }))).toMatchInlineSnapshot(`
      "5 kernels in 2 phases, about 745 operations, an arena of 832 bytes
        a0: float32[12] argument [0] float32[4, 3]
        a1: int32[2] argument [1] int32[2]
        r0: float32[25] result padded float32[5, 5]
        t0: float32[12]
        r1: float32[8] result taken float32[2, 4]
        r2: float32[12] result flags float32[4, 3]
      phase 1, band 1, on one thread
        t0[4i + j] = a0[i + 3j]   for i < 3, j < 4   ≈ 12
        r1 = take(t0, a1; sizes 1, 3, 4, 2)   ≈ 96
        u0 = tanh(exp(a0[i]))
        r2[i] = select(bool(abs(a0[i])), u0 · u0, −0.1)   for i < 12   ≈ 600
      phase 1, band 2, 25 parts
        r0[i] = 0   for i < 25   ≈ 25
      phase 2, 4 parts
        r0[5i + j + 5] = a0[3i + j]   for i < 4, j < 3   ≈ 12"
    `);
  });
  test("shows loops", () => {
    expect(printProgram((x: Tensor, steps: Tensor) => scan((carry: Tensor, element: Tensor) => [add(carry, element), mul(carry, 2)] as const, x, steps), zeros([2]), zeros([5, 2]))).toMatchInlineSnapshot(`
      "2 kernels in 2 phases, about 62 operations, an arena of 896 bytes
        a0: float32[2] argument [0] float32[2]
        a1: float32[10] argument [1] float32[5, 2]
        r0: float32[2] result [0] float32[2]
        r1: float32[10] result [1] float32[5, 2]
        t0: float32[2]
        t1: float32[2]
        t2: float32[2]
      phase 1, on one thread
        r0[i] = a0[i]   for i < 2   ≈ 2
      phase 2, on one thread
        repeat 5 times, counting n:   ≈ 60
          t0[i] = a1[i + 2n]   for i < 2
          t1[i] = r0[i] + t0[i]
          t2[i] = r0[i] · 2   for i < 2
          r0[i] = t1[i]   for i < 2
          r1[i + 2n] = t2[i]   for i < 2"
    `);
  });
});
