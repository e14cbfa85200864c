import type { Case, SideName } from "../harness/case.ts";
import type { ElementwiseOperation, Inputs, ReductionOperation } from "../harness/job.ts";
import { uniform } from "./data.ts";

const everyone: readonly SideName[] = ["ndgrad", "loops", "numpy", "torch", "tfjs", "jax"];

type Sizes = readonly [m: number, k: number, n: number];

function product(sizes: Sizes, transposeA: boolean, transposeB: boolean, batches?: number): Case {
  const [m, k, n] = sizes;
  const leading = batches === undefined ? [] : [batches];
  const flops = 2 * m * k * n * (batches ?? 1);
  return {
    suite: "products",
    name: `${batches === undefined ? "" : `${batches} × `}${m}×${k}×${n} ${transposeA ? "Aᵀ" : "A"}·${transposeB ? "Bᵀ" : "B"}`,
    job: { kind: "product", transposeA, transposeB },
    precision: "float32",
    inputs: (): Inputs => ({
      a: uniform([...leading, ...(transposeA ? [k, m] : [m, k])], 1),
      b: uniform([...leading, ...(transposeB ? [n, k] : [k, n])], 2),
    }),
    // Loops take seconds for the largest, and say nothing that the smaller ones did not.
    sides: flops > 1e9 ? everyone.filter((side) => side !== "loops") : everyone,
    quick: m === 512 && !transposeA,
    flops,
    tolerance: 1e-4,
    marks: [{ against: "ndgrad", least: 45, unit: "GFLOP/s" }],
  };
}

const transpositions = [[false, false], [true, false], [false, true], [true, true]] as const;

/** Products of matrices in the shapes of training, small and large, in all four transpositions, and batched. */
export const products: readonly Case[] = [
  ...([[256, 784, 128], [512, 512, 512], [1024, 1024, 1024]] as const).flatMap((sizes) =>
    transpositions.map(([transposeA, transposeB]) => product(sizes, transposeA, transposeB))),
  product([128, 64, 128], false, false, 32),
  product([128, 64, 128], false, true, 32),
];

function elementwise(suite: string, operation: ElementwiseOperation, size: number, extra: Partial<Case> = {}, compiled: boolean = false): Case {
  return {
    suite,
    name: `${operation}${compiled ? ", compiled" : ""}, ${size.toLocaleString("en")} elements`,
    job: { kind: "elementwise", operation, compiled },
    precision: "float32",
    inputs: () => ({ a: uniform([size], 1, -3, 3), b: uniform([size], 2, -3, 3) }),
    sides: everyone,
    ...extra,
  };
}

/** Functions of elements at three sizes: bound by calls, by arithmetic, by memory. */
export const elementwises: readonly Case[] = [
  ...[10_000, 1_000_000].flatMap((size) =>
    (["add", "mul", "exp", "tanh", "sigmoid", "chain"] as const).map((operation) => elementwise("elementwise", operation, size, { quick: size === 1_000_000 && operation === "tanh" }))),
  ...[100, 10_000, 1_000_000].map((size) => elementwise("elementwise", "chain", size, { sides: everyone }, true)),
];

const reductionNames: Readonly<Record<ReductionOperation, string>> = {
  sumAll: "sum of all", sumRows: "sum over axis 0", sumColumns: "sum over axis 1", maxAll: "max of all", softmax: "softmax over axis 1",
};

function reduction(suite: string, operation: ReductionOperation, rows: number, columns: number, extra: Partial<Case> = {}): Case {
  return {
    suite,
    name: `${reductionNames[operation]}, ${rows}×${columns}`,
    job: { kind: "reduction", operation },
    precision: "float32",
    inputs: () => ({ a: uniform([rows, columns], 1) }),
    sides: everyone,
    ...extra,
  };
}

/** Reductions of a million elements. */
export const reductions: readonly Case[] = (Object.keys(reductionNames) as ReductionOperation[]).map((operation) =>
  reduction("reductions", operation, 1000, 1000, { quick: operation === "sumRows", tolerance: 1e-4 }));

const threeMicroseconds: Partial<Case> = { marks: [{ against: "ndgrad", most: 3, unit: "µs" }] };

/** What a call costs where there is next to nothing to compute: operations on 100 elements, run one by one. */
export const overhead: readonly Case[] = [
  ...(["add", "mul", "exp", "tanh", "sigmoid"] as const).map((operation) => elementwise("overhead", operation, 100, { ...threeMicroseconds, quick: operation === "add" })),
  ...(["sumAll", "sumRows", "maxAll"] as const).map((operation) => reduction("overhead", operation, 10, 10, threeMicroseconds)),
  {
    suite: "overhead", name: "product, 10×10", job: { kind: "product", transposeA: false, transposeB: false }, precision: "float32",
    inputs: () => ({ a: uniform([10, 10], 1), b: uniform([10, 10], 2) }), sides: everyone, ...threeMicroseconds,
  },
];
