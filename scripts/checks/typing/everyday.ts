// Programs as people write them, which must compile as they stand: under the repository's settings, and under those that
// `tsc --init` writes (snippets.test.ts). What needs an annotation has one: a list that grows, layers of different sizes.
import { concat, grad, ones, tensor, valueAndGrad, variable, where, zeros, type DType, type Shape, type Tensor, type Variable } from "@ndgrad/core";
import { dataset } from "@ndgrad/data";
import { adam, crossEntropy, dense, fit, meanSquaredError, model, relu, sequential, type Dense, type Module } from "@ndgrad/nn";

// t1 plain tensor into a typed function
const typed = (x: Tensor<[number, 784]>) => x.sum();
const plain: Tensor = zeros([2, 784]);
export const t1 = typed(plain);
export const t1b = typed(plain.reshape([-1, 784]));
// t2 loops that rebuild a tensor
export const t2 = () => { let x = zeros([3]); for (let i = 0; i < 3; i++) x = x.add(ones([3])); return x; };
export const t3 = () => { let x: Tensor = zeros([3]); for (let i = 0; i < 3; i++) x = concat([x, ones([1])]); return x; };
export const t4 = () => { let loss = tensor(0); for (let i = 0; i < 3; i++) loss = loss.add(zeros([4]).sum()); return loss; };
export const t5 = (net: (x: Tensor) => Tensor) => { let loss = tensor(0); for (let i = 0; i < 3; i++) loss = loss.add(meanSquaredError(net(zeros([1])), zeros([1]))); return loss; };
// t6 a dense layer's dtype
export const t6: Tensor<[2, 3], "float32"> = dense(4, 3)(zeros([2, 4]));
// t7 assign of what a layer computes
export const t7 = () => { const w = variable(zeros([3])); w.assign(dense(4, 3)(zeros([4]))); };
export const t7b = () => { const w: Variable = variable(zeros([3])); w.assign(dense(4, 3)(zeros([4]))); };
// t8 reduce
export const t8 = [zeros([2]), ones([2])].reduce((a, b) => a.add(b));
export const t8b = [1, 2].map((k) => zeros([k])).reduce((a, b) => concat([a, b]));
export const t8c = Object.values(dense(2, 3).parameters()).reduce((s, v) => s.add(v.value.square().sum()), tensor(0));
// t9 arrays of layers
const layers: readonly Dense[] = [dense(2, 4), dense(4, 3)];
export const t9 = layers.reduce<Tensor>((x, layer) => relu(layer(x)), zeros([5, 2]));
export const t9b = (x: Tensor) => { let h = x; for (const layer of layers) h = relu(layer(h)); return h; };
// t10 mlp helper
const mlp = (sizes: number[]) => sequential(sizes.slice(1).flatMap((n, i) => [dense(sizes[i]!, n), relu]));
export const t10 = mlp([2, 3, 4])(zeros([1, 2]));
// t11 generic train function
export const train = async (net: Module & ((x: Tensor) => Tensor), x: Tensor, y: Tensor) => fit(net, { x, y }, { loss: crossEntropy, optimizer: adam() });
export const t11 = train(mlp([2, 3]), zeros([2, 2]), zeros([2], { dtype: "int32" }));
export const t11b = train(sequential(dense(2, 3), relu), zeros([2, 2]), zeros([2], { dtype: "int32" }));
export const t11c = train(model({ a: dense(2, 3) }, ({ a }, x: Tensor<[number, 2]>) => a(x)), zeros([2, 2]), zeros([2], { dtype: "int32" }));
// t12 grads of a tuple
export const t12 = () => { const w = variable(zeros([2])), b = variable(zeros([1])); const { grads: [dw, db] } = valueAndGrad(() => w.value.sum().add(b.value.sum()), [w, b]); return dw.add(db); };
// t13 interface as parameter tree
interface P { w: Tensor; b: Tensor }
export const t13 = (p: P) => grad((p: P) => p.w.sum().add(p.b.sum()))(p).w;
// t14 class as parameter tree
class Net { w = variable(zeros([2])); b = variable(zeros([1])); readonly name = "net"; forward(x: Tensor) { return x.mul(this.w.value).add(this.b.value); } }
export const t14 = () => { const n = new Net(); return valueAndGrad(() => n.forward(ones([2])).sum(), { w: n.w, b: n.b }).grads.w; };

// t15 where with scalars, nested lists
export const t15 = where(zeros([2]).greater(0), [1, 2], 0);
// t16 conditional dtype
export const t16 = (dtype: DType) => zeros([2], { dtype }).add(1);
export const t17 = (shape: Shape) => zeros(shape).reshape(shape).broadcastTo(shape);
export const t18 = (shape: number[]) => zeros(shape).reshape(shape).broadcastTo(shape);
// t19 dataset columns to typed batches
export const t19 = async () => { for await (const { x } of dataset({ x: zeros([10, 784]), y: zeros([10], { dtype: "int32" }) }).batch(2)) typed(x); };
// t20 shape destructuring
export const t20 = (x: Tensor<[number, number]>) => { const [n, k] = x.shape; return zeros([n, k]); };
// t22 sum over computed axis
export const t22 = (x: Tensor<[2, 3]>, axis: number) => x.sum({ axis }).add(1);
// t23 JSON of history
export const t23 = async () => { const h = await fit(sequential(dense(2, 1)), { x: zeros([4, 2]), y: zeros([4, 1]) }, { loss: meanSquaredError, optimizer: adam(), metrics: { mae: meanSquaredError } }); return h.mae.at(-1)! + h.validation.mae.length; };

// unions, whichever member it is
const flag = zeros([]).item() > 0;
export const either = (flag ? zeros([2]) : zeros([3])).add(1).mul(2).exp();
export const sums = [zeros([2]), zeros([3])].map((x) => x.sum());
export const total = sums.reduce((a, b) => a.add(b));
export const shapeOf = (x: Tensor<[2, 3]> | Tensor<[3]>) => x.sub(x.mean()).div(x.std()).transpose().reshape([-1]);

// losses keep their dtype
export const loss = () => {
  let sum = tensor(0);
  for (const weight of [1, 2]) sum = sum.add(meanSquaredError(dense(4, 3)(zeros([2, 4])), zeros([2, 3])).mul(weight));
  return sum;
};
// options that may be left undefined
export const optional = (mine: { readonly bias?: boolean; readonly lr?: number; readonly axis?: number; readonly seed?: number }) => [
  dense(2, 3, { bias: mine.bias, seed: mine.seed }), adam({ lr: mine.lr }), zeros([2]).softmax({ axis: mine.axis }), zeros([2, 3]).sum({ axis: mine.axis }),
];
// parameters by their names, and gradients by the same, without a check
export const t40 = () => {
  const net = model({ hidden: dense(4, 3), out: dense(3, 1) }, ({ hidden, out }, x: Tensor) => out(relu(hidden(x))));
  const parameters = net.parameters();
  const { grads } = valueAndGrad(() => net(zeros([2, 4])).sum(), parameters);
  parameters["hidden.bias"].assign(parameters["hidden.bias"].value.sub(grads["hidden.bias"].mul(0.1)));
  return sequential(dense(4, 3), relu).parameters()["0.weight"].value;
};
