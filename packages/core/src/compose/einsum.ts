import { matmul } from "../ops/contract/matmul.ts";
import { promoteAll } from "../ops/declare.ts";
import { mul } from "../ops/elementwise/arithmetic.ts";
import { permute } from "../ops/movement/permute.ts";
import { reshape, squeeze } from "../ops/movement/reshape.ts";
import { sum } from "../ops/reduce/sum.ts";
import { sizeOf } from "../shape/shape.ts";
import type { Tensor } from "../tensor.ts";
import { diagonal } from "./diagonal.ts";
import { isEllipsis, readEquation, refuse, sizesOfLabels } from "./einsum-equation.ts";

/** A tensor with a label for each of its axes, no two alike. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/**
 * Einstein's sum: products of operands, summed over the letters that the output does not name. A letter that one operand has twice
 * takes the diagonal; `...` stands for any number of leading or other axes, which broadcast. Without `->` the output has the
 * ellipsis and the letters that occur once, in alphabetical order. Operands are contracted in pairs, the pair that leaves least first,
 * each as one batched matrix product. NumPy: einsum; PyTorch: einsum.
 *
 * @throws ShapeError that names the equation, the letter and the sizes if they disagree, or the equation does not fit the operands.
 * @example
 * einsum("bij,bjk->bik", a, b); // products of a batch of matrices
 * einsum("ii->", a);            // the trace
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  if (operands.length === 0) refuse(equation, "no operands were given");
  const shapes = operands.map(({ shape }) => shape);
  const labelled = readEquation(equation, shapes);
  const sizes = sizesOfLabels(equation, labelled, shapes);
  const pending = promoteAll("einsum", operands, "number").map((tensor, which) =>
    withoutStretched(takeDiagonals({ tensor, labels: labelled.inputs[which] }), sizes));
  while (pending.length > 1) {
    const [i, j] = cheapestPair(pending, labelled.output, sizes);
    const [left, right] = [pending[i], pending[j]];
    const others = pending.filter((_, which) => which !== i && which !== j);
    const needed = new Set([...labelled.output, ...others.flatMap(({ labels }) => labels)]);
    // In the left one's place: operands that keep their order rarely need their axes moved.
    pending[i] = contractPair(sumOut(left, new Set([...needed, ...right.labels])), sumOut(right, new Set([...needed, ...left.labels])), needed, sizes);
    pending.splice(j, 1);
  }
  return arrange(sumOut(pending[0], new Set(labelled.output)), labelled.output);
}

/** Repeated letters become one axis: the diagonal, which `diagonal` puts last. */
function takeDiagonals({ tensor, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, axis) => labels.indexOf(label) !== axis);
  if (second < 0) return { tensor, labels };
  const first = labels.indexOf(labels[second]);
  const left = labels.filter((_, axis) => axis !== first && axis !== second);
  return takeDiagonals({ tensor: diagonal(tensor, { axes: [first, second] }), labels: [...left, labels[second]] });
}

/** Axes of size 1 that broadcast against larger ones are left to the product to stretch. */
function withoutStretched({ tensor, labels }: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  const stretched = labels.map((_, axis) => axis).filter((axis) => isEllipsis(labels[axis]) && tensor.shape[axis] !== sizes.get(labels[axis]));
  return { tensor: squeeze(tensor, stretched), labels: labels.filter((_, axis) => !stretched.includes(axis)) };
}

/** Sums over the labels that are no longer needed. */
function sumOut({ tensor, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axis = labels.map((_, at) => at).filter((at) => !needed.has(labels[at]));
  if (axis.length === 0) return { tensor, labels };
  return { tensor: sum(tensor, { axis }), labels: labels.filter((label) => needed.has(label)) };
}

const arrange = ({ tensor, labels }: Labelled, order: readonly string[]): Tensor => permute(tensor, order.map((label) => labels.indexOf(label)));

const sizeOfLabels = (labels: Iterable<string>, sizes: ReadonlyMap<string, number>): number =>
  sizeOf([...labels].map((label) => sizes.get(label) ?? 1));

/** The pair (i < j) whose product grows least over its operands; among equals the one with the fewest multiplications. */
function cheapestPair(pending: readonly Labelled[], output: readonly string[], sizes: ReadonlyMap<string, number>): readonly [number, number] {
  let best: readonly [number, number] = [0, 1];
  let least: readonly [growth: number, work: number] = [Infinity, Infinity];
  for (let i = 0; i < pending.length; i++) {
    for (let j = i + 1; j < pending.length; j++) {
      const together = new Set([...pending[i].labels, ...pending[j].labels]);
      const needed = new Set([...output, ...pending.flatMap(({ labels }, k) => (k === i || k === j ? [] : labels))]);
      const left = [...together].filter((label) => needed.has(label));
      const growth = sizeOfLabels(left, sizes) - pending[i].tensor.size - pending[j].tensor.size;
      const work = sizeOfLabels(together, sizes);
      if (growth < least[0] || (growth === least[0] && work < least[1])) {
        best = [i, j];
        least = [growth, work];
      }
    }
  }
  return best;
}

/** The product of two operands, summed over the labels they share and nobody else needs. */
function contractPair(left: Labelled, right: Labelled, needed: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): Labelled {
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const inner = shared.filter((label) => !needed.has(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...rows, ...columns];
  const shapeOf = (list: readonly string[]): number[] => list.map((label) => sizes.get(label) ?? 1);
  const ones = (list: readonly string[]): number[] => list.map(() => 1);
  const a = arrange(left, [...batch, ...rows, ...inner]);
  if (inner.length === 0) {
    const b = arrange(right, [...batch, ...columns]);
    return { tensor: mul(reshape(a, [...shapeOf(batch), ...shapeOf(rows), ...ones(columns)]), reshape(b, [...shapeOf(batch), ...ones(rows), ...shapeOf(columns)])), labels };
  }
  if (rows.length === 0 && columns.length === 0) {
    // Dot products without rows or columns: a reduction reads each element once, a matrix product would have nothing to re-use.
    const product = mul(a, arrange(right, [...batch, ...inner]));
    return { tensor: sum(product, { axis: inner.map((_, i) => batch.length + i) }), labels };
  }
  const b = arrange(right, [...batch, ...inner, ...columns]);
  const [m, k, n] = [rows, inner, columns].map((list) => sizeOfLabels(list, sizes));
  const product = matmul(reshape(a, [...shapeOf(batch), m, k]), reshape(b, [...shapeOf(batch), k, n]));
  return { tensor: reshape(product, shapeOf(labels)), labels };
}
