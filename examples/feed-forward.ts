// A network that has learnt nothing: whatever it sees, it guesses, and one guess in ten is right.
import { generator } from "@ndgrad/core";
import { digits } from "@ndgrad/data/digits";
import { accuracy, dense, initializers, predict, relu, sequential, sigmoid } from "@ndgrad/nn";
import { settings, whole } from "./shared/settings.ts";

const { networks } = settings({ networks: whole(10, "how many networks guess", { least: 1 }) });

const { test } = await digits();
const initializer = initializers.normal();

// Several networks, because a single one may be lucky: some always say "1", and ones are frequent.
const scores = Array.from({ length: networks }, (_, seed) => {
  const weights = { initializer, seed: generator(seed) };
  const network = sequential(dense(784, 64, weights), relu, dense(64, 32, weights), relu, dense(32, 10, weights), sigmoid);
  const guesses = predict(network, test.x);
  if (seed === 0) {
    console.log(network.summary());
    console.log("\nimages:", test.x.shape, "→ outputs:", guesses.shape);
    console.log();
  }
  return accuracy(guesses, test.y).item();
});

console.log("accuracy of untrained networks:");
for (let i = 0; i < networks; i += 10) console.log(scores.slice(i, i + 10).map((score) => score.toFixed(3)).join("  "));
const mean = scores.reduce((a, b) => a + b) / networks;
console.log(`on average ${mean.toFixed(3)}; guessing gives 0.1`);
