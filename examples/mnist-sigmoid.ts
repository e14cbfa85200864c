// Patience: a network of sigmoids, 784 → 64 → 32 → 10, with weights far too large and a rate far too small. It knows
// nothing for ten epochs, and 90% of the digits after some hundred. --data <folder> takes MNIST's own four files.
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { compile, generator, oneHot, setThreads, valueAndGrad, type Tensor } from "@ndgrad/core";
import { batches, digits, mnistFolder } from "@ndgrad/data";
import { accuracy, dense, initializers, meanSquaredError, sequential, sgd, sigmoid } from "@ndgrad/nn";
import { lossCurve } from "@ndgrad/plot";

const quick = process.env["NDGRAD_QUICK"] === "1";
const { values: flags } = parseArgs({
  options: { seed: { type: "string", default: "1" }, epochs: { type: "string", default: quick ? "8" : "1000" }, data: { type: "string" } },
});
const seed = Number(flags.seed);
const mostEpochs = Number(flags.epochs);
const goal = 0.9;

// A step on 32 digits takes a fraction of a millisecond: helpers would spend more on meeting than they save.
setThreads(1);

const { train, test } = flags.data === undefined ? await digits({ seed }) : await mnistFolder(flags.data);
const weights = generator(seed);
const options = { initializer: initializers.normal(), biasInitializer: initializers.normal(), seed: weights };
const network = sequential(dense(784, 64, options), sigmoid, dense(64, 32, options), sigmoid, dense(32, 10, options), sigmoid);
console.log(`${network.summary()}\n`);

// The squared errors of a batch are added up, not averaged: the rate is small because the gradient is large.
const descent = sgd({ lr: 0.001 });
const learn = compile((x: Tensor<[number, 784]>, digit: Tensor<[number]>) => {
  const parameters = network.parameters();
  const loss = () => meanSquaredError(network(x), oneHot(digit, 10), { reduction: "sum" });
  descent.update(parameters, valueAndGrad(loss, parameters).grads);
});
const score = compile((x: Tensor<[number, 784]>, digit: Tensor<[number]>) => accuracy(network(x), digit));

const known = [score(test.x, test.y).item()];
const show = (epoch: number) => console.log(`epoch ${String(epoch).padStart(3)}: ${known[epoch].toFixed(3)} of the test digits known`);
console.log(`batches of 32, squared error summed, rate 0.001, until ${goal.toFixed(2)} of the test digits are known, at most ${mostEpochs} epochs`);
show(0);

const began = performance.now();
const order = batches({ x: train.x, y: train.y }, { batchSize: 32, shuffle: true, seed });
while (known[known.length - 1] < goal && known.length <= mostEpochs) {
  for (const { x, y } of order.epoch(known.length - 1)) learn(x, y);
  known.push(score(test.x, test.y).item());
  // A turn for the event loop: what the epoch made is freed, and the lines appear.
  await setImmediate();
  const epoch = known.length - 1;
  if (epoch === 17 || epoch % 100 === 1) show(epoch);
}
const seconds = (performance.now() - began) / 1000;
const epochs = known.length - 1;
console.log(`${known[epochs].toFixed(4)} after ${epochs} epochs, ${seconds.toFixed(1)} s, ${((1000 * seconds) / epochs).toFixed(0)} ms each\n`);

const curve = lossCurve(known, {
  title: "A network of sigmoids learns the digits", x: known.map((_, epoch) => epoch),
  yLabel: "test accuracy", yFormat: ".0%", yDomain: [0, 1],
});
console.log(`${curve.toString()}\n`);
console.log(`drawn in ${await curve.save("pictures/mnist-sigmoid.svg")}`);
