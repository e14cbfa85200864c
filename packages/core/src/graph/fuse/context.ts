import { constant, input, type Expr } from "../../engine/expr.ts";
import type { Placed } from "../../engine/lower.ts";
import { isContiguous, reshapeLayout, rowMajor, type Layout } from "../../shape/layout.ts";
import { sameShape } from "../../shape/shape.ts";
import { viewStorage } from "../../storage.ts";
import { Tensor } from "../../tensor.ts";
import { uniformValue, type Computed } from "../graph.ts";

/** What building kernels finds out to be impossible: the choice of roots is made again with all of it known. */
export interface Demands {
  /** This node must have an array: a view of it cannot be walked by strides. */
  readonly array: (node: Tensor) => void;
  /** This reduction or product must be written as it is: what follows cannot be its epilogue. */
  readonly bare: (core: Tensor) => void;
}

/** Views that an element is seen through, the one nearest to it first. */
export interface Chain {
  readonly view: Computed;
  readonly next: Chain | null;
}

/** How a kernel under construction reads nodes: as loads of arrays or as expressions of loads. */
export interface Reader {
  /** The value of a node's element at the kernel's position. */
  read(node: Tensor): Expr;
  /** What has been loaded so far, in the shape the kernel walks. */
  readonly operands: readonly Placed[];
  /** Which node each operand is loaded from. */
  readonly sources: readonly Tensor[];
}

/** Where nodes' elements are. */
export interface Arrays {
  /** The array a node is in, row-major, or `null` where it is computed on the spot. */
  readonly bufferOf: (node: Tensor) => number | null;
  /** The array that has the elements of a constant once, though its axes repeat them. */
  readonly compactOf: (constant: Tensor) => number;
  readonly demand: Demands;
}

/** What a reader needs to know of its surroundings. */
export interface ReaderOptions extends Arrays {
  /** Values that are at hand without a load: the kernel's own results, or its finished sum. */
  readonly atHand: (node: Tensor, chain: Chain | null) => Expr | null;
  /** Operands are numbered from here. */
  readonly firstInput: number;
  /** Expresses an operand's walk in the axes of the kernel; `null` if it cannot be. */
  readonly adapt: (layout: Layout) => Layout | null;
  /** What is to be done where it cannot be; what is built then goes unused. */
  readonly misfit: () => void;
}

export function reader({ bufferOf, compactOf, demand, atHand, firstInput, adapt, misfit }: ReaderOptions): Reader {
  const operands: Placed[] = [];
  const sources: Tensor[] = [];
  const known = new Map<Chain | null, Map<Tensor, Expr>>();
  const links = new Map<Chain | null, Map<Computed, Chain>>();

  const load = (node: Tensor, chain: Chain | null): Expr | null => {
    const repeating = repeatingLayout(node);
    const seen = repeating === null ? null : walkFrom(repeating, chain);
    const layout = seen === null ? null : adapt(seen);
    if (layout !== null) return loadFrom(node, compactOf(node), layout);
    const buffer = bufferOf(node);
    if (buffer === null) return null;
    const walked = walk(node, chain, demand);
    const adapted = adapt(walked);
    if (adapted === null) misfit();
    return loadFrom(node, buffer, adapted ?? walked);
  };
  const loadFrom = (node: Tensor, buffer: number, { shape, strides, offset }: Layout): Expr => {
    const same = operands.findIndex((each) => each.buffer === buffer && each.offset === offset && sameShape(each.shape, shape) && sameShape(each.strides, strides));
    if (same >= 0) return input(firstInput + same, node.dtype);
    sources.push(node);
    operands.push({ buffer, dtype: node.dtype, shape, strides, offset });
    return input(firstInput + operands.length - 1, node.dtype);
  };

  const compute = (node: Tensor, chain: Chain | null): Expr => {
    const ready = atHand(node, chain);
    if (ready !== null) return ready;
    const uniform = uniformValue(node);
    if (uniform !== null) return constant(uniform, node.dtype);
    return load(node, chain) ?? define(node as Computed, chain);
  };
  const define = (node: Computed, chain: Chain | null): Expr => {
    const { primitive: { lower }, inputs, attributes } = node.recipe;
    if (lower.kind === "view") return see(inputs[0], link(links, node, chain));
    if (lower.kind === "elementwise") return lower.expr(inputs.map((each) => see(each, chain)), attributes);
    throw new Error(`fuse: ${node.recipe.primitive.name} has no array`);
  };
  const see = (node: Tensor, chain: Chain | null): Expr => {
    let here = known.get(chain);
    if (here === undefined) known.set(chain, (here = new Map()));
    const seen = here.get(node);
    if (seen !== undefined) return seen;
    const expr = compute(node, chain);
    here.set(node, expr);
    return expr;
  };
  return { read: (node) => see(node, null), operands, sources };
}

/** One object for one chain, so that what is read through it twice is computed once. */
function link(links: Map<Chain | null, Map<Computed, Chain>>, view: Computed, next: Chain | null): Chain {
  let here = links.get(next);
  if (here === undefined) links.set(next, (here = new Map()));
  let chain = here.get(view);
  if (chain === undefined) here.set(view, (chain = { view, next }));
  return chain;
}

/** How the row-major array of a node is walked when it is seen through views; where strides cannot serve, an array is demanded and walked. */
export function walk(node: Tensor, chain: Chain | null, demand: Demands): Layout {
  const misfit = ({ recipe: { inputs: [source], primitive: { lower }, attributes } }: Computed): Layout => {
    demand.array(source);
    const layout = lower.kind === "view" ? lower.layout(rowMajor(source.shape), attributes) : null;
    if (layout === null) throw new Error("fuse: a view of a row-major array cannot be walked");
    return layout;
  };
  return walkFrom(rowMajor(node.shape), chain, misfit) ?? rowMajor(node.shape);
}

/** A walk seen through views; what `misfit` gives where one of them cannot be expressed by strides. */
function walkFrom(start: Layout, chain: Chain | null, misfit: (view: Computed) => Layout | null = () => null): Layout | null {
  let layout = start;
  for (let link = chain; link !== null; link = link.next) {
    const { primitive: { lower }, attributes } = link.view.recipe;
    if (lower.kind !== "view") throw new Error(`fuse: ${link.view.recipe.primitive.name} is no view`);
    const seen = lower.layout(layout, attributes) ?? misfit(link.view);
    if (seen === null) return null;
    layout = seen;
  }
  return layout;
}

/** The axes of a constant that repeat its elements. */
const repeats = (strides: readonly number[], shape: readonly number[], axis: number): boolean => strides[axis] === 0 && shape[axis] > 1;

/** How a constant's elements, each held once, are walked; `null` where none is repeated. */
function repeatingLayout({ shape, storage }: Tensor): Layout | null {
  if (storage === null || !shape.some((_, axis) => repeats(storage.strides, shape, axis))) return null;
  const once = rowMajor(shape.map((extent, axis) => (repeats(storage.strides, shape, axis) ? 1 : extent)));
  return { shape, strides: once.strides.map((stride, axis) => (repeats(storage.strides, shape, axis) ? 0 : stride)), offset: 0 };
}

/** A constant without repetitions. */
export function compacted(constant: Tensor): Tensor {
  const { shape, dtype, storage } = constant;
  if (storage === null) return constant;
  const once = shape.map((extent, axis) => (repeats(storage.strides, shape, axis) ? 1 : extent));
  return new Tensor(once, dtype, viewStorage(storage.data, { shape: once, strides: storage.strides, offset: storage.offset }), null);
}

/** Whether views show a node's elements all, each once and in their order. */
export function keepsOrder(node: Tensor, chain: Chain | null, demand: Demands): boolean {
  const { shape, strides, offset } = walk(node, chain, demand);
  return offset === 0 && isContiguous(shape, strides) && shape.reduce((size, extent) => size * extent, 1) === node.size;
}

/** A walk over one shape as a walk over another of equal size. */
export const adaptTo = (shape: readonly number[]) => (layout: Layout): Layout | null => reshapeLayout(layout, shape);
