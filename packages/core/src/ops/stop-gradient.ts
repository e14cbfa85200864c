import { bind } from "../graph/bind.ts";
import { definePrimitive } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";

const stopGradientPrimitive = definePrimitive<undefined>({
  name: "stopGradient",
  doc: "x itself, taken as a constant by every gradient: ∂/∂x = 0. JAX: lax.stop_gradient; PyTorch: detach.",
  infer: ([x]) => x,
  define: ([x], _, out) => out.data.set(x.data),
  lower: { kind: "view", layout: (layout) => layout },
  vjp: null,
  withoutGradient: "its purpose is to have none",
  sample: (pick) => ({ inputs: [{ shape: pick.shape(), dtype: pick.oneOf(["float32", "float64", "int32", "bool"]), range: [0, 1] }], attributes: undefined }),
});

/** x as a constant: gradients do not flow through it. */
export const stopGradient = (x: Tensor): Tensor => bind(stopGradientPrimitive, [x], undefined);
