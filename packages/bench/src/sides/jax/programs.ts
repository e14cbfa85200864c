import { jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { comparedSteps, sample, type Inputs, type Network, type Precision, type Prepared } from "../../harness/job.ts";
import { load, type Array } from "./operations.ts";

type Arrays = Record<string, Array>;

/** A function that is called again and again; each result is finished, then disposed. */
export function calling(f: () => Array): Prepared {
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        const out = f();
        // Work is queued until somebody asks for it; what is disposed before that may never be done.
        await out.blockUntilReady();
        out.dispose();
      }
    },
    values: () => sample(f().dataSync()),
  };
}

const finished = (arrays: readonly Array[]): Promise<unknown> => Promise.all(arrays.map((each) => each.blockUntilReady()));
const listOf = <T>(length: number, make: () => T): readonly T[] => globalThis.Array.from({ length }, make);

/** The arrays of all inputs but the named ones. */
function arraysOf(inputs: Inputs, precision: Precision, except: readonly string[]): Arrays {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !except.includes(name)).map(([name, input]) => [name, load(input, precision)]));
}

function lossOf(network: Network, parameters: Arrays, x: Array, y: Array): Array {
  let p = x;
  network.layers.forEach(({ bias, activation }, at) => {
    const product = np.matmul(p, parameters[`w${at}`]);
    const sum = bias ? product.add(parameters[`b${at}`]) : product;
    p = activation === "relu" ? nn.relu(sum) : nn.sigmoid(sum);
  });
  switch (network.loss) {
    case "meanSquares":
      return np.mean(np.square(p.sub(y)));
    case "sumSquares":
      return np.mean(np.sum(np.square(p.sub(y)), 1));
    case "crossEntropy": {
      const happens = y.ref.mul(np.log(p.ref));
      const happensNot = np.subtract(1, y).mul(np.log(np.subtract(1, p)));
      return np.mean(happens.add(happensNot)).neg();
    }
  }
}

/** Parameters to parameters, with the loss: what jit compiles. */
function update(network: Network) {
  return (parameters: Arrays, x: Array, y: Array): [Arrays, Array] => {
    const [loss, gradients] = valueAndGrad((each: Arrays, a: Array, b: Array) => lossOf(network, each, a, b))(tree.ref(parameters), x, y);
    return [tree.map((w: Array, g: Array) => w.sub(g.mul(network.rate)), parameters, gradients as Arrays) as Arrays, loss];
  };
}

/** The data of each step: all examples, or one after another. */
function batches(network: Network, inputs: Inputs, precision: Precision): () => readonly [x: Array, y: Array] {
  const [x, y] = [load(inputs["x"], precision), load(inputs["y"], precision)];
  if (!network.oneByOne) return () => [x.ref, y.ref];
  const count = x.shape[0];
  const [xs, ys] = [np.split(x, count), np.split(y, count)];
  let next = 0;
  return () => {
    const at = next++ % count;
    return [xs[at].ref, ys[at].ref];
  };
}

export function train(network: Network, inputs: Inputs, precision: Precision): Prepared {
  let parameters = arraysOf(inputs, precision, ["x", "y"]);
  const next = batches(network, inputs, precision);
  const compiled = jit(update(network));
  const step = (): Array => {
    const [updated, loss] = compiled(parameters, ...next());
    parameters = updated;
    return loss;
  };
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        const loss = step();
        await loss.blockUntilReady();
        loss.dispose();
      }
      await finished(Object.values(parameters));
    },
    values: () => listOf(comparedSteps, () => step().dataSync()[0]),
  };
}

/** What a first call costs: each run compiles another function. */
export function firstStep(network: Network, inputs: Inputs, precision: Precision): Prepared {
  const first = arraysOf(inputs, precision, ["x", "y"]);
  const next = batches(network, inputs, precision);
  const once = (): number => {
    const compiled = jit(update(network));
    const [updated, loss] = compiled(tree.ref(first), ...next());
    const value = loss.dataSync()[0];
    tree.dispose(updated);
    compiled.dispose();
    return value;
  };
  return { run(times) { for (let i = 0; i < times; i++) once(); }, values: () => listOf(comparedSteps, once) };
}

/** A compiled loss with its gradients, called again and again; `pick` names the gradient that is looked at. */
function differentiating(work: () => [Array, Arrays], pick: string): Prepared {
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        const [loss, gradients] = work();
        await finished([loss, ...Object.values(gradients)]);
        tree.dispose([loss, gradients]);
      }
    },
    values() {
      const [loss, gradients] = work();
      return [loss.dataSync()[0], ...sample(gradients[pick].dataSync())];
    },
  };
}

/** The mean over rows of −log softmax(x)[class], and its gradient. */
export function softmaxCrossEntropy(inputs: Inputs, precision: Precision): Prepared {
  const x = load(inputs["x"], precision);
  const [rows, classes] = x.shape;
  const target = nn.oneHot(np.array(Int32Array.from(inputs["y"].data), { dtype: np.int32 }), classes);
  const f = jit((arrays: Arrays, y: Array) => valueAndGrad((each: Arrays, z: Array) => np.sum(nn.logSoftmax(each["x"]).mul(z)).mul(-1 / rows))(arrays, y));
  return differentiating(() => f({ x: x.ref }, target.ref) as [Array, Arrays], "x");
}

/** (x − mean) / √(variance + 1e-5) · scale + shift over the last axis. */
function normalize(x: Array, scale: Array, shift: Array): Array {
  const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
  return centred.div(np.sqrt(variance.add(1e-5))).mul(scale).add(shift);
}

export function layerNorm(inputs: Inputs, precision: Precision): Prepared {
  const [x, scale, shift] = ["x", "scale", "shift"].map((name) => load(inputs[name], precision));
  const f = jit(normalize);
  return calling(() => f(x.ref, scale.ref, shift.ref));
}

export function adam(inputs: Inputs, precision: Precision): Prepared {
  const g = load(inputs["g"], precision);
  let w = load(inputs["w"], precision);
  let [mean, square, step] = [np.zerosLike(w.ref), np.zerosLike(w.ref), np.array(0)];
  const compiled = jit((parameter: Array, m: Array, v: Array, t: Array, gradient: Array): [Array, Array, Array, Array] => {
    const now = t.add(1);
    const nextMean = m.mul(0.9).add(gradient.ref.mul(0.1));
    const nextSquare = v.mul(0.999).add(np.square(gradient).mul(0.001));
    const unbiasedMean = nextMean.ref.div(np.subtract(1, np.exp(now.ref.mul(Math.log(0.9)))));
    const unbiasedSquare = nextSquare.ref.div(np.subtract(1, np.exp(now.ref.mul(Math.log(0.999)))));
    return [parameter.sub(unbiasedMean.div(np.sqrt(unbiasedSquare).add(1e-8)).mul(0.001)), nextMean, nextSquare, now];
  });
  const update = (): void => { [w, mean, square, step] = compiled(w, mean, square, step, g.ref); };
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        update();
        await finished([w, mean, square]);
      }
    },
    values() {
      update();
      return sample(w.ref.dataSync());
    },
  };
}

/** Attention and a relu network, each behind a layer-norm and beside a residual path. */
function block(x: Array, parameters: Arrays, at: number, heads: number): Array {
  const [batch, length, width] = x.shape;
  const parameter = (name: string): Array => parameters[`${name}${at}`];
  const flat = (each: Array): Array => each.reshape([batch * length, -1]);
  const split = (each: Array): Array => np.transpose(each.reshape([batch, length, heads, width / heads]), [0, 2, 1, 3]);

  const normal = flat(normalize(x.ref, parameter("scale1_"), parameter("shift1_")));
  const [query, key, value] = ["query", "key", "value"].map((name) => split(np.matmul(normal.ref, parameter(name))));
  normal.dispose();
  const scores = nn.softmax(np.matmul(query, np.matrixTranspose(key)).mul(1 / Math.sqrt(width / heads)), -1);
  const mixed = np.matmul(flat(np.transpose(np.matmul(scores, value), [0, 2, 1, 3])), parameter("mix"));
  const between = x.add(mixed.reshape([batch, length, width]));

  const second = flat(normalize(between.ref, parameter("scale2_"), parameter("shift2_")));
  const hidden = nn.relu(np.matmul(second, parameter("up")).add(parameter("upBias")));
  return between.add(np.matmul(hidden, parameter("down")).add(parameter("downBias")).reshape([batch, length, width]));
}

export function transformer(inputs: Inputs, precision: Precision, blocks: number, heads: number): Prepared {
  const x = load(inputs["x"], precision);
  const parameters = arraysOf(inputs, precision, ["x"]);
  const f = jit((arrays: Arrays, data: Array) => valueAndGrad((each: Arrays, z: Array) => {
    let out = z;
    for (let at = 0; at < blocks; at++) out = block(out, each, at, heads);
    return np.mean(np.square(out));
  })(arrays, data));
  return differentiating(() => f(tree.ref(parameters), x.ref) as [Array, Arrays], "query0");
}
