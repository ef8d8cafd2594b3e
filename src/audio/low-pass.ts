// The low-pass filters of the resampler: a sinc under Kaiser's window, read at any place.
//
// Sine and Bessel function are ours: host Math differs between engines, and log-probs must not.

/** A low-pass filter, in terms of the lower of two rates. */
export interface LowPass {
  /** Zero crossings on either side. */
  readonly crossings: number;
  /** Cut-off in cycles per sample. */
  readonly cutoff: number;
  /** Kaiser's parameter. */
  readonly beta: number;
}

/** Table entries a crossing: linear interpolation then errs by (pi / 512)^2 / 8, 106 dB below full scale. */
const RESOLUTION = 512;

/** sin(pi x) for any x, within 3e-16 times a few: reduced to |x| <= 1/2, then the Taylor series. */
function sinPi(x: number): number {
  const turns = x - 2 * Math.floor(x / 2 + 0.25);
  const reduced = turns > 0.5 ? 1 - turns : turns;
  const y = reduced * Math.PI;
  let term = y;
  let total = y;
  for (let n = 2; n <= 22; n += 2) {
    term *= (-y * y) / (n * (n + 1));
    total += term;
  }
  return total;
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel0(x: number): number {
  let term = 1;
  let total = 1;
  for (let n = 1; term > total * 1e-17; n++) {
    term *= (x / (2 * n)) ** 2;
    total += term;
  }
  return total;
}

/** The filter at t / RESOLUTION samples of the lower rate, t = 0 ... crossings * RESOLUTION, and one zero behind. */
function tableFor({ crossings, cutoff, beta }: LowPass): Float64Array {
  const size = crossings * RESOLUTION;
  const table = new Float64Array(size + 2);
  for (let i = 0; i < size; i++) {
    const t = i / RESOLUTION;
    const sinc = i === 0 ? 2 * cutoff : sinPi(2 * cutoff * t) / (Math.PI * t);
    const u = t / crossings;
    table[i] = (sinc * bessel0(beta * Math.sqrt(1 - u * u))) / bessel0(beta);
  }
  return table;
}

const tables = new Map<LowPass, Float64Array>();

/**
 * Writes the filter into `out`: value k is the filter k - center input samples from its middle, where the lower rate is `gain` of the
 * input's. Values beyond the last crossing are 0.
 */
export function writeFilter(out: Float32Array, shape: LowPass, center: number, gain: number): void {
  const table = tables.get(shape) ?? tableFor(shape);
  tables.set(shape, table);
  const scale = gain * RESOLUTION;
  const end = shape.crossings * RESOLUTION;
  for (let k = 0; k < out.length; k++) {
    const t = Math.min(Math.abs(k - center) * scale, end);
    const i = Math.floor(t);
    out[k] = gain * (table[i]! + (table[i + 1]! - table[i]!) * (t - i));
  }
}
