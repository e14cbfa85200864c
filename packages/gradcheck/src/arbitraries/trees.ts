import { checkOptions, wholeNumber, type OptionNames, type Tensor } from "@ndgrad/core/internal";
import fc from "fast-check";
import { tensorOptions, tensors, type TensorOptions } from "./tensors.ts";

/** Tensors in arrays and records, as functions take and return them. */
export type TensorTree = Tensor | readonly TensorTree[] | { readonly [key: string]: TensorTree };

/** The tensors of a tree, and how deep it is at most. */
export interface TreeOptions extends TensorOptions { readonly depth?: number | undefined }

const treeOptions: OptionNames<TreeOptions> = { ...tensorOptions, depth: wholeNumber };

/**
 * Trees of tensors: a tensor, or arrays and records of trees, empty ones included, at most `depth` deep (3 unless given).
 *
 * @example
 * fc.assert(fc.property(trees({ shape: [2], depth: 1 }), (tree) => { checkGradients(scale, [tree]); }));
 */
export function trees(leaves: TreeOptions = {}): fc.Arbitrary<TensorTree> {
  checkOptions("trees", leaves, treeOptions);
  const { depth = 3, ...options } = leaves;
  const leaf: fc.Arbitrary<TensorTree> = tensors(options);
  const grow = (left: number): fc.Arbitrary<TensorTree> => {
    if (left === 0) return leaf;
    const branch = grow(left - 1);
    return fc.oneof(
      { weight: 3, arbitrary: leaf },
      { weight: 1, arbitrary: fc.array(branch, { maxLength: 3 }) },
      { weight: 1, arbitrary: fc.dictionary(fc.constantFrom("weights", "bias", "inner", "0", "scale"), branch, { maxKeys: 3, noNullPrototype: true }) },
    );
  };
  return grow(depth);
}
