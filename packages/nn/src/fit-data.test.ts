// What fit takes examples from: tensors, data sets of any source, sources of one's own; and how it goes on from a position.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generator, tensor, type Tensor } from "@ndgrad/core";
import { dataset, type Dataset } from "@ndgrad/data";
import { relu } from "./activations.ts";
import { dense } from "./dense.ts";
import { evaluate } from "./evaluate.ts";
import type { BatchSource, Data, Examples, Position } from "./examples.ts";
import { fit } from "./fit.ts";
import { crossEntropy } from "./losses.ts";
import { accuracy } from "./metrics.ts";
import type { Variables } from "./module.ts";
import { adam } from "./optimizers.ts";
import { sequential } from "./sequential.ts";

type X = Tensor<[number, 2]>;
type Y = Tensor<[number], "int32">;
const count = 22;
const x: X = generator(1).normal([count, 2]);
const y: Y = tensor(Int32Array.from({ length: count }, (_, i) => Number(x.data[2 * i] > x.data[2 * i + 1])));
const items = Array.from({ length: count }, (_, i) => ({ x: [x.data[2 * i], x.data[2 * i + 1]], y: Int32Array.of(y.data[i]) }));
const network = () => sequential(dense(2, 6, { seed: 1 }), relu, dense(6, 2, { seed: 2 }));
const numbers = (variables: Variables): Readonly<Record<string, readonly number[]>> => Object.fromEntries(Object.entries(variables).map(([name, { value }]) => [name, [...value.data]]));
const settings = { loss: crossEntropy, metrics: { accuracy }, epochs: 3, batchSize: 4, seed: 7 };

/** What a training on some data ends with. */
async function trained(data: Data<X, Y>, options: { readonly shuffle?: boolean } = {}) {
  const net = network();
  const { loss } = await fit(net, data, { ...settings, ...options, optimizer: adam() });
  return { loss, parameters: numbers(net.parameters()) };
}
/** Records of single examples in batches as fit takes them. */
const batched = (records: Dataset<(typeof items)[number]>): Dataset<Examples<X, Y>> =>
  records.batch(4).map((batch) => ({ x: batch.x as Tensor as X, y: batch.y.reshape([-1]) as Tensor as Y }));

describe("a data set", { timeout: 20_000 }, () => {
  test("trains as its tensors do, in the same orders, another one in each epoch", async () => {
    const orders: number[][] = [];
    const rows = dataset({ x, y, place: tensor(Int32Array.from(items.keys())) }).shuffle({ seed: 7 }).batch(4);
    const seen = rows.map((batch, _, epoch) => {
      (orders[epoch] ??= []).push(...batch.place.data);
      return batch;
    });
    expect(await trained(seen)).toEqual(await trained({ x, y }));
    expect(orders.map((order) => new Set(order).size)).toEqual([count, count, count]);
    expect(new Set(orders.map((order) => order.join())).size).toBe(3);
  });

  test.each<[string, BatchSource<X, Y>]>([
    ["of tensors", dataset({ x, y }).batch(4)],
    ["of records", batched(dataset(items))],
    ["of a generator", batched(dataset(function* () { yield* items; }))],
    ["of what has to be waited for", batched(dataset(async function* () { for (const item of items) yield await Promise.resolve(item); }))],
    ["of pairs", dataset(x).zip(dataset(y)).batch(4).map(([a, b]) => ({ x: a, y: b }))],
  ])("%s gives fit the same examples", async (_, data) => {
    expect(await trained(data)).toEqual(await trained({ x, y }, { shuffle: false }));
    const net = network();
    expect(await evaluate(net, data, { metrics: { accuracy } })).toEqual(await evaluate(net, { x, y }, { metrics: { accuracy }, batchSize: 4 }));
  });

  test("says how long an epoch is, if it knows", async () => {
    const lengths = async (data: Data<X, Y>) => {
      const all = new Set<number | undefined>();
      await fit(network(), data, { ...settings, epochs: 1, optimizer: adam(), progress: { batch: ({ batches }) => all.add(batches) } });
      return [...all];
    };
    expect(await lengths({ x, y })).toEqual([6]);
    expect(await lengths(dataset({ x, y }).batch(5, { dropLast: true }))).toEqual([4]);
    expect(await lengths(batched(dataset(function* () { yield* items; })))).toEqual([undefined]);
  });

  test("that gives no batches, none again, or no end of them, is refused", async () => {
    const options = { ...settings, optimizer: adam() };
    await expect(fit(network(), dataset({ x, y }).take(0).batch(4), options)).rejects.toThrow("fit: the data have no batches");
    await expect(fit(network(), dataset({ x, y }).repeat().batch(4), options)).rejects.toThrow("fit: the data never end, so no epoch would; say how many batches make one: data.take(n)");
    await expect(fit(network(), dataset([{ x, y }].values()), options)).rejects.toThrow("give the generator function, not what it returns");
    const once: BatchSource<X, Y> = { epoch: (epoch) => (epoch === 0 ? [{ x, y }] : []) };
    await expect(fit(network(), once, options)).rejects.toThrow("fit: epoch 2 has no batches; a source must give its batches again");
    expect((await fit(network(), dataset({ x, y }).repeat().batch(4).take(3), options)).loss).toHaveLength(3);
  });

  test.each<[string, Dataset<unknown>, string]>([
    ["pairs", dataset(x).zip(dataset(y)).batch(4), "batch 1 is an array of 2; a batch is a record of two tensors, x and y. data.map(([x, y]) => ({ x, y }))"],
    ["single examples", dataset({ x, y }), "batch 1 has x of shape [2] and y of shape [], which are no batches of as many examples; are they single examples? Then data.batch(n)"],
    ["records of arrays", dataset([{ x: [1, 2], y: 1 }]), "batch 1 is a record of x (an array), y (a number); a batch is a record of two tensors"],
    ["other names", dataset({ image: x, label: y }).batch(4), "batch 1 is a record of image (a tensor), label (a tensor)"],
    ["nothing", dataset([undefined]), "batch 1 is undefined"],
    ["different numbers", dataset([{ x, y }, { x, y: tensor([1, 0], { dtype: "int32" }) }]), "batch 2 has x of shape [22, 2] and y of shape [2]"],
  ])("of %s is refused, by fit and evaluate", async (_, data, message) => {
    const wrong = data as Dataset<Examples<X, Y>>;
    await expect(fit(network(), wrong, { ...settings, optimizer: adam() })).rejects.toThrow(`fit: ${message}`);
    await expect(evaluate(network(), wrong, { metrics: { accuracy } })).rejects.toThrow(`evaluate: ${message}`);
  });

  test("is what iterables are made into", async () => {
    const wrong = [{ x, y }] as unknown as Examples<X, Y>;
    await expect(fit(network(), wrong, { ...settings, optimizer: adam() })).rejects.toThrow("fit: the data are neither tensors { x, y } nor a source of batches; make one of arrays and iterables by dataset(…)");
  });
});

describe("a training that goes on", { timeout: 20_000 }, () => {
  /** Until after some batch, of which all that is needed is saved as JSON. */
  async function stopped(data: Data<X, Y>, after: number): Promise<string> {
    const net = network();
    const optimizer = adam();
    let saved = "";
    let left = after;
    const batch = ({ position }: { readonly position: Position }): void => {
      if (--left >= 0) saved = JSON.stringify({ position, parameters: numbers(net.parameters()), kept: numbers(optimizer.state(net.parameters())) });
    };
    await fit(net, data, { ...settings, optimizer, progress: { batch } });
    return saved;
  }
  const restore = (variables: Variables, saved: Readonly<Record<string, readonly number[]>>): void => {
    for (const [name, variable] of Object.entries(variables)) variable.assign(tensor(saved[name], { dtype: variable.dtype }).reshape(variable.shape));
  };

  test.each<[string, () => Data<X, Y>]>([
    ["tensors", () => ({ x, y })],
    ["a data set", () => dataset({ x, y }).shuffle({ seed: 7 }).batch(4)],
    ["a stream", () => batched(dataset(function* () { yield* items; }).shuffle({ window: 5 }))],
    ["a source of one's own", () => ({ async *epoch(epoch) { yield* dataset({ x, y }).shuffle({ seed: 7 }).batch(4).epoch(epoch); } })],
  ])("from a saved position ends as if it had not been stopped: %s", async (_, data) => {
    const whole = await trained(data());
    // 3 epochs of 6 batches.
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 18 }), async (after) => {
      const { position, parameters, kept } = JSON.parse(await stopped(data(), after)) as { readonly position: Position; readonly parameters: Readonly<Record<string, number[]>>; readonly kept: Readonly<Record<string, number[]>> };
      expect(position).toEqual({ epoch: Math.floor((after - 1) / 6), taken: ((after - 1) % 6) + 1 });
      const net = network();
      const optimizer = adam();
      restore(net.parameters(), parameters);
      restore(optimizer.state(net.parameters()), kept);
      const { loss } = await fit(net, data(), { ...settings, optimizer, from: position });
      expect(numbers(net.parameters())).toEqual(whole.parameters);
      // Epochs that are whole have the losses of the whole training.
      const complete = 3 - Math.ceil(after / 6);
      expect(loss.slice(loss.length - complete)).toEqual(whole.loss.slice(3 - complete));
    }), { numRuns: 4 });
  });

  test("begins with the next epoch from the position of an epoch's end", async () => {
    const positions: Position[] = [];
    await fit(network(), { x, y }, { ...settings, optimizer: adam(), onEpoch: ({ position }) => { positions.push(position); } });
    expect(positions).toEqual([{ epoch: 1, taken: 0 }, { epoch: 2, taken: 0 }, { epoch: 3, taken: 0 }]);
    const reports: string[] = [];
    await fit(network(), { x, y }, { ...settings, optimizer: adam(), from: { epoch: 2, taken: 4 }, progress: { batch: ({ epoch, batch, batches }) => reports.push(`${epoch}: ${batch}/${batches}`) } });
    expect(reports).toEqual(["3: 5/6", "3: 6/6"]);
    await expect(fit(network(), { x, y }, { ...settings, optimizer: adam(), from: { epoch: 0, taken: 7 } })).rejects.toThrow("fit: from.taken is 7, but an epoch has 6 batches; give the position that the training on these data");
    await expect(fit(network(), { x, y }, { ...settings, optimizer: adam(), seed: 2 ** 32 })).rejects.toThrow("fit: seed must be below 2 ** 32");
    await expect(fit(network(), { x, y }, { ...settings, optimizer: adam(), from: { epoch: 0.5, taken: 0 } })).rejects.toThrow("fit: from.epoch must be a whole number of at least 0, got 0.5");
  });
});
