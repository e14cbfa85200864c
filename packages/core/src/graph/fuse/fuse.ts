import { input, type Expr } from "../../engine/expr.ts";
import { oneBatchAxis } from "../../engine/bands.ts";
import { isWide } from "../../engine/lanes.ts";
import { contractKernel, lowerCall, mapKernel, placeRowMajor, reduceKernel, type Placed } from "../../engine/lower.ts";
import { nestLoops } from "../../engine/nest/nest.ts";
import { splitReductions } from "../../engine/split.ts";
import type { BufferSpec, ContractKernel, Epilogue, Kernel, Program, Role } from "../../engine/program.ts";
import { reducedShape, sameShape, sizeOf } from "../../shape/shape.ts";
import { expressionCost, expressionDepth } from "../../engine/work.ts";
import type { Tensor } from "../../tensor.ts";
import { controlSpecs, flowOf, type ControlFlow } from "../control.ts";
import type { Computed, Graph } from "../graph.ts";
import { adaptTo, compacted, keepsOrder, reader, walk, type Arrays, type Chain, type Demands, type Reader } from "./context.ts";
import { orderAndMerge, type Draft } from "./order.ts";
import { lowerFlow } from "./control.ts";
import { chooseRoots, type Constraints } from "./roots.ts";

/** What the inputs and outputs of a graph stand for. */
export interface Interface {
  /** Inputs: the arguments first, then the variables that are read or assigned. */
  readonly argumentCount: number;
  /** Outputs: the results first, then for each assigned variable, by its number, its new value. */
  readonly resultCount: number;
  readonly assigned: readonly number[];
}

/**
 * Turns a graph into kernels: elementwise trees go into the loops that use them, reductions take their producers as
 * prologue and their consumers as epilogue, products take an epilogue, and loops over one shape become one loop.
 */
export function fuse(graph: Graph, roles: Interface): Program {
  const constraints: Constraints = { materialized: new Set(), bare: new Set() };
  for (;;) {
    const before = constraints.materialized.size + constraints.bare.size;
    const program = build(graph, roles, constraints);
    if (program !== null) return program;
    // Each build finds all that its choice of roots makes impossible, so there are few: one more for each demand that hides another.
    if (constraints.materialized.size + constraints.bare.size === before) throw new Error("fuse: what was demanded has been done already");
  }
}

/** The arrays of a program in the making: one list, also for the graphs inside of loops and branches. */
interface ProgramArrays {
  readonly buffers: BufferSpec[];
  readonly numbers: Map<Tensor, number>;
  /** Of constants that repeat their elements, where these are held once. */
  readonly compact: Map<Tensor, number>;
  readonly demand: Demands;
}

const addBuffer = ({ buffers, numbers }: ProgramArrays, node: Tensor, role: Role): number => {
  numbers.set(node, buffers.length);
  return buffers.push({ dtype: node.dtype, size: node.size, role }) - 1;
};

/** The program, unless its choice of roots turns out to be impossible: then the constraints have grown. */
function build(graph: Graph, { argumentCount, resultCount, assigned }: Interface, constraints: Constraints): Program | null {
  let possible = true;
  const demand: Demands = {
    array(node) { possible = false; constraints.materialized.add(node); },
    bare(core) { possible = false; constraints.bare.add(core); },
  };
  const arrays: ProgramArrays = { buffers: [], numbers: new Map(), compact: new Map(), demand };
  graph.inputs.forEach((node, i) => addBuffer(arrays, node, i < argumentCount ? { kind: "argument", index: i } : { kind: "variable", index: i - argumentCount }));
  const outputs = new Map(graph.outputs.map((node, i) => [node, i]));
  const { kernels, inPlace } = lowerGraph(graph, arrays, constraints, 0, {
    roleOf(root) {
      const output = outputs.get(root);
      return output !== undefined && output < resultCount ? { kind: "result", index: output } : { kind: "temporary" };
    },
    newValues: new Map(assigned.map((variable, i) => [graph.outputs[resultCount + i], graph.inputs[argumentCount + variable]])),
  });
  return !possible ? null : nestLoops(splitReductions({ buffers: arrays.buffers.map((buffer, i) => inPlace.has(i) ? { ...buffer, size: 0 } : buffer), kernels }));
}

/** What tells the graph of a whole program from one inside of a loop. */
interface LowerOptions {
  readonly roleOf: (root: Tensor) => Role;
  readonly newValues: ReadonlyMap<Tensor, Tensor>;
}
const inner: LowerOptions = { roleOf: () => ({ kind: "temporary" }), newValues: new Map() };

/** The kernels of a graph whose inputs have arrays already. */
function lowerGraph(graph: Graph, arrays: ProgramArrays, constraints: Constraints, depth: number, { roleOf, newValues }: LowerOptions): { readonly kernels: readonly Kernel[]; readonly inPlace: ReadonlySet<number> } {
  const { roots, cores } = chooseRoots(graph, constraints);
  for (const root of roots) addBuffer(arrays, root, roleOf(root));
  const bufferOf = (node: Tensor): number | null => {
    const number = arrays.numbers.get(node);
    if (number !== undefined) return number;
    return node.storage === null ? null : addBuffer(arrays, node, { kind: "constant", tensor: node });
  };
  const compactOf = (constant: Tensor): number => {
    let number = arrays.compact.get(constant);
    if (number === undefined) {
      const tensor = compacted(constant);
      arrays.compact.set(constant, (number = arrays.buffers.push({ dtype: tensor.dtype, size: tensor.size, role: { kind: "constant", tensor } }) - 1));
    }
    return number;
  };
  const known: Arrays = { bufferOf, compactOf, demand: arrays.demand };
  const place = (node: Tensor): Placed => placeRowMajor(node, bufferOf(node) ?? failed(node));

  const flows = new Set<ControlFlow>();
  const drafts = roots.flatMap((root): readonly Draft[] => {
    const flow = flowOf(root)?.flow;
    if (flow !== undefined) {
      // The results of one flow are written by one draft, where the first of them stands.
      if (flows.has(flow)) return [];
      flows.add(flow);
      return [controlDraft(flow, roots.filter((each) => flowOf(each)?.flow === flow), arrays, constraints, depth, bufferOf)];
    }
    if (root.size === 0) return [];
    const core = cores.get(root) ?? root;
    const { lower } = core.recipe.primitive;
    switch (lower.kind) {
      case "elementwise": case "view": return [mapDraft([root], known, place)];
      case "reduce": return [reduceDraft(core, root, known, place)];
      case "contract": return [contractDraft(core, root, known, place)];
      default: return [otherDraft(core, known, place)];
    }
  });
  const ordered = orderAndMerge(drafts, {
    merge: (a, b) => mapDraft([...a.roots, ...b.roots], known, place),
    bufferOf: (node) => bufferOf(node) ?? failed(node),
    newValues,
  });
  const kernels = ordered.kernels.map((kernel): Kernel => {
    const { out } = kernel as ContractKernel;
    if (kernel.kind !== "contract" || kernel.epilogue?.inputs.some(({ buffer }) => buffer === out.buffer) !== true) return kernel;
    // A product is summed up in place, block by block: what its epilogue reads there must not be overwritten before.
    const buffer = arrays.buffers.push({ dtype: out.dtype, size: sizeOf([...kernel.batch, kernel.m, kernel.n].map(Number)), role: { kind: "temporary" } }) - 1;
    return { ...kernel, product: { ...out, buffer } };
  });
  return { kernels, inPlace: ordered.inPlace };
}

/** The kernels of a loop or branch: its inputs and results are arrays, its graphs are lowered into the same program. */
function controlDraft(flow: ControlFlow, roots: readonly Computed[], arrays: ProgramArrays, constraints: Constraints, depth: number, bufferOf: BufferOf): Draft {
  const { inputs } = roots[0].recipe;
  const stored = (node: Tensor): number => bufferOf(node) ?? failed(node);
  const results = controlSpecs(flow).map((spec, output) => {
    const root = roots.find((each) => flowOf(each)?.output === output);
    // A result that nobody looks at is carried all the same.
    return root === undefined ? arrays.buffers.push({ dtype: spec.dtype, size: sizeOf(spec.shape), role: { kind: "temporary" } }) - 1 : bufferOf(root) ?? failed(root);
  });
  const kernels = lowerFlow(flow, inputs.map(stored), results, {
    depth,
    addBuffer: (node) => addBuffer(arrays, node, { kind: "temporary" }),
    lowerGraph(graph, given, around) {
      graph.inputs.forEach((node, i) => arrays.numbers.set(node, given[i]));
      const lowered = lowerGraph(graph, arrays, constraints, around, inner);
      return { kernels: lowered.kernels, outputs: graph.outputs.map((node) => bufferOf(node) ?? failed(node)) };
    },
  });
  return { roots, kind: "other", ...whole, sources: inputs, pointwise: new Set(), kernels };
}

const failed = (node: Tensor): never => { throw new Error(`fuse: ${node.recipe?.primitive.name ?? "a node"} has no array`); };

/** Of kernels that are not merged with others, nobody asks how large they are. */
const whole = { operations: 0, depth: 0 } as const;

type BufferOf = (node: Tensor) => number | null;
type Place = (node: Tensor) => Placed;

/** A loop that computes nodes of one shape. */
function mapDraft(nodes: readonly Computed[], arrays: Arrays, place: Place): Draft {
  const own = new Set<Tensor>(nodes);
  // What the loop computes itself may be seen through views, such as a reshape there and back, that leave each element in its place.
  const atHand = (node: Tensor, chain: Chain | null): Expr | null => (chain !== null && own.has(node) && keepsOrder(node, chain, arrays.demand) ? values.read(node) : null);
  const values: Reader = reader({
    ...arrays, bufferOf: (node) => (own.has(node) ? null : arrays.bufferOf(node)), atHand, firstInput: 0,
    adapt: (layout) => layout, misfit: () => { throw new Error("fuse: a loop's operand has another shape"); },
  });
  const exprs = nodes.map((node) => values.read(node));
  return { roots: nodes, kind: "map", operations: expressionCost(exprs), depth: expressionDepth(exprs), sources: values.sources, pointwise: pointwiseSources(values, nodes[0].shape), kernels: [mapKernel(exprs, values.operands, nodes.map(place))] };
}

/** The sources that are read at the very position that is written, and nowhere else. */
function pointwiseSources({ operands, sources }: Reader, shape: readonly number[]): ReadonlySet<Tensor> {
  const found = new Set<Tensor>();
  const straight = (placed: Placed, source: Tensor): boolean =>
    sizeOf(shape) === source.size && placed.offset === 0 && sameShape(placed.strides, placeRowMajor({ shape, dtype: source.dtype }, 0).strides);
  sources.forEach((source, i) => { if (straight(operands[i], source)) found.add(source); });
  sources.forEach((source, i) => { if (!straight(operands[i], source)) found.delete(source); });
  return found;
}

/** Reads what a root computes of its core, whose finished value is input 0. */
function readEpilogue(core: Computed, root: Computed, shape: readonly number[], arrays: Arrays): { readonly reader: Reader; readonly expr: Expr } {
  const bare = (): void => arrays.demand.bare(core);
  const atHand = (node: Tensor, chain: Chain | null): Expr | null => {
    if (node !== core) return null;
    if (!keepsOrder(node, chain, arrays.demand)) bare();
    return input(0, core.dtype);
  };
  const values = reader({ ...arrays, bufferOf: (node) => (node === root || node === core ? null : arrays.bufferOf(node)), atHand, firstInput: 1, adapt: adaptTo(shape), misfit: bare });
  return { expr: values.read(root), reader: values };
}

function reduceDraft(core: Computed, root: Computed, arrays: Arrays, place: Place): Draft {
  const { primitive: { lower }, inputs: [source], attributes } = core.recipe;
  if (lower.kind !== "reduce") return failed(core);
  const axes = lower.axes(attributes);
  const prologue = reader({
    ...arrays, atHand: () => null, firstInput: 0, adapt: (layout) => layout, misfit: () => { throw new Error("fuse: a reduction's operand has another shape"); },
  });
  const value = prologue.read(source);
  const kept = reducedShape(source.shape, axes, false);
  const epilogue = root === core ? null : readEpilogue(core, root, kept, arrays);
  const kernel = reduceKernel({
    combine: lower.combine, axes, value, shape: source.shape, inputs: prologue.operands, out: { ...place(root), shape: kept },
    epilogue: epilogue === null ? null : { expr: epilogue.expr, inputs: epilogue.reader.operands },
  });
  return {
    roots: [root], kind: "reduce", ...whole, sources: [...prologue.sources, ...(epilogue?.reader.sources ?? [])],
    pointwise: onlyIn(epilogue === null ? new Set() : pointwiseSources(epilogue.reader, kept), prologue.sources), kernels: [kernel],
  };
}

/** What is read pointwise at the end and not before. */
const onlyIn = (pointwise: ReadonlySet<Tensor>, elsewhere: readonly Tensor[]): ReadonlySet<Tensor> =>
  new Set([...pointwise].filter((source) => !elsewhere.includes(source)));

function contractDraft(core: Computed, root: Computed, arrays: Arrays, place: Place): Draft {
  const operand = (node: Tensor): { readonly placed: Placed; readonly source: Tensor } => {
    let chain: Chain | null = null;
    let source = node;
    while (arrays.bufferOf(source) === null) {
      chain = { view: source as Computed, next: chain };
      [source] = (source as Computed).recipe.inputs;
    }
    return { placed: { ...place(source), ...walk(source, chain, arrays.demand) }, source };
  };
  const [a, b] = core.recipe.inputs.map(operand);
  const epilogue = root === core ? null : readEpilogue(core, root, core.shape, arrays);
  const kernel = contractKernel(a.placed, b.placed, { ...place(root), shape: core.shape, strides: placeRowMajor(core, 0).strides },
    epilogue === null ? null : { expr: epilogue.expr, inputs: epilogue.reader.operands });
  if (kernel.epilogue !== null && !fitsProduct({ ...kernel, epilogue: kernel.epilogue }, core, root)) arrays.demand.bare(core);
  const factors = [a.source, b.source];
  return {
    roots: [root], kind: "contract", ...whole, sources: [...factors, ...(epilogue?.reader.sources ?? [])],
    pointwise: onlyIn(epilogue === null ? new Set() : pointwiseSources(epilogue.reader, core.shape), factors), kernels: [kernel],
  };
}

/** Whether an epilogue can be computed on the vectors of a product: one dtype, lanes of the same width, operands that are walked as the product is. */
function fitsProduct({ epilogue, ...kernel }: ContractKernel & { readonly epilogue: Epilogue }, core: Computed, root: Computed): boolean {
  const { expr, inputs } = epilogue;
  const columns = core.shape.length - 1;
  const straight = inputs.every(({ strides }) => Number(strides[columns]) >= 0 && Number(strides[columns]) <= 1);
  // A product whose batches cannot be counted through is several, and none of them knows which batch it begins with.
  const counted = inputs.length === 0 || kernel.batch.length < 2 || oneBatchAxis({ ...kernel, epilogue });
  // With fewer columns than lanes, dear functions are better computed in a loop over all elements.
  const thin = core.shape[columns] < 3 && expressionCost([expr]) > 6;
  return straight && counted && !thin && root.dtype === core.dtype && (core.dtype === "float64" || !isWide(expr, inputs));
}

/** Kernels that neither take nor give anything of their neighbours: their operands are arrays, seen through views where strides will do. */
function otherDraft(core: Computed, { bufferOf, demand }: Arrays, place: Place): Draft {
  const { primitive, inputs, attributes } = core.recipe;
  const sources: Tensor[] = [];
  const operands = inputs.map((node) => {
    let chain: Chain | null = null;
    let source = node;
    while (bufferOf(source) === null) {
      chain = { view: source as Computed, next: chain };
      [source] = (source as Computed).recipe.inputs;
    }
    sources.push(source);
    return { ...place(source), ...walk(source, chain, demand) };
  });
  return { roots: [core], kind: "other", ...whole, sources, pointwise: new Set(), kernels: lowerCall(primitive, operands, attributes, place(core)) };
}

