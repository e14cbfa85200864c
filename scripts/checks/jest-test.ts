/** A test in Jest, which runs it in a realm of its own: its Float32Array, Object and Error are not those that Node's own functions make. */
export const jestProgram = `
import { readFile } from "node:fs/promises";
import { compile, grad, tensor, valueAndGrad, variable } from "@ndgrad/core";
import { dataset, decodeNpy, encodeNpy, readNpy, writeNpy } from "@ndgrad/data";
import { adam, dense, fit, meanSquaredError, sequential } from "@ndgrad/nn";
import { checkGradients } from "@ndgrad/gradcheck";
import { lossCurve } from "@ndgrad/plot";

test("files are bytes", async () => {
  await writeNpy("jest.npy", tensor([[1.5, 2], [3, 4]]));
  const bytes = await readFile("jest.npy");
  expect(decodeNpy(bytes).toArray()).toEqual([[1.5, 2], [3, 4]]);
  expect((await readNpy("jest.npy")).dtype).toBe("float32");
  expect(decodeNpy(encodeNpy(tensor([1, 2], { dtype: "float64" }))).dtype).toBe("float64");
});

test("clones are what they were", () => {
  const { values, doubles } = structuredClone({ values: Float32Array.of(0.5, 1.5), doubles: Float64Array.of(2) });
  expect(values instanceof Float32Array).toBe(false);
  expect(tensor(values).dtype).toBe("float32");
  expect(tensor(values).toArray()).toEqual([0.5, 1.5]);
  expect(tensor(doubles).dtype).toBe("float64");
  const tree = structuredClone({ a: { b: 0 } });
  tree.a.b = tensor([1, 2]);
  expect(grad((parts) => parts.a.b.square().sum())(tree).a.b.toArray()).toEqual([2, 4]);
  expect(compile((parts) => parts.a.b.mul(2))(tree).toArray()).toEqual([2, 4]);
  const [batch] = dataset(structuredClone([{ x: Float32Array.of(0.5) }, { x: Float32Array.of(1.5) }])).batch(2);
  expect([batch.x.dtype, batch.x.toArray()]).toEqual(["float32", [[0.5], [1.5]]]);
});

test("a dense layer learns", async () => {
  const x = tensor([[0], [1], [2], [3]]);
  const net = sequential(dense(1, 1, { seed: 1 }));
  const { loss } = await fit(net, { x, y: x.mul(2).add(1) }, { loss: meanSquaredError, optimizer: adam({ lr: 0.2 }), epochs: 200 });
  expect(loss.at(-1)).toBeLessThan(0.01);
  const w = variable(tensor([1, 2]));
  expect(valueAndGrad(() => w.value.square().sum(), { w }).grads.w.toArray()).toEqual([2, 4]);
  await net.save("jest.safetensors");
  await net.load("jest.safetensors");
});

test("gradients are checked, and errors are errors", async () => {
  expect(checkGradients((at) => at.tanh(), tensor([0.3])).ok).toBe(true);
  expect(() => tensor([1, 2]).add([1, 2, 3])).toThrow("broadcast");
  await expect(readNpy("absent.npy")).rejects.toThrow("there is no file \\"absent.npy\\"");
  expect(() => grad(async (at) => at.sum())(tensor([1]))).toThrow("asynchronous");
});

test("maps on workers", async () => {
  expect(await dataset([1, 2, 3]).mapOnWorkers((n) => n * n, { workers: 1 }).toArray()).toEqual([1, 4, 9]);
});

test("draws", async () => {
  const svg = await lossCurve([3, 2, 1]).toSVG();
  expect(svg).toMatch(/^<svg/);
  expect(await lossCurve(structuredClone(Float64Array.of(3, 2, 1))).toSVG()).toBe(svg);
});
`;
