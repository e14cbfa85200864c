// Five bits, turned over by a network: 5 → 10 → 5 sigmoids without biases, learnt from one example at a time. The
// numbers are NumPy's under seed 42, and so are the losses, to the ninth digit and further: the cross-entropy of a bit,
// averaged over the five bits of a vector and the vectors of an epoch.
import { compile, valueAndGrad, type Tensor } from "@ndgrad/core";
import { dataset, makeBitFlip, numpyRandom } from "@ndgrad/data";
import { binaryCrossEntropyWithLogits, dense, sequential, sgd, sigmoid } from "@ndgrad/nn";
import { lossCurve } from "@ndgrad/plot";
import { draw } from "./shared/pictures.ts";
import { settings, whole } from "./shared/settings.ts";

const { epochs, seed } = settings({
  epochs: whole(10, "passes over the 500 vectors", { least: 1 }),
  seed: whole(42, "seed of NumPy's random numbers", { least: 0, most: 2 ** 32 - 1 }),
});

const dtype = "float64";
const bits = 5;

const random = numpyRandom(seed);
const examples = makeBitFlip({ samples: 500, bits, random, dtype });
const weights = { initializer: (size: readonly number[]) => random.uniform({ low: -1, high: 1, size }), bias: false, dtype } as const;
const network = sequential(dense(bits, 10, weights), sigmoid, dense(10, bits, weights));
console.log(`${network.summary()}\n`);

// The last sigmoid is within the loss, which is exact on logits. A step follows the gradient of the sum over the five bits.
type Bits = Tensor<[number, typeof bits]>;
const descent = sgd({ lr: 0.1 });
const learn = compile((x: Bits, y: Bits) => {
  const parameters = network.parameters();
  const { value, grads } = valueAndGrad(() => binaryCrossEntropyWithLogits(network(x), y, { reduction: "sum" }), parameters);
  descent.update(parameters, grads);
  return value;
});

const began = performance.now();
const losses: number[] = [];
for (let epoch = 1; epoch <= epochs; epoch++) {
  let sum = 0;
  for (const { x, y } of dataset(examples).batch(1)) sum += learn(x, y).item();
  const loss = sum / (500 * bits);
  losses.push(loss);
  console.log(`epoch ${String(epoch).padStart(2)}: average loss ${loss.toFixed(12)}`);
}
console.log(`${(performance.now() - began).toFixed(0)} ms for ${(500 * epochs).toLocaleString("en")} steps\n`);

const challenges = makeBitFlip({ samples: 3, bits, random, dtype });
const predictions = network(challenges.x).sigmoid();
for (let i = 0; i < 3; i++) {
  const row = (of: Tensor) => [...of.slice([i]).data];
  const chances = row(predictions);
  console.log(`challenge ${i + 1}: ${row(challenges.x).join(" ")}`);
  console.log(`  prediction:   ${chances.map(Math.round).join(" ")}  (${chances.map((chance) => chance.toFixed(6)).join(" ")})`);
  console.log(`  right answer: ${row(challenges.y).join(" ")}`);
}

const fresh = makeBitFlip({ samples: 5000, bits, random, dtype });
const guesses = network(fresh.x).greater(0).cast(dtype);
const flawless = guesses.equal(fresh.y).all({ axis: 1 }).cast(dtype).mean().item();
console.log(`\nwithout a flaw: ${Math.round(1000 * flawless) / 10} % of 5,000 fresh vectors\n`);

const curve = lossCurve(losses, { title: "Learning to flip bits", yLabel: "cross-entropy (nats)" });
console.log(`${curve.toString()}\n`);
await draw({ "bit-flip": curve });
