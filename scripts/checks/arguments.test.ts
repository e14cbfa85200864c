import * as core from "@ndgrad/core";
import { NdgradError, tensor, type Tensor } from "@ndgrad/core";
import { currentEngine, registry } from "@ndgrad/core/internal";
import * as gradcheck from "@ndgrad/gradcheck";
import * as plot from "@ndgrad/plot";
import { expect, test } from "vitest";
import { doors } from "../../packages/core/src/api/dispatch.ts";

// Callers without types pass anything in any place: every public function answers in the package's own errors and in its own name.
// Core's other functions are held to this beside their doors, those of nn and data beside them.

type Untyped = (...args: readonly unknown[]) => unknown;
const x = tensor([[1, 2], [3, 4]]);
const images = core.zeros([1, 2, 2]);
/** Functions that take whatever they are given, so that no error is theirs. */
const toScalar = (): Tensor => tensor(1);
const same = (given: unknown): unknown => given;

const calls: Readonly<Record<"core" | "plot" | "gradcheck", Readonly<Record<string, readonly unknown[]>>>> = {
  core: {
    grad: [toScalar, {}], valueAndGrad: [toScalar, {}], vjp: [toScalar, x], jvp: [toScalar, x, x], jacobian: [toScalar], hessian: [toScalar], hvp: [toScalar, x, x], compile: [toScalar, {}],
    printGraph: [toScalar, x], printProgram: [toScalar, x], profile: [toScalar, x], eagerly: [toScalar], scan: [(carry: unknown) => [carry, tensor(1)], tensor(0), x, {}], whileLoop: [() => tensor(false), same, tensor(0)],
    cond: [tensor(true), toScalar, toScalar], checkpoint: [toScalar], customVjp: [toScalar, same], setThreads: [1], getThreads: [], generator: [1, {}],
  },
  plot: {
    lossCurve: [[1, 2], {}], scatterByClass: [x, [0, 1], {}], imageGrid: [images, {}], predictionGrid: [images, [[0.5, 0.5]], [0], {}], figure: [{ mark: "point" }],
    decisionBoundary: [(points: Tensor) => points.sum({ axis: 1 }), x, [0, 1], { resolution: 3 }],
  },
  gradcheck: {
    checkGradients: [toScalar, x, {}], assertGradients: [toScalar, x, {}], shapes: [{}], broadcastableShapes: [2, {}], tensors: [{}], trees: [{}], views: [x], samplesOf: [registry.get("add"), {}], conformance: [currentEngine(), {}],
  },
};

const junk: readonly unknown[] = [
  null, undefined, true, "abc", 1n, Symbol("s"), {}, () => 1, new Map(), new Date(0), [], [null], ["a"], [[1], [2, 3]], -1, 0.5, NaN, Infinity, 2 ** 53, x, tensor(1), new DataView(new ArrayBuffer(4)), new BigInt64Array(1), Object.create(null),
];
const modules = { core, plot, gradcheck };
const isFunction = (name: string, value: unknown): value is Untyped => typeof value === "function" && /^[a-z]/.test(name);
const cases = Object.entries(modules).flatMap(([folder, module]) =>
  Object.entries(module as Readonly<Record<string, unknown>>).flatMap(([name, f]) => (isFunction(name, f) && !(folder === "core" && doors.has(name)) ? [{ folder: folder as keyof typeof calls, name, f }] : [])));

/** What a call throws, or what the function or the promise does that it gives. */
async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    const given = call();
    await (typeof given === "function" ? (given as Untyped)(x) : given);
    return undefined;
  } catch (error) {
    return error;
  }
}

test.each(cases)("$folder's $name says in its own name what is wrong", async ({ folder, name, f }) => {
  const args = calls[folder][name];
  expect(args, `give arguments for ${name}`).toBeDefined();
  const threads = core.getThreads();
  for (let position = 0; position < Math.max(args.length, 1); position++) {
    for (const wrong of junk) {
      const thrown = await thrownBy(() => f(...args.map((each, i) => (i === position ? wrong : each))));
      if (thrown === undefined) continue;
      expect(thrown, `${name}: ${(thrown as Error).stack}`).toBeInstanceOf(NdgradError);
      expect((thrown as Error).message).toMatch(new RegExp(`^${name}\\b`));
    }
  }
  core.setThreads(threads);
});
