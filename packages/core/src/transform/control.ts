import { isFloat } from "../dtype.ts";
import { NdgradError, ShapeError, showShape, showSpec } from "../errors.ts";
import { bindControl, runGraph, type ControlFlow } from "../graph/control.ts";
import type { Graph } from "../graph/graph.ts";
import { ownOutputs } from "../graph/passes/own-outputs.ts";
import { insideGradient, insideTrace, withScope } from "../graph/scope.ts";
import { add } from "../ops/elementwise/arithmetic.ts";
import { zeros, zerosLike } from "../ops/creation.ts";
import { concat } from "../ops/movement/place.ts";
import { expandDims } from "../ops/movement/reshape.ts";
import { flip, slice } from "../ops/movement/slice.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import type { Spec } from "../primitive.ts";
import { sameShape } from "../shape/shape.ts";
import type { AnyShape, Shape } from "../shape/types.ts";
import { Tensor } from "../tensor.ts";
import { dependOn, orZeros, pullBack } from "./backward.ts";
import { withRule } from "./custom.ts";
import { leaf } from "./leaf.ts";
import { traceCarrying, traceInside } from "./subgraph.ts";
import { checkFunction } from "./gradient.ts";
import { alignLeaves, checkPresent, checkTensors, tensorsOf, withTensors } from "./tree.ts";
import type { OfTensors } from "./tree-types.ts";

/** Throws unless a step gives back carries like those it was given. */
function checkCarries(op: string, given: readonly Spec[], next: readonly Spec[]): void {
  given.forEach((spec, i) => {
    if (spec.dtype !== next[i].dtype || !sameShape(spec.shape, next[i].shape)) {
      throw new ShapeError(`${op}: carried tensor ${i} goes in as ${showSpec(spec)} and comes out as ${showSpec(next[i])}; shapes and dtypes must stay`);
    }
  });
}

/** How a scan walks its sequences. */
export interface ScanOptions {
  /** How many steps, where there are no sequences to tell. */
  readonly length?: number | undefined;
  /** From the last element to the first; results keep the order of the elements. */
  readonly reverse?: boolean | undefined;
}

const scanOptions: OptionNames<ScanOptions> = { length: true, reverse: true };

/** One element of a sequence along axis 0, or of each sequence of a tree. */
export type ElementOf<X> =
  X extends Tensor<infer S, infer D> ? Tensor<number extends S["length"] ? AnyShape : S extends readonly [number, ...infer Rest extends Shape] ? Rest : AnyShape, D>
  : X extends object ? { [K in keyof X]: ElementOf<X[K]> }
  : X;

/** How many elements sequences have, as far as their types tell. */
type LengthOf<X> =
  X extends Tensor<infer S> ? (number extends S["length"] ? number : S extends readonly [infer N extends number, ...Shape] ? N : number)
  : X extends readonly unknown[] ? LengthOf<X[number]>
  : X extends object ? { [K in keyof X]-?: LengthOf<X[K]> }[keyof X]
  : never;

/** The elements that the steps of a loop give, one behind the other along a new axis 0. */
export type StackedOf<Y, N extends number> =
  Y extends Tensor<infer S, infer D> ? Tensor<number extends S["length"] ? AnyShape : [[N] extends [never] ? number : N, ...S], D>
  : Y extends object ? { [K in keyof Y]: StackedOf<Y[K], N> }
  : Y;

/** A step's carry and result, checked. */
function pairOf<Carry, Y>(made: readonly [Carry, Y]): readonly [Carry, Y] {
  const pair: unknown = made;
  checkPresent("scan", pair, "return [carry, y]");
  if (!Array.isArray(pair) || pair.length !== 2) {
    const got = pair instanceof Tensor ? showSpec(pair) : Array.isArray(pair) ? `an array of ${pair.length}` : `a ${typeof pair}`;
    throw new NdgradError(`scan: the step returned ${got}, not a pair; return the next carry and an element of the results, [carry, y]`);
  }
  checkTensors("scan", pair[0], "the carry that the step returns");
  checkTensors("scan", pair[1], "the element that the step returns");
  return made;
}

/** The next carry in the structure of the one before. */
function nextCarry<Carry>(op: string, given: Carry, next: Carry): Carry {
  checkPresent(op, next, tensorsOf(given).length === 0 ? null : "return the next carry");
  checkTensors(op, next, "the carry that the step returns");
  const aligned = alignLeaves(op, "the carry that the step returns", given, next);
  checkCarries(op, tensorsOf(given), aligned);
  return withTensors(given, aligned);
}

/**
 * A loop that stays a loop when it is compiled: `step` is applied to a carry and to one element after another of the
 * sequences (along axis 0) and gives the next carry and an element of the results. Carries, sequences and results are
 * tensors in arrays and records of any depth. Outside of `compile` it is a JavaScript loop. Differentiable to any order:
 * the gradient is a scan backwards that computes each step again from its carry. Variables that the step assigns, a
 * random generator's counter too, go from step to step.
 *
 * Source: JAX, lax.scan.
 *
 * @throws ShapeError if sequences differ in length, or a carry changes its shape or dtype.
 * @example
 * const [total, running] = scan((sum: Tensor, x: Tensor) => [sum.add(x), sum.add(x)], tensor(0), tensor([1, 2, 3]));
 * // 6, [1, 3, 6]
 */
export function scan<Carry, X, Y>(
  step: ((carry: Carry, x: ElementOf<X>) => readonly [Carry, Y]) & OfTensors<"scan", Carry, "the carry"> & OfTensors<"scan", X, "a sequence">, init: Carry, xs: X, options: ScanOptions = {},
): [carry: Carry, ys: StackedOf<Y, LengthOf<X>>] {
  checkFunction("scan", step);
  checkOptions("scan", options, scanOptions);
  checkTensors("scan", init, "the carry");
  checkTensors("scan", xs, "the sequence");
  // The run walks trees of tensors, whatever their types say of their sizes: elements and stacks have the sequences' and elements' structure.
  return walk(step as unknown as Step, init, xs, options) as [Carry, StackedOf<Y, LengthOf<X>>];
}

type Step = (carry: unknown, x: unknown) => readonly [unknown, unknown];

function walk(step: Step, init: unknown, xs: unknown, options: ScanOptions): [carry: unknown, ys: unknown] {
  const { reverse = false } = options;
  const sequences = tensorsOf(xs);
  for (const sequence of sequences) if (sequence.rank === 0) throw new ShapeError("scan: a sequence of rank 0 has no elements; give tensors with the steps along axis 0");
  const length = options.length ?? sequences[0]?.shape[0];
  if (length === undefined || !Number.isInteger(length) || length < 0) throw new ShapeError(`scan: ${length ?? "no"} steps; give sequences, or a whole number as length`);
  const odd = sequences.find(({ shape }) => shape[0] !== length);
  if (odd !== undefined) throw new ShapeError(`scan: a sequence of shape ${showShape(odd.shape)} beside ${length} steps; all need as many elements along axis 0`);
  const oriented = reverse ? sequences.map((sequence) => flip(sequence, 0)) : sequences;
  const [carry, ys] = insideTrace() ? tracedScan(step, init, xs, oriented, length) : plainScan(step, init, xs, oriented, length);
  return [carry, reverse ? withTensors(ys, tensorsOf(ys).map((each) => flip(each, 0))) : ys];
}

function plainScan(step: Step, init: unknown, xs: unknown, sequences: readonly Tensor[], length: number): [unknown, unknown] {
  let carry = init;
  const results: unknown[] = [];
  if (length === 0) return [init, emptyResults(step, init, xs, sequences)];
  for (let turn = 0; turn < length; turn++) {
    const [next, y] = pairOf(step(carry, withTensors(xs, sequences.map((sequence) => slice(sequence, [turn])))));
    carry = nextCarry("scan", init, next);
    results.push(y);
  }
  const rows = results.map((each) => alignLeaves("scan", "the element that the step returns", results[0], each).map((element) => expandDims(element, 0)));
  return [carry, withTensors(results[0], rows[0].map((_, i) => concat(rows.map((row) => row[i]))))];
}

/** What a scan of no steps gives: a step is traced, for its results' shapes. */
function emptyResults(step: Step, init: unknown, xs: unknown, sequences: readonly Tensor[]): unknown {
  const initial = tensorsOf(init);
  const { result: y } = traceInside((given) => {
    const [next, made] = pairOf(step(withTensors(init, given.slice(0, initial.length)), withTensors(xs, given.slice(initial.length))));
    nextCarry("scan", init, next);
    return made;
  }, [...initial, ...elementSpecs(sequences)], []);
  return withTensors(y, tensorsOf(y).map(({ shape, dtype }) => zeros([0, ...shape], { dtype })));
}

/** What one element of each sequence is. */
const elementSpecs = (sequences: readonly Tensor[]): readonly Spec[] => sequences.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }));

function tracedScan(step: Step, init: unknown, xs: unknown, sequences: readonly Tensor[], length: number): [unknown, unknown] {
  const initial = tensorsOf(init);
  const elements = elementSpecs(sequences);
  // Tracing puts the carried variables behind the parameters; here carries come first.
  const { traced: [{ graph, result, outside }], carried } = traceCarrying<readonly [unknown, unknown]>((variables) => [traceInside((given) => {
    const [next, y] = pairOf(step(withTensors(init, given.slice(0, initial.length)), withTensors(xs, given.slice(initial.length))));
    return [nextCarry("scan", init, next), y] as const;
  }, [...initial, ...elements], variables)]);
  const carries = [...initial, ...carried.map((variable) => variable.value)];
  const count = initial.length + elements.length;
  const made = tensorsOf(result[1]).length;
  const body: Graph = {
    inputs: [...graph.inputs.slice(0, initial.length), ...graph.inputs.slice(count, count + carried.length), ...graph.inputs.slice(initial.length, count), ...graph.inputs.slice(count + carried.length)],
    outputs: [...graph.outputs.slice(0, initial.length), ...graph.outputs.slice(initial.length + made), ...graph.outputs.slice(initial.length, initial.length + made)],
  };
  const results = bindScan(body, carries, sequences, outside, length);
  carried.forEach((variable, i) => variable.assign(results[initial.length + i]));
  return [withTensors(result[0], results.slice(0, initial.length)), withTensors(result[1], results.slice(carries.length))];
}

/** The nodes of a scan; where gradients may be asked for they have a rule. */
function bindScan(body: Graph, carries: readonly Tensor[], sequences: readonly Tensor[], outside: readonly Tensor[], length: number): readonly Tensor[] {
  const inputs = [...carries, ...sequences, ...outside];
  const shape = { kind: "scan", length, carries: carries.length, sequences: sequences.length } as const;
  if (!insideGradient()) return bindControl({ ...shape, body }, inputs);
  // The way back starts each step from its carry: the way there keeps them all, as more results.
  const keeping = distinct({ inputs: body.inputs, outputs: [...body.outputs, ...body.inputs.slice(0, carries.length)] });
  const all = bindControl({ ...shape, body: keeping }, inputs);
  const ruled = withRule("scan", all, inputs, (cotangents, results, given, wanted) => scanBack(keeping, {
    kept: results.slice(body.outputs.length), sequences: given.slice(carries.length, carries.length + sequences.length), outside: given.slice(carries.length + sequences.length), wanted,
  }, cotangents, length));
  return ruled.slice(0, body.outputs.length);
}

/** Outputs that are inputs get nodes of their own. */
const distinct = (graph: Graph): Graph => withScope("trace", (scope) => ownOutputs(graph, scope));

/** What a scan was given, with its carries as they were before each turn. */
interface Scanned {
  readonly kept: readonly Tensor[];
  readonly sequences: readonly Tensor[];
  readonly outside: readonly Tensor[];
  /** For each input whether its gradient is wanted. */
  readonly wanted: readonly boolean[];
}

/** Which of a body's inputs have to be watched: those that are wanted, and carries through which later turns depend on them. */
function watchedInputs({ inputs, outputs }: Graph, carries: number, wanted: readonly boolean[]): readonly boolean[] {
  const watched = inputs.map(({ dtype }, i) => wanted[i] && isFloat(dtype));
  for (;;) {
    const depending = dependOn(outputs, inputs.filter((_, i) => watched[i]));
    const more = inputs.flatMap((_, i) => (i < carries && depending[i] && !watched[i] ? [i] : []));
    if (more.length === 0) return watched;
    for (const i of more) watched[i] = true;
  }
}

/** The gradients of a scan's inputs: a scan backwards over its carries and sequences. */
function scanBack(body: Graph, { kept, sequences, outside, wanted }: Scanned, cotangents: readonly Tensor[], length: number): readonly (Tensor | null)[] {
  const carries = kept.length;
  const flags = watchedInputs(body, carries, wanted);
  const within = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, i) => i).filter((i) => flags[from + i]);
  const inputs = [...body.inputs];
  const watched = within(0, inputs.length);
  const carried = within(0, carries);
  const stepped = within(carries, sequences.length);
  const first = carries + sequences.length;
  const shared = within(first, outside.length);
  interface Back { readonly carries: readonly Tensor[]; readonly outside: readonly Tensor[] }
  interface Turn { readonly kept: readonly Tensor[]; readonly sequences: readonly Tensor[]; readonly cotangents: readonly Tensor[] }
  const back = (sofar: Back, turn: Turn): readonly [Back, readonly Tensor[]] => withScope("gradient", (scope) => {
    const given = [...turn.kept, ...turn.sequences, ...outside];
    const leaves = given.map((each, i) => (flags[i] ? leaf(each, scope) : each));
    const outputs = runGraph(body, leaves);
    scope.open = false;
    const g = outputs.map((output, i) => (i < carries ? (carried.includes(i) ? sofar.carries[carried.indexOf(i)] : zerosLike(output)) : turn.cotangents[i - carries]));
    const differentiated = watched.map((i) => leaves[i]);
    const gradients = new Map(pullBack(outputs, g, differentiated).map((gradient, i) => [watched[i], orZeros(gradient, differentiated[i])]));
    const at = (i: number): Tensor => gradients.get(i) ?? zerosLike(given[i]);
    return [
      { carries: carried.map(at), outside: shared.map((i, place) => add(sofar.outside[place], at(first + i))) },
      stepped.map((i) => at(carries + i)),
    ];
  });
  const init: Back = { carries: carried.map((i) => cotangents[i]), outside: shared.map((i) => zerosLike(outside[i])) };
  const [last, ofSequences] = walk(back as Step, init, { kept, sequences, cotangents: cotangents.slice(carries) }, { length, reverse: true }) as readonly [Back, readonly Tensor[]];
  return [
    ...kept.map((_, i) => last.carries[carried.indexOf(i)] ?? null),
    ...sequences.map((_, i) => ofSequences[stepped.indexOf(i)] ?? null),
    ...outside.map((_, i) => last.outside[shared.indexOf(i)] ?? null),
  ];
}

/**
 * Applies `step` to a carry as long as `test` gives true. When compiled it stays a loop, with as many turns as the values
 * ask for. It has no gradient inside `compile`; outside it is a JavaScript loop and has. Source: JAX, lax.while_loop.
 *
 * @throws ShapeError if the carry changes its shape or dtype; NdgradError if the test gives no bool scalar.
 * @example
 * whileLoop((x: Tensor) => x.less(100), (x: Tensor) => x.mul(2), tensor(3)); // 192
 */
export function whileLoop<Carry>(test: (carry: Carry) => Tensor, step: ((carry: Carry) => Carry) & OfTensors<"whileLoop", Carry, "the carry">, init: Carry): Carry {
  checkFunction("whileLoop", test);
  checkFunction("whileLoop", step);
  checkTensors("whileLoop", init, "the carry");
  const initial = tensorsOf(init);
  const checked = (carry: Carry): Tensor => checkCondition("whileLoop", test(carry));
  const advanced = (carry: Carry): Carry => nextCarry("whileLoop", init, step(carry));
  if (!insideTrace()) {
    let carry = init;
    while (checked(carry).item() !== 0) carry = advanced(carry);
    return carry;
  }
  const { traced: [body], carried } = traceCarrying<Carry>((variables) => [traceInside((given) => advanced(withTensors(init, given)), initial, variables)]);
  const tested = traceInside((given) => checked(withTensors(init, given)), initial, carried);
  if (tested.assigned.length > 0) throw new NdgradError("whileLoop: the test assigns a variable; assign it in the step");
  const carries = [...initial, ...carried.map((variable) => variable.value)];
  const [bodyGraph, testGraph, outside] = sameOutside([body.graph, { inputs: tested.graph.inputs, outputs: tested.graph.outputs.slice(0, 1) }], [body.outside, tested.outside], carries.length);
  const results = bindControl({ kind: "while", carries: carries.length, body: bodyGraph, test: testGraph }, [...carries, ...outside]);
  const ruled = withoutRule("whileLoop", results, [...carries, ...outside]);
  carried.forEach((variable, i) => variable.assign(ruled[initial.length + i]));
  return withTensors(init, ruled.slice(0, initial.length));
}

/** Results that refuse to be differentiated. */
const withoutRule = (op: string, results: readonly Tensor[], inputs: readonly Tensor[]): readonly Tensor[] => withRule(op, results, inputs, () => {
  throw new NdgradError(`${op}: has no gradient inside compile, where its number of turns is not known; use scan, or stopGradient on its result`);
});

/**
 * One of two functions by the value of a bool scalar. When compiled, only the chosen one runs. Both give the same structure,
 * shapes and dtypes. Differentiable to any order. Source: JAX, lax.cond.
 *
 * @throws ShapeError if the two results differ in shape or dtype; NdgradError if the condition is no bool scalar.
 * @example
 * cond(x.sum().greater(0), () => x.log(), () => x.square());
 */
export function cond<Out>(condition: Tensor, ifTrue: (() => Out) & OfTensors<"cond", Out, "the result">, ifFalse: () => Out): Out {
  checkCondition("cond", condition);
  if (arguments.length > 3) throw new NdgradError(`cond: takes a condition and two functions, got ${arguments.length} arguments; the functions close over what they work on`);
  checkFunction("cond", ifTrue);
  checkFunction("cond", ifFalse);
  const checked = (branch: () => Out, like?: Out) => (): Out => {
    const made = branch();
    checkPresent("cond", made, null);
    checkTensors("cond", made, "the result of a branch");
    return like === undefined ? made : withTensors(like, alignLeaves("cond", "the result of ifFalse", like, made));
  };
  if (condition.storage !== null) return checked(condition.item() === 0 ? ifFalse : ifTrue)();
  const { traced: [yes, no], carried } = traceCarrying<Out>((variables) => {
    const first = traceInside(checked(ifTrue), [], variables);
    return [first, traceInside(checked(ifFalse, first.result), [], variables)];
  });
  yes.graph.outputs.forEach((output, i) => {
    const other = no.graph.outputs[i];
    if (output.dtype !== other.dtype || !sameShape(output.shape, other.shape)) throw new ShapeError(`cond: ifTrue gives ${showSpec(output)} where ifFalse gives ${showSpec(other)}; give the same shapes and dtypes`);
  });
  const before = carried.map((variable) => variable.value);
  const [then, otherwise, outside] = sameOutside([yes.graph, no.graph], [yes.outside, no.outside], before.length);
  const results = bindCond(condition, then, otherwise, [...before, ...outside]);
  const own = tensorsOf(yes.result).length;
  carried.forEach((variable, i) => variable.assign(results[own + i]));
  return withTensors(yes.result, results.slice(0, own));
}

function bindCond(condition: Tensor, ifTrue: Graph, ifFalse: Graph, inputs: readonly Tensor[]): readonly Tensor[] {
  const flow: ControlFlow = { kind: "cond", ifTrue, ifFalse };
  const results = bindControl(flow, [condition, ...inputs]);
  if (!insideGradient()) return results;
  return withRule("cond", results, [condition, ...inputs], (cotangents, _, [chosen, ...given], [, ...wanted]) => {
    const back = (graph: Graph) => (): readonly Tensor[] => withScope("gradient", (scope) => {
      const leaves = given.map((each, i) => (wanted[i] ? leaf(each, scope) : each));
      const outputs = runGraph(graph, leaves);
      scope.open = false;
      const watched = leaves.filter((__, i) => wanted[i]);
      return pullBack(outputs, cotangents, watched).map((gradient, i) => orZeros(gradient, watched[i]));
    });
    const gradients = [...cond(chosen, back(ifTrue), back(ifFalse))];
    return [null, ...wanted.map((each) => (each ? gradients.shift() ?? null : null))];
  });
}

function checkCondition(op: string, condition: unknown): Tensor {
  if (condition instanceof Tensor && condition.dtype === "bool" && condition.rank === 0) return condition;
  const got = condition instanceof Tensor ? showSpec(condition) : typeof condition;
  throw new NdgradError(`${op}: the condition is ${got}, not a bool scalar; compare, and reduce with all() or any()`);
}

/** Two graphs that take the same from outside: the stand-ins of the one and the other become inputs of both. */
function sameOutside([first, second]: readonly [Graph, Graph], [ofFirst, ofSecond]: readonly [readonly Tensor[], readonly Tensor[]], parameters: number): readonly [Graph, Graph, readonly Tensor[]] {
  const outside = [...new Set([...ofFirst, ...ofSecond])];
  const align = (graph: Graph, own: readonly Tensor[], other: Graph, ofOther: readonly Tensor[]): Graph => ({
    inputs: [...graph.inputs.slice(0, parameters), ...outside.map((each) => (own.includes(each) ? graph.inputs[parameters + own.indexOf(each)] : other.inputs[parameters + ofOther.indexOf(each)]))],
    outputs: graph.outputs,
  });
  return [align(first, ofFirst, second, ofSecond), align(second, ofSecond, first, ofFirst), outside];
}
