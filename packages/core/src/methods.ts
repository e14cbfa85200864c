import type { DiagonalOffset, EluOptions, LeakyReluOptions, PadOptions } from "./api/option-names.ts";
import type { Correction, Descending, NormOrder } from "./api/reductions.ts";
import type { ContractionMethod, DotMethod, MatMulMethod, OuterMethod } from "./api/signatures/contract.ts";
import type { BinaryMethod, CastMethod, ClipMethod, HeavisideMethod, UnaryMethod, UnaryMethodWith, WhereMethod } from "./api/signatures/elementwise.ts";
import type { BooleanMaskMethod, OneHotMethod, ScatterAddMethod, TakeAddMethod, TakeAlongAxisMethod, TakeMethod, TopKMethod } from "./api/signatures/indexing.ts";
import type {
  BroadcastToMethod, ExpandDimsMethod, KeepMethod, MoveAxisMethod, ReformMethod, ReshapeMethod, ResizeMethod, RollMethod, SliceMethod, SplitMethod, SqueezeMethod,
  SwapAxesMethod, TransposeMethod, UnstackMethod,
} from "./api/signatures/movement.ts";
import type { Arithmetic, Bits, Choice, Comparison, FloatArithmetic, Operand, Same, Shifts, ToBool, ToFloat, ToIndex, ToNumber } from "./api/signatures/operands.ts";
import type { AlongMethod, AxisOption, CumulativeMethod, ReduceMethod } from "./api/signatures/reduce.ts";
import type { GeluOptions } from "./compose/activations.ts";
import type { ClosenessOptions } from "./compose/closeness.ts";
import type { ContractedAxes } from "./compose/contraction.ts";
import type { DiagonalOptions } from "./compose/diagonal.ts";
import type { Axes } from "./shape/axis-types.ts";
import type { AnyShape } from "./shape/types.ts";
import type { Tensor } from "./tensor.ts";

/**
 * The operations as methods: each is the function of the same name with the tensor as its first argument. Their types read the
 * tensor's shape from `this`, so that the interface itself needs no parameters and stays cheap to compare.
 */
export interface TensorMethods extends ArithmeticMethods, ComparisonMethods, ReductionMethods, ContractionMethods, MovementMethods, IndexingMethods {}

/** Functions of elements. */
interface ArithmeticMethods {
  /** a + b. The operands broadcast; int32 wraps around, two bools give int32. */
  readonly add: BinaryMethod<Arithmetic>;
  /** a − b. The operands broadcast; int32 wraps around. */
  readonly sub: BinaryMethod<Arithmetic>;
  /** a · b, element by element. The operands broadcast; int32 wraps around. */
  readonly mul: BinaryMethod<Arithmetic>;
  /** a / b, always with fractions: int32 and bool give float32. x / 0 is ±Infinity, 0 / 0 NaN. */
  readonly div: BinaryMethod<FloatArithmetic>;
  /** ⌊a / b⌋. By zero: as div for floats, 0 for int32; NaN for an infinite a, 0 or −1 beside an infinite b. */
  readonly floorDiv: BinaryMethod<Arithmetic>;
  /** The remainder a − b·⌊a / b⌋, which has b's sign. By zero: NaN for floats, 0 for int32. */
  readonly mod: BinaryMethod<Arithmetic>;
  /** aᵇ; x⁰ = 1, a negative base with a fraction as exponent gives NaN; int32 wraps around. */
  readonly pow: BinaryMethod<Arithmetic>;
  /** The larger of a and b; NaN wins. Where they are equal each has half of the gradient. */
  readonly maximum: BinaryMethod<Choice>;
  /** The smaller of a and b; NaN wins. Where they are equal each has half of the gradient. */
  readonly minimum: BinaryMethod<Choice>;
  /** √(a² + b²) without overflow on the way. */
  readonly hypot: BinaryMethod<FloatArithmetic>;
  /** |a| with the sign of b, that of −0 too. */
  readonly copySign: BinaryMethod<FloatArithmetic>;
  /** The angle in [−π, π] of the point (x, y) = (b, a). */
  readonly atan2: BinaryMethod<FloatArithmetic>;
  /** −x; int32 wraps around, bool becomes int32. */
  readonly neg: UnaryMethod<ToNumber>;
  /** |x|; its gradient at 0 is 0. */
  readonly abs: UnaryMethod<ToNumber>;
  /** −1, 0 or 1 by the sign of x; NaN stays; the gradient is 0. */
  readonly sign: UnaryMethod<ToNumber>;
  /** x². */
  readonly square: UnaryMethod<ToNumber>;
  /** The largest whole number that is not above x; the gradient is 0. */
  readonly floor: UnaryMethod<ToNumber>;
  /** The smallest whole number that is not below x; the gradient is 0. */
  readonly ceil: UnaryMethod<ToNumber>;
  /** x without its fraction; the gradient is 0. */
  readonly trunc: UnaryMethod<ToNumber>;
  /** The nearest whole number, halves to even; the gradient is 0. */
  readonly round: UnaryMethod<ToNumber>;
  /** max(x, 0); its gradient at 0 is 0. */
  readonly relu: UnaryMethod<ToNumber>;
  /** √x; NaN below 0. int32 and bool give float32. */
  readonly sqrt: UnaryMethod<ToFloat>;
  /** 1 / √x. */
  readonly rsqrt: UnaryMethod<ToFloat>;
  /** ∛x, of negative numbers too. */
  readonly cbrt: UnaryMethod<ToFloat>;
  /** 1 / x. */
  readonly reciprocal: UnaryMethod<ToFloat>;
  /** eˣ. */
  readonly exp: UnaryMethod<ToFloat>;
  /** 2ˣ. */
  readonly exp2: UnaryMethod<ToFloat>;
  /** eˣ − 1, exact next to 0. */
  readonly expm1: UnaryMethod<ToFloat>;
  /** The natural logarithm; −Infinity at 0, NaN below. */
  readonly log: UnaryMethod<ToFloat>;
  /** The logarithm to base 2. */
  readonly log2: UnaryMethod<ToFloat>;
  /** The logarithm to base 10. */
  readonly log10: UnaryMethod<ToFloat>;
  /** log(1 + x), exact next to 0. */
  readonly log1p: UnaryMethod<ToFloat>;
  /** sin x, x in radians. */
  readonly sin: UnaryMethod<ToFloat>;
  /** cos x, x in radians. */
  readonly cos: UnaryMethod<ToFloat>;
  /** tan x, x in radians. */
  readonly tan: UnaryMethod<ToFloat>;
  /** The angle in [−π/2, π/2] whose sine is x; NaN outside [−1, 1]. */
  readonly asin: UnaryMethod<ToFloat>;
  /** The angle in [0, π] whose cosine is x; NaN outside [−1, 1]. */
  readonly acos: UnaryMethod<ToFloat>;
  /** The angle in (−π/2, π/2) whose tangent is x. */
  readonly atan: UnaryMethod<ToFloat>;
  /** (eˣ − e⁻ˣ) / 2. */
  readonly sinh: UnaryMethod<ToFloat>;
  /** (eˣ + e⁻ˣ) / 2. */
  readonly cosh: UnaryMethod<ToFloat>;
  /** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), in [−1, 1]. */
  readonly tanh: UnaryMethod<ToFloat>;
  /** The number whose sinh is x. */
  readonly asinh: UnaryMethod<ToFloat>;
  /** The number from 0 up whose cosh is x; NaN below 1. */
  readonly acosh: UnaryMethod<ToFloat>;
  /** The number whose tanh is x; ±Infinity at ±1, NaN beyond. */
  readonly atanh: UnaryMethod<ToFloat>;
  /** The error function, 2/√π · ∫₀ˣ e^(−t²) dt. */
  readonly erf: UnaryMethod<ToFloat>;
  /** 1 / (1 + e⁻ˣ), in [0, 1]. */
  readonly sigmoid: UnaryMethod<ToFloat>;
  /** log(1 + eˣ), a smooth relu, without overflow. */
  readonly softplus: UnaryMethod<ToFloat>;
  /** The logarithm of the sigmoid, −log(1 + e⁻ˣ), exact far from 0. */
  readonly logSigmoid: UnaryMethod<ToFloat>;
  /** x · sigmoid(x), called swish too (Ramachandran et al. 2017). */
  readonly silu: UnaryMethod<ToFloat>;
  /** x / (1 + |x|). */
  readonly softsign: UnaryMethod<ToFloat>;
  /** 0 where x is below 0, 1 where it is above, and the second argument at 0, which is 0 unless given; NaN stays. The gradient to x is 0. */
  readonly heaviside: HeavisideMethod;
  /** x · Φ(x), where Φ is the normal distribution's cumulative probability (Hendrycks and Gimpel 2016). */
  readonly gelu: UnaryMethodWith<ToFloat, GeluOptions>;
  /** x above 0, α·(eˣ − 1) elsewhere; α is 1 unless given (Clevert et al. 2015). */
  readonly elu: UnaryMethodWith<ToFloat, EluOptions>;
  /** x above 0, slope·x elsewhere; the slope is 0.01 unless given. */
  readonly leakyRelu: UnaryMethodWith<ToFloat, LeakyReluOptions>;
  /** The elements moved into [min, max]; either bound may be left out, and `max` wins where they cross. NaN stays. The gradient flows to x within the bounds. */
  readonly clip: ClipMethod;
  /** The elements in another dtype: toward zero and saturating to int32 (NaN becomes 0), x ≠ 0 to bool, rounded to float32. */
  readonly cast: CastMethod;
  /** x itself, taken as a constant by every gradient. */
  readonly stopGradient: UnaryMethod<Same>;
}

/** Comparisons as methods. */
interface ComparisonMethods {
  /** a = b; NaN equals nothing. */
  readonly equal: BinaryMethod<Comparison>;
  /** a ≠ b; NaN differs from everything. */
  readonly notEqual: BinaryMethod<Comparison>;
  /** a < b; false for NaN. */
  readonly less: BinaryMethod<Comparison>;
  /** a ≤ b; false for NaN. */
  readonly lessEqual: BinaryMethod<Comparison>;
  /** a > b; false for NaN. */
  readonly greater: BinaryMethod<Comparison>;
  /** a ≥ b; false for NaN. */
  readonly greaterEqual: BinaryMethod<Comparison>;
  /** Whether both are not 0. */
  readonly logicalAnd: BinaryMethod<Comparison>;
  /** Whether one is not 0. */
  readonly logicalOr: BinaryMethod<Comparison>;
  /** Whether exactly one is not 0. */
  readonly logicalXor: BinaryMethod<Comparison>;
  /** Whether x is NaN. */
  readonly isNaN: UnaryMethod<ToBool>;
  /** Whether x is neither NaN nor infinite. */
  readonly isFinite: UnaryMethod<ToBool>;
  /** Whether x is Infinity or −Infinity. */
  readonly isInf: UnaryMethod<ToBool>;
  /** Whether x is 0. */
  readonly logicalNot: UnaryMethod<ToBool>;
  /** The bits that both have; int32 and bool. */
  readonly bitwiseAnd: BinaryMethod<Bits>;
  /** The bits that one has; int32 and bool. */
  readonly bitwiseOr: BinaryMethod<Bits>;
  /** The bits in which they differ; int32 and bool. */
  readonly bitwiseXor: BinaryMethod<Bits>;
  /** All bits flipped, −x − 1; for bool the opposite. */
  readonly bitwiseNot: UnaryMethod<Same>;
  /** a · 2ᵇ, bits beyond 32 lost; 0 for b below 0 and from 32 up. */
  readonly leftShift: BinaryMethod<Shifts>;
  /** ⌊a / 2ᵇ⌋, the sign kept; for b below 0 and from 32 up only the sign is left, 0 or −1. */
  readonly rightShift: BinaryMethod<Shifts>;
  /** x where the condition holds (is not 0), the other elsewhere: `where(condition, x, other)`. */
  readonly where: WhereMethod;
  /** Whether |a − b| ≤ atol + rtol·|b|, element by element; rtol is 1e-5 and atol 1e-8 unless given. */
  readonly isClose: (b: Operand, options?: ClosenessOptions) => Tensor<AnyShape, "bool">;
  /** Whether all elements are close, as `isClose` says. */
  readonly allClose: (b: Operand, options?: ClosenessOptions) => boolean;
  /** Whether shapes and all elements are equal; NaN equals nothing. */
  readonly arrayEqual: (b: Operand) => boolean;
}

/** Reductions as methods. */
interface ReductionMethods {
  /** Σ x; 0 for no elements. bool counts as int32, which wraps around. */
  readonly sum: ReduceMethod<ToNumber>;
  /** Σ x / n; NaN for no elements. */
  readonly mean: ReduceMethod<ToFloat>;
  /** ∏ x; 1 for no elements. */
  readonly prod: ReduceMethod<ToNumber>;
  /** The largest element; NaN wins, and elements that tie share the gradient. */
  readonly max: ReduceMethod<Same>;
  /** The smallest element; NaN wins, and elements that tie share the gradient. */
  readonly min: ReduceMethod<Same>;
  /** Where the largest element stands (the first of equals; NaN wins), int32; over several axes the index in row-major order. */
  readonly argMax: ReduceMethod<ToIndex>;
  /** Where the smallest element stands (the first of equals; NaN wins), int32; over several axes the index in row-major order. */
  readonly argMin: ReduceMethod<ToIndex>;
  /** Whether an element is not 0; false for no elements. */
  readonly any: ReduceMethod<ToBool>;
  /** Whether no element is 0; true for no elements. */
  readonly all: ReduceMethod<ToBool>;
  /** How many elements are not 0, int32. */
  readonly countNonZero: ReduceMethod<ToIndex>;
  /** Σ (x − mean)² / (n − correction), in two passes. */
  readonly variance: ReduceMethod<ToFloat, Correction>;
  /** √variance; its gradient where all elements are alike is 0. */
  readonly std: ReduceMethod<ToFloat, Correction>;
  /** log Σ eˣ without overflow; −Infinity for no elements. */
  readonly logSumExp: ReduceMethod<ToFloat>;
  /** √Σ x² (`ord` 2 or "fro"), Σ |x| (1) or max |x| (Infinity) of the elements taken as one vector. */
  readonly norm: ReduceMethod<ToFloat, NormOrder>;
  /** eˣ / Σ eˣ along an axis (the last unless named), without overflow. */
  readonly softmax: AlongMethod<ToFloat, Axes>;
  /** The logarithm of softmax, x − log Σ eˣ, exact where softmax is next to 0 or 1. */
  readonly logSoftmax: AlongMethod<ToFloat, Axes>;
  /** Running sums along an axis, from its end with `reverse`; without an axis over all elements in row-major order, in a vector. */
  readonly cumSum: CumulativeMethod<ToNumber>;
  /** Running products along an axis, from its end with `reverse`; without an axis over all elements in row-major order, in a vector. */
  readonly cumProd: CumulativeMethod<ToNumber>;
  /** The elements in order along an axis (the last unless named), NaN last. */
  readonly sort: AlongMethod<Same, number, Descending>;
  /** The indices (int32) that put the elements in order along an axis (the last unless named); equal elements keep their order, NaN comes last. */
  readonly argSort: AlongMethod<ToIndex, number, Descending>;
}

/** Contractions as methods. */
interface ContractionMethods {
  /** Products of matrices, out[…, i, j] = Σₖ a[…, i, k] · b[…, k, j]; leading axes broadcast. A vector counts as a row on the left and as a column on the right. int32 wraps around. */
  readonly matmul: MatMulMethod;
  /** Σᵢ aᵢ·bᵢ of vectors, the product of matrices, the product with a scalar; beyond that the sum over a's last axis and b's last but one. */
  readonly dot: DotMethod;
  /** Σ over the last axis of both: the result has a's other axes, then b's. */
  readonly inner: (b: Operand) => Tensor;
  /** All products, out[i, j] = aᵢ·bⱼ, of the elements in row-major order. */
  readonly outer: OuterMethod;
  /** The product summed over pairs of axes; the result has a's other axes, then b's. */
  readonly tensordot: ContractionMethod<ContractedAxes>;
  /** The elements on a diagonal of two axes (the last two unless named), as a last axis after the others. */
  readonly diagonal: (options?: DiagonalOptions) => Tensor;
  /** Σᵢ x[…, i, i] over the last two axes, unless others are named. */
  readonly trace: (options?: DiagonalOptions) => Tensor;
  /** Square matrices with x's last axis on a diagonal, zeros elsewhere. */
  readonly diagonalMatrix: (options?: DiagonalOffset) => Tensor;
}

/** Movement as methods. */
interface MovementMethods {
  /** The same elements in row-major order under another shape; one size may be −1. */
  readonly reshape: ReshapeMethod;
  /** The axes in another order: axis k of the result is axis order[k] of x; reversed unless an order is given. */
  readonly transpose: TransposeMethod;
  /** Two axes exchanged. */
  readonly swapAxes: SwapAxesMethod;
  /** Axes moved to other places; the rest keep their order. */
  readonly moveAxis: MoveAxisMethod;
  /** A new axis of size 1 at each place named, counted in the result. */
  readonly expandDims: ExpandDimsMethod;
  /** Without axes of size 1: all of them, or those that `axis` names. */
  readonly squeeze: SqueezeMethod;
  /** Axes of size 1, and new leading axes, repeated to a larger shape without copying. */
  readonly broadcastTo: BroadcastToMethod;
  /** The elements in reverse along the axes named, or along all. */
  readonly flip: KeepMethod<AxisOption<Axes>>;
  /** Part of a tensor, without copying: for each leading axis an index (the axis goes) or [start, stop, step] as in NumPy's start:stop:step (the axis stays); null leaves a bound open, [] takes the whole axis. */
  readonly slice: SliceMethod;
  /** More places before and after each axis, filled with `value` (0 unless given). */
  readonly pad: ResizeMethod<readonly (readonly [before: number, after: number])[], PadOptions>;
  /** The whole tensor repeated like tiles, so often along each axis. */
  readonly tile: ReformMethod<Axes>;
  /** Each element repeated in place along an axis; without one, all elements in row-major order, in a vector. */
  readonly repeat: ReformMethod<Axes, AxisOption<number>>;
  /** The elements shifted towards the end; what leaves there comes back at the start. Without an axis in row-major order. */
  readonly roll: RollMethod;
  /** A tensor cut along an axis (the first unless named): into so many equal parts, or at the indices listed. */
  readonly split: SplitMethod;
  /** The tensors that `stack` would join: one for each place along an axis (the first unless named), without that axis. */
  readonly unstack: UnstackMethod;
}

/** Indexing as methods. */
interface IndexingMethods {
  /** Elements picked by index along an axis (the first unless named): the indices' axes stand in the place of the axis, and a number takes it away. */
  readonly take: TakeMethod;
  /** x with something added at the places that `take` would pick; an index that comes twice adds twice. */
  readonly takeAdd: TakeAddMethod;
  /** For each place of the indices the element that they point to along an axis; what argSort found, this takes. */
  readonly takeAlongAxis: TakeAlongAxisMethod;
  /** x with each update added where its index points along an axis; an index that comes twice adds twice. */
  readonly scatterAdd: ScatterAddMethod;
  /** Vectors of `depth` elements, 1 at the index and 0 elsewhere, as a new last axis; float32 unless another dtype is given. */
  readonly oneHot: OneHotMethod;
  /** The elements (for a mask of fewer axes, the parts) where the mask is true, in row-major order. */
  readonly booleanMask: BooleanMaskMethod;
  /** Where elements are not 0: int32 [count, rank], one index per row, in row-major order. */
  readonly nonZero: () => Tensor<[number, number], "int32">;
  /** The k largest elements along an axis (the last unless named), the largest first, or the k smallest, and their indices. */
  readonly topK: TopKMethod;
  /** The lower triangle of a matrix (or of each of a batch), zeros above the diagonal. */
  readonly tril: KeepMethod<DiagonalOffset>;
  /** The upper triangle of a matrix (or of each of a batch), zeros below the diagonal. */
  readonly triu: KeepMethod<DiagonalOffset>;
}
