/** What `tsc --init` writes, and what users of either resolution have beside it. */
export const strictest = {
  target: "es2022", lib: ["es2023", "dom"], types: [], strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true,
  isolatedModules: true, moduleDetection: "force", verbatimModuleSyntax: true, noEmit: true,
} as const;

/** A program in TypeScript like a user's, of all packages; each line below `@ts-expect-error` must be refused. */
export const typedProgram = `
import { compile, generator, grad, tensor, valueAndGrad, variable, zeros, type Tensor } from "@ndgrad/core";
import { dataset, readCsv, type Digits } from "@ndgrad/data";
import { digits } from "@ndgrad/data/digits";
import { checkGradients, tensors } from "@ndgrad/gradcheck";
import { adam, crossEntropy, dense, fit, model, relu, sequential, sgd } from "@ndgrad/nn";
import fc from "fast-check";

const x = zeros([32, 784]);
const shape: readonly [32, 10] = x.matmul(zeros([784, 10])).shape;
// @ts-expect-error inner sizes differ
x.matmul(zeros([128, 10]));
// @ts-expect-error shapes do not broadcast
tensor([1, 2, 3]).add(tensor([1, 2]));

const slope: Tensor = grad((at: Tensor) => at.tanh().sum())(tensor([0.5]));
const w = variable(tensor([4, -4]));
const step = compile((rate: Tensor<[]>) => {
  const { value, grads } = valueAndGrad(() => w.value.square().sum(), { w });
  w.assign(w.value.sub(grads.w.mul(0.5)));
  return value;
});
const momentum: number | undefined = undefined;
const optimizer = sgd({ lr: 0.1, momentum });

const net = model({ hidden: dense(2, 16, { seed: 1 }), out: dense(16, 2, { seed: 2 }) },
  ({ hidden, out }, input: Tensor<[number, 2]>) => out(relu(hidden(input))));
const points = generator(1).uniform([64, 2]);
export async function train(): Promise<readonly number[]> {
  const { loss } = await fit(net, { x: points, y: zeros([64], { dtype: "int32" }) }, { loss: crossEntropy, optimizer: adam({ lr: 0.01 }), epochs: 2 });
  return loss;
}
export const deep = sequential(dense(2, 4), relu, dense(4, 1));
export const batches = dataset({ x: points, y: zeros([64]) }).shuffle({ seed: 1 }).batch(16);
export async function files(): Promise<Digits> {
  const { columns } = await readCsv(new URL("https://example.org/points.csv"));
  const first = Object.values(columns)[0];
  if (first !== undefined && first.kind === "number") first.values.toArray();
  return (await digits({ seed: 1 })).train;
}
for (const { x: each, y } of batches) console.log(each.shape, y.shape);

fc.assert(fc.property(tensors({ shape: [2, 3] }), (drawn) => drawn.sum().rank === 0));
console.log(checkGradients((at: Tensor) => at.tanh(), tensor([0.3])).ok, shape, slope, step(tensor(1)), optimizer);
`;

/** The same of plot, whose parts bring types that need those of a browser. */
export const plotProgram = `
import { lossCurve, scatterByClass, type Figure } from "@ndgrad/plot";
import { zeros } from "@ndgrad/core";

const curve: Figure = lossCurve([3, 2, 1], { title: "Loss" });
console.log(await curve.toSVG(), scatterByClass(zeros([4, 2]), [0, 1, 0, 1]).spec);
`;

/** A test in vitest with the matcher. */
export const vitestProgram = `
import { expect, test } from "vitest";
import { tensor, type Tensor } from "@ndgrad/core";
import { tensors } from "@ndgrad/gradcheck";
import "@ndgrad/gradcheck/vitest";
import fc from "fast-check";

test("tanh has the right gradients", () => {
  expect((x: Tensor) => x.tanh()).toHaveCorrectGradients(tensor([0.3, -2]), { order: 2 });
});

test("sums", () => {
  fc.assert(fc.property(tensors({ dtype: "float64" }), (x) => Object.is(x.sum().rank, 0)), { numRuns: 20 });
});
`;
