import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as nd from "../index.ts";

// What a type says of a result must be what comes: every public function is called with operands of every dtype, and the compiler is
// asked about the shapes and dtypes that came.

const dtypes = ["float32", "float64", "int32", "bool"] as const;
/** Operands: a tensor of each dtype and of some shapes, under a name that says both. */
const sizes = { m: [2, 3], r: [3], c: [2, 1], s: [3, 3] } as const;
const declared = Object.entries(sizes).flatMap(([letter, shape]) => dtypes.map((dtype) => [`${letter}_${dtype}`, `nd.ones([${shape.join(", ")}], { dtype: "${dtype}" })`] as const));

const unary = `neg abs sign square floor ceil trunc round relu sqrt rsqrt cbrt reciprocal exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh
 atanh erf sigmoid softplus logSigmoid silu softsign heaviside gelu elu leakyRelu stopGradient isNaN isFinite isInf logicalNot bitwiseNot`.split(/\s+/);
const binary = `add sub mul div floorDiv mod pow maximum minimum hypot copySign atan2 equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalXor
 bitwiseAnd bitwiseOr bitwiseXor leftShift rightShift isClose heaviside`.split(/\s+/);
const reductions = "sum mean prod max min argMax argMin any all countNonZero variance std logSumExp norm".split(" ");

/** Calls, where `M`, `R`, `C` and `S` stand for operands of one dtype and `Y` for one of another. */
const templates = [
  ...unary.flatMap((name) => [`nd.${name}(M)`, `M.${name}()`]),
  ...binary.flatMap((name) => ["R, RY", "M, RY", "M, CY", "C, RY", "M, 2", "M, 0.5", "M, true", "2, M", "0.5, M", "false, M"].map((args) => `nd.${name}(${args})`)),
  ...binary.flatMap((name) => ["RY", "CY", "2", "0.5", "true"].map((b) => `M.${name}(${b})`)),
  ...reductions.flatMap((name) => ["", ", { axis: 0 }", ", { axis: -1, keepDims: true }", ", { axis: [0, 1] }", ", { keepDims: true }"].map((options) => `nd.${name}(M${options})`)),
  ...reductions.map((name) => `M.${name}({ axis: 1 })`),
  ..."softmax logSoftmax sort argSort".split(" ").flatMap((name) => [`nd.${name}(M, { axis: 0 })`, `M.${name}()`]),
  ..."cumSum cumProd".split(" ").flatMap((name) => [`nd.${name}(M, { axis: 0 })`, `M.${name}()`]),
  "nd.where(M, M, RY)", "nd.where(M.greater(0), M, MY)", "nd.where(M.greater(0), M, 1)", "nd.where(M.greater(0), 0.5, M)", "nd.where(M.greater(0), M, false)", "M.where(M.greater(0), MY)", "M.where(M.greater(0), 0.5)",
  "nd.clip(M, { min: 0 })", "nd.clip(M, { min: 0.5, max: 2 })", "M.clip({ max: 1 })", "nd.clip(M, {})",
  ...dtypes.map((dtype) => `nd.cast(M, "${dtype}")`),
  "nd.matmul(M, SY)", "M.matmul(RY)", "R.matmul(SY)", "nd.dot(R, RY)", "R.dot(SY)", "nd.outer(R, RY)", "nd.inner(M, RY)", "nd.tensordot(M, SY, 1)", "nd.einsum(\"ij,jk->ik\", M, SY)",
  "nd.diagonal(S)", "nd.trace(S)", "nd.diagonalMatrix(R)", "nd.tril(S)", "nd.triu(S)", "S.tril({ offset: 1 })",
  "nd.reshape(M, [3, 2])", "M.reshape([-1])", "nd.transpose(M)", "M.transpose([1, 0])", "nd.swapAxes(M, 0, 1)", "nd.moveAxis(M, 0, 1)", "nd.expandDims(M, 0)", "nd.squeeze(C)", "nd.squeeze(C, { axis: 1 })",
  "nd.broadcastTo(R, [2, 3])", "nd.flip(M)", "nd.slice(M, [0])", "M.slice([[0, 1], 1])", "nd.pad(M, [[1, 0], [0, 2]])", "nd.tile(M, [2, 1])", "nd.repeat(M, 2)", "nd.roll(M, 1)",
  "nd.split(M, 3, { axis: 1 })[0]!", "nd.unstack(M)[0]!", "nd.concat([M, MY])", "nd.concat([M, S], { axis: 0 })", "nd.stack([R, RY])", "nd.stack([M, M], { axis: -1 })", "nd.meshGrid(R, RY)[0]!",
  "nd.take(M, 0)", "nd.take(M, [0, 1], { axis: 1 })", "M.take(nd.zeros([4], { dtype: \"int32\" }))", "nd.takeAdd(M, [0], MY.take([0]))", "nd.takeAdd(M, [0], 1)", "M.takeAdd([0], 0.5)",
  "nd.takeAlongAxis(M, nd.zeros([2, 3], { dtype: \"int32\" }), { axis: 1 })", "nd.scatterAdd(M, nd.zeros([2, 3], { dtype: \"int32\" }), MY, { axis: 1 })", "M.scatterAdd(nd.zeros([2, 3], { dtype: \"int32\" }), 1, { axis: 1 })",
  "nd.oneHot(nd.zeros([2], { dtype: \"int32\" }), 3)", "nd.oneHot([0, 1], 3, { dtype: M.dtype })", "nd.booleanMask(M, M.greater(0))", "nd.nonZero(M)", "nd.topK(M, 2).values", "nd.topK(M, 2).indices",
  "nd.zerosLike(M)", "nd.onesLike(M)", "nd.fullLike(M, 1)", "nd.fullLike(M, 2)", "nd.fullLike(M, 0.5)", "nd.fullLike(M, true)", "nd.zeros([2], { dtype: M.dtype })", "nd.full([2], 1, { dtype: M.dtype })", "nd.eye(2, { dtype: M.dtype })", "nd.arange(3, { dtype: M.dtype })", "nd.linspace(0, 1, 3, { dtype: M.dtype })",
  "nd.tensor([[1, 2], [3, 4]], { dtype: M.dtype })", "nd.tensor(M.data)", "nd.tensor(M.data, { shape: [3, 2] })", "nd.variable(M).value", "nd.tensor([[1, 2]])", "nd.tensor([true])", "nd.tensor(1)", "nd.tensor(new Uint8Array(2))", "nd.full([2], true)",
];

interface Call { readonly code: string; readonly shape: readonly number[]; readonly dtype: nd.DType }

/** The template's calls for every dtype, and every pair of them where it has two; those that throw are left out. */
function callsOf(template: string): readonly Call[] {
  const others = /[MRCS]Y/.test(template) ? dtypes : ["float32"];
  return dtypes.flatMap((dtype) => others.flatMap((other) => {
    const code = template.replaceAll(/\b([MRCS])Y\b/g, (_, letter: string) => `${letter.toLowerCase()}_${other}`).replaceAll(/\b([MRCS])\b(?!\w)/g, (_, letter: string) => `${letter.toLowerCase()}_${dtype}`);
    const result = evaluate(code);
    return result instanceof nd.Tensor ? [{ code, shape: result.shape, dtype: result.dtype }] : [];
  }));
}

const operands = new Map<string, unknown>(declared.map(([name, code]) => [name, run(code, [])]));
function run(code: string, names: readonly string[]): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- the code stands above
  return (new Function("nd", ...names, `return ${code.replaceAll("]!", "]")};`) as (...args: readonly unknown[]) => unknown)(nd, ...names.map((name) => operands.get(name)));
}
/** What a call gives; undefined where it throws, as functions of bits do for floats. */
function evaluate(code: string): unknown {
  try {
    return run(code, [...operands.keys()].filter((name) => code.includes(name)));
  } catch {
    return undefined;
  }
}

const calls = templates.flatMap((template) => callsOf(template).map((call) => ({ ...call, template })));
const readonlyList = (shape: readonly number[]): string => `readonly [${shape.join(", ")}]`;
/** What is asked of each call, a line each. */
const questions = ["compiles", "holds", "dtype", "shape"] as const;
const askedOf = ({ code, shape, dtype }: Call, i: number): readonly string[] => [
  `const r${i} = ${code};`,
  `holds<${readonlyList(shape)}, "${dtype}">()(r${i});`,
  `dtypeIs<"${dtype}">()(r${i});`,
  `shapeIs<${readonlyList(shape)}>()(r${i});`,
];
const head = [
  `import * as nd from ${JSON.stringify(fileURLToPath(new URL("../index.ts", import.meta.url)))};`,
  "type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;",
  "declare function holds<S, D>(): <X extends nd.Tensor>(x: X & ([D, S] extends [X[\"dtype\"], X[\"shape\"]] ? unknown : never)) => void;",
  "declare function dtypeIs<D>(): <X extends nd.Tensor>(x: X & (Same<X[\"dtype\"], D> extends true ? unknown : never)) => void;",
  "declare function shapeIs<S>(): <X extends nd.Tensor>(x: X & (Same<X[\"shape\"], S> extends true ? unknown : never)) => void;",
  ...declared.map(([name, code]) => `const ${name} = ${code};`),
];

let folder = "";
/** The calls for which the compiler says no, by question. */
const failed = new Map<(typeof questions)[number], (typeof calls)[number][]>(questions.map((question) => [question, []]));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ndgrad-static-"));
  const file = join(folder, "asked.ts");
  await writeFile(file, [...head, ...calls.flatMap(askedOf), ""].join("\n"));
  const options = "--ignoreConfig --noEmit --strict --target es2023 --lib es2023,dom --module nodenext --allowImportingTsExtensions --skipLibCheck --pretty false".split(" ");
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const output = await new Promise<string>((resolve) => { execFile(process.execPath, [compiler, ...options, file], { cwd: folder, maxBuffer: 2 ** 28 }, (_, stdout) => resolve(stdout)); });
  const lines = new Set([...output.matchAll(/asked\.ts\((\d+),/g)].map(([, line]) => Number(line) - 1 - head.length));
  for (const line of lines) failed.get(questions[line % questions.length])?.push(calls[Math.floor(line / questions.length)]);
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const described = (which: (typeof questions)[number]): readonly string[] => (failed.get(which) ?? []).map(({ code, shape, dtype }) => `${code} is ${dtype}[${shape.join(", ")}]`);

describe("the static type of a call", () => {
  test("is there for everything that runs", () => {
    expect(calls.length).toBeGreaterThan(2500);
    expect(described("compiles")).toEqual([]);
  });

  test("is asked of every function that the interface has as a method", () => {
    const methods = Object.getOwnPropertyNames(nd.Tensor.prototype);
    // What gives no tensor is not asked about.
    expect(methods.filter((name) => name in nd && !templates.some((template) => template.includes(`.${name}(`)))).toEqual(["allClose", "arrayEqual"]);
    expect(methods.length).toBeGreaterThan(100);
  });

  test("is true of the result's shape and dtype", () => {
    expect(described("holds")).toEqual([]);
  });

  test("names the one dtype that comes", () => {
    const open = new Set((failed.get("dtype") ?? []).map(({ template }) => template));
    // Both bounds count, and the larger dtype wins; an equation's dtypes, and diagonals, are for the run.
    expect([...open].toSorted()).toEqual(["nd.clip(M, { min: 0.5, max: 2 })", "nd.diagonal(S)", "nd.diagonalMatrix(R)", "nd.einsum(\"ij,jk->ik\", M, SY)", "nd.trace(S)"]);
  });

  test("names the sizes that come, but for sums of sizes and what depends on values", () => {
    const open = new Set((failed.get("shape") ?? []).map(({ template }) => /^(?:nd|[MRCS])\.(\w+)/.exec(template)?.[1] ?? ""));
    expect([...open].toSorted()).toEqual([
      "arange", "booleanMask", "concat", "cumProd", "cumSum", "diagonal", "diagonalMatrix", "einsum", "inner", "isClose", "moveAxis", "nonZero", "pad", "repeat", "reshape", "slice", "split", "takeAlongAxis",
      "tensor", "tensordot", "tile", "topK", "trace",
    ]);
  });
});
