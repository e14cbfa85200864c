// A network of sigmoids that takes patience: 784 → 64 → 32 → 10, with weights far too large and a rate far too small. It
// knows a third of the digits after ten epochs, 80 % after a hundred, and 90 % after some six hundred. --data <folder>
// takes MNIST's own four files.
import { setImmediate } from "node:timers/promises";
import { compile, generator, oneHot, valueAndGrad, type Tensor } from "@ndgrad/core";
import { dataset, mnistFolder } from "@ndgrad/data";
import { digits } from "@ndgrad/data/digits";
import { accuracy, dense, initializers, meanSquaredError, sequential, sgd, sigmoid } from "@ndgrad/nn";
import { lossCurve } from "@ndgrad/plot";
import { draw } from "./shared/pictures.ts";
import { folder, quick, refused, settings, whole } from "./shared/settings.ts";

const { epochs: most, seed, data } = settings({
  epochs: whole(quick ? 8 : 1000, "passes over the digits at most", { least: 1 }),
  seed: whole(1, "seed of the split, the weights and the order", { least: 0 }),
  data: folder("where MNIST's four files are, plain or gzipped"),
});
const goal = 0.9;

const { train, test } = data === undefined ? await digits({ seed }) : await mnistFolder(data).catch(refused("--data"));
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
console.log(`batches of 32, squared error summed, rate 0.001, ${train.x.shape[0]} digits in an epoch`);
console.log(`until ${goal.toFixed(2)} of ${test.x.shape[0]} test digits are known, for ${most} epochs at most\n`);
show(0);

const began = performance.now();
const batches = dataset(train).shuffle({ seed }).batch(32);
while (known[known.length - 1] < goal && known.length <= most) {
  for (const { x, y } of batches.epoch(known.length - 1)) learn(x, y);
  known.push(score(test.x, test.y).item());
  // A turn for the event loop: what the epoch made is freed, and the lines appear.
  await setImmediate();
  const epoch = known.length - 1;
  if (epoch === 17 || epoch % 100 === 1) show(epoch);
}
const seconds = (performance.now() - began) / 1000;
const epochs = known.length - 1;
console.log(`epoch ${String(epochs).padStart(3)}: ${known[epochs].toFixed(4)}, after ${seconds.toFixed(1)} s, ${((1000 * seconds) / epochs).toFixed(0)} ms an epoch\n`);

const curve = lossCurve(known, {
  title: "A network of sigmoids learns the digits", x: known.map((_, epoch) => epoch),
  yLabel: "test accuracy", yFormat: ".0%", yDomain: [0, 1],
});
console.log(`${curve.toString()}\n`);
await draw({ "mnist-sigmoid": curve });
