// Any sample rate to any other, as a stream: windowed-sinc interpolation (Smith, "Digital Audio Resampling", section 4).
//
// One table of the low-pass filter, finely sampled and read with linear interpolation, serves every ratio. The filter's values for
// each place that outputs can have between inputs are read from it once (polyphase): looking them up for every product cost six
// times as much as the products. Pass band to 0.46 of the lower rate, 80 dB down from half of it on (test/audio/resampler.test.ts measures both).
// Sine and Bessel function are ours: host Math differs between engines, and log-probs must not.

import { audible } from "./samples.ts";

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

/** The filter at the places of one output among the inputs, oldest first, in f64. */
type Phase = Float64Array;

/** Ratios with more places than this are rare; their filter is computed for each output anew. */
const MOST_PHASES = 1024;

/** Filters by ratio, for all streams together; of more ratios than this nobody has use at a time. */
const shared = new Map<string, Map<number, Phase>>();
const MOST_RATIOS = 8;

function phasesOf(ratio: string): Map<number, Phase> {
  const known = shared.get(ratio);
  if (known) return known;
  if (shared.size === MOST_RATIOS) shared.clear();
  const phases = new Map<number, Phase>();
  shared.set(ratio, phases);
  return phases;
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
  private readonly gain: number;
  /** Input samples on either side that an output is made of, and how many in all: a multiple of four. */
  private readonly reach: number;
  private readonly taps: number;
  private readonly phases: Map<number, Phase>;
  /** For a filter that is not kept. */
  private readonly scratch: Phase;
  /** Input samples still needed, the first of them being sample number `first` of the stream; zeros before its start. */
  private history: Float32Array;
  private first: number;
  private received = 0;
  private made = 0;
  /** The next output stands at input position position + phase / up. */
  private position = 0;
  private phase = 0;

  constructor(inputRate: number, outputRate: number) {
    const divisor = greatestCommonDivisor(inputRate, outputRate);
    this.up = outputRate / divisor;
    this.down = inputRate / divisor;
    this.gain = Math.min(1, this.up / this.down);
    this.reach = Math.ceil(CROSSINGS / this.gain);
    this.taps = 4 * Math.ceil((2 * this.reach + 1) / 4);
    this.history = new Float32Array(this.reach);
    this.first = -this.reach;
    this.scratch = new Float64Array(this.taps);
    sharedTable ??= filterTable();
    this.table = sharedTable;
    this.phases = phasesOf(`${this.up}/${this.down}`);
  }

  /** Output that these samples complete. At equal rates the input itself. */
  process(input: Float32Array): Float32Array {
    if (this.up === this.down) return input;
    this.received += input.length;
    return this.take(input);
  }

  /** The output that waited for samples which will not come: silence follows the input. */
  flush(): Float32Array {
    if (this.up === this.down) return new Float32Array(0);
    const missing = Math.ceil((this.received * this.up) / this.down) - this.made;
    return this.take(new Float32Array(this.taps)).subarray(0, missing);
  }

  private take(input: Float32Array): Float32Array {
    const history = new Float32Array(this.history.length + input.length);
    history.set(this.history);
    history.set(input, this.history.length);
    const end = this.first + history.length;
    // An output at position p takes inputs from p - reach on.
    const last = end - this.taps + this.reach;
    const count = Math.max(0, Math.floor(((last - this.position) * this.up - this.phase) / this.down) + 1);
    const output = new Float32Array(count);
    for (let k = 0; k < count; k++) {
      output[k] = audible(product(history, this.position - this.reach - this.first, this.filter(this.phase)));
      this.phase += this.down;
      const whole = Math.floor(this.phase / this.up);
      this.position += whole;
      this.phase -= whole * this.up;
    }
    this.made += count;
    const dropped = Math.min(this.position - this.reach - this.first, history.length);
    this.history = history.slice(dropped);
    this.first += dropped;
    return output;
  }

  private filter(phase: number): Phase {
    const known = this.phases.get(phase);
    if (known) return known;
    const isKept = this.phases.size < MOST_PHASES;
    const filter = isKept ? new Float64Array(this.taps) : this.scratch;
    const { table, gain, reach } = this;
    const scale = gain * RESOLUTION;
    for (let k = 0; k < filter.length; k++) {
      const t = Math.min(Math.abs(reach - k + phase / this.up) * scale, CROSSINGS * RESOLUTION);
      const i = Math.floor(t);
      filter[k] = gain * (table[i]! + (table[i + 1]! - table[i]!) * (t - i));
    }
    if (isKept) this.phases.set(phase, filter);
    return filter;
  }
}

/** Sums of every fourth product side by side: processors need not wait for one to be added before the next. */
function product(samples: Float32Array, from: number, filter: Phase): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let k = 0, n = from; k < filter.length; k += 4, n += 4) {
    a += samples[n]! * filter[k]!;
    b += samples[n + 1]! * filter[k + 1]!;
    c += samples[n + 2]! * filter[k + 2]!;
    d += samples[n + 3]! * filter[k + 3]!;
  }
  return a + c + (b + d);
}
