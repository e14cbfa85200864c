import { expect, test } from "vitest";
import { generator, tensor, type Tensor } from "@ndgrad/core";
import * as activations from "./activations.ts";
import { dense } from "./dense.ts";
import { sequential } from "./sequential.ts";

const all: readonly [string, (x: Tensor) => Tensor][] = Object.entries(activations);

test.each(all)("%s is an activation: of a layer, and as a layer with its name", (name, activation) => {
  const x = generator(1).normal([3, 2]);
  const inside = dense(2, 4, { seed: 1, activation })(x);
  const model = sequential(dense(2, 4, { seed: 1 }), activation);
  expect(model(x).toArray()).toEqual(inside.toArray());
  expect(inside.shape).toEqual([3, 4]);
  expect(model.summary()).toContain(`1 (${name})`);
});

test("identity gives its input back", () => {
  const x = tensor([1, 2]);
  expect(activations.identity(x)).toBe(x);
});
