// A network that has learnt nothing: whatever it sees, it guesses, and one guess in ten is right.
import { generator } from "@ndgrad/core";
import { digits } from "@ndgrad/data";
import { accuracy, dense, initializers, predict, relu, sequential, sigmoid } from "@ndgrad/nn";

const { test } = await digits();
const initializer = initializers.normal();

// Ten networks, because a single one may be lucky: some always say "1", and ones are frequent.
const scores = Array.from({ length: 10 }, (_, seed) => {
  const weights = { initializer, seed: generator(seed) };
  const network = sequential(dense(784, 64, weights), relu, dense(64, 32, weights), relu, dense(32, 10, weights), sigmoid);
  if (seed === 0) console.log(`${network.summary()}\n`);
  return accuracy(predict(network, test.x), test.y).item();
});

console.log(`accuracy of ten untrained networks: ${scores.map((score) => score.toFixed(3)).join(" ")}`);
console.log(`on average: ${(scores.reduce((a, b) => a + b) / scores.length).toFixed(3)}, and 0.1 is what guessing gives`);
