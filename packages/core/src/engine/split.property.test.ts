import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { add, all, any, argMax, cast, flip, greater, less, matmul, max, mean, min, mod, mul, scan, sub, sum, tanh, transpose, type Tensor } from "../index.ts";
import { difference } from "../../testing/compare.ts";
import { outcomeOf } from "../../testing/outcomes.ts";
import { runSteps, showSteps } from "../../testing/random-control.ts";
import { Machine, fit, squash } from "../../testing/random-operations.ts";
import { argumentsFor, givenTo, randomPrograms, variablesFor, type RandomProgram } from "../../testing/random-programs.ts";
import { shareAll } from "../../testing/threads.ts";
import { unnested } from "../../testing/unnested.ts";
import type { TypedArray } from "../dtype.ts";
import { fromData } from "../tensor.ts";
import { compileFor } from "../transform/compile.ts";
import type { Variable } from "../variable.ts";
import type { Runtime } from "./engine.ts";
import { nestLoops } from "./nest/nest.ts";
import { bodiesOf, type Kernel, type Program } from "./program.ts";
import { splitReductions } from "./split.ts";
import { createWasmEngine } from "./wasm/engine.ts";

// Every program counts as large enough for all threads.
const runtimes = [1, 2, 3].map((threads) => {
  const runtime = createWasmEngine(shareAll).runtime as Runtime;
  runtime.setThreads(threads);
  return runtime;
});
afterAll(() => { for (const runtime of runtimes) runtime.setThreads(1); });

describe("a random program", () => {
  type Numbers = readonly [first: number, second: number, how: number];
  /** A random program with layers over some rows in between. */
  interface Layered {
    readonly program: RandomProgram;
    readonly rows: number;
    readonly layers: readonly Numbers[];
    /** Whether all of it is the body of a loop. */
    readonly looped: boolean;
    /** Whether it is layers alone, and nothing that rounds is summed up over their rows. */
    readonly exact: boolean;
  }
  const layered = (longest: number, shortest: number, rarity: number): fc.Arbitrary<Layered> => {
    const number = fc.nat({ max: 9999 });
    return fc.record({
      program: randomPrograms(longest, shortest, rarity), rows: fc.integer({ min: 16, max: 50 }).map((quarter) => 4 * quarter),
      layers: fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 3 }), looped: fc.boolean(), exact: fc.constantFrom(false, false, true),
    }, { noNullPrototype: true });
  };

  /** Rows that a product makes, and what is reduced over them: sums, extremes, products with other rows, new values of variables. */
  function layer(machine: Machine, { rows, exact }: Layered, [first, second, how]: Numbers): void {
    const [a, b, other] = [first, second, how].map((choice) => squash(cast(machine.float(choice).x, machine.dtype)));
    const [inner, width, columns] = [1 + (first % 9), 1 + (second % 14), 1 + (how % 11)];
    const h = tanh(add(matmul(fit(a, [rows, inner]), fit(b, [inner, width])), fit(other, [width])));
    const seen = [h, flip(h, { axis: 0 }), flip(h, { axis: 1 })][how % 3];
    // What is rounded to other digits must not jump.
    const after = (x: Tensor, before: Tensor): Tensor => (first % 2 === 0 ? x : sub(before, exact ? mod(mul(x, 1000), 0.7) : mul(x, 0.1)));
    const values = first % 3 === 0 ? seen : mul(seen, seen);
    const down = { axis: 0 } as const;
    const reductions = [() => sum(values, down), () => mean(values, down), () => max(values, down), () => min(values, down)];
    const reduced = after(reductions[exact ? 2 + (second % 2) : second % 4](), fit(b, [width]));
    machine.put(reduced, false, rows);
    machine.put(h, false, 1);
    const variable = machine.variables[how % 3];
    if (exact) {
      const whole = cast(mul(seen, 100), "int32");
      for (const x of [sum(whole, { axis: 0 }), any(greater(whole, 90), { axis: 0 }), all(less(whole, 90), { axis: 0 }), argMax(whole, { axis: 0 })]) machine.put(x, true, 100 * rows);
      variable.assign(after(fit(reduced, variable.shape), variable.value));
    } else {
      // One product, or a batch of one or two.
      const wide = fit(other, [[], [1], [2]][how % 5 % 3].concat(rows, columns));
      const turned = (x: Tensor): Tensor => transpose(x, x.shape.map((_, axis) => axis).toSpliced(-2, 2, x.rank - 1, x.rank - 2));
      const bare = second % 2 === 0 ? matmul(turned(seen), wide) : turned(matmul(turned(wide), seen));
      const product = after(bare, fit(b, bare.shape));
      machine.put(product, false, rows);
      variable.assign(after(fit(how % 2 === 0 ? product : reduced, variable.shape), variable.value));
    }
  }

  function run(drawn: Layered, args: readonly Tensor[], variables: readonly Variable[]): readonly Tensor[] {
    const { program: { dtype, steps }, rows, layers, looped, exact } = drawn;
    const results = (machine: Machine): readonly Tensor[] => {
      const some = Math.ceil(steps.length / layers.length);
      layers.forEach((numbers, i) => {
        if (!exact) runSteps(machine, steps.slice(i * some, (i + 1) * some));
        layer(machine, drawn, numbers);
      });
      return machine.values.slice(-7).map(({ x }) => x);
    };
    if (!looped) return results(new Machine(givenTo(args), variables, dtype, false));
    const [last, stacked] = scan((carry: Tensor, row: Tensor) => {
      const made = results(new Machine([...givenTo(args), ...givenTo([carry, row])], variables, dtype, false));
      return [tanh(add(carry, fit(cast(made[0], dtype), carry.shape))), made] as const;
    }, fit(cast(args[0], dtype), [rows, 3]), fit(cast(args[0], dtype), [3, rows]), { length: 3 });
    return [last, ...stacked];
  }

  /** Those inside of loops and branches too, but not the loops and branches. */
  const kernelsIn = (kernels: readonly Kernel[]): readonly Kernel[] => kernels.flatMap((kernel) => (kernel.kind === "control" ? bodiesOf(kernel).flatMap(kernelsIn) : [kernel]));
  const rounds = (kernel: Kernel): boolean =>
    kernel.kind === "contract" ? kernel.out.dtype !== "int32" : kernel.kind === "loop" && /^(sum|prod)$/.test(kernel.reduce?.combine ?? "") && kernel.values[0].type.startsWith("float");
  const tensorOf = (data: TypedArray): Tensor => fromData(data, [data.length], data instanceof Float64Array ? "float64" : data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "bool");
  const runs = Number(process.env["NDGRAD_RUNS"] ?? 1);

  /** How many programs of all lengths have what: a law about programs that are not cut says nothing. */
  const found = { programs: 0, products: 0, loops: 0, exact: 0, inLoops: 0 };

  test.each([[1, 6, 4, 30], [5, 25, 12, 25], [25, 60, 20, 10]])("of %i to %i steps, one in %i a loop or a branch, gives the same in parts, the same bits on 1, 2 and 3 threads", (shortest, longest, rarity, count) => {
    fc.assert(fc.property(layered(longest, shortest, rarity), fc.boolean(), (drawn, nested) => {
      const { program } = drawn;
      const variables = variablesFor(program);
      const args = argumentsFor(program, 0);
      const compiled = compileFor((...given) => run(drawn, given as readonly Tensor[], variables), args);
      const whole = unnested(compiled.program);
      const split = splitReductions(whole, 0);
      const known = new Set(kernelsIn(whole.kernels));
      const made = kernelsIn(split.kernels).filter((kernel) => !known.has(kernel));
      const tolerance = !made.some(rounds) ? 0 : program.dtype === "float64" ? 1e-4 : 1e-3;
      found.programs++;
      if (made.some(({ kind }) => kind === "contract")) found.products++;
      if (made.some((kernel) => kernel.kind === "loop" && kernel.epilogue === null && Number(kernel.extents[0]) <= 16)) found.loops++;
      if (made.length > 0 && tolerance === 0) found.exact++;
      if (split.kernels.some((kernel) => kernel.kind === "control" && kernelsIn([kernel]).some((each) => made.includes(each)))) found.inLoops++;
      const resultsOf = (runtime: Runtime, each: Program): readonly Tensor[] => outcomeOf(runtime, each, args, compiled.variables).map(tensorOf);
      const right = resultsOf(runtimes[0], whole);
      const parts = runtimes.map((runtime) => resultsOf(runtime, nested ? nestLoops(split) : split));
      const told = parts.flatMap((results, i) => results.flatMap((each, at): readonly string[] => {
        const different = i === 0 ? difference(each, right[at], tolerance) : difference(each, parts[0][at], 0);
        return different === null ? [] : [`${runtimes[i].threads} threads, number ${at}: ${different}`];
      }));
      if (told.length > 0) throw new Error([...told, "", showSteps(program.steps)].join("\n"));
    }), { numRuns: Math.ceil(count * runs), interruptAfterTimeLimit: 9_000 * Math.max(1, runs) });
  }, 60_000 * Math.max(1, runs));

  test("is cut often enough for that to mean something", () => {
    for (const kind of ["products", "loops", "exact", "inLoops"] as const) expect(found[kind] / found.programs, kind).toBeGreaterThan(kind === "exact" ? 0.05 : 0.25);
  });
});
