// Any sample rate to any other, as a stream: windowed-sinc interpolation (Smith, "Digital Audio Resampling", section 4).
//
// One table of the low-pass filter, finely sampled and read with linear interpolation, serves every ratio. The filter's values for
// each place that outputs can have between inputs are read from it once (polyphase): looking them up for every product cost six
// times as much as the products. Where the input has more than twice the output's rate a short filter brings it near that rate first:
// only there a steep filter is needed, and one at the input's rate would be as many times as long. Pass band to 0.46 of the lower rate, 80 dB down from half of it on (test/audio/resampler.test.ts measures both).
// Sine and Bessel function are ours: host Math differs between engines, and log-probs must not.

import { audible } from "./samples.ts";

/** A low-pass filter, in terms of the lower of two rates. */
interface Shape {
  /** Zero crossings on either side. */
  readonly crossings: number;
  /** Cut-off in cycles per sample. */
  readonly cutoff: number;
  /** Kaiser's parameter. */
  readonly beta: number;
}

/**
 * The filter before the output: the transition band ends at one half, 80 dB down. 32 crossings, with a pass band to 0.42 only (6.7 kHz
 * of 48 kHz input), cost an earlier commands model two to four of the eleven digits of examples/digits.wav.
 */
const STEEP: Shape = { crossings: 64, cutoff: 0.4805, beta: 7.857 };
/** The filter before that: what folds back to where the steep one stops anything may stay. 100 dB down, so that nothing adds up. */
const GENTLE: Shape = { crossings: 12, cutoff: 0.4855, beta: 10.06 };
/** The gentle filter's output has at least this many times the rate of the steep one's. */
const LEAST_AHEAD = 1.375;
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
function filterTable({ crossings, cutoff, beta }: Shape): Float64Array {
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

const tables = new Map<Shape, Float64Array>();

function tableOf(shape: Shape): Float64Array {
  const table = tables.get(shape) ?? filterTable(shape);
  tables.set(shape, table);
  return table;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The filter at the places of one output among the inputs, oldest first, in f64. */
type Phase = Float64Array;

/** Ratios with more places than this are rare; their filter is computed for each output anew. */
const MOST_PHASES = 1024;

/** Filters by ratio, for all streams together; of more ratios than this nobody has use at a time. */
const shared = new Map<string, (Phase | undefined)[]>();
const MOST_RATIOS = 8;

function phasesOf(ratio: string, up: number): (Phase | undefined)[] {
  const known = shared.get(ratio);
  if (known) return known;
  if (shared.size === MOST_RATIOS) shared.clear();
  const phases = new Array<Phase | undefined>(Math.min(up, MOST_PHASES)).fill(undefined);
  shared.set(ratio, phases);
  return phases;
}

/** One filter, from one rate to another. */
class Stage {
  private readonly table: Float64Array;
  private readonly shape: Shape;
  /** The output's rate over the input's is up / down in lowest terms. */
  private readonly up: number;
  private readonly down: number;
  private readonly gain: number;
  /** Input samples on either side that an output is made of, and how many in all: a multiple of four. */
  private readonly reach: number;
  readonly taps: number;
  private readonly phases: (Phase | undefined)[];
  /** For a filter that is not kept. */
  private readonly scratch: Phase;
  /** Input samples still needed, the first of them being sample number `first` of the stream; zeros before its start. */
  private history: Float64Array;
  private first: number;
  /** The next output stands at input position position + phase / up. */
  private position = 0;
  private phase = 0;

  constructor(up: number, down: number, shape: Shape) {
    const divisor = greatestCommonDivisor(up, down);
    this.up = up / divisor;
    this.down = down / divisor;
    this.shape = shape;
    this.gain = Math.min(1, this.up / this.down);
    this.reach = Math.ceil(shape.crossings / this.gain);
    this.taps = 4 * Math.ceil((2 * this.reach + 1) / 4);
    this.history = new Float64Array(this.reach);
    this.first = -this.reach;
    this.scratch = new Float64Array(this.taps);
    this.table = tableOf(shape);
    this.phases = phasesOf(`${this.up}/${this.down} ${shape.crossings}`, this.up);
  }

  /** Output that these samples complete. */
  take(input: Float32Array): Float32Array {
    const history = new Float64Array(this.history.length + input.length);
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
    const dropped = Math.min(this.position - this.reach - this.first, history.length);
    this.history = history.slice(dropped);
    this.first += dropped;
    return output;
  }

  private filter(phase: number): Phase {
    const isKept = phase < this.phases.length;
    const known = isKept ? this.phases[phase] : undefined;
    if (known) return known;
    const filter = isKept ? new Float64Array(this.taps) : this.scratch;
    const { table, gain, reach } = this;
    const scale = gain * RESOLUTION;
    for (let k = 0; k < filter.length; k++) {
      const t = Math.min(Math.abs(reach - k + phase / this.up) * scale, this.shape.crossings * RESOLUTION);
      const i = Math.floor(t);
      filter[k] = gain * (table[i]! + (table[i + 1]! - table[i]!) * (t - i));
    }
    if (isKept) this.phases[phase] = filter;
    return filter;
  }
}

/**
 * Turns samples at inputRate into samples at outputRate (both whole Hz). Output sample k stands at time k / outputRate, so
 * there is no delay to correct; n input samples give ceil(n * outputRate / inputRate). The output does not depend on how
 * the input is cut into chunks, to the bit.
 */
export class Resampler {
  private readonly stages: readonly Stage[];
  private readonly inputRate: number;
  private readonly outputRate: number;
  private received = 0;
  private made = 0;

  constructor(inputRate: number, outputRate: number) {
    this.inputRate = inputRate;
    this.outputRate = outputRate;
    // So many input samples become one before the steep filter.
    const fold = Math.max(1, Math.floor(inputRate / (LEAST_AHEAD * outputRate)));
    const steep = new Stage(outputRate * fold, inputRate, STEEP);
    this.stages = inputRate === outputRate ? [] : fold === 1 ? [steep] : [new Stage(1, fold, GENTLE), steep];
  }

  /** Output that these samples complete. At equal rates the input itself. */
  process(input: Float32Array): Float32Array {
    this.received += input.length;
    const output = this.stages.reduce((samples, stage) => stage.take(samples), input);
    this.made += output.length;
    return output;
  }

  /** The output that waited for samples which will not come: silence follows the input. */
  flush(): Float32Array {
    const missing = Math.ceil((this.received * this.outputRate) / this.inputRate) - this.made;
    const rest = this.stages.reduce((samples, stage) => {
      const followed = new Float32Array(samples.length + stage.taps);
      followed.set(samples);
      return stage.take(followed);
    }, new Float32Array(0) as Float32Array);
    return rest.subarray(0, Math.max(0, missing));
  }
}

/** Sums of every fourth product side by side: processors need not wait for one to be added before the next. */
function product(samples: Float64Array, from: number, filter: Phase): number {
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
