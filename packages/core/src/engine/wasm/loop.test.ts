import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate, type DType } from "../../dtype.ts";
import { add, apply, bits, cast, constant, eq, input, mul, rescue, select, sqrt, type Expr, type ScalarType } from "../expr.ts";
import type { LoopKernel } from "../program.ts";
import { interpreter, type Scalar } from "../reference/interpret.ts";
import { ModuleBuilder } from "./encoder.ts";
import { compileLoop, instantiate } from "./kernel.ts";
import { emitLoop, lanesOf } from "./loop.ts";

const memory = new WebAssembly.Memory({ initial: 4 });
const numbers: Readonly<Record<DType, readonly number[]>> = {
  float32: [0, -0, 1, -1, 0.5, -2.5, 3.5, 1e30, -1e30, 3e9, NaN, Infinity, -Infinity, 2 ** -140, 7, -7],
  float64: [0, -0, 1, -1, 0.5, -2.5, 3.5, 1e300, -1e300, 3e9, NaN, Infinity, -Infinity, 5e-324, 7, -7],
  int32: [0, 1, -1, 2, -2, 7, -7, 100, 2 ** 31 - 1, -(2 ** 31), 31, 5],
  bool: [0, 1],
};

/** Runs `values[i](inputs)` over a row of `n`. */
function runRow(value: Expr, out: DType, dtypes: readonly DType[], data: readonly (readonly number[])[], n: number): ArrayLike<number> {
  const operand = (buffer: number, dtype: DType) => ({ buffer, dtype, strides: [1], offset: 0 });
  const kernel: LoopKernel = {
    kind: "loop", extents: [{ parameter: 0 }], inputs: dtypes.map((dtype, i) => operand(i, dtype)), values: [value],
    reduce: null, epilogue: null, outputs: [operand(dtypes.length, out)],
  };
  const run = instantiate(compileLoop(kernel, dtypes.length + 1), memory);
  const addresses = [...dtypes, out].map((_, i) => 4096 * (i + 1));
  new Int32Array(memory.buffer).set([...addresses, n]);
  dtypes.forEach((dtype, i) => {
    const array = allocate(dtype, n);
    array.set(data[i]);
    new Uint8Array(memory.buffer).set(new Uint8Array(array.buffer), addresses[i]);
  });
  const result = allocate(out, n + 1);
  const bytes = new Uint8Array(result.buffer);
  new Uint8Array(memory.buffer).fill(0x55, addresses[dtypes.length], addresses[dtypes.length] + bytes.length);
  run(0);
  bytes.set(new Uint8Array(memory.buffer, addresses[dtypes.length], bytes.length));
  const untouched = new Uint8Array(result.BYTES_PER_ELEMENT).fill(0x55);
  expect(bytes.slice(-result.BYTES_PER_ELEMENT)).toEqual(untouched);
  return result.subarray(0, n);
}

const ofFloats = { unary: ["neg", "abs", "sqrt", "floor", "ceil", "trunc", "nearest"], binary: ["add", "sub", "mul", "div", "min", "max", "copySign"] } as const;
const ofIntegers = { unary: ["neg", "abs", "not"], binary: ["add", "sub", "mul", "min", "max", "and", "or", "xor", "shl", "shr", "shrU", "floorDiv", "mod"] } as const;
const ofBools = { unary: ["not"], binary: ["and", "or", "xor", "eq", "ne", "lt", "le", "gt", "ge"] } as const;
const comparisons = ["eq", "ne", "lt", "le", "gt", "ge"] as const;

/** Which NaN an operation gives is the machine's choice: where its bits would show, 1 stands for it. */
const withoutNaN = (x: Expr): Expr => select(eq(x, x), x, 1);

/** Draws an expression of a type over inputs of the four dtypes; `wide` lets 64 bits in. */
function draw(pick: (choices: number) => number, type: ScalarType, depth: number, wide: boolean, shared: Expr[]): Expr {
  const oneOf = <T>(choices: readonly T[]): T => choices[pick(choices.length)];
  const again = (of: ScalarType): Expr => draw(pick, of, depth - 1, wide, shared);
  const known = shared.filter((expr) => expr.type === type);
  if (known.length > 0 && pick(3) === 0) return oneOf(known);
  const made = ((): Expr => {
    if (type === "int64") return depth <= 0 || pick(3) > 0 ? bits(withoutNaN(again("float64")), "int64") : oneOf([
      apply("shl", [again("int64"), constant(pick(64), "int64")], "int64"), apply("shrU", [again("int64"), constant(pick(64), "int64")], "int64"),
      apply("add", [again("int64"), again("int64")], "int64"), apply("sub", [again("int64"), again("int64")], "int64"),
      apply("xor", [again("int64"), constant(BigInt(pick(1000)) << 40n, "int64")], "int64"), cast(again("int32"), "int64"), apply("neg", [again("int64")], "int64"),
    ]);
    const index = ["float32", "int32", "bool", "float64"].indexOf(type);
    if (depth <= 0) return pick(4) === 0 ? constant(oneOf(numbers[type]), type) : input(index + 4 * pick(2), type);
    if (pick(6) === 0) return select(again("bool"), again(type), again(type));
    const types: readonly DType[] = wide ? ["float32", "int32", "bool", "float64"] : ["float32", "int32", "bool"];
    if (pick(5) === 0) return cast(again(oneOf(types)), type);
    if (type === "bool") {
      if (pick(2) === 0) {
        const from = oneOf(types.filter((t) => t !== "bool"));
        return apply(oneOf(comparisons), [again(from), again(from)], "bool");
      }
      if (wide && pick(5) === 0) return apply(oneOf(comparisons), [again("int64"), again("int64")], "bool");
      return pick(4) === 0 ? apply(oneOf(ofBools.unary), [again(type)], type) : apply(oneOf(ofBools.binary), [again(type), again(type)], type);
    }
    if (pick(8) === 0) {
      if (type === "float32") return bits(again("int32"), type);
      if (type === "int32") return bits(withoutNaN(again("float32")), type);
      if (type === "float64") return bits(again("int64"), type);
    }
    if (type === "int32") {
      if (pick(4) === 0) return apply(oneOf(ofIntegers.unary), [again(type)], type);
      const op = oneOf(ofIntegers.binary);
      if (op === "shl" || op === "shr" || op === "shrU") {
        return apply(op, [again(type), pick(2) === 0 ? constant(pick(32), type) : apply("and", [again(type), constant(31, type)], type)], type);
      }
      return apply(op, [again(type), again(type)], type);
    }
    if (pick(10) === 0) {
      const host = oneOf(["sin", "exp", "atan2"] as const);
      return rescue(again("bool"), again(type), host, host === "atan2" ? [again(type), again(type)] : [again(type)]);
    }
    if (pick(3) === 0) return apply(oneOf(ofFloats.unary), [again(type)], type);
    const op = oneOf(ofFloats.binary);
    return apply(op, [again(type), op === "copySign" ? withoutNaN(again(type)) : again(type)], type);
  })();
  shared.push(made);
  return made;
}

const same = (a: Scalar, b: Scalar): boolean => Object.is(a, b);

describe("loop kernels compute what the interpreter computes", () => {
  const inputTypes: readonly DType[] = ["float32", "int32", "bool", "float64", "float32", "int32", "bool", "float64"];
  for (const wide of [false, true]) {
    test(`random expressions, ${wide ? "two" : "four"} lanes`, () => {
      fc.assert(fc.property(fc.integer({ min: 0 }), fc.integer({ min: 0, max: 33 }), (seed, n) => {
        let state = seed;
        const pick = (choices: number): number => {
          state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
          return ((state ^ (state >>> 13)) >>> 0) % choices;
        };
        const types: readonly DType[] = wide ? ["float32", "float64", "int32", "bool"] : ["float32", "int32", "bool"];
        const type = types[pick(types.length)];
        const value = draw(pick, type, 1 + pick(4), wide, []);
        const data = inputTypes.map((dtype) => Array.from({ length: n }, () => numbers[dtype][pick(numbers[dtype].length)]));
        const dtypes = wide ? inputTypes : inputTypes.map((dtype) => (dtype === "float64" ? "float32" : dtype));
        const result = runRow(value, type, dtypes, data, n);
        const expected = interpreter(value);
        for (let i = 0; i < n; i++) {
          const inputs = data.map((list, k) => (dtypes[k] === "float32" ? Math.fround(list[i]) : list[i]));
          const right = expected(inputs);
          if (!same(result[i], right)) throw new Error(`element ${i}: ${result[i]}, not ${right}, from ${JSON.stringify(inputs)} in ${JSON.stringify(value, (_, v) => (typeof v === "bigint" ? String(v) : v))}`);
        }
      }), { numRuns: 700 });
    });
  }

  test("functions are expanded into machine operations", () => {
    for (const type of ["float32", "float64"] as const) {
      const data = [0.5, -2.5, 3.5, -9, 0, 1, 7];
      const result = runRow(apply("atan2", [input(0, type), constant(2, type)], type), type, [type], [data], 7);
      data.forEach((x, i) => expect(result[i]).toBeCloseTo(Math.atan2(x, 2), type === "float32" ? 6 : 14));
    }
  });

  test("sums of float32 are stored in float64, as they were formed, wherever they go", () => {
    const rows = 5;
    const data = Float32Array.from({ length: rows * 12 }, (_, i) => 2 ** (i % 40));
    for (const columns of [1, 2, 3, 4, 7, 12]) for (const across of [false, true]) for (const stride of [1, 2, -1]) {
      const kernel: LoopKernel = {
        kind: "loop", extents: [columns, rows], values: [input(0, "float32")], reduce: { axes: 1, combine: "sum" }, epilogue: null,
        inputs: [{ buffer: 0, dtype: "float32", strides: across ? [1, columns] : [rows, 1], offset: 0 }],
        outputs: [{ buffer: 1, dtype: "float64", strides: [stride], offset: 12 }],
      };
      new Int32Array(memory.buffer).set([4096, 8192]);
      new Float32Array(memory.buffer, 4096).set(data);
      new Float64Array(memory.buffer, 8192, 40).fill(NaN);
      instantiate(compileLoop(kernel, 2), memory)(0);
      const wanted = new Float64Array(40).fill(NaN);
      for (let i = 0; i < columns; i++) wanted[12 + i * stride] = Array.from({ length: rows }, (_, j) => data[across ? j * columns + i : i * rows + j]).reduce((sum, each) => sum + each);
      expect([...new Float64Array(memory.buffer, 8192, 40)], `${columns} sums, ${across ? "across" : "along"} rows, stride ${stride}`).toEqual([...wanted]);
    }
  });

  test("one element stored as bool leaves its neighbours alone", () => {
    expect(Array.from(runRow(eq(input(0, "float32"), 1), "bool", ["float32"], [[1, 2, 1, 1, 0]], 5))).toEqual([1, 0, 1, 1, 0]);
  });

  test("parts of the outermost extent give the bits of the whole, with an epilogue", () => {
    const [rows, columns] = [7, 37];
    const [count, from, after] = [{ parameter: 0 }, { parameter: 1 }, { parameter: 2 }];
    const data = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i) * 2 ** (i % 9));
    for (const across of [false, true]) {
      const kept = across ? columns : rows;
      const kernel: LoopKernel = {
        kind: "loop", extents: [count, across ? rows : columns], values: [mul(input(0, "float32"), input(0, "float32"))],
        inputs: [{ buffer: 0, dtype: "float32", strides: across ? [1, columns] : [columns, 1], offset: across ? after : from }],
        reduce: { axes: 1, combine: "sum" },
        epilogue: { expr: sqrt(add(input(0, "float32"), input(1, "float32"))), inputs: [{ buffer: 1, dtype: "float32", strides: [1], offset: after }] },
        outputs: [{ buffer: 2, dtype: "float32", strides: [1], offset: after }],
      };
      const module = new ModuleBuilder().importMemory("env", "memory", { least: 1 });
      const f = module.define(["i32", "i32"]);
      const [start, end] = f.params;
      const context = { f, lanes: lanesOf(kernel), host: () => 0, constants: new Map<string, number>() };
      const parameters = [() => f.get(end, start).op("i32.sub"), () => f.get(start).i32(columns).op("i32.mul"), () => f.get(start)];
      emitLoop(context, kernel, { parameter: (which) => parameters[which](), address: (buffer) => f.i32(4096 * (buffer + 1)) });
      module.export("run", f.index);
      const run = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } }).exports["run"] as (start: number, end: number) => void;
      const heap = new Float32Array(memory.buffer);
      heap.set(data, 1024);
      heap.set(Array.from({ length: kept }, (_, i) => i), 2048);
      const result = (...cuts: readonly number[]): number[] => {
        heap.fill(NaN, 3072, 3072 + kept);
        cuts.forEach((cut, i) => { if (i > 0) run(cuts[i - 1], cut); });
        return [...heap.subarray(3072, 3072 + kept)];
      };
      const whole = result(0, kept);
      whole.forEach((value, i) => {
        let sum = 0;
        for (let j = 0; j < (across ? rows : columns); j++) sum += data[across ? j * columns + i : i * columns + j] ** 2;
        expect(value / Math.sqrt(sum + i)).toBeCloseTo(1, 6);
      });
      expect(result(0, 1, 3, 3, kept)).toEqual(whole);
    }
  });
});

test.each(["float32", "float64"] as const)("the greater and the lesser of %s numbers and a constant, zeros with their signs", (dtype) => {
  const data = numbers[dtype];
  for (const bound of data) {
    for (const [op, expected] of [["max", Math.max], ["min", Math.min]] as const) {
      const round = dtype === "float32" ? Math.fround : (x: number): number => x;
      const wanted = data.map((x) => expected(round(x), round(bound)));
      expect(Array.from(runRow(apply(op, [input(0, dtype), constant(bound, dtype)], dtype), dtype, [dtype], [data], data.length)), `${op} ${bound}`).toEqual(wanted);
      expect(Array.from(runRow(apply(op, [constant(bound, dtype), input(0, dtype)], dtype), dtype, [dtype], [data], data.length)), `${bound} ${op}`).toEqual(wanted);
    }
  }
});
