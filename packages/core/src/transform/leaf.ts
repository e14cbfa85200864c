import { bind } from "../graph/bind.ts";
import type { Scope } from "../graph/scope.ts";
import { anyPrimitive, definePrimitive } from "../primitive.ts";
import { Tensor } from "../tensor.ts";

const identity = definePrimitive<undefined>({
  name: "identity",
  doc: "out = x: the place where a transform takes hold of a value. JAX: the tracer of an argument.",
  infer: ([x]) => x,
  define: ([x], _, out) => out.data.set(x.data),
  lower: { kind: "view", layout: (layout) => layout },
  vjp: [({ g }) => g],
  sample: (pick) => ({ inputs: [{ shape: pick.shape(), dtype: pick.oneOf(["float32", "float64", "int32", "bool"]), range: [0, 1] }], attributes: undefined }),
});

/** The same value under a new identity, watched by `scope`: gradients with respect to the leaf do not see other uses of `x`. */
export function leaf(x: Tensor, scope: Scope): Tensor {
  const linked = bind(identity, [x], undefined);
  // Within an outer transform the link back to x must stay: its recipe belongs to the outer scope already.
  if (linked.recipe !== null) return linked;
  const watched = new Tensor(x.shape, x.dtype, linked.storage, { primitive: anyPrimitive(identity), inputs: [], attributes: undefined, scope });
  scope.kept.push(watched);
  return watched;
}
