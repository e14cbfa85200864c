import { bytesPerElement } from "../dtype.ts";
import { divisibleExtent } from "./bands.ts";
import { deepProductInParts, loopInParts, productInParts } from "./partial.ts";
import { withBodies, writesOf, type BufferSpec, type Kernel, type LoopKernel, type Program, type Size } from "./program.ts";
import { known } from "./sizes.ts";
import { isInOrder } from "./lowering.ts";
import { kernelWork, workPerThread } from "./work.ts";

/** Programs and reductions with less work than this, in operations on an element, are over before other threads could help. */
const leastWork = 2 * workPerThread;
/** How many parts a reduction to one number has, but for a rest. */
const parts = 64;
/** How many parts a reduction over rows may have, and how many rows each of them at least. */
const [leastParts, mostParts, leastRows] = [4, 16, 16];
/** What the parts of a reduction over rows may take together: they are to stay in the first-level cache. */
const mostBytes = 32 * 1024;

/**
 * Cuts reductions into parts that threads can share out, and a reduction of what these give; and deep products, whatever their work. The number of parts hangs on
 * sizes alone, so that no bit depends on the number of threads. Positions of extremes, and products of floats, stay whole. Cut are
 * - large reductions to a single number;
 * - reductions over the rows that kernels before them made, such as the gradient of a layer's weights, with few results: each part
 *   then needs only rows that the same thread made, while they are in its cache.
 * @param least Reductions, and programs, with less work, in operations on an element, stay as they are.
 */
export function splitReductions({ buffers, kernels }: Program, least: number = leastWork): Program {
  const specs = [...buffers];
  const split = (list: readonly Kernel[]): readonly Kernel[] => {
    const isLarge = list.reduce((sum, kernel) => sum + kernelWork(kernel), 0) >= least;
    const made: MadeRows = new Map();
    return list.flatMap((kernel): readonly Kernel[] => {
      if (kernel.kind === "control") return [withBodies(kernel, split)];
      const deep = kernel.kind === "contract" ? deepProductInParts(kernel, specs) : null;
      const cut = deep ?? (isLarge ? cutOverRows(kernel, made, specs) : null) ?? (kernel.kind === "loop" ? cutNumber(kernel, specs, least) : null);
      for (const { buffer, strides } of writesOf(kernel)) made.set(buffer, { count: divisibleExtent(kernel), stride: known(strides[0] ?? 0) });
      return cut ?? [kernel];
    });
  };
  return { kernels: split(kernels), buffers: specs };
}

const isCuttable = ({ reduce, values: [value] }: LoopKernel): boolean =>
  reduce !== null && reduce.combine !== "argMax" && reduce.combine !== "argMin" && !isInOrder(reduce.combine, value.type) && value.type !== "int64";

function cutNumber(kernel: LoopKernel, specs: BufferSpec[], least: number): readonly Kernel[] | null {
  const { reduce, extents, inputs } = kernel;
  if (!isCuttable(kernel) || reduce?.axes !== extents.length || kernelWork(kernel) < least) return null;
  const axis = extents.findIndex((extent) => typeof extent === "number" && extent >= parts);
  const length = Math.floor(Number(extents[axis] ?? 0) / parts);
  // Parts that all begin at the same element, or at neighbours, would be added up side by side.
  if (axis < 0 || inputs.every(({ strides }) => Math.abs(Number(strides[axis])) * length <= 1)) return null;
  return loopInParts(kernel, axis, parts, specs);
}

/** What kernels have made row by row so far: of each array how many rows, and the stride between them. */
type MadeRows = Map<number, { readonly count: number; readonly stride: number }>;

/** Whether any of some arrays was made row by row, if it is walked with a stride over so many. */
const isOver = (made: MadeRows, operands: readonly (readonly [buffer: number, stride: Size])[], count: number): boolean => operands.some(([buffer, stride]) => {
  const rows = made.get(buffer);
  return rows?.count === count && rows.stride === known(stride);
});

/** A reduction over such rows in parts; null where it is none, or would not gain by it. */
function cutOverRows(kernel: Kernel, made: MadeRows, specs: BufferSpec[]): readonly Kernel[] | null {
  if (kernel.kind === "contract") {
    const { a, b, out, batch } = kernel;
    const [m, n, k] = [kernel.m, kernel.n, kernel.k].map(known);
    const count = partsOf(k, m * n * bytesPerElement[out.dtype]);
    const over = isOver(made, [[a.buffer, a.strides[a.strides.length - 1]], [b.buffer, b.strides[b.strides.length - 2]]], k);
    return count > 0 && over && batch.every((size) => size === 1) ? productInParts(kernel, k / count, specs) : null;
  }
  if (kernel.kind !== "loop" || kernel.reduce === null || !isCuttable(kernel)) return null;
  const { extents, reduce, inputs } = kernel;
  const axis = extents.length - reduce.axes;
  const rows = known(extents[axis]);
  const results = extents.slice(0, axis).reduce<number>((product, extent) => product * known(extent), 1);
  const count = partsOf(rows, results * bytesPerElement.float64);
  return count > 0 && isOver(made, inputs.map(({ buffer, strides }) => [buffer, strides[axis]]), rows) ? loopInParts(kernel, axis, count, specs) : null;
}

/** Into how many equal parts so many rows are cut, if each has so many bytes of results: best a power of two, which any number of threads shares out evenly. */
function partsOf(rows: number, bytes: number): number {
  let best = 0;
  const most = Math.min(mostParts, Math.floor(rows / leastRows), Math.floor(mostBytes / Math.max(bytes, 1)));
  for (let count = leastParts; count <= most; count++) if (rows % count === 0 && (count & -count) >= (best & -best)) best = count;
  return best;
}
