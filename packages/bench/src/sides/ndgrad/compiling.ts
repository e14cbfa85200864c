// A process of its own: first calls of long programs, each at a size and at twice that size. Writes their milliseconds as JSON.
import { compile, concat, grad, generator, jvp, ones, softmax, tensor, valueAndGrad, variable, zeros, type Tensor, type Variable } from "@ndgrad/core";
import type { CompileTimes } from "../../harness/compiling.ts";

const random = generator(1);
const draw = (...shape: number[]): Tensor<number[], "float32"> => random.normal(shape);

/** A step of gradient descent. */
const descend = (loss: () => Tensor, weights: readonly Variable[]): Tensor => {
  const { value, grads } = valueAndGrad(loss, weights);
  weights.forEach((weight, i) => { weight.assign(weight.value.sub(grads[i].mul(0.01))); });
  return value;
};

const chain = (turns: number, turn: (y: Tensor, i: number) => Tensor) => (x: Tensor): Tensor => {
  let y = x;
  for (let i = 0; i < turns; i++) y = turn(y, i);
  return y;
};

const cell = (weight: Tensor, bias: Tensor, xs: readonly Tensor[], batch: number, width: number): readonly Tensor[] => {
  let h: Tensor = zeros([batch, width]);
  let c: Tensor = zeros([batch, width]);
  return xs.map((x) => {
    const [input, forget, candidate, output] = concat([x, h], { axis: 1 }).matmul(weight).add(bias).split(4, { axis: 1 });
    c = forget.sigmoid().mul(c).add(input.sigmoid().mul(candidate.tanh()));
    h = output.sigmoid().mul(c.tanh());
    return h;
  });
};

function lstm(steps: number): () => unknown {
  const weight = variable(draw(48, 128));
  const bias = variable(draw(128));
  const xs = Array.from({ length: steps }, () => draw(8, 16));
  const step = compile((inputs: readonly Tensor[]) => descend(() => cell(weight.value, bias.value, inputs, 8, 32)[steps - 1].square().mean(), [weight, bias]));
  return () => step(xs);
}

function bidirectional(steps: number): () => unknown {
  const half = (inputs: number) => ({ weight: draw(inputs + 8, 32), bias: draw(32) });
  const weights = { ahead1: half(4), back1: half(4), ahead2: half(16), back2: half(16) };
  type Half = ReturnType<typeof half>;
  const layer = (ahead: Half, back: Half, xs: readonly Tensor[]): readonly Tensor[] => {
    const forth = cell(ahead.weight, ahead.bias, xs, 2, 8);
    const reverse = [...cell(back.weight, back.bias, [...xs].reverse(), 2, 8)].reverse();
    return forth.map((h, i) => concat([h, reverse[i]], { axis: 1 }));
  };
  const xs = Array.from({ length: steps }, () => draw(2, 4));
  const loss = (w: typeof weights): Tensor => {
    let sum: Tensor = tensor(0);
    for (const h of layer(w.ahead2, w.back2, layer(w.ahead1, w.back1, xs))) sum = sum.add(h.square().mean());
    return sum;
  };
  const product = compile((w: typeof weights, v: typeof weights) => jvp(grad(loss), [w], [v]));
  return () => product(weights, weights);
}

function transformer(blocks: number): () => unknown {
  const [batch, length, width, heads] = [2, 8, 32, 2];
  const layers = Array.from({ length: blocks }, () => ({
    query: variable(draw(width, width)), key: variable(draw(width, width)), value: variable(draw(width, width)), mix: variable(draw(width, width)),
    up: variable(draw(width, 4 * width)), down: variable(draw(4 * width, width)), scale1: variable(ones([width])), scale2: variable(ones([width])),
  }));
  const normalize = (x: Tensor, scale: Tensor): Tensor => {
    const centred = x.sub(x.mean({ axis: -1, keepDims: true }));
    return centred.div(centred.square().mean({ axis: -1, keepDims: true }).add(1e-5).sqrt()).mul(scale);
  };
  const split = (x: Tensor): Tensor => x.reshape([batch, length, heads, width / heads]).transpose([0, 2, 1, 3]);
  const step = compile((x: Tensor) => descend(() => {
    let y = x;
    for (const layer of layers) {
      const h = normalize(y, layer.scale1.value);
      const scores = split(h.matmul(layer.query.value)).matmul(split(h.matmul(layer.key.value)).transpose([0, 1, 3, 2])).mul(0.25);
      const mixed = softmax(scores, { axis: -1 }).matmul(split(h.matmul(layer.value.value)));
      y = y.add(mixed.transpose([0, 2, 1, 3]).reshape([batch, length, width]).matmul(layer.mix.value));
      y = y.add(normalize(y, layer.scale2.value).matmul(layer.up.value).gelu().matmul(layer.down.value));
    }
    return y.square().mean();
  }, layers.flatMap((layer) => Object.values(layer))));
  const x = draw(batch, length, width);
  return () => step(x);
}

const of = (f: (x: Tensor) => Tensor) => (): unknown => compile(f)(ones([64]));
const programs: readonly (readonly [name: string, size: number, make: (size: number) => () => unknown])[] = [
  ["a chain of sines", 512, (n) => of(chain(n, (y) => y.sin()))],
  ["a chain of products and sums", 10_000, (n) => of((x) => chain(n, (y) => y.mul(x).add(0.5))(x))],
  ["steps of an unrolled LSTM, trained", 32, lstm],
  ["steps of a bidirectional LSTM, Hessian product", 6, bidirectional],
  ["transformer blocks, trained", 9, transformer],
];

const first = (call: () => unknown): number => {
  const start = performance.now();
  call();
  return performance.now() - start;
};
// The compiler itself is compiled before.
for (const [, , make] of programs) first(make(4));
const times = programs.map(([program, size, make]): CompileTimes => ({ program, size, once: first(make(size)), twice: first(make(2 * size)) }));
console.log(JSON.stringify(times));
process.exit(0);
