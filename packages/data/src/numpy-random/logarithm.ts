/**
 * The natural logarithm, correctly rounded. `Math.log` may differ by a unit in the last place from one JavaScript engine
 * to the next, and C libraries differ in the same way: a stream of numbers that is to be the same everywhere needs one
 * answer, and the rounded true value is the one that all of them come closest to.
 *
 * Numbers are carried as unevaluated sums of two doubles, some 106 bits. Each function below returns the high part and
 * leaves the low one in `low`, so that nothing is allocated.
 *
 * @see Dekker: A floating-point technique for extending the available precision, Numerische Mathematik 18 (1971)
 */
let low = 0;

/** a + b without error. */
function twoSum(a: number, b: number): number {
  const sum = a + b;
  const part = sum - a;
  low = a - (sum - part) + (b - part);
  return sum;
}

/** a · b without error, for factors below 2⁹⁹⁰. */
function twoProduct(a: number, b: number): number {
  const product = a * b;
  const scaledA = 134217729 * a;
  const highA = scaledA - (scaledA - a);
  const lowA = a - highA;
  const scaledB = 134217729 * b;
  const highB = scaledB - (scaledB - b);
  const lowB = b - highB;
  low = highA * highB - product + highA * lowB + lowA * highB + lowA * lowB;
  return product;
}

/** (a + aLow) + (b + bLow). */
function add(a: number, aLow: number, b: number, bLow: number): number {
  const sum = twoSum(a, b);
  return twoSum(sum, low + aLow + bLow);
}

/** (a + aLow) · (b + bLow). */
function multiply(a: number, aLow: number, b: number, bLow: number): number {
  const product = twoProduct(a, b);
  return twoSum(product, low + a * bLow + aLow * b);
}

/** (a + aLow) / b. */
function divide(a: number, aLow: number, b: number): number {
  const quotient = a / b;
  const back = twoProduct(quotient, b);
  return twoSum(quotient, (a - back - low + aLow) / b);
}

const ln2 = 0.6931471805599453;
const ln2Low = 2.3190468138462996e-17;

// Logarithms of steps / 128 from about √½ to about √2, filled when first needed.
const steps = 128;
const least = 90;
const count = 182 - least;
const logHigh = new Float64Array(count);
const logLow = new Float64Array(count);
let filled = false;

/** log c = 2 artanh((c − 1) / (c + 1)), by its series: 24 terms of less than 1/34 the one before. */
function fillTable(): void {
  for (let at = 0; at < count; at++) {
    const numerator = at + least - steps;
    const s = divide(numerator, 0, at + least + steps);
    const sLow = low;
    const square = multiply(s, sLow, s, sLow);
    const squareLow = low;
    let sum = 0;
    let sumLow = 0;
    for (let term = 47; term >= 1; term -= 2) {
      sum = multiply(sum, sumLow, square, squareLow);
      sumLow = low;
      const share = divide(2, 0, term);
      sum = add(sum, sumLow, share, low);
      sumLow = low;
    }
    logHigh[at] = multiply(sum, sumLow, s, sLow);
    logLow[at] = low;
  }
  filled = true;
}

/** The base-2 exponent that brings a number between about √½ and √2. */
function exponentOf(x: number): number {
  let exponent = Math.round(Math.log2(x));
  if (x / 2 ** exponent > Math.SQRT2) exponent++;
  return exponent;
}

/** log x for x from 2⁻¹⁰²² to 2¹⁰⁰⁰, the double nearest to the true value. */
export function logarithm(x: number): number {
  if (!filled) fillTable();
  const exponent = exponentOf(x);
  const mantissa = x / 2 ** exponent;
  const step = Math.round(mantissa * steps);
  const nearby = step / steps;
  // mantissa = nearby · (1 + r), |r| < 2⁻⁷; the difference is exact.
  const r = divide(mantissa - nearby, 0, nearby);
  const rLow = low;
  // log(1 + r) = r − r²/2 + r³/3 − …: from r⁵ on doubles are enough, as they weigh 2⁻²⁸ of the whole.
  const tail = r * (1 / 5 - r * (1 / 6 - r * (1 / 7 - r * (1 / 8 - r * (1 / 9 - r * (1 / 10 - r * (1 / 11 - r * (1 / 12 - r * (1 / 13 - r * (1 / 14 - r / 15))))))))));
  let sum = add(-0.25, 0, tail, 0);
  sum = multiply(sum, low, r, rLow);
  sum = add(sum, low, 1 / 3, 1.850371707708594e-17);
  sum = multiply(sum, low, r, rLow);
  sum = add(sum, low, -0.5, 0);
  sum = multiply(sum, low, r, rLow);
  sum = add(sum, low, 1, 0);
  sum = multiply(sum, low, r, rLow);
  sum = add(sum, low, logHigh[step - least], logLow[step - least]);
  const sumLow = low;
  if (exponent === 0) return sum;
  const whole = multiply(exponent, 0, ln2, ln2Low);
  return add(whole, low, sum, sumLow);
}
