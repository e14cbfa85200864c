// A fully connected layer of three neurons with four inputs: y = x · W + b, for one input and for a batch of two.
import { tensor } from "@ndgrad/core";
import { dense, initializers } from "@ndgrad/nn";
import { settings, whole } from "./shared/settings.ts";

const { seed } = settings({ seed: whole(1, "seed of the random weights", { least: 0 }) });

const layer = dense(4, 3, { initializer: initializers.uniform(-1, 1), biasInitializer: initializers.constant(0.5), seed });
console.log(layer.summary());

const { weight, bias } = layer.parameters();
console.log("\nthe weights W and the bias b:");
console.log(weight.value);
console.log(bias.value);

const one = tensor([1, 2, 3, 2.5]);
console.log("\none input:", one.shape, "→", layer(one).shape);
console.log(layer(one));

const two = tensor([[1, 2, 3, 2.5], [2, 5, -1, 2]]);
console.log("\na batch of two:", two.shape, "→", layer(two).shape);
console.log(layer(two));
