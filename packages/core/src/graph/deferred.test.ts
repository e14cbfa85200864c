import { expect, test } from "vitest";
import { compile, grad, stack, tensor, zeros, type Tensor } from "../index.ts";

const rows = 40;
const width = 1000;
const x = tensor(Float32Array.from({ length: rows * width }, (_, i) => i), { shape: [rows, width] });
const placesOf = (count: number): readonly number[] => [3, -1, count - 1, 0, ...Array.from({ length: 20 }, (_, i) => (7 * i) % count)];
const places = placesOf(rows);
/** The same rows, one view each. */
function expected(from: Tensor): readonly number[] {
  const [count] = from.shape;
  const starts = placesOf(count).map((place) => (place + count) % count);
  return [...stack(starts.map((start) => from.slice([[start, start + 1]]))).data];
}
const deferredOf = (tensor: Tensor) => tensor.storage?.rows;

test("many rows are put together when they are looked at, and are then what they always were", () => {
  const taken = x.take(places);
  expect(deferredOf(taken)).toBeDefined();
  expect([...taken.data]).toEqual(expected(x));
  expect(taken.data).toBe(taken.data);
  // Few rows, columns and rows with gaps have an array from the start.
  expect([x.take([1, 2]), x.take(places, { axis: 1 }), x.transpose().take(places)].map(deferredOf)).toEqual([undefined, undefined, undefined]);
});

test("rows of a part, of other dtypes and of rows that wait themselves", () => {
  const part = x.slice([[1, rows]]);
  expect([...part.take(placesOf(rows - 1)).data]).toEqual(expected(part));
  const inner = x.slice([[0, rows], [3, width]]);
  const taken = inner.flip({ axis: 0 }).take(places);
  expect(deferredOf(taken)?.step).toBe(-width);
  expect([...taken.data]).toEqual(expected(inner.flip({ axis: 0 })));
  const doubles = x.cast("float64");
  expect([...doubles.take(places).data]).toEqual(expected(doubles));
  const flags = x.greater(20_000).take([...places, ...places, ...places]);
  expect([deferredOf(flags) === undefined, flags.size]).toEqual([false, 3 * places.length * width]);
  expect(flags.sum().item()).toBe(3 * x.greater(20_000).cast("float32").take(places).sum().item());
  expect([...x.take(places).take(places.map((_, i) => places.length - 1 - i)).flip({ axis: 0 }).data]).toEqual(expected(x));
});

test("a compiled function takes them straight into its memory, looked at before or not", () => {
  const twice = compile((batch: Tensor) => batch.mul(2));
  const [fresh, seen] = [x.take(places), x.take(places)];
  const doubled = expected(x).map((value) => 2 * value);
  expect(seen.data).toHaveLength(doubled.length);
  expect([...twice(fresh).data]).toEqual(doubled);
  expect([...twice(seen).data]).toEqual(doubled);
  // Beside it, views of them and operations one by one.
  expect([...twice(fresh.transpose()).transpose().data]).toEqual(doubled);
  expect([...fresh.add(fresh).data]).toEqual(doubled);
});

test("gradients go through them", () => {
  const counts = grad((from: Tensor) => from.take(places).sum() as Tensor<[]>)(x).sum({ axis: 1 }).div(width).data;
  expect([...counts]).toEqual(Array.from({ length: rows }, (_, row) => places.filter((place) => (place + rows) % rows === row).length));
  expect(zeros([0, width]).take([]).shape).toEqual([0, width]);
});
