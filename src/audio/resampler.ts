// Any sample rate to any other, as a stream: windowed-sinc interpolation (Smith, "Digital Audio Resampling", section 4).
//
// One table of the low-pass filter, finely sampled and read with linear interpolation, serves every ratio in the same
// memory. Pass band to 0.46 of the lower rate, 80 dB down from half of it on (test/audio/resampler.test.ts measures both).
// Sine and Bessel function are ours: host Math differs between engines, and log-probs must not.

/**
 * Zero crossings of the filter on either side, at the lower rate. 32, with a pass band to 0.42 only (6.7 kHz of 48 kHz input),
 * cost an earlier commands model two to four of the eleven digits of examples/digits.wav.
 */
const CROSSINGS = 64;
/** Table entries a crossing: linear interpolation then errs by (pi / 512)^2 / 8, 106 dB below full scale. */
const RESOLUTION = 512;
/** Cut-off in cycles per sample of the lower rate: the transition band ends at one half. */
const CUTOFF = 0.4805;
/** Kaiser's parameter for 80 dB. */
const BETA = 7.857;

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

/** The filter at t / RESOLUTION samples of the lower rate, t = 0 ... CROSSINGS * RESOLUTION, and one zero behind. */
function filterTable(): Float64Array {
  const size = CROSSINGS * RESOLUTION;
  const table = new Float64Array(size + 2);
  for (let i = 0; i < size; i++) {
    const t = i / RESOLUTION;
    const sinc = i === 0 ? 2 * CUTOFF : sinPi(2 * CUTOFF * t) / (Math.PI * t);
    const u = t / CROSSINGS;
    table[i] = (sinc * bessel0(BETA * Math.sqrt(1 - u * u))) / bessel0(BETA);
  }
  return table;
}

let sharedTable: Float64Array | null = null;

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * Turns samples at inputRate into samples at outputRate (both whole Hz). Output sample k stands at time k / outputRate, so
 * there is no delay to correct; n input samples give ceil(n * outputRate / inputRate). The output does not depend on how
 * the input is cut into chunks, to the bit.
 */
export class Resampler {
  private readonly table: Float64Array;
  /** outputRate / inputRate = up / down in lowest terms. */
  private readonly up: number;
  private readonly down: number;
  /** Table steps per input sample, and the filter's reach in input samples. */
  private readonly scale: number;
  private readonly reach: number;
  private readonly gain: number;
  /** Input samples still needed, the first of them being sample number `first` of the stream. */
  private history: Float32Array = new Float32Array(0);
  private first = 0;
  private received = 0;
  /** The next output stands at input position position + phase / up. */
  private position = 0;
  private phase = 0;

  constructor(inputRate: number, outputRate: number) {
    const divisor = greatestCommonDivisor(inputRate, outputRate);
    this.up = outputRate / divisor;
    this.down = inputRate / divisor;
    this.gain = Math.min(1, this.up / this.down);
    this.scale = this.gain * RESOLUTION;
    this.reach = CROSSINGS / this.gain;
    sharedTable ??= filterTable();
    this.table = sharedTable;
  }

  /** Output that these samples complete. At equal rates the input itself. */
  process(input: Float32Array): Float32Array {
    if (this.up === this.down) return input;
    const kept = this.history;
    const history = new Float32Array(kept.length + input.length);
    history.set(kept);
    history.set(input, kept.length);
    this.history = history;
    this.received += input.length;
    const output = this.outputBefore(this.received - Math.ceil(this.reach) - 1);
    const needed = Math.max(this.first, this.position - Math.ceil(this.reach) - 1);
    const dropped = Math.min(needed - this.first, this.history.length);
    this.history = this.history.slice(dropped);
    this.first += dropped;
    return output;
  }

  /** The output that waited for samples which will not come: silence follows the input. */
  flush(): Float32Array {
    return this.up === this.down ? new Float32Array(0) : this.outputBefore(this.received);
  }

  /** All output samples that stand before input position `end`. */
  private outputBefore(end: number): Float32Array {
    const count = Math.max(0, Math.ceil(((end - this.position) * this.up - this.phase) / this.down));
    const output = new Float32Array(count);
    for (let k = 0; k < count; k++) {
      output[k] = this.at(this.position, this.phase / this.up);
      this.phase += this.down;
      const whole = Math.floor(this.phase / this.up);
      this.position += whole;
      this.phase -= whole * this.up;
    }
    return output;
  }

  /** The filtered input at position + fraction. Always summed from the oldest sample to the newest. */
  private at(position: number, fraction: number): number {
    const { table, scale, history, first } = this;
    const from = Math.max(first, Math.ceil(position + fraction - this.reach));
    const to = Math.min(this.received - 1, Math.floor(position + fraction + this.reach));
    let total = 0;
    for (let n = from; n <= to; n++) {
      const t = Math.abs(position - n + fraction) * scale;
      const i = Math.floor(t);
      const h = table[i]! + (table[i + 1]! - table[i]!) * (t - i);
      total += history[n - first]! * h;
    }
    return total * this.gain;
  }
}
