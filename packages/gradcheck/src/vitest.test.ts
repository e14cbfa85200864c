import { NdgradError, bind, fromData, registry, type Tensor } from "@ndgrad/core/internal";
import { describe, expect, test } from "vitest";
import "./vitest.ts";

const x = fromData(Float32Array.of(0.3, -2), [2], "float32");
const sine = (at: Tensor): Tensor => bind(registry.get("sin")!, [at], undefined);
const wrongSine = (at: Tensor): Tensor =>
  bind({ ...registry.get("sin")!, vjp: [({ g, inputs: [each] }) => bind(registry.get("mul")!, [g, sine(each)], undefined)] }, [at], undefined);

describe("toHaveCorrectGradients", () => {
  test("passes where gradients are right", () => {
    expect(sine).toHaveCorrectGradients(x, { order: 2 });
    expect(wrongSine).not.toHaveCorrectGradients(x);
  });

  test("fails with the report", () => {
    expect(() => expect(wrongSine).toHaveCorrectGradients([x])).toThrow(
      "gradients differ from finite differences at 2 of 4 elements:\n" +
      "  order 1, argument 0 at [0], output 0: gradient 0.2955202, finite differences 0.9553365 (relative error 6.9e-1)\n" +
      "  order 1, argument 0 at [1], output 1: gradient -0.9092974, finite differences -0.4161468 (relative error 5.4e-1)",
    );
    expect(() => expect(sine).not.toHaveCorrectGradients(x)).toThrow("expected wrong gradients, and the gradients agree");
  });

  test("says what it cannot check", () => {
    expect(() => expect(3).toHaveCorrectGradients(x)).toThrow("expected a function of tensors, and got number");
    const nowhere = fromData(Float32Array.of(NaN), [1], "float32");
    expect(() => expect(sine).toHaveCorrectGradients(nowhere)).toThrow("nothing was compared");
    expect(() => expect(sine).not.toHaveCorrectGradients(nowhere)).toThrow("nothing was compared");
    expect(() => expect(() => 3).toHaveCorrectGradients(x)).toThrow(NdgradError);
  });
});

test("the matcher refuses unknown options in its own name", () => {
  expect(() => { expect((x: Tensor) => x.tanh()).toHaveCorrectGradients(fromData(Float32Array.of(0.3), [1], "float32"), { orders: 2 } as object); }).toThrow('toHaveCorrectGradients: unknown option "orders"; did you mean "order"?');
});
