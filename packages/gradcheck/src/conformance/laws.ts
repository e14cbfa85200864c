import { vjp } from "@ndgrad/core";
import { bind, fromData, isFloat, sameShape, showSpec, type DType, type Primitive, type Spec, type Tensor } from "@ndgrad/core/internal";
import { checkGradients } from "../check/check-gradients.ts";
import { showCall, type SampleCall } from "../arbitraries/samples.ts";
import { demand, meets } from "./agreement.ts";

/** A formula, or where the function is known from. */
const formulaOrSource = /[=Σ∂√·∧∨⊕¬≤≥<>−²ˣ⁻|()]|NumPy|SciPy|PyTorch|JAX|IEEE/;

/** What is missing from a primitive's declaration, given some of its calls. */
export function missing(primitive: Primitive, calls: readonly SampleCall[]): readonly string[] {
  const { name, doc, vjp: rules, withoutGradient } = primitive;
  const found: string[] = [];
  if (!/^[a-z]\w*$/i.test(name)) found.push(`its name "${name}" is no name`);
  if (doc.trim().length < 8 || !formulaOrSource.test(doc)) found.push(`its doc "${doc}" names neither a formula nor NumPy's function`);
  if (calls.length === 0) found.push("it has no samples");
  for (const { inputs, attributes } of calls) {
    const out = primitive.infer(inputs, attributes);
    if (Array.isArray(rules) && rules.length !== inputs.length) found.push(`it has ${rules.length} gradient rules for ${inputs.length} inputs`);
    if (rules === null && withoutGradient === undefined && isFloat(out.dtype)) {
      found.push(`its result ${showSpec(out)} is a float, and it has no gradient rule; write one, or say in withoutGradient why there is none`);
    }
    if (found.length > 0) break;
  }
  return found;
}

/** Throws unless the installed engine gives what the definition says, and leaves the inputs alone. */
export function checkValues(call: SampleCall): void {
  const { primitive, inputs, attributes } = call;
  const spec = primitive.infer(inputs, attributes);
  const memory = inputs.map(({ storage }) => storage?.data.slice());
  const out = bind(primitive, inputs, attributes);
  if (out.dtype !== spec.dtype || !sameShape(out.shape, spec.shape)) fail(call, `gave ${showSpec(out)}, and infer says ${showSpec(spec)}`);
  if (out.data.length !== out.size) fail(call, `gave ${out.data.length} elements for ${showSpec(out)}`);
  checkElements(call, out, spec);
  inputs.forEach(({ storage }, i) => {
    if (storage !== null && !storage.data.every((value, at) => Object.is(value, memory[i]?.[at]))) fail(call, `wrote to its input ${i}`);
  });
}

function checkElements(call: SampleCall, out: Tensor, spec: Spec): void {
  const demanded = demand(call.primitive, call.inputs, call.attributes, spec);
  const wrong: string[] = [];
  const { data } = out;
  let count = 0;
  for (let i = 0; i < data.length; i++) {
    if (meets(data[i], demanded, i, spec.dtype)) continue;
    count++;
    if (wrong.length < 6) wrong.push(`element ${i}${operandsAt(call, i)}: got ${show(data[i])}, the definition gives ${show(demanded.expected[i])}`);
  }
  if (count > 0) fail(call, `is wrong at ${count} of ${data.length} elements\n  ${wrong.join("\n  ")}`);
}

const show = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** What an elementwise function was given at one place. */
const operandsAt = ({ primitive, inputs }: SampleCall, i: number): string =>
  primitive.lower.kind === "elementwise" ? ` (${inputs.map(({ data }) => show(data[i])).join(", ")})` : "";

function fail(call: SampleCall, sentence: string): never {
  throw new Error(`${call.primitive.name} ${sentence}\n  in ${showCall(call)}`);
}

/** Whether a call has a gradient. */
export const isDifferentiable = ({ primitive, inputs, attributes }: SampleCall): boolean =>
  primitive.vjp !== null && inputs.some(({ dtype }) => isFloat(dtype)) && isFloat(primitive.infer(inputs, attributes).dtype);

/** Throws unless gradients of order 1 and 2 are right; gives how many elements were compared. */
export function checkCallGradients(call: SampleCall, seed: number): number {
  const { primitive, inputs, attributes } = call;
  const floats = inputs.filter(({ dtype }) => isFloat(dtype));
  const f = (...values: readonly Tensor[]): Tensor => {
    let next = 0;
    return bind(primitive, inputs.map((input) => (isFloat(input.dtype) ? values[next++] : input)), attributes);
  };
  checkGradientSpecs(call, f, floats);
  const report = checkGradients(f, floats, { order: 2, elements: 4, seed });
  if (!report.ok) fail(call, `has wrong ${String(report)}`);
  return report.checked;
}

/** A rule keeps the dtype it is given: a float32 network must not compute its gradients in float64. */
function checkGradientSpecs(call: SampleCall, f: (...values: readonly Tensor[]) => Tensor, floats: readonly Tensor[]): void {
  const { value, pullback } = vjp(f, ...floats);
  pullback(onesLike(value)).forEach((gradient, i) => {
    if (showSpec(gradient) !== showSpec(floats[i])) fail(call, `has a gradient ${showSpec(gradient)} for an input ${showSpec(floats[i])}`);
  });
}

const onesLike = ({ shape, dtype, size }: Tensor): Tensor =>
  fromData(dtype === "float64" ? new Float64Array(size).fill(1) : new Float32Array(size).fill(1), shape, dtype satisfies DType);
