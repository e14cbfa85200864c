// What losses compute for one element, as one expression each, with rules for their gradients. Written in operations, the exact
// formulas would take several passes over memory where nothing is compiled.
import { arange, broadcastTo, clip, equal, fullLike, logSoftmax, ones, softmax, type Tensor } from "@ndgrad/core";
import { bind, expr as e, interpreter, type Expr, type GradientRule, type Primitive } from "@ndgrad/core/internal";

type Rules<A> = readonly (GradientRule<A> | null)[];

interface Elementwise<A> {
  readonly name: string;
  readonly doc: string;
  readonly expr: (args: readonly Expr[], attributes: A) => Expr;
  /** A rule for each input; `null` for what is taken as a constant. */
  readonly vjp: Rules<A>;
  /** Which inputs are int32. */
  readonly integers?: readonly number[];
  /** What a call may be given, for samples. */
  readonly attributes: A;
}

/** A primitive whose inputs have one shape, and the first one's dtype, which is the result's. */
const elementwise = <A>({ name, doc, expr, vjp, integers = [], attributes: given }: Elementwise<A>): Primitive<A> => ({
  name,
  doc,
  infer: ([{ shape, dtype }]) => ({ shape, dtype }),
  define(inputs, attributes, out) {
    const evaluate = interpreter(expr(inputs.map((_, i) => e.input(i, integers.includes(i) ? "int32" : "float64")), attributes));
    for (let i = 0; i < out.data.length; i++) out.data[i] = Number(evaluate(inputs.map(({ data }) => data[i])));
  },
  lower: { kind: "elementwise", expr },
  vjp,
  sample(pick) {
    const shape = pick.shape();
    return { inputs: vjp.map((_, i) => ({ shape, dtype: integers.includes(i) ? "int32" : "float64", range: [0, 1] })), attributes: given };
  },
});

/** log(1 + x) as the logarithm of the rounded sum, times what rounding has made of x: at half of the price of the function for all x. */
function log1p(x: Expr): Expr {
  const sum = e.add(x, 1);
  const kept = e.sub(sum, 1);
  return e.select(e.eq(kept, 0), x, e.mul(e.math("log", sum), e.div(x, kept)));
}

const huberPrimitive = elementwise<{ readonly bound: number }>({
  name: "huber",
  doc: "e² / 2 where |e| < bound, else bound · (|e| − bound / 2). PyTorch: huber_loss.",
  expr([difference], { bound }) {
    const distance = e.abs(difference);
    return e.select(e.lt(distance, bound), e.mul(e.mul(difference, 0.5), difference), e.mul(e.sub(distance, bound / 2), bound));
  },
  vjp: [({ g, inputs: [difference], attributes: { bound } }) => g.mul(clip(difference, { min: -bound, max: bound }))],
  attributes: { bound: 0.5 },
});

/** Huber's loss of differences. */
export const huberOf = (difference: Tensor, bound: number): Tensor => bind(huberPrimitive, [difference], { bound });

// As a float32 the upper bound is the number below it, which no probability within the bounds exceeds.
const [leastProbability, mostProbability] = [1e-7, 1 - 1e-7];

const probabilityLossPrimitive = elementwise<undefined>({
  name: "probabilityLoss",
  doc: "−(y log p + (1 − y) log(1 − p)) for p within [1e-7, 1 − 1e-7]. Keras: BinaryCrossentropy.",
  expr([probability, y]) {
    const p = e.max(probability, leastProbability);
    const above = e.gt(p, mostProbability);
    const happens = e.mul(y, e.select(above, Math.log(mostProbability), e.math("log", p)));
    const happensNot = e.mul(e.sub(1, y), e.select(above, Math.log1p(-mostProbability), log1p(e.neg(p))));
    return e.neg(e.add(happens, happensNot));
  },
  vjp: [
    ({ g, inputs: [p, y] }) => g.mul(probabilitySlope(p, y)),
    // Linear in y.
    ({ g, inputs: [p, y] }) => g.mul(probabilityLoss(p, fullLike(y, 1)).sub(probabilityLoss(p, fullLike(y, 0)))),
  ],
  attributes: undefined,
});

/** Binary cross-entropy of probabilities. */
export const probabilityLoss = (p: Tensor, y: Tensor): Tensor => bind(probabilityLossPrimitive, [p, y], undefined);

const probabilitySlopePrimitive = elementwise<undefined>({
  name: "probabilitySlope",
  doc: "(p − y) / (p (1 − p)), and 0 for p outside of [1e-7, 1 − 1e-7]: the derivative of probabilityLoss by p.",
  expr: ([p, y]) => e.select(e.or(e.lt(p, leastProbability), e.gt(p, mostProbability)), 0, e.div(e.sub(p, y), e.mul(p, e.sub(1, p)))),
  vjp: [
    // (1 − y) / (1 − p)² + y / p², which the square of the slope is where y is 0 or 1.
    ({ g, inputs: [p, y] }) => {
      const [ifNot, ifSo] = [probabilitySlope(p, fullLike(y, 0)), probabilitySlope(p, fullLike(y, 1))];
      return g.mul(y.neg().add(1).mul(ifNot.square()).add(y.mul(ifSo.square())));
    },
    ({ g, inputs: [p, y] }) => g.mul(probabilitySlope(p, fullLike(y, 1)).sub(probabilitySlope(p, fullLike(y, 0)))),
  ],
  attributes: undefined,
});

const probabilitySlope = (p: Tensor, y: Tensor): Tensor => bind(probabilitySlopePrimitive, [p, y], undefined);

const logisticLossPrimitive = elementwise<undefined>({
  name: "logisticLoss",
  doc: "y · softplus(−x) + (1 − y) · softplus(x). PyTorch: binary_cross_entropy_with_logits.",
  expr([x, y]) {
    // The softpluses differ by |x|, which one side alone has.
    const weight = e.select(e.ge(x, 0), e.sub(1, y), y);
    const distance = e.abs(x);
    return e.add(e.select(e.eq(weight, 0), 0, e.mul(weight, distance)), e.math("softplus", e.neg(distance)));
  },
  vjp: [({ g, inputs: [x, y] }) => g.mul(logisticSlope(x, y)), ({ g, inputs: [x] }) => g.mul(x).neg()],
  attributes: undefined,
});

/** Binary cross-entropy of logits. */
export const logisticLoss = (x: Tensor, y: Tensor): Tensor => bind(logisticLossPrimitive, [x, y], undefined);

const logisticSlopePrimitive = elementwise<undefined>({
  name: "logisticSlope",
  doc: "sigmoid(x) − y, exact next to 0: the derivative of logisticLoss by x.",
  expr([x, y]) {
    const small = e.math("sigmoid", e.neg(e.abs(x)));
    return e.select(e.ge(x, 0), e.sub(e.sub(1, y), small), e.sub(small, y));
  },
  vjp: [({ g, inputs: [x] }) => g.mul(x.sigmoid()).mul(x.neg().sigmoid()), ({ g }) => g.neg()],
  attributes: undefined,
});

const logisticSlope = (x: Tensor, y: Tensor): Tensor => bind(logisticSlopePrimitive, [x, y], undefined);

// Cross-entropy. `top` is the largest logit of a row, of which there are `ties`, and `powers` are exp(x − top) of the others. Beside the 1
// that a largest one adds to their sum, rounding would lose what is next to 0: log1p of it is the loss at the likeliest class.

const powersPrimitive = elementwise<undefined>({
  name: "powers",
  doc: "exp(x − top), and 0 where x is top.",
  expr: ([x, top]) => e.select(e.eq(x, top), 0, e.math("exp", e.sub(x, top))),
  vjp: [null, null],
  attributes: undefined,
});

/** exp(x − top) of all classes but the likeliest. */
export const powersOf = (x: Tensor, top: Tensor): Tensor => bind(powersPrimitive, [x, top], undefined);

/** What all but one of the largest add up to; NaN where all logits are −∞. */
const allButOne = (powers: Expr, ties: Expr, top: Expr): Expr => e.select(e.eq(top, -Infinity), NaN, e.add(powers, e.cast(e.sub(ties, 1), powers.type)));

const othersPrimitive = elementwise<undefined>({
  name: "others",
  doc: "powers + ties − 1.",
  expr: ([powers, ties, top]) => allButOne(powers, ties, top),
  vjp: [null, null, null],
  integers: [1],
  attributes: undefined,
});

const leastSurprisePrimitive = elementwise<undefined>({
  name: "leastSurprise",
  doc: "log1p(powers + ties − 1).",
  expr: ([powers, ties, top]) => log1p(allButOne(powers, ties, top)),
  vjp: [null, null, null],
  integers: [1],
  attributes: undefined,
});

/** −log softmax(x) at a largest logit, given the sums of powers and of ties. */
export const leastSurprise = (powers: Tensor, ties: Tensor, top: Tensor): Tensor => bind(leastSurprisePrimitive, [powers, ties, top], undefined);

const surprisePrimitive = elementwise<undefined>({
  name: "surprise",
  doc: "least + top − x.",
  expr: ([x, top, least]) => e.add(least, e.select(e.eq(x, top), 0, e.sub(top, x))),
  vjp: [null, null, null],
  attributes: undefined,
});

/** −log softmax(x), given that of the likeliest class. */
export const surpriseOf = (x: Tensor, top: Tensor, least: Tensor): Tensor => bind(surprisePrimitive, [x, top, least], undefined);

const weightedSurprisePrimitive = elementwise<undefined>({
  name: "weightedSurprise",
  doc: "y · (least + top − x), and 0 where an infinite loss has the weight 0.",
  expr: ([x, y, top, least]) => e.mul(y, e.add(least, e.select(e.or(e.eq(x, top), e.eq(y, 0)), 0, e.sub(top, x)))),
  vjp: [null, null, null, null],
  attributes: undefined,
});

/** y · −log softmax(x), given that of the likeliest class. */
export const weightedSurprise = (x: Tensor, y: Tensor, top: Tensor, least: Tensor): Tensor => bind(weightedSurprisePrimitive, [x, y, top, least], undefined);

/** The derivative of w · softmax(x) by x along h, over the last axis: for gradients of gradients. */
function throughSoftmax(x: Tensor, weighted: Tensor): Tensor {
  const p = softmax(x);
  return p.mul(weighted.sub(p.mul(weighted).sum({ axis: -1, keepDims: true })));
}

const slopePrimitive: Primitive<undefined> = elementwise<undefined>({
  name: "crossEntropySlope",
  doc: "g · (scale · powers − y), and where x is top g · (total − y − shift): total · softmax(x) − y, exact next to 0.",
  expr: ([x, g, y, total, top, powers, scale, shift]) => e.mul(g, e.select(e.eq(x, top), e.sub(e.sub(total, y), shift), e.sub(e.mul(scale, powers), y))),
  vjp: [
    ({ g: along, inputs: [x, g, , total] }) => throughSoftmax(x, along.mul(g).mul(total)),
    ({ g: along, inputs: [x, g, ...others] }) => along.mul(bind(slopePrimitive, [x, fullLike(g, 1), ...others], undefined)),
    ({ g: along, inputs: [, g] }) => along.mul(g).neg(),
    ({ g: along, inputs: [x, g] }) => along.mul(g).mul(softmax(x)),
    null, null, null, null,
  ],
  attributes: undefined,
});

/** What cross-entropy computes of logits on the way: `powers` for all classes, the others one for each row. */
export interface Surprise { readonly top: Tensor; readonly powers: Tensor; readonly sum: Tensor; readonly ties: Tensor }

/** The weights of classes that a target stands for, and their sum in each row. */
type Weights = (x: Tensor, target: Tensor) => { readonly y: Tensor; readonly total: Tensor };

/** Gives losses as they are, with gradients for the logits and weights that they were computed from. */
const ruled = (name: string, weightsOf: Weights): Primitive<undefined> => ({
  name,
  doc: "The losses, of which the gradients are total · softmax(x) − y and −log softmax(x).",
  infer: ([{ shape, dtype }]) => ({ shape, dtype }),
  define: ([losses], _, out) => out.data.set(losses.data),
  lower: { kind: "view", layout: (layout) => layout },
  vjp: [
    null,
    ({ g, inputs: [, x, target, top, powers, sum, ties] }) => {
      const { y, total } = weightsOf(x, target);
      const others = bind(othersPrimitive, [sum, ties, top], undefined);
      const scale = total.div(others.add(1));
      const rows = [g, total, top, scale, others.mul(scale)].map((row) => broadcastTo(row, x.shape));
      const [along, totals, tops, scales, shifts] = rows;
      return bind(slopePrimitive, [x, along, y, totals, tops, powers, scales, shifts], undefined);
    },
    ({ g, inputs: [, x] }) => broadcastTo(g, x.shape).mul(logSoftmax(x)).neg(),
    null, null, null, null,
  ],
  sample: () => ({ inputs: Array.from({ length: 7 }, () => ({ shape: [1], dtype: "float64", range: [0, 1] })), attributes: undefined }),
});

const atClass = ruled("crossEntropyAt", (x, chosen) => {
  const position = arange(x.shape[x.shape.length - 1], { dtype: "int32" });
  return { y: equal(position, chosen).cast(x.dtype), total: ones([...x.shape.slice(0, -1), 1], { dtype: x.dtype }) };
});

const underWeights = ruled("crossEntropyUnder", (_, y) => ({ y, total: y.sum({ axis: -1, keepDims: true }) }));

const ruleOf = (primitive: Primitive<undefined>) => (losses: Tensor, logits: Tensor, target: Tensor, { top, powers, sum, ties }: Surprise): Tensor =>
  bind(primitive, [losses, logits, target, top, powers, sum, ties], undefined);

/** Losses at one class of each row, with their gradient. */
export const withRuleAt: (losses: Tensor, logits: Tensor, chosen: Tensor, surprise: Surprise) => Tensor = ruleOf(atClass);

/** Losses under weights of all classes, with their gradients. */
export const withRuleUnder: (losses: Tensor, logits: Tensor, weights: Tensor, surprise: Surprise) => Tensor = ruleOf(underWeights);
