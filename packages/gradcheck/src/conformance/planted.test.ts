import {
  Tensor, currentEngine, anyPrimitive, bind, denseStorage, evaluate, referenceEngine, registry, rowMajorStrides, sizeOf, allocate,
  type Engine, type Primitive,
} from "@ndgrad/core/internal";
import { describe, expect, test } from "vitest";
import { conformance } from "./conformance.ts";

// Faults as they happen, planted to see that the conformance suite catches them. None of them enters the registry.

const named = (name: string): Primitive => {
  const primitive = registry.get(name);
  if (primitive === undefined) throw new Error(`there is no primitive "${name}"`);
  return primitive;
};
const apply = (name: string, ...inputs: readonly Tensor[]): Tensor => bind(named(name), inputs, undefined);

const swapLastAxes = (x: Tensor): Tensor => {
  const order = x.shape.map((_, axis) => axis);
  [order[x.rank - 2], order[x.rank - 1]] = [x.rank - 1, x.rank - 2];
  return bind(named("permute"), [x], { order });
};

interface ReduceAttributes { readonly axes: readonly number[]; readonly keepDims: boolean }
const sum = named("sum");

/** Primitives with a fault in what they declare. */
const planted: Readonly<Record<"sine" | "secondOrder" | "matmul" | "sumGradient" | "sumLowering" | "sumShape" | "noRule" | "noSamples" | "noDoc", Primitive>> = {
  /** sin′ = sin. */
  sine: { ...named("sin"), name: "wrongSine", vjp: [({ g, inputs: [x] }) => apply("mul", g, apply("sin", x))] },
  /** The first derivative is right, but it is computed from a constant: the second is 0. */
  secondOrder: { ...named("exp"), name: "wrongSecondOrder", vjp: [({ g, inputs: [x] }) => apply("mul", g, apply("stopGradient", apply("exp", x)))] },
  /** The transposes are right, the operands of the products are not: ∂a gets aᵀg's place. */
  matmul: {
    ...named("matmul"), name: "wrongMatmul",
    sample: (pick) => {
      const size = pick.integer(1, 3);
      const input = { shape: [size, size], dtype: "float64", range: [-3, 3] } as const;
      return { inputs: [input, input], attributes: undefined };
    },
    // Of square matrices, where no shape gives it away.
    vjp: [({ g, inputs: [a] }) => apply("matmul", swapLastAxes(a), g), ({ g, inputs: [, b] }) => apply("matmul", g, swapLastAxes(b))],
  },
  /** The gradient of a sum, divided as if it were a mean. */
  sumGradient: {
    ...sum, name: "wrongSumGradient",
    vjp: [(context) => {
      if (!Array.isArray(sum.vjp)) throw new Error("sum has a list of rules");
      const gradient: Tensor = sum.vjp[0](context);
      const half = new Tensor(gradient.shape, gradient.dtype, denseStorage(allocate(gradient.dtype, gradient.size).fill(0.5), gradient.shape), null);
      return apply("mul", gradient, half);
    }],
  },
  /** The definition reduces all axes, the lowering forgets the last one. */
  sumLowering: {
    ...sum, name: "wrongSumLowering",
    lower: { kind: "reduce", combine: "sum", axes: (attributes) => (attributes as ReduceAttributes).axes.slice(0, -1) },
  },
  /** The shape rule forgets an axis. */
  sumShape: {
    ...sum, name: "wrongSumShape",
    infer: (inputs, attributes) => sum.infer(inputs, { ...(attributes as ReduceAttributes), axes: (attributes as ReduceAttributes).axes.slice(1) }),
  },
  noRule: { ...named("exp"), name: "noRule", vjp: null },
  noSamples: { ...named("exp"), name: "noSamples", sample: undefined as unknown as Primitive["sample"] },
  noDoc: { ...named("exp"), name: "noDoc", doc: "Does it" },
};

const run = (primitive: Primitive, inputs: readonly Tensor[], attributes: unknown, out: Parameters<Engine["run"]>[3]): ReturnType<Engine["run"]> =>
  referenceEngine.run(primitive, inputs, attributes, out);

/** Engines with a fault. */
const plantedEngines: Readonly<Record<"strides" | "reduction" | "nan" | "writer" | "precision", Engine>> = {
  /** Reads every input as if it lay in row-major order. */
  strides: {
    name: "ignores strides",
    run: (primitive, inputs, attributes, out) => run(primitive, inputs.map((input) => {
      const { storage, shape, dtype } = input;
      if (storage === null) return input;
      // Memory may end before so many elements: pad it, as a machine would read on.
      const data = allocate(dtype, storage.offset + sizeOf(shape));
      data.set(storage.data.subarray(0, data.length));
      return new Tensor(shape, dtype, { data, offset: storage.offset, strides: rowMajorStrides(shape), contiguous: true }, null);
    }), attributes, out),
  },
  /** Adds up one element less than there are along the first reduced axis. */
  reduction: {
    name: "stops early",
    run(primitive, inputs, attributes, out) {
      const [x] = inputs;
      const axis = primitive.lower.kind === "reduce" ? primitive.lower.axes(attributes)[0] : undefined;
      if (axis === undefined || x.shape[axis] === 0) return run(primitive, inputs, attributes, out);
      const shape = x.shape.map((size, at) => (at === axis ? size - 1 : size));
      const starts = shape.map(() => 0);
      return run(primitive, [bind(anyPrimitive(named("slice")), [x], { starts, steps: shape.map(() => 1), counts: shape })], attributes, out);
    },
  },
  /** Loses NaN, as machine minima do. */
  nan: {
    name: "loses NaN",
    run(primitive, inputs, attributes, out) {
      const result = run(primitive, inputs, attributes, out);
      return primitive.lower.kind === "elementwise" ? result.map((value) => (Number.isNaN(value) ? 0 : value)) as typeof result : result;
    },
  },
  /** Uses its first input's memory for the result. */
  writer: {
    name: "writes to inputs",
    run(primitive, inputs, attributes, out) {
      const result = run(primitive, inputs, attributes, out);
      inputs[0].storage?.data.set(result.subarray(0, 1));
      return result;
    },
  },
  /** Has one unit too many in the seventh place: a poor approximation in float32. */
  precision: {
    name: "is imprecise",
    run(primitive, inputs, attributes, out) {
      const result = run(primitive, inputs, attributes, out);
      return out.dtype === "float32" && primitive.lower.kind === "elementwise" ? Float32Array.from(evaluate(primitive, inputs, attributes, out), (value) => value * (1 + 4e-7)) : result;
    },
  },
};

/** The laws that a primitive breaks on an engine. */
function broken(engine: Engine, primitives: readonly Primitive[], runs = 20): readonly string[] {
  return conformance(engine, { runs, primitives }).flatMap(({ primitive, law, run }) => {
    try {
      run();
      return [];
    } catch {
      return [`${primitive} ${law}`];
    }
  });
}

const declared = "is declared in full";
const values = "equals its definition";
const specials = "is right at special values";
const gradients = "has right gradients of order 1 and 2";

describe("the conformance suite catches", () => {
  test.each([
    ["a wrong sine rule", planted.sine, gradients],
    ["a second derivative that is lost", planted.secondOrder, gradients],
    ["a swapped matmul gradient", planted.matmul, gradients],
    ["a reduction's gradient that is scaled", planted.sumGradient, gradients],
    ["a missing rule", planted.noRule, declared],
    ["a missing doc line", planted.noDoc, declared],
  ])("%s", (_, each, law) => expect(broken(referenceEngine, [each])).toEqual([`${each.name} ${law}`]));

  test("a reduction that forgets an axis", () => {
    // Engines run the lowering, the reference engine only the definition.
    expect(broken(currentEngine(), [planted.sumLowering])).toContain(`wrongSumLowering ${values}`);
    expect(broken(referenceEngine, [planted.sumShape])).toContain(`wrongSumShape ${gradients}`);
  });

  test("missing samples", () => {
    expect(broken(referenceEngine, [planted.noSamples])).toContain(`noSamples ${declared}`);
  });

  test.each([
    ["ignores strides", plantedEngines.strides, ["mul", "sum", "matmul"], values],
    ["reduces one element too few", plantedEngines.reduction, ["sum", "max", "prod"], values],
    ["loses NaN", plantedEngines.nan, ["add", "exp", "maximum"], specials],
    ["writes to its inputs", plantedEngines.writer, ["exp", "sum", "matmul"], values],
    ["is off by four units in the last place", plantedEngines.precision, ["exp", "div", "tanh"], values],
  ])("an engine that %s", (_, engine, names, law) => {
    const found = broken(engine, names.map(named));
    for (const name of names) expect(found).toContain(`${name} ${law}`);
  });

  test("nothing where nothing is wrong", () => {
    expect(broken(referenceEngine, ["sin", "matmul", "sum"].map(named), 5)).toEqual([]);
  });
});
