// Handwritten digits, learnt in five epochs: 784 pixels → 128 relu → 10 sigmoid, mean squared error, stochastic
// gradient descent with momentum. Try --epochs 20, --batch-size 32, another --seed, or no momentum: --momentum 0 --lr 12.
import { generator, oneHot } from "@ndgrad/core";
import { digits } from "@ndgrad/data/digits";
import { accuracy, dense, fit, initializers, meanSquaredError, predict, relu, sequential, sgd, sigmoid } from "@ndgrad/nn";
import { progressBar } from "@ndgrad/nn/progress";
import { lossCurve, predictionGrid } from "@ndgrad/plot";
import { draw } from "./shared/pictures.ts";
import { number, quick, settings, whole } from "./shared/settings.ts";

const { epochs, lr, momentum, batchSize, seed } = settings({
  epochs: whole(quick ? 1 : 5, "passes over the digits", { least: 0 }),
  lr: number(2, "learning rate", { takes: "a number above 0", fits: (value) => value > 0 && value < Infinity }),
  momentum: number(0.9, "share of the last update in the next", { takes: "a number from 0 to below 1", fits: (value) => value >= 0 && value < 1 }),
  batchSize: whole(256, "digits in a step", { least: 1 }),
  seed: whole(1, "seed of the split, the weights and the order", { least: 0 }),
});

const { train, test } = await digits({ seed });
console.log(`digits: ${train.x.shape[0]} to learn from, ${test.x.shape[0]} to be tested on, 28 × 28 pixels each\n`);

const weights = generator(seed);
const outputBias = -2;
const mlp = sequential(
  dense(784, 128, { initializer: initializers.heNormal, seed: weights }),
  relu,
  // One target in ten is 1, and sigmoid(−2) is about 0.1. From 0 instead, the first steps would push all outputs down
  // together, so far that most never come back: squared errors of sigmoids have no slope there.
  dense(128, 10, { initializer: initializers.glorotUniform, biasInitializer: initializers.constant(outputBias), seed: weights }),
  sigmoid,
);
console.log(`${mlp.summary()}\n`);

console.log("mean squared error, stochastic gradient descent");
console.log(`learning rate ${lr}, momentum ${momentum}, batches of ${batchSize}, seed ${seed}`);
console.log(`weights as He and as Glorot draw them, biases 0 and ${outputBias}`);
const history = await fit(mlp, train, {
  loss: (prediction, digit) => meanSquaredError(prediction, oneHot(digit, 10)),
  optimizer: sgd({ lr, momentum }),
  epochs,
  batchSize,
  seed,
  metrics: { accuracy },
  progress: progressBar(),
});
if (epochs > 0) console.log(`${Math.round((1000 * history.seconds.reduce((a, b) => a + b)) / epochs)} ms per epoch`);

// The report: how many of each digit are told, which are taken for which, and what mistakes look like.
const outputs = predict(mlp, test.x);
const answers = outputs.argMax({ axis: 1 });
const counts = oneHot(test.y, 10).transpose().matmul(oneHot(answers, 10)).toArray();
const told = (digit: number): number => counts[digit][digit] / counts[digit].reduce((a, b) => a + b);
const classes = Array.from({ length: 10 }, (_, digit) => digit);
const confusions = classes.flatMap((digit) => classes.flatMap((answer) => (digit === answer ? [] : [{ digit, answer, count: counts[digit][answer] }])))
  .sort((a, b) => b.count - a.count).slice(0, 3);
const mistakes = Array.from(test.y.data.keys()).filter((at) => test.y.data[at] !== answers.data[at]).slice(0, 15);

console.log(`\ndigit ${classes.map((digit) => String(digit).padStart(6)).join("")}`);
console.log(`told  ${classes.map((digit) => told(digit).toFixed(2).padStart(6)).join("")}`);
console.log(`taken for others most often: ${confusions.map(({ digit, answer, count }) => `${digit} for ${answer} (${count} times)`).join(", ")}\n`);
await draw({
  ...(epochs > 1 ? { "mnist-loss": lossCurve(history.loss, { title: "Learning digits", yLabel: "mean squared error" }) } : {}),
  ...(mistakes.length > 0 ? { "mnist-mistakes": predictionGrid(test.x.take(mistakes), outputs.take(mistakes), test.y.take(mistakes), { title: "Digits taken for others" }) } : {}),
});
console.log(`\ntest accuracy: ${accuracy(outputs, test.y).item().toFixed(4)}`);
