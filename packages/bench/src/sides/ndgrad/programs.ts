import { compile, relu, softmax, tensor, valueAndGrad, variable, type Tensor, type Variable } from "@ndgrad/core";
import { adam, crossEntropy } from "@ndgrad/nn";
import { repeating, sample, type Inputs, type Precision, type Prepared } from "../../harness/job.ts";
import { load } from "./networks.ts";

/** Compiles, unless operations are to run one by one. */
export type Compiler = <Args extends readonly unknown[], Out>(f: (...args: Args) => Out) => (...args: Args) => Out;
export const compiler = (compiled: boolean): Compiler => (compiled ? compile : (f) => f);

/** A function that is called again and again; its last result is looked at. */
export function calling(f: () => Tensor): Prepared {
  let last: Tensor | null = null;
  return repeating(() => { last = f(); }, () => (last === null ? [] : sample(last.data)));
}

export function softmaxCrossEntropy(inputs: Inputs, precision: Precision, compiled: boolean): Prepared {
  const x = load(inputs["x"], precision);
  const classes = tensor(Int32Array.from(inputs["y"].data));
  const f = compiler(compiled)((logits: Tensor, target: Tensor) => valueAndGrad((z: Tensor) => crossEntropy(z, target))(logits));
  let last: ReturnType<typeof f> | null = null;
  return repeating(() => { last = f(x, classes); }, () => (last === null ? [] : [last.value.item(), ...sample(last.grads.data)]));
}

/** (x − mean) / √(variance + 1e-5) · scale + shift over the last axis. */
function normalize(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  const centred = x.sub(x.mean({ axis: -1, keepDims: true }));
  const variance = centred.square().mean({ axis: -1, keepDims: true });
  return centred.mul(variance.add(1e-5).rsqrt()).mul(scale).add(shift);
}

export function layerNorm(inputs: Inputs, precision: Precision, compiled: boolean): Prepared {
  const [x, scale, shift] = ["x", "scale", "shift"].map((name) => load(inputs[name], precision));
  const f = compiler(compiled)(normalize);
  return calling(() => f(x, scale, shift));
}

export function adamUpdate(inputs: Inputs, precision: Precision, compiled: boolean): Prepared {
  const w = variable(load(inputs["w"], precision));
  const g = load(inputs["g"], precision);
  const optimizer = adam();
  const update = compiler(compiled)((gradient: Tensor) => { optimizer.update({ w }, { w: gradient }); });
  return repeating(() => { update(g); }, () => sample(w.value.data));
}

type Parameters = Readonly<Record<string, Variable>>;

/** Attention and a relu network, each behind a layer-norm and beside a residual path. */
function block(x: Tensor, parameters: Parameters, at: number, heads: number): Tensor {
  const [batch, length, width] = x.shape;
  const parameter = (name: string): Tensor => parameters[`${name}${at}`].value;
  const flat = (each: Tensor): Tensor => each.reshape([batch * length, -1]);
  const split = (each: Tensor): Tensor => each.reshape([batch, length, heads, width / heads]).transpose([0, 2, 1, 3]);

  const normal = flat(normalize(x, parameter("scale1_"), parameter("shift1_")));
  const [query, key, value] = ["query", "key", "value"].map((name) => split(normal.matmul(parameter(name))));
  const scores = softmax(query.matmul(key.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(width / heads)), { axis: -1 });
  const mixed = flat(scores.matmul(value).transpose([0, 2, 1, 3])).matmul(parameter("mix"));
  const between = x.add(mixed.reshape([batch, length, width]));

  const second = flat(normalize(between, parameter("scale2_"), parameter("shift2_")));
  const hidden = relu(second.matmul(parameter("up")).add(parameter("upBias")));
  return between.add(hidden.matmul(parameter("down")).add(parameter("downBias")).reshape([batch, length, width]));
}

export function transformer(inputs: Inputs, precision: Precision, blocks: number, heads: number, compiled: boolean): Prepared {
  const x = load(inputs["x"], precision);
  const parameters: Parameters = Object.fromEntries(
    Object.entries(inputs).filter(([name]) => name !== "x").map(([name, input]) => [name, variable(load(input, precision))]));
  const f = compiler(compiled)((data: Tensor) => valueAndGrad(() => {
    let out = data;
    for (let at = 0; at < blocks; at++) out = block(out, parameters, at, heads);
    return out.square().mean();
  }, parameters));
  let last: ReturnType<typeof f> | null = null;
  return repeating(() => { last = f(x); }, () => (last === null ? [] : [last.value.item(), ...sample(last.grads["query0"].data)]));
}
