import { describe, expect, test } from "vitest";
import { ModuleBuilder, type ValueType } from "./encoder.ts";

type Callable = (...args: (number | bigint)[]) => number | bigint;
const instantiate = (module: ModuleBuilder, imports: WebAssembly.Imports = {}): Record<string, Callable> =>
  new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), imports).exports as Record<string, Callable>;

describe("encoder", () => {
  test("adds two arrays four lanes at a time", () => {
    const module = new ModuleBuilder().importMemory("env", "memory", { least: 1 });
    const f = module.define(["i32", "i32", "i32", "i32"]);
    const [x, y, out, count] = f.params;
    const at = f.local("i32");
    f.i32(0).set(at).while(
      () => f.get(at, count).op("i32.lt_s"),
      () => {
        const address = (base: number): void => { f.get(base, at).i32(2).op("i32.shl").op("i32.add"); };
        address(out);
        address(x); f.memory("v128.load");
        address(y); f.memory("v128.load", 16).op("f32x4.add");
        f.memory("v128.store");
        f.get(at).i32(4).op("i32.add").set(at);
      },
    );
    module.export("add", f.index);
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { add } = instantiate(module, { env: { memory } });
    const values = new Float32Array(memory.buffer);
    for (let i = 0; i < 8; i++) { values[i] = i + 0.5; values[100 + 4 + i] = 10 * i; }
    add(0, 400, 1200, 8);
    expect([...values.subarray(300, 308)]).toEqual([0.5, 11.5, 22.5, 33.5, 44.5, 55.5, 66.5, 77.5]);
  });

  test("branches, calls and recursion", () => {
    const module = new ModuleBuilder();
    const twice = module.importFunction("env", "twice", ["i32"], ["i32"]);
    const factorial = module.define(["i64"], ["i64"]);
    const [n] = factorial.params;
    factorial.get(n).op("i64.eqz").if(
      () => factorial.i64(1n),
      () => factorial.get(n).get(n).i64(1n).op("i64.sub").call(factorial.index).op("i64.mul"),
      "i64",
    );
    const pick = module.define(["i32"], ["i32"]);
    const [which] = pick.params;
    pick.block((end) => {
      pick.block((second) => {
        pick.block((first) => pick.get(which).branchTable([first, second], end));
        pick.i32(21).call(twice).op("return");
      });
      pick.i32(-7).op("return");
    }).i32(99);
    module.export("factorial", factorial.index).export("pick", pick.index);
    const exports = instantiate(module, { env: { twice: (x: number) => 2 * x } });
    expect(exports.factorial(20n)).toBe(2432902008176640000n);
    expect([0, 1, 2, 50].map((x) => exports.pick(x))).toEqual([42, -7, 99, 99]);
  });

  test("constants of every size come back", () => {
    const numbers: [ValueType, number | bigint][] = [
      ...[0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)].map((x): [ValueType, number] => ["i32", x]),
      ...[0n, -1n, 2n ** 40n, -(2n ** 40n), 2n ** 63n - 1n, -(2n ** 63n)].map((x): [ValueType, bigint] => ["i64", x]),
      ...[0.1, -0, 1e300, Infinity, NaN].map((x): [ValueType, number] => ["f64", x]),
      ...[Math.fround(0.1), -Infinity].map((x): [ValueType, number] => ["f32", x]),
    ];
    const module = new ModuleBuilder();
    numbers.forEach(([type, value], i) => {
      const f = module.define([], [type]);
      if (type === "i64") f.i64(value as bigint);
      else f[type as "i32" | "f32" | "f64"](value as number);
      module.export(`f${i}`, f.index);
    });
    const exports = instantiate(module);
    numbers.forEach(([, value], i) => expect(exports[`f${i}`]()).toBe(value));
  });

  test("atomics on shared memory, bulk memory, lanes and shuffles", () => {
    const module = new ModuleBuilder().importMemory("env", "memory", { least: 1, most: 2, shared: true });
    const f = module.define([], ["i32"]);
    f.i32(0).i32(5).memory("i32.atomic.rmw.add").op("drop");
    f.i32(0).i32(5).i32(9).memory("i32.atomic.rmw.cmpxchg").op("drop");
    f.i32(16).i32(7).i32(16).memoryFill();
    f.i32(32).i32(16).i32(16).memoryCopy();
    f.i32(48).i32(32).memory("v128.load").i32(0).memory("v128.load").shuffle([16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]).memory("v128.store");
    f.i32(64).i32(48).memory("v128.load").memoryLane("v128.store32_lane", 0, 4);
    f.fence().i32(64).i32(1).memory("memory.atomic.notify").op("drop");
    f.i32(64).memory("i32.atomic.load", 4);
    module.export("run", f.index);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
    expect(instantiate(module, { env: { memory } }).run()).toBe(0x07070709);
  });

  test("locals that were released are handed out again", () => {
    const f = new ModuleBuilder().define(["i32"]);
    const first = f.local("v128");
    f.release(first);
    expect(f.local("i32")).not.toBe(first);
    expect(f.local("v128")).toBe(first);
  });

  test("refuses a function import after a definition and a shared memory without a maximum", () => {
    const module = new ModuleBuilder();
    module.define([]);
    expect(() => module.importFunction("env", "late", [], [])).toThrow("env.late comes after a definition");
    expect(() => module.importMemory("env", "memory", { least: 1, shared: true })).toThrow("needs a maximum");
  });
});
