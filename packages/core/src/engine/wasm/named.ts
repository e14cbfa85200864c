import { bytesPerElement, type DType } from "../../dtype.ts";
import type { NamedKernel } from "../lowering.ts";
import { misplaced } from "../misplaced.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "./encoder.ts";
import { emitArgSort } from "./named-sort.ts";
import { emitRandomBits } from "./named-random.ts";

/** Bytes that a kernel may write past its result: random bits come in whole vectors. */
export const namedOverrun = 32;

/** Bytes of scratch memory that a kernel needs besides its operands. */
export const namedScratch = (kernel: NamedKernel, sizes: readonly number[]): number => (kernel === "argSort" ? 8 * sizes[1] : 0);

const inputsOf: Readonly<Record<NamedKernel, number>> = {
  take: 2, takeAdd: 3, takeAlongAxis: 2, scatterAdd: 3, classIndices: 1, cumSum: 1, cumProd: 1, recurrence: 2, argSort: 1, randomBits: 2,
};
const sizesOf: Readonly<Record<NamedKernel, number>> = {
  take: 4, takeAdd: 4, takeAlongAxis: 4, scatterAdd: 4, classIndices: 2, cumSum: 4, cumProd: 4, recurrence: 4, argSort: 4, randomBits: 1,
};

/** A kernel's operands: addresses, sizes and scratch in locals. */
export interface NamedOperands {
  readonly inputs: readonly Local[];
  readonly out: Local;
  readonly sizes: readonly Local[];
  readonly scratch: Local;
  /** Of the first input. */
  readonly dtype: DType;
  /** The number under which the kernel tells of an index out of range (misplaced.ts), from 1 on. */
  readonly number: number;
}

/** A module whose `run(block)` computes a named kernel; the block holds the inputs' addresses, the result's, the sizes, the scratch's. */
export function compileNamed(kernel: NamedKernel, dtype: DType): WebAssembly.Module {
  const module = new ModuleBuilder().importMemory("env", "memory", { least: 1 });
  const f = module.define(["i32"]);
  const [block] = f.params;
  let at = 0;
  const read = (): Local => {
    const local = f.local("i32");
    f.get(block).memory("i32.load", 4 * at++).set(local);
    return local;
  };
  const list = (count: number): Local[] => Array.from({ length: count }, read);
  const inputs = list(inputsOf[kernel]);
  const out = read();
  const sizes = list(sizesOf[kernel]);
  const operands: NamedOperands = { inputs, out, sizes, scratch: read(), dtype, number: 1 };
  emitNamed(f, kernel, operands);
  module.export("run", f.index);
  return new WebAssembly.Module(module.bytes());
}

/** Writes a named kernel's code. */
export const emitNamed = (f: FunctionBuilder, kernel: NamedKernel, operands: NamedOperands): void => emitters[kernel](f, operands);

const emitters: Readonly<Record<NamedKernel, (f: FunctionBuilder, operands: NamedOperands) => void>> = {
  take: emitTake, takeAdd: emitTakeAdd, takeAlongAxis: emitTakeAlongAxis, scatterAdd: emitScatterAdd, classIndices: emitClassIndices,
  cumSum: emitCumSum, cumProd: emitCumProd, recurrence: emitRecurrence, argSort: emitArgSort, randomBits: emitRandomBits,
};

/** Counts a local up from 0 to `end`, which is read once more each time. */
export function countUp(f: FunctionBuilder, end: Local, body: (at: Local) => void): void {
  const at = f.local("i32");
  f.i32(0).set(at).while(() => f.get(at, end).op("i32.lt_s"), () => {
    body(at);
    f.get(at).i32(1).op("i32.add").set(at);
  });
  f.release(at);
}

const loads = { float32: "f32.load", float64: "f64.load", int32: "i32.load", bool: "i32.load8_u" } as const;
const stores = { float32: "f32.store", float64: "f64.store", int32: "i32.store", bool: "i32.store8" } as const;
const adds = { float32: "f32.add", float64: "f64.add", int32: "i32.add", bool: "i32.or" } as const;

/** Replaces an index on the stack by a place: negative ones count from the end. One out of range is told of, and becomes the first place. */
function placeOfIndex(f: FunctionBuilder, n: Local, number: number): void {
  const [index, place] = f.locals("i32", 2);
  f.tee(index).get(n).i32(0).get(index).i32(0).op("i32.lt_s").op("select").op("i32.add").tee(place);
  // A place below 0 is a large one without its sign.
  f.get(n).op("i32.ge_u").if(() => {
    f.i32(0).set(place);
    tell(f, index, number);
  });
  f.get(place).release(index, place);
}

/** Leaves word of an index out of range, unless there is word of one already. */
function tell(f: FunctionBuilder, index: Local, number: number): void {
  f.i32(0).memory("i32.load", misplaced.kernel).op("i32.eqz").if(() => {
    f.i32(0).i32(number).memory("i32.store", misplaced.kernel).i32(0).get(index).memory("i32.store", misplaced.index);
  });
}

/** Pushes `base + index · bytes`. */
const element = (f: FunctionBuilder, base: Local, index: Local, bytes: number): FunctionBuilder =>
  f.get(base, index).i32(bytes).op("i32.mul").op("i32.add");

const move = (f: FunctionBuilder, pointer: Local, bytes: number): void => { f.get(pointer).i32(bytes).op("i32.add").set(pointer); };

/** Pushes a · b in bytes. */
const product = (f: FunctionBuilder, a: Local, b: Local, bytes: number): FunctionBuilder => f.get(a, b).op("i32.mul").i32(bytes).op("i32.mul");

/** Walks rows [o, j] with the row of x that `indices[j]` names: `body(position in x)`, o outermost. */
function rowsTaken(f: FunctionBuilder, base: Local, indices: Local, { sizes: [outer, n, inner, m], number }: NamedOperands, bytes: number, body: (row: Local) => void): void {
  const [start, row] = f.locals("i32", 2);
  f.get(base).set(start);
  countUp(f, outer, () => {
    countUp(f, m, (j) => {
      f.get(start);
      element(f, indices, j, 4).memory("i32.load");
      placeOfIndex(f, n, number);
      f.get(inner).op("i32.mul").i32(bytes).op("i32.mul").op("i32.add").set(row);
      body(row);
    });
    f.get(start);
    product(f, n, inner, bytes).op("i32.add").set(start);
  });
  f.release(start, row);
}

function emitTake(f: FunctionBuilder, operands: NamedOperands): void {
  const { inputs: [x, indices], out, sizes, dtype } = operands;
  const bytes = bytesPerElement[dtype];
  const inner = sizes[2];
  const to = f.local("i32");
  f.get(out).set(to);
  rowsTaken(f, x, indices, operands, bytes, (row) => {
    // The bulk copy costs a call: short rows are quicker by the element.
    f.get(inner).i32(16).op("i32.lt_s").if(
      () => countUp(f, inner, () => {
        f.get(to, row).memory(loads[dtype]).memory(stores[dtype]);
        move(f, to, bytes);
        move(f, row, bytes);
      }),
      () => {
        f.get(to, row, inner).i32(bytes).op("i32.mul").memoryCopy();
        f.get(to, inner).i32(bytes).op("i32.mul").op("i32.add").set(to);
      },
    );
  });
  f.release(to);
}

/** Copies x to the result, which additions follow. */
function copyWhole(f: FunctionBuilder, x: Local, out: Local, [outer, n, inner]: readonly Local[], bytes: number): void {
  f.get(out, x);
  product(f, n, inner, bytes).get(outer).op("i32.mul").memoryCopy();
}

/** Adds the element at `from` to the one at `to`. */
const addTo = (f: FunctionBuilder, dtype: DType, to: Local, from: Local): void => {
  f.get(to, to).memory(loads[dtype]).get(from).memory(loads[dtype]).op(adds[dtype]).memory(stores[dtype]);
};

function emitTakeAdd(f: FunctionBuilder, operands: NamedOperands): void {
  const { inputs: [x, indices, updates], out, sizes, dtype } = operands;
  const bytes = bytesPerElement[dtype];
  copyWhole(f, x, out, sizes, bytes);
  const from = f.local("i32");
  f.get(updates).set(from);
  rowsTaken(f, out, indices, operands, bytes, (row) => {
    countUp(f, sizes[2], () => {
      addTo(f, dtype, row, from);
      move(f, from, bytes);
      move(f, row, bytes);
    });
  });
  f.release(from);
}

/** Walks elements [o, j, i] in order with the place that `indices[o, j, i]` names along n. */
function elementsTaken(f: FunctionBuilder, base: Local, indices: Local, { sizes: [outer, n, inner, m], number }: NamedOperands, bytes: number, body: (place: Local) => void): void {
  const [start, index, place] = f.locals("i32", 3);
  f.get(base).set(start);
  f.get(indices).set(index);
  countUp(f, outer, () => {
    countUp(f, m, () => {
      countUp(f, inner, (i) => {
        f.get(start, index).memory("i32.load");
        placeOfIndex(f, n, number);
        f.get(inner).op("i32.mul").get(i).op("i32.add").i32(bytes).op("i32.mul").op("i32.add").set(place);
        body(place);
        move(f, index, 4);
      });
    });
    f.get(start);
    product(f, n, inner, bytes).op("i32.add").set(start);
  });
  f.release(start, index, place);
}

function emitTakeAlongAxis(f: FunctionBuilder, operands: NamedOperands): void {
  const { inputs: [x, indices], out, dtype } = operands;
  const bytes = bytesPerElement[dtype];
  const to = f.local("i32");
  f.get(out).set(to);
  elementsTaken(f, x, indices, operands, bytes, (place) => {
    f.get(to, place).memory(loads[dtype]).memory(stores[dtype]);
    move(f, to, bytes);
  });
  f.release(to);
}

function emitScatterAdd(f: FunctionBuilder, operands: NamedOperands): void {
  const { inputs: [x, indices, updates], out, sizes, dtype } = operands;
  const bytes = bytesPerElement[dtype];
  copyWhole(f, x, out, sizes, bytes);
  const from = f.local("i32");
  f.get(updates).set(from);
  elementsTaken(f, out, indices, operands, bytes, (place) => {
    addTo(f, dtype, place, from);
    move(f, from, bytes);
  });
  f.release(from);
}

/** Copies indices, and tells of those that are no class. */
function emitClassIndices(f: FunctionBuilder, { inputs: [x], out, sizes: [size, n], number }: NamedOperands): void {
  const index = f.local("i32");
  countUp(f, size, (at) => {
    element(f, x, at, 4).memory("i32.load").tee(index).get(n).op("i32.ge_u").if(() => tell(f, index, number));
    element(f, out, at, 4).get(index).memory("i32.store");
  });
  f.release(index);
}

/** What a kernel that runs along an axis does at each element: `total` is the running value, `at` the distance from the operands' start. */
interface Running {
  readonly total: Local;
  readonly at: Local;
  /** Pushes the element there of an input, as wide as the running value. */
  readonly push: (input: Local) => void;
}

/** Walks the middle axis with a running value that starts as `first` and is stored at each element; that of float32 is a float64. */
function runningValues(
  f: FunctionBuilder, { out, sizes: [outer, n, inner, reverse], dtype }: NamedOperands, first: number, next: (running: Running) => void,
): void {
  const bytes = bytesPerElement[dtype];
  const float = dtype === "float32" || dtype === "float64";
  const total = f.local(float ? "f64" : "i32");
  const [at, step] = f.locals("i32", 2);
  const push = (input: Local): void => {
    f.get(input, at).op("i32.add").memory(loads[dtype]);
    if (dtype === "float32") f.op("f64.promote_f32");
  };
  f.get(inner).i32(bytes).op("i32.mul").set(step);
  f.get(reverse).if(() => f.i32(0).get(step).op("i32.sub").set(step));
  countUp(f, outer, (o) => {
    countUp(f, inner, (i) => {
      // All operands have one layout.
      f.get(o, n).op("i32.mul").get(n).i32(1).op("i32.sub").i32(0).get(reverse).op("select").op("i32.add");
      f.get(inner).op("i32.mul").get(i).op("i32.add").i32(bytes).op("i32.mul").set(at);
      if (float) f.f64(first);
      else f.i32(first);
      f.set(total);
      countUp(f, n, () => {
        next({ total, at, push });
        f.get(out, at).op("i32.add").get(total);
        if (dtype === "float32") f.op("f32.demote_f64");
        f.memory(stores[dtype]);
        f.get(at, step).op("i32.add").set(at);
      });
    });
  });
  f.release(total, at, step);
}

function emitCumSum(f: FunctionBuilder, operands: NamedOperands): void {
  const { inputs: [x], dtype } = operands;
  runningValues(f, operands, 0, ({ total, push }) => {
    f.get(total);
    push(x);
    f.op(dtype === "float32" || dtype === "float64" ? "f64.add" : "i32.add").set(total);
  });
}

function emitCumProd(f: FunctionBuilder, operands: NamedOperands): void {
  const { inputs: [x], dtype } = operands;
  runningValues(f, operands, 1, ({ total, push }) => {
    f.get(total);
    push(x);
    f.op(dtype === "float32" || dtype === "float64" ? "f64.mul" : "i32.mul").set(total);
  });
}

/** A linear recurrence: at the start there is nothing to multiply. */
function emitRecurrence(f: FunctionBuilder, operands: NamedOperands): void {
  const { inputs: [a, b], sizes: [, n], dtype } = operands;
  const float = dtype === "float32" || dtype === "float64";
  const left = f.local("i32");
  f.i32(0).set(left);
  runningValues(f, operands, 0, ({ total, push }) => {
    f.get(left).if(
      () => {
        f.get(total);
        push(a);
        f.op(float ? "f64.mul" : "i32.mul");
        push(b);
        f.op(float ? "f64.add" : "i32.add").set(total);
      },
      () => {
        push(b);
        f.set(total).get(n).set(left);
      },
    );
    f.get(left).i32(1).op("i32.sub").set(left);
  });
  f.release(left);
}
