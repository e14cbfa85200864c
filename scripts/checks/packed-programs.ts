import { registry } from "@ndgrad/core/internal";

/**
 * What each packed package must be able to do in plain Node, by its folder's name: a module that throws where it fails.
 * A package without a program is only imported.
 */
export const programs: Readonly<Record<string, string>> = {
  core: `
import assert from "node:assert/strict";
import * as nd from "@ndgrad/core";
import { compile, grad, setThreads, tensor, valueAndGrad, variable } from "@ndgrad/core";
import { currentEngine, registry } from "@ndgrad/core/internal";

// A bundle may rename what shares its name with something else, and drop what looks unused.
assert.deepEqual(Object.entries(nd).filter(([name, value]) => typeof value === "function" && value.name !== name), []);
assert.deepEqual([...registry.keys()].sort(), ${JSON.stringify([...registry.keys()].sort())});
// Without it everything would still work, slowly.
assert.equal(currentEngine().name, "wasm");
assert.deepEqual(tensor([[1, 2], [3, 4]]).matmul([[1], [1]]).toArray(), [[3], [7]]);
assert.deepEqual(grad((x) => grad((z) => z.pow(3).sum())(x).sum())(tensor([1, 2])).toArray(), [6, 12]);

const w = variable(tensor([4, -4]));
const step = compile((rate) => {
  const { value, grads } = valueAndGrad(() => w.value.square().sum(), [w]);
  w.assign(w.value.sub(grads[0].mul(rate)));
  return value;
});
const losses = Array.from({ length: 4 }, () => step(tensor(0.25)).item());
assert.deepEqual(losses, [32, 8, 2, 0.5]);
assert.deepEqual(w.value.toArray(), [0.25, -0.25]);

// Threads must not keep the program alive, nor need a file of their own.
setThreads(2);
const square = compile((x) => x.matmul(x).sum());
const ones = tensor(new Float32Array(256 * 256).fill(1), { shape: [256, 256] });
for (let i = 0; i < 20; i++) assert.equal(square(ones).item(), 256 ** 3);
`,

  nn: `
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { tensor } from "@ndgrad/core";
import { adam, binaryAccuracy, binaryCrossEntropy, dense, evaluate, fit, predict, sequential, sigmoid, tanh } from "@ndgrad/nn";

const xor = { x: tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), y: tensor([[0], [1], [1], [0]]) };
const build = (seed) => sequential(dense(8, { seed }), tanh, dense(8, 1, { seed: seed + 1 }), sigmoid);
const net = build(1);
const history = await fit(net, xor, { loss: binaryCrossEntropy, optimizer: adam({ lr: 0.05 }), epochs: 200, metrics: { right: binaryAccuracy } });
assert.equal(history.loss.length, 200);
assert.equal((await evaluate(net, xor, { metrics: { right: binaryAccuracy } })).right, 1);

const folder = await mkdtemp(tmpdir() + "/ndgrad-packed-nn-");
try {
  await net.save(folder + "/xor.safetensors");
  const same = build(9);
  same(xor.x);
  await same.load(folder + "/xor.safetensors");
  assert.deepEqual(predict(same, xor.x).toArray(), net(xor.x).toArray());
} finally {
  await rm(folder, { recursive: true });
}

// The bar is an entry of its own, because it needs a package that nobody has to install.
await assert.rejects(import("@ndgrad/nn/progress"), /cli-progress/);
`,

  data: `
import assert from "node:assert/strict";
import { dataset, numpyRandom, readCsv, stratifiedSplit } from "@ndgrad/data";
import { digits } from "@ndgrad/data/digits";

const { train, test } = await digits({ seed: 1 });
assert.deepEqual([train.x.shape, test.x.shape], [[8000, 784], [2000, 784]]);
let seen = 0;
for (const { x, y } of dataset(train).shuffle({ seed: 1 }).batch(256)) {
  assert.equal(x.shape[0], y.shape[0]);
  seen += x.shape[0];
}
assert.equal(seen, 8000);
assert.equal(stratifiedSplit([0, 0, 1, 1], { testFraction: 0.5 }).test.length, 2);
const { columns } = await readCsv(new TextEncoder().encode('name,age\\n"Ann ""A""",31\\n'));
assert.deepEqual([columns.name.categories, columns.age.values.toArray()], [['Ann "A"'], [31]]);
// np.random.seed(0); np.random.rand()
assert.equal(numpyRandom(0).rand(), 0.5488135039273248);
// Workers are sent the text of what a bundle makes of functions.
const drawing = (workers) => dataset([1, 2]).mapOnWorkers((x, { random }) => ({ x: Float32Array.of(x), u: random() }), { workers }).toArray();
assert.deepEqual(await drawing(2), await drawing(0));
`,

  gradcheck: `
import assert from "node:assert/strict";
import { customVjp, tensor } from "@ndgrad/core";
import { assertGradients, checkGradients } from "@ndgrad/gradcheck";

assert.ok(checkGradients((x) => x.tanh().mul(x).sum(), tensor([0.7, -1.2]), { order: 2 }).ok);
const wrong = customVjp((x) => x.sin(), ({ g, args: [x] }) => [g.mul(x.sin())]);
assert.throws(() => assertGradients((x) => wrong(x).sum(), tensor([0.3])), /gradient/);
`,

  plot: `
import assert from "node:assert/strict";
import { lossCurve } from "@ndgrad/plot";

const curve = lossCurve([3, 2, 1], { title: "Loss" });
assert.match(await curve.toSVG(), /^<svg/);
assert.deepEqual([...(await curve.toPNG()).subarray(1, 4)], [80, 78, 71]);
`,
};
