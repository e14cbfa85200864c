// Two circles, one within the other, told apart: no line parts them, three layers do. Every number here is NumPy's, so
// that the costs can be laid beside those that the article prints. They agree to the ninth digit, over 25,000 steps.
import { compile, valueAndGrad, type Tensor } from "@ndgrad/core";
import { makeCircles, numpyRandom } from "@ndgrad/data";
import { binaryAccuracy, binaryCrossEntropyWithLogits, dense, relu, sequential, sgd, sigmoid } from "@ndgrad/nn";
import { decisionBoundary, lossCurve, scatterByClass } from "@ndgrad/plot";
import { draw } from "./shared/pictures.ts";
import { quick, settings, whole } from "./shared/settings.ts";

const { steps } = settings({ steps: whole(quick ? 2_001 : 25_000, "steps of gradient descent", { least: 1 }) });
const dtype = "float64";

const train = makeCircles({ samples: 1000, noise: 0.05, random: 4, dtype });
const test = makeCircles({ samples: 100, noise: 0.05, random: 2, dtype });
const column = (labels: Tensor<[number]>) => labels.cast(dtype).reshape([-1, 1]);

const random = numpyRandom(4);
const weights = { initializer: (shape: readonly number[]) => random.randn(...shape), dtype } as const;
const network = sequential(dense(2, 10, weights), relu, dense(10, 5, weights), relu, dense(5, 1, weights));
console.log(`${network.summary()}\n`);

// The last layer gives log-odds: cross-entropy is exact on them, and a sigmoid makes them probabilities.
const probability = compile((x: Tensor<[number, 2]>) => sigmoid(network(x)));
const descent = sgd({ lr: 0.01 });
const learn = compile((x: Tensor<[number, 2]>, y: Tensor<[number, 1]>) => {
  const parameters = network.parameters();
  const { value, grads } = valueAndGrad(() => binaryCrossEntropyWithLogits(network(x), y), parameters);
  descent.update(parameters, grads);
  return value;
});
const accuracy = ({ x, y }: typeof train) => binaryAccuracy(probability(x), column(y)).item().toFixed(3);

const target = column(train.y);
const costs: number[] = [];
const began = performance.now();
for (let step = 0; step < steps; step++) {
  const known = step % 1000 === 0 ? accuracy(train) : "";
  const cost = learn(train.x, target);
  if (step % 100 === 0) costs.push(cost.item());
  if (step % 1000 === 0) console.log(`${String(step).padStart(5)}: ${cost.item().toFixed(12)}  accuracy ${known}`);
}
console.log(`${((performance.now() - began) / 1000).toFixed(2)} s for ${steps.toLocaleString("en")} steps`);
console.log(`accuracy on 100 points never seen: ${accuracy(test)}\n`);

const curve = lossCurve(costs, { title: "Learning two circles", x: costs.map((_, i) => 100 * i), xLabel: "step", yLabel: "cross-entropy (nats)" });
console.log(`${curve.toString()}\n`);
await draw({
  "circles-data": scatterByClass(train.x, train.y, { title: "Two circles", names: ["outer", "inner"] }),
  "circles-cost": curve,
  "circles-boundary": decisionBoundary(probability, test.x, test.y, {
    title: "Two circles, told apart by a network", subtitle: "100 points that it has not seen", names: ["outer", "inner"],
  }),
});
