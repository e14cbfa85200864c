import { describe, expect, test } from "vitest";
import { NdgradError, ShapeError } from "./errors.ts";
import { axes, checkOptions, flag, nearest, oneOf } from "./options.ts";

const names = { axis: true, keepDims: true } as const;
const check = (options: unknown) => () => checkOptions("sum", options as { readonly axis?: number; readonly keepDims?: boolean }, names);

describe("options", () => {
  test("are taken by their names, or left out", () => {
    for (const options of [undefined, {}, { axis: 0 }, { keepDims: true, axis: undefined }, Object.create(null) as object]) expect(check(options)).not.toThrow();
  });

  test.each([
    ["dim", "axis"], ["axes", "axis"], ["keepdims", "keepDims"], ["keep_dims", "keepDims"], ["keepdim", "keepDims"], ["axsi", "axis"],
  ])("%s is told apart from %s", (written, meant) => {
    expect(check({ [written]: 0 })).toThrow(`sum: unknown option "${written}"; did you mean "${meant}"? (it takes axis, keepDims)`);
  });

  test("that are like none are answered with the whole list", () => {
    expect(check({ colour: 1 })).toThrow('sum: unknown option "colour"; it takes axis, keepDims');
    expect(() => checkOptions<object>("now", { at: 1 }, {})).toThrow('now: unknown option "at"; it takes no options');
  });

  test.each([[0.1, "the number 0.1"], [null, "null"], [[1], "[1]"], [["axis"], "an array"], [new Float32Array(1), "a typed array"], ["axis", 'the string "axis"'], [new Map(), "an object of class Map"], [() => 1, "a function"]])("%s is no record of them", (given, said) => {
    expect(check(given)).toThrow(`sum: options are given by name, as in { axis: … }, got ${said}`);
  });

  test("of a kind take that kind only; undefined counts as left out", () => {
    const kinds = { axis: axes, keepDims: flag, approximate: oneOf("none", "tanh") };
    const checkKinds = (options: object) => () => checkOptions<object>("sum", options, kinds);
    expect(checkKinds({ axis: [0, 1], keepDims: true, approximate: "tanh" })).not.toThrow();
    expect(checkKinds({ axis: undefined, keepDims: undefined })).not.toThrow();
    expect(checkKinds({ axis: "0" })).toThrow(new ShapeError('sum: option "axis" takes an axis or a list of axes, whole numbers, got the string "0"'));
    expect(checkKinds({ axis: [0, 0.5] })).toThrow('sum: option "axis" takes an axis or a list of axes, whole numbers, got [0, 0.5]');
    expect(checkKinds({ keepDims: 1 })).toThrow(new NdgradError('sum: option "keepDims" takes true or false, got the number 1'));
    expect(checkKinds({ approximate: "asdf" })).toThrow('sum: option "approximate" takes "none" or "tanh", got the string "asdf"');
  });

  test("names that objects inherit are unknown too", () => {
    for (const name of ["toString", "constructor", "valueOf"]) expect(check({ [name]: 1 })).toThrow(`unknown option "${name}"`);
    expect(check(JSON.parse('{ "__proto__": 1 }'))).toThrow('unknown option "__proto__"');
  });
});

describe("the nearest name", () => {
  test("is none where nothing is near", () => {
    expect(nearest("x", ["axis", "keepDims"])).toBeUndefined();
    expect(nearest("lr", ["lo", "axis"])).toBe("lo");
    expect(nearest("momentun", ["momentum", "moment"])).toBe("momentum");
  });
});
