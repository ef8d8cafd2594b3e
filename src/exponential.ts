// exp with the same bits on every JavaScript engine: what decides between hypotheses must not hang on the host's Math.exp,
// whose last digits are the engine's own business. Only IEEE +, * and rounding are used, in a fixed order.

const INVERSE_LN2 = Math.LOG2E;
/** ln 2 in two parts, the first short enough that its small multiples are exact (Cody and Waite 1980, chapter 6). */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** Below this, 0: exp(-700) is still a normal number. */
const SMALLEST = -700;
const LARGEST = 700;

/** 2^n for whole n in -1022 ... 1023, exactly: each factor is a power of two itself. */
export function powerOfTwo(n: number): number {
  let power = 1;
  let factor = n < 0 ? 0.5 : 2;
  for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power *= factor;
    factor *= factor;
  }
  return power;
}

/** e^x within 4e-16 relative, for x up to 700 (more counts as 700); 0 below -700. */
export function exponential(x: number): number {
  if (!(x >= SMALLEST)) return 0;
  const bounded = Math.min(x, LARGEST);
  const n = Math.round(bounded * INVERSE_LN2);
  const r = bounded - n * LN2_HIGH - n * LN2_LOW;
  // Taylor series for |r| <= ln(2) / 2: the first term left out is below 3e-18.
  let sum = 1;
  for (let k = 14; k >= 1; k--) sum = 1 + (sum * r) / k;
  return sum * powerOfTwo(n);
}
