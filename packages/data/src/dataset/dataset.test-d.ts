import { describe, expectTypeOf, test } from "vitest";
import { tensor, type Tensor } from "@ndgrad/core";
import type { DigitSets } from "../digits.ts";
import { makeCircles } from "../synthetic/curves.ts";
import type { Batched, RowOf } from "./collate.ts";
import { dataset } from "./dataset.ts";
import type { Dataset } from "./types.ts";

declare const sets: DigitSets;
type Digit = { readonly x: Tensor<[784], "float32">; readonly y: Tensor<[], "int32"> };
type DigitBatch = { readonly x: Tensor<[number, 784], "float32">; readonly y: Tensor<[number], "int32"> };

describe("dataset", () => {
  test("takes columns as they are, of interfaces too", () => {
    expectTypeOf(dataset(sets.train)).toEqualTypeOf<Dataset<Digit>>();
    expectTypeOf(dataset(sets.train).shuffle({ seed: 1 }).batch(32)).toEqualTypeOf<Dataset<DigitBatch>>();
    expectTypeOf(dataset(sets.train).batch(32).unbatch()).toEqualTypeOf<Dataset<Digit>>();
    const [batch] = dataset(makeCircles({ samples: 10 })).batch(2);
    expectTypeOf(batch.x.shape).toEqualTypeOf<readonly [number, 2]>();
    // @ts-expect-error a number is no column
    dataset({ x: tensor([1]), y: 1 });
  });

  test("takes tensors, arrays, iterables and generators", () => {
    expectTypeOf(dataset(tensor([[1, 2], [3, 4], [5, 6]]))).toEqualTypeOf<Dataset<Tensor<[2], "float32">>>();
    expectTypeOf(dataset([1, 2])).toEqualTypeOf<Dataset<number>>();
    expectTypeOf(dataset(new Set(["a"]))).toEqualTypeOf<Dataset<string>>();
    expectTypeOf(dataset(function* () { yield { n: 1 }; })).toEqualTypeOf<Dataset<{ n: number }>>();
    expectTypeOf(dataset(async function* () { yield await Promise.resolve(true); })).toEqualTypeOf<Dataset<boolean>>();
  });
});

test("lists nested in lists, and what no tensor holds", () => {
  expectTypeOf<Batched<{ grid: number[][]; volume: readonly (readonly number[][])[]; flags: boolean[]; wide: Uint32Array; long: BigInt64Array; pair: readonly [number[], number[]] }>>().toEqualTypeOf<{
    readonly grid: Tensor<[number, number, number], "float32">; readonly volume: Tensor<[number, number, number, number], "float32">; readonly flags: Tensor<[number, number], "bool">;
    readonly wide: Tensor<[number, number], "int32">; readonly long: readonly BigInt64Array[]; readonly pair: readonly [Tensor<[number, number], "float32">, Tensor<[number, number], "float32">];
  }>();
});

test("a batch of items, and its rows", () => {
  expectTypeOf<Batched<{ n: number; s: string; b: boolean; list: number[]; bytes: Uint8Array; row: Tensor<[3], "float64"> }>>().toEqualTypeOf<{
    readonly n: Tensor<[number], "float32">; readonly s: readonly string[]; readonly b: Tensor<[number], "bool">; readonly list: Tensor<[number, number], "float32">;
    readonly bytes: Tensor<[number, number], "int32">; readonly row: Tensor<[number, 3], "float64">;
  }>();
  expectTypeOf<Batched<"a" | "b" | null>>().toEqualTypeOf<readonly ("a" | "b" | null)[]>();
  expectTypeOf<Batched<number | null>>().toEqualTypeOf<readonly (number | null)[]>();
  expectTypeOf<Batched<readonly [Tensor<[2]>, string]>>().toEqualTypeOf<readonly [Tensor<[number, 2]>, readonly string[]]>();
  expectTypeOf<RowOf<readonly [Tensor<[number, 2]>, readonly string[]]>>().toEqualTypeOf<readonly [Tensor<[2]>, string]>();
  expectTypeOf<RowOf<readonly string[]>>().toEqualTypeOf<string>();
});
