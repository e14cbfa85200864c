import { vjp } from "@ndgrad/core";
import { currentEngine, fromData, installEngine, type Tensor } from "@ndgrad/core/internal";

type FlatFunction = (values: readonly Tensor[]) => readonly Tensor[];

/**
 * Whether a function rounds to float32 what depends on its inputs, though these are float64: by a cast, or by a gradient that it
 * takes with respect to a float32 tensor. What is rounded and stays the same when the inputs move is a constant.
 */
export function roundsOnTheWay(f: FlatFunction, values: readonly Tensor[]): boolean {
  const here = roundedBy(f, values);
  if (here.length === 0) return false;
  const nearby = roundedBy(f, values.map((x) => fromData(Float64Array.from(x.data, (each) => each + 1e-3 * Math.max(1, Math.abs(each))), x.shape, "float64")));
  return here.length !== nearby.length || here.some((each, i) => each.length !== nearby[i].length || each.some((value, at) => !Object.is(value, nearby[i][at])));
}

/** The float64 elements that become float32 while a function runs. */
function roundedBy(f: FlatFunction, values: readonly Tensor[]): readonly Float64Array[] {
  const engine = currentEngine();
  const rounded: Float64Array[] = [];
  installEngine({
    ...(engine.runtime !== undefined && { runtime: engine.runtime }),
    name: engine.name,
    run(primitive, inputs, attributes, out) {
      if (out.dtype === "float32") for (const { dtype, data } of inputs) if (dtype === "float64") rounded.push(Float64Array.from(data));
      return engine.run(primitive, inputs, attributes, out);
    },
  });
  try {
    // Inside a transform compiled functions are plain ones, whose operations can be seen one by one.
    vjp((...now: readonly Tensor[]) => f(now), ...values);
  } finally {
    installEngine(engine);
  }
  return rounded;
}
