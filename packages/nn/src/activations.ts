// Activations are functions of core: here they stand beside the layers that use them.
import type { Tensor } from "@ndgrad/core";

export { elu, gelu, heaviside, leakyRelu, logSigmoid, logSoftmax, relu, sigmoid, silu, softmax, softplus, softsign, tanh } from "@ndgrad/core";

/** x as it is: the activation of a layer that has none. */
export const identity = <T extends Tensor>(x: T): T => x;
