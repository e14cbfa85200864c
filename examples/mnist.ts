// Handwritten digits, learnt in five epochs: 784 pixels → 128 relu → 10 sigmoid, mean squared error, stochastic
// gradient descent with momentum. Try --epochs 20, --batch-size 32, another --seed, or no momentum: --momentum 0 --lr 12.
import { parseArgs } from "node:util";
import { generator, oneHot } from "@ndgrad/core";
import { digits } from "@ndgrad/data";
import { accuracy, dense, evaluate, fit, initializers, meanSquaredError, relu, sequential, sgd, sigmoid } from "@ndgrad/nn";
import { progressBar } from "@ndgrad/nn/progress";

const { epochs, lr, momentum, batchSize, seed } = settings();

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
console.log(`weights drawn as by He and by Glorot, biases 0 and ${outputBias}`);
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

const scores = await evaluate(mlp, test, { metrics: { accuracy } });
console.log(`\ntest accuracy: ${scores.accuracy.toFixed(4)}`);

/** What the command line asks for; anything it cannot mean ends the program with a line of help. */
function settings() {
  try {
    const { values } = parseArgs({
      options: {
        epochs: { type: "string", default: process.env["NDGRAD_QUICK"] === "1" ? "1" : "5" },
        lr: { type: "string", default: "2" },
        momentum: { type: "string", default: "0.9" },
        "batch-size": { type: "string", default: "256" },
        seed: { type: "string", default: "1" },
      },
    });
    return {
      epochs: whole("--epochs", values.epochs, 0),
      lr: number("--lr", values.lr, "above 0", (value) => value > 0 && value < Infinity),
      momentum: number("--momentum", values.momentum, "from 0 to below 1", (value) => value >= 0 && value < 1),
      batchSize: whole("--batch-size", values["batch-size"], 1),
      seed: whole("--seed", values.seed, 0),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nusage: mnist [--epochs 5] [--lr 2] [--momentum 0.9] [--batch-size 256] [--seed 1]`);
    process.exit(2);
  }
}

function whole(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < least) throw new Error(`${flag} takes a whole number of at least ${least}, not "${text}".`);
  return value;
}

function number(flag: string, text: string, range: string, fits: (value: number) => boolean): number {
  const value = Number(text);
  if (text.trim() === "" || !fits(value)) throw new Error(`${flag} takes a number ${range}, not "${text}".`);
  return value;
}
