import { isFloat } from "../src/dtype.ts";
import { NdgradError } from "../src/errors.ts";
import { cast } from "../src/ops/cast.ts";
import { add, div, mul } from "../src/ops/elementwise/arithmetic.ts";
import { less } from "../src/ops/elementwise/comparison.ts";
import { mod } from "../src/ops/elementwise/division.ts";
import { tanh } from "../src/ops/elementwise/hyperbolic.ts";
import { logicalAnd } from "../src/ops/elementwise/logical.ts";
import { sqrt, square } from "../src/ops/elementwise/powers.ts";
import { sum } from "../src/ops/reduce/sum.ts";
import { stopGradient } from "../src/ops/stop-gradient.ts";
import { sameShape } from "../src/shape/shape.ts";
import { fromData, type Tensor } from "../src/tensor.ts";
import { cond, scan, whileLoop } from "../src/transform/control.ts";
import { customVjp } from "../src/transform/custom.ts";
import { grad } from "../src/transform/gradient.ts";
import { Machine, fit, operations, squash, type Value } from "./random-operations.ts";

/** One step of a random program: which operation, on which of the values so far, and how. */
export type PlainStep = readonly [operation: number, first: number, second: number, how: number];

/** What steps with programs of their own have in common. `first` chooses values, `exact` those that may be compared inside. */
interface Nested {
  readonly first: number;
  readonly body: readonly Step[];
}
export interface ScanStep extends Nested {
  readonly kind: "scan";
  readonly length: number;
  readonly carries: number;
  readonly sequences: number;
  readonly results: number;
  readonly reverse: boolean;
  readonly exact: boolean;
}
export interface WhileStep extends Nested {
  readonly kind: "while";
  readonly carries: number;
  readonly exact: boolean;
}
export interface CondStep extends Nested {
  readonly kind: "cond";
  readonly results: number;
  readonly exact: boolean;
  readonly otherwise: readonly Step[];
}
/** The gradient of a scalar of the body, as a value to go on with. */
export interface GradStep extends Nested { readonly kind: "grad" }

/** A function with a rule of its own, which is neither its derivative nor linear, over several values and with several results. */
export interface CustomStep extends Nested {
  readonly kind: "custom";
  readonly inputs: number;
  readonly results: number;
}

export type Step = PlainStep | ScanStep | WhileStep | CondStep | GradStep | CustomStep;

const isPlain = (step: Step): step is PlainStep => Array.isArray(step);

/** Runs steps one after the other; those that do not suit these shapes are left out. Which ones are, depends on shapes alone. */
export function runSteps(machine: Machine, steps: readonly Step[]): void {
  for (const step of steps) {
    try {
      runStep(machine, step);
    } catch (error) {
      if (!(error instanceof NdgradError)) throw error;
    }
  }
}

function runStep(machine: Machine, step: Step): void {
  if (isPlain(step)) {
    const [operation, first, second, how] = step;
    return operations[operation % operations.length](machine, first, second, how);
  }
  switch (step.kind) {
    case "scan": return scanning(machine, step);
    case "while": return looping(machine, step);
    case "cond": return branching(machine, step);
    case "grad": return differentiating(machine, step);
    case "custom": return ruling(machine, step);
  }
}

/** A scalar that depends on all of these values, floats or not. */
export const lossOf = (values: readonly Tensor[]): Tensor =>
  values.map((x) => sum(tanh(cast(isFloat(x.dtype) ? x : mul(cast(x, "float64"), 1e-3), "float64")))).reduce(add);

const count = <T>(times: number, make: (i: number) => T): readonly T[] => Array.from({ length: times }, (_, i) => make(i));
const small = (x: Tensor): Tensor => (x.size > 400 ? fit(x, [400]) : x);

/** A value as loops carry it and branches give it: in bounds that the next one can keep. */
function carried(machine: Machine, choice: number, exact: boolean): Value {
  const value = exact ? machine.exact(choice) : machine.pick(choice);
  const x = small(value.x);
  if (!isFloat(x.dtype)) return { x, exact: true, bound: 100 };
  return { x: value.bound > 2 ? squash(x) : x, exact, bound: 2 };
}

/** What a loop begins with. Exact carries are alike, so that turns may swap them or hand them on. */
function carriesOf(machine: Machine, choice: number, times: number, exact: boolean): readonly Value[] {
  const first = carried(machine, choice, exact);
  return count(times, (i) => (i === 0 ? first : exact ? { ...first, x: like(machine, choice + i, first) } : carried(machine, choice + i, false)));
}

/** One of a machine's values with another's shape, dtype, bound, and exact if that is. */
export function like(machine: Machine, choice: number, { x: { shape, dtype }, exact }: Value): Tensor {
  if (!isFloat(dtype)) return fit(cast(choice % 2 === 0 ? machine.int(choice) : machine.exact(choice).x, dtype), shape);
  const { x, bound } = exact ? machine.exact(choice) : machine.pick(choice);
  return fit(isFloat(x.dtype) && bound <= 2 ? cast(x, dtype) : squash(cast(x, dtype)), shape);
}

/**
 * What comes after carries: of exact ones often their neighbours, so that they change places; of others something that
 * depends on them, so that turns depend on one another.
 */
const following = (machine: Machine, choice: number, carries: readonly Value[]): readonly Tensor[] => carries.map((value, i) => {
  if (value.exact && choice % 2 === 0) {
    const { x } = carries[(i + 1) % carries.length];
    if (x.dtype === value.x.dtype && sameShape(x.shape, value.x.shape)) return x;
  }
  const other = like(machine, choice + i, value);
  return value.exact ? other : tanh(add(value.x, other));
});

/** A value with `length` elements along axis 0. */
function sequence(machine: Machine, choice: number, length: number): Value {
  const value = machine.pick(choice);
  const { x } = value;
  if (x.rank > 0 && x.shape[0] === length && x.size < 1000) return value;
  const element = x.rank === 0 ? [] : x.shape.slice(1);
  return { ...value, x: fit(x, [length, ...(element.reduce((a, b) => a * b, 1) > 200 ? [7] : element)]) };
}

const tensors = (values: readonly Value[]): readonly Tensor[] => values.map(({ x }) => x);
const given = (values: readonly Value[], now: readonly Tensor[]): readonly Value[] => now.map((x, i) => ({ ...values[i], x }));

function scanning(machine: Machine, { first, length, carries, sequences, results, reverse, exact, body }: ScanStep): void {
  const initial = carriesOf(machine, first, carries, exact);
  const rows = count(sequences, (i) => sequence(machine, first + 3 + i, length));
  let made: readonly Value[] = [];
  const [last, stacked] = scan((carry: readonly Tensor[], elements: readonly Tensor[]) => {
    const inner = machine.inside([...given(initial, carry), ...given(rows, elements)]);
    runSteps(inner, body);
    made = count(results, (i) => inner.pick(first + 2 * i));
    return [following(inner, first, given(initial, carry)), made.map(({ x }) => small(x))] as const;
  }, tensors(initial), tensors(rows), { length, reverse });
  last.forEach((x, i) => machine.put(x, initial[i].exact, initial[i].bound));
  stacked.forEach((x, i) => machine.put(x, made[i].exact, made[i].bound));
}

function looping(machine: Machine, { first, carries, exact, body }: WhileStep): void {
  const initial = carriesOf(machine, first, carries, exact);
  const limit = mod(fit(machine.int(first), []), 5);
  const [, ...last] = whileLoop(([turn, ...now]: readonly Tensor[]) => {
    const going = less(turn, limit);
    return exact ? logicalAnd(going, less(cast(fit(now[0], []), "float64"), 1.5)) : going;
  }, ([turn, ...now]) => {
    const inner = machine.inside([{ x: turn, exact: true, bound: 5 }, ...given(initial, now)]);
    runSteps(inner, body);
    return [add(turn, 1), ...following(inner, first, given(initial, now))];
  }, [fromData(Int32Array.of(0), [], "int32"), ...tensors(initial)]);
  // A loop without a known number of turns has no gradient inside compile: neither what it gives nor what it assigns.
  const stopped = (x: Tensor): Tensor => (machine.watched && isFloat(x.dtype) ? stopGradient(x) : x);
  if (machine.watched) for (const variable of machine.variables) variable.assign(stopped(variable.value));
  last.forEach((x, i) => machine.put(stopped(x), initial[i].exact, initial[i].bound));
}

function branching(machine: Machine, { first, results, exact, body, otherwise }: CondStep): void {
  const wanted = count(results, (i) => carried(machine, first + i, exact));
  const side = (steps: readonly Step[], shift: number) => (): readonly Tensor[] => {
    const inner = machine.inside([]);
    runSteps(inner, steps);
    return wanted.map((each, i) => like(inner, first + i + shift, each));
  };
  const condition = less(cast(fit(machine.exact(first).x, []), "float64"), 0.3);
  cond(condition, side(body, 0), side(otherwise, 1)).forEach((x, i) => machine.put(x, wanted[i].exact, wanted[i].bound));
}

function differentiating(machine: Machine, { first, body }: GradStep): void {
  const { x, bound } = machine.float(first);
  const gradient = grad((at: Tensor) => {
    const inner = machine.inside([{ x: at, exact: false, bound }], true);
    runSteps(inner, body);
    return lossOf(tensors(inner.values.slice(-2)));
  })(small(x));
  machine.put(gradient, false, Infinity);
}

/** What does without variables: a function with a rule of its own may not be differentiated by what it closes over. */
const touching = new Set<unknown>(["reading", "assigning", "random"]);
const untouching = (steps: readonly Step[]): readonly Step[] => steps.filter((step) => isPlain(step) && !touching.has(operations[step[0] % operations.length].name));

function ruling(machine: Machine, { first, inputs, results, body }: CustomStep): void {
  const args = count(inputs, (i) => {
    const { x, bound } = machine.float(first + i);
    return { x: small(bound > 2 ? squash(x) : x), exact: false, bound: 2 };
  });
  const around = machine.values.map((value) => ({ ...value, x: stopGradient(value.x) }));
  let made: readonly Value[] = [];
  const f = customVjp((...now: readonly Tensor[]): readonly Tensor[] => {
    const inner = new Machine([...around, ...given(args, now)], [], machine.dtype, machine.watched);
    runSteps(inner, untouching(body));
    made = count(results, (i) => { const { x, bound } = inner.float(first + 2 * i); return { x: small(x), exact: false, bound }; });
    return tensors(made);
  }, ({ g, args: now }) => {
    // All cotangents scale one another, as where a gradient's norm is clipped. Nothing comes of zeros: a loop passes them on, where
    // a function that is not in it is not asked at all.
    const length = g.map((each) => sum(square(cast(each, "float64")))).reduce(add);
    const joint = div(length, sqrt(add(length, 1)));
    return now.map((x, i) => mul(cast(joint, x.dtype), add(squash(cast(fit(g[i % g.length], x.shape), x.dtype)), tanh(x))));
  });
  f(...tensors(args)).forEach((x, i) => machine.put(x, false, made[i].bound));
}

/** A program's steps as text, one line each, those inside of others indented. */
export function showSteps(steps: readonly Step[]): string {
  return steps.map((step) => {
    if (isPlain(step)) return `${operations[step[0] % operations.length].name}(${step.slice(1).join(", ")})`;
    const { kind, body, ...options } = step;
    const indented = (inner: readonly Step[]): string => showSteps(inner).replace(/^(?=.)/gm, "  ");
    const named = Object.entries(options).flatMap(([name, value]) => (typeof value === "object" ? [] : [`${name}: ${String(value)}`]));
    return `${kind}({ ${named.join(", ")} }):\n${indented(body)}${kind === "cond" ? `\nelse:\n${indented(step.otherwise)}` : ""}`;
  }).join("\n");
}
