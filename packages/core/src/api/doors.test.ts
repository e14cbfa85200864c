import { describe, expect, test } from "vitest";
import * as nd from "../index.ts";
import { NdgradError, Tensor, tensor, variable } from "../index.ts";
import type { OptionKind } from "../options.ts";
import { doors, type Parameter } from "./dispatch.ts";

// Laws over every public function, as callers without types see them.

type Untyped = (...args: readonly unknown[]) => unknown;
const functions = Object.fromEntries(Object.entries(nd as unknown as Readonly<Record<string, unknown>>).filter(([name, value]) => typeof value === "function" && /^[a-z]/.test(name))) as Readonly<Record<string, Untyped>>;
const x = tensor([[1, 2], [3, 4]]);
const places = tensor([[0, 1], [1, 0]], { dtype: "int32" });

/** An argument that each kind of parameter takes. */
const valid: Readonly<Record<string, unknown>> = {
  tensor: x, value: x, float: x, tensors: [x, x], indices: [0, 1], number: 1, text: "ij,jk->ik", dtype: "int32", axes: 0, counts: 1, sizes: [2, 2], order: [1, 0], list: [0],
  axisPairs: 1, literal: [1, 2], scalar: 1, numberOrOptions: 1,
};
const kindOf = (parameter: Parameter): string => (typeof parameter === "string" ? parameter.replace("?", "") : parameter.kind);
const isOptions = (parameter: Parameter): parameter is Exclude<Parameter, string> => typeof parameter !== "string";
const argumentFor = (parameter: Parameter): unknown => (kindOf(parameter) === "options" ? {} : kindOf(parameter) === "requiredOptions" ? { axis: 0 } : valid[kindOf(parameter)]);

/** Arguments up to, not including, the one at `position`. */
const before = (parameters: readonly Parameter[], position: number): readonly unknown[] => parameters.slice(0, position).map((parameter) => (kindOf(parameter) === "options" ? undefined : argumentFor(parameter)));
/** `einsum` takes its tensors one by one. */
const called = (name: string, args: readonly unknown[]): unknown => (name === "einsum" ? functions[name](args[0], ...(Array.isArray(args[1]) ? args[1] as readonly unknown[] : args.slice(1))) : functions[name](...args));

/** What a call throws, if anything. */
function thrownBy(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}

const withOptions = [...doors].flatMap(([name, parameters]) => parameters.flatMap((parameter, position) => (isOptions(parameter) ? [{ name, parameters, parameter, position }] : [])));

describe("options", () => {
  test("doors are found, those with options and those without", () => {
    expect(Object.keys(functions).filter((name) => doors.has(name)).length).toBeGreaterThan(130);
    expect(withOptions.length).toBeGreaterThan(45);
    expect([...doors.keys()].filter((name) => functions[name] === undefined)).toEqual([]);
  });

  test.each(withOptions)("$name refuses unknown ones, with the nearest right name", ({ name, parameters, parameter, position }) => {
    for (const right of Object.keys(parameter.names)) {
      const wrong = `${right}${right.at(-1)}`;
      const args = [...before(parameters, position), { [wrong]: 1 }];
      expect(() => called(name, args)).toThrow(NdgradError);
      expect(() => called(name, args)).toThrow(`${name}: unknown option "${wrong}"; did you mean "${right}"?`);
      const [self, ...rest] = args;
      const method = self instanceof Tensor ? (self as unknown as Readonly<Record<string, Untyped | undefined>>)[name] : undefined;
      if (method !== undefined) expect(() => method.call(self, ...rest)).toThrow(`${name}: unknown option "${wrong}"; did you mean "${right}"?`);
    }
  });

  test.each(withOptions)("$name refuses values of other kinds, and takes undefined", ({ name, parameters, parameter, position }) => {
    for (const [option, kind] of Object.entries<true | OptionKind>(parameter.names)) {
      expect(kind, `${name}'s option ${option} says what it takes`).not.toBe(true);
      for (const wrong of [null, "asdf", {}, () => 1, Symbol("s"), 1n, [{}]]) {
        if ((kind as OptionKind).test(wrong)) continue;
        const thrown = thrownBy(() => called(name, [...before(parameters, position), { [option]: wrong }]));
        expect(thrown).toBeInstanceOf(NdgradError);
        expect((thrown as Error).message).toMatch(new RegExp(`^${name}: option "${option}" takes `));
      }
      const left = thrownBy(() => called(name, [...before(parameters, position), { [option]: undefined }]));
      if (left !== undefined) expect((left as Error).message).not.toContain("option");
    }
  });
});

/** Whatever callers without types come up with. */
const junk: readonly unknown[] = [
  null, undefined, true, "abc", "", 1n, Symbol("s"), {}, { axis: 0 }, () => 1, class Empty {}, new Map(), new Date(0), /a/, new Proxy({}, {}), Promise.resolve(1), new DataView(new ArrayBuffer(4)), new ArrayBuffer(4), new BigInt64Array(1),
  [], [null], [undefined], ["a"], [[1], [2, 3]], [{}], [1n], [[]], [x], [-1], [0.5], [NaN], [Infinity], [[0, 1]], [[1, 2, 3]], [[null, null, 0]], [9], [[0], [9]],
  -1, 0, 0.5, NaN, Infinity, -Infinity, 9, 2 ** 53,
  tensor(1), tensor([true, false]), tensor([], { shape: [0, 3] }), places, tensor([[9]], { dtype: "int32" }), tensor([1, 2, 3]), variable([[1, 2], [3, 4]]), new Uint8Array(2), Object.assign(Object.create(null) as object, { offset: 1 }),
];

describe("wrong arguments in any place", () => {
  test.each([...doors])("%s says in its own name what is wrong", (name, parameters) => {
    const check = (args: readonly unknown[]): void => {
      const thrown = thrownBy(() => called(name, args));
      if (thrown === undefined) return;
      expect(thrown, `${name}: ${(thrown as Error).stack}`).toBeInstanceOf(NdgradError);
      expect((thrown as Error).message).toMatch(new RegExp(`^${name}\\b`));
    };
    check([]);
    for (let position = 0; position < parameters.length; position++) {
      for (const wrong of junk) {
        check([...before(parameters, position), wrong]);
        check([...before(parameters, position), wrong, ...parameters.slice(position + 1).map(argumentFor)]);
      }
    }
    for (const axis of [9, -9, 0.5, [0, 0], [9], []]) {
      for (const option of ["axis", "axes", "offset"]) check([...parameters.filter((parameter) => !isOptions(parameter)).map(argumentFor), { [option]: axis }]);
    }
  });
});

describe("a generator's methods", () => {
  const draws: Readonly<Record<string, readonly unknown[]>> = {
    bits: [[2]], uniform: [[2], { low: 0, high: 1, dtype: "float32" }], normal: [[2], { mean: 0, std: 1, dtype: "float32" }], bernoulli: [[2], 0.5], integers: [[2], { low: 0, high: 3 }],
    permutation: [3], shuffle: [x, { axis: 0 }], choice: [x, 1, { axis: 0, replace: true }], split: [2],
  };
  const random = nd.generator(1);
  const draw = (name: string, args: readonly unknown[]): unknown => (random as unknown as Readonly<Record<string, Untyped>>)[name](...args);

  test("are all here", () => {
    expect(Object.getOwnPropertyNames(nd.Generator.prototype).filter((name) => name !== "constructor").sort()).toEqual(Object.keys(draws).sort());
  });

  test.each(Object.entries(draws))("%s refuses unknown options and wrong arguments in its own name", (name, args) => {
    draw(name, args);
    const options = args.at(-1);
    if (typeof options === "object" && options !== null && !Array.isArray(options)) {
      for (const right of Object.keys(options)) {
        expect(() => draw(name, [...args.slice(0, -1), { [`${right}${right.at(-1)}`]: 1 }])).toThrow(`${name}: unknown option "${right}${right.at(-1)}"; did you mean "${right}"?`);
        expect(() => draw(name, [...args.slice(0, -1), { [right]: "asdf" }])).toThrow(`${name}: option "${right}" takes `);
      }
    }
    for (let position = 0; position < args.length; position++) {
      for (const wrong of junk) {
        const thrown = thrownBy(() => draw(name, args.map((each, i) => (i === position ? wrong : each))));
        if (thrown === undefined) continue;
        expect(thrown, `${name}: ${(thrown as Error).stack}`).toBeInstanceOf(NdgradError);
        expect((thrown as Error).message).toMatch(new RegExp(`^${name}\\b`));
      }
    }
  });

  test("and what makes it say what they take", () => {
    expect(() => random.uniform(3 as unknown as [3])).toThrow("uniform: a shape is a list of sizes, as in [2, 3], not the number 3");
    expect(() => random.uniform([2], { min: 0, max: 1 } as object)).toThrow('uniform: unknown option "min"; did you mean "low"? (it takes low, high, dtype)');
    expect(random.choice([1, 2, 3], 2).shape).toEqual([2]);
    expect(random.shuffle([1, 2, 3]).shape).toEqual([3]);
    expect(() => nd.generator(1, { epochs: 2 } as object)).toThrow('generator: unknown option "epochs"; did you mean "epoch"?');
    for (const wrong of junk.filter((each) => !Number.isSafeInteger(each))) expect(() => nd.generator(wrong as number)).toThrow(NdgradError);
  });
});

test("messages say what to write instead", () => {
  const untyped = functions;
  expect(() => untyped.clip(x, 0, 1)).toThrow("clip: cannot take a number as second argument (got 0); give options by name, as in { min: 0 } (it takes min, max)");
  expect(() => untyped.tensor([1], "int32")).toThrow('tensor: cannot take a string as second argument (got "int32"); give options by name, as in { dtype: "float32" } (it takes dtype, shape)');
  expect(() => untyped.transpose(x, [0, 0])).toThrow(/^transpose: /);
  expect(() => untyped.takeAlongAxis(x, places, 1)).toThrow("takeAlongAxis: cannot take a number as third argument (got 1); give options by name, as in { axis: 0 }");
  expect(() => untyped.diagonal(x, { offset: 0.5 })).toThrow('diagonal: option "offset" takes a whole number, got the number 0.5');
  expect(() => untyped.tril(x, { offset: 0.5 })).toThrow('tril: option "offset" takes a whole number');
  expect(() => untyped.gelu(x, { approximate: "asdf" })).toThrow('gelu: option "approximate" takes "none" or "tanh", got the string "asdf"');
  expect(() => untyped.sum(x, { axis: "0" })).toThrow('sum: option "axis" takes an axis or a list of axes, whole numbers, got the string "0"');
  expect(() => untyped.sum(x, { keepDims: 1 })).toThrow('sum: option "keepDims" takes true or false, got the number 1');
  expect(() => untyped.clip(tensor([1, 2]), { min: tensor([1, 2, 3]) })).toThrow(/^clip: /);
});
