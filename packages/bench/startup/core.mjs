// Plain JavaScript for a fresh process without any loader: what importing @ndgrad/core costs, and then a first compiled
// step of workload A. The built package's entry is the first argument.
const start = performance.now();
const { compile, valueAndGrad, variable, zeros, full } = await import(process.argv[2]);
const imported = performance.now();

const parameters = [[784, 128], [128], [128, 10], [10]].map((shape) => variable(full(shape, 0.01)));
const step = compile((x, y) => {
  const { value, grads } = valueAndGrad(() => {
    const [w0, b0, w1, b1] = parameters.map((each) => each.value);
    const hidden = x.matmul(w0).add(b0).relu();
    return hidden.matmul(w1).add(b1).sigmoid().sub(y).square().mean();
  }, parameters);
  parameters.forEach((each, i) => each.assign(each.value.sub(grads[i].mul(0.1))));
  return value;
});
const [x, y] = [full([256, 784], 0.5), zeros([256, 10])];
const before = performance.now();
const loss = step(x, y).item();
const stepped = performance.now();
if (!(loss > 0)) throw new Error(`the first step's loss is ${loss}`);
console.log(JSON.stringify({ import: imported - start, firstStep: stepped - before }));
process.exit(0);
