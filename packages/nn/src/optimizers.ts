import { NdgradError, Variable, expm1, type Tensor } from "@ndgrad/core";
import { checkOptions, flag, isRecord, type OptionNames } from "@ndgrad/core/internal";
import { checkSetting, defineOptimizer, notNegative, positive, share, type Optimizer, type Rate } from "./optimizer.ts";

/** Checks an optimizer's options; other frameworks take the parameters in their place. */
function checkSettings<T extends object>(optimizer: string, options: T | undefined, names: OptionNames<T>): void {
  if (isRecord(options) && Object.values(options).some((value) => value instanceof Variable)) {
    throw new NdgradError(`${optimizer}: takes settings, as in ${optimizer}({ lr: 0.01 }); parameters are given to update(parameters, gradients)`);
  }
  checkOptions(optimizer, options, names);
}

export interface SgdOptions {
  /** The rate: how far along the gradient a step goes. */
  readonly lr: Rate;
  /** How much of the last step's velocity is kept; 0 unless given. */
  readonly momentum?: number | undefined;
  /** Looks ahead along the velocity; needs momentum. Sutskever and others, 2013. */
  readonly nesterov?: boolean | undefined;
  /** Added to the gradient as weightDecay · w, which is L2 regularisation; 0 unless given. */
  readonly weightDecay?: number | undefined;
}

const sgdOptions: OptionNames<SgdOptions> = { lr: true, momentum: true, nesterov: flag, weightDecay: true };

/**
 * Stochastic gradient descent. With g ← g + weightDecay · w: v ← momentum · v + g, then w ← w − lr · v, or with
 * nesterov w ← w − lr · (g + momentum · v).
 *
 * @throws NdgradError for an unknown option, and for a setting that is missing or out of its range.
 * @see PyTorch: SGD
 * @example
 * const optimizer = sgd({ lr: 0.1, momentum: 0.9 });
 * optimizer.update(parameters, valueAndGrad(() => loss(), parameters).grads);
 */
export function sgd(options: SgdOptions): Optimizer {
  checkSettings("sgd", options, sgdOptions);
  // Whoever has no compiler may give none at all.
  const { lr, momentum = 0, nesterov = false, weightDecay = 0 } = Object(options) as SgdOptions;
  if (lr === undefined) throw new NdgradError("sgd: there is no lr, and no rate suits every problem; give one, such as sgd({ lr: 0.01 })");
  checkSetting("sgd", "momentum", momentum, share);
  checkSetting("sgd", "weightDecay", weightDecay, notNegative);
  if (nesterov && momentum === 0) throw new NdgradError("sgd: nesterov looks ahead along the momentum, which is 0; give a momentum above 0, such as 0.9");
  return defineOptimizer({
    name: "sgd",
    rate: lr,
    moments: momentum === 0 ? [] : ["velocity"],
    rule({ parameter, gradient, moments, rate }) {
      const g = weightDecay === 0 ? gradient : gradient.add(parameter.mul(weightDecay));
      if (momentum === 0) return { parameter: parameter.sub(g.mul(rate)), moments };
      const velocity = moments.velocity.mul(momentum).add(g);
      const direction = nesterov ? g.add(velocity.mul(momentum)) : velocity;
      return { parameter: parameter.sub(direction.mul(rate)), moments: { velocity } };
    },
  });
}

export interface AdamOptions {
  /** The rate; 0.001 unless given. */
  readonly lr?: Rate | undefined;
  /** How much of the gradient's running mean is kept; 0.9 unless given. */
  readonly beta1?: number | undefined;
  /** How much of the squared gradient's running mean is kept; 0.999 unless given. */
  readonly beta2?: number | undefined;
  /** Keeps the divisor from 0; 1e-8 unless given. */
  readonly eps?: number | undefined;
  /** Shrinks parameters by lr · weightDecay · w beside the step, as AdamW does (Loshchilov and Hutter, 2019); 0 unless given. */
  readonly weightDecay?: number | undefined;
}

const adamOptions: OptionNames<AdamOptions> = { lr: true, beta1: true, beta2: true, eps: true, weightDecay: true };

/**
 * Adam (Kingma and Ba, 2015). At step t, with gradient g: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², then
 * w ← w − lr · (m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + eps) + weightDecay · w).
 *
 * @throws NdgradError for an unknown option, and for a setting out of its range.
 * @see PyTorch: AdamW (whose weight decay is 0.01 unless given); without weight decay also Adam
 * @example
 * const optimizer = adam({ lr: 3e-4, weightDecay: 0.01 });
 * optimizer.update(parameters, valueAndGrad(() => loss(), parameters).grads);
 */
export function adam(options: AdamOptions = {}): Optimizer {
  checkSettings("adam", options, adamOptions);
  const { lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0 } = options;
  checkSetting("adam", "beta1", beta1, share);
  checkSetting("adam", "beta2", beta2, share);
  checkSetting("adam", "eps", eps, positive);
  checkSetting("adam", "weightDecay", weightDecay, notNegative);
  return defineOptimizer({
    name: "adam",
    rate: lr,
    moments: ["mean", "square"],
    rule({ parameter, gradient, moments, rate, step }) {
      const mean = moments.mean.mul(beta1).add(gradient.mul(1 - beta1));
      const square = moments.square.mul(beta2).add(gradient.mul(gradient).mul(1 - beta2));
      // Both means begin with zeros; dividing makes up for it.
      const unbiasedMean = mean.div(grown(beta1, step));
      const unbiasedSquare = square.div(grown(beta2, step));
      const direction = unbiasedMean.div(unbiasedSquare.sqrt().add(eps));
      const decayed = weightDecay === 0 ? direction : direction.add(parameter.mul(weightDecay));
      return { parameter: parameter.sub(decayed.mul(rate)), moments: { mean, square } };
    },
  });
}

/** 1 − βᵗ. Written as a power it would have 1.3e-5 of itself wrong in float32 at β = 0.999 and t = 1. */
const grown = (beta: number, step: Tensor): Tensor => expm1(step.mul(Math.log(beta))).neg();
