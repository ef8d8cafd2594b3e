// Any sample rate to any other, as a stream: windowed-sinc interpolation (Smith, "Digital Audio Resampling", section 4).
//
// Each place that outputs can have between inputs has a filter of its own (polyphase). A group of successive outputs is made at once:
// their filters stand in one window of the input, so the engine's product of matrices shares its loads.
// Where the input has more than twice the output's rate, a short filter brings it near that rate first: only there a steep filter is
// needed, and one at the input's rate would be as many times as long. Pass band to 0.46 of the lower rate, 80 dB down from half of it
// on (test/audio/resampler.test.ts measures both).

import { type FilterBanks, plainBanks, type SharedBank } from "./filter-bank.ts";
import { type LowPass, writeFilter } from "./low-pass.ts";
import { keepAudible } from "./samples.ts";

/**
 * The filter before the output: the transition band ends at one half, 80 dB down. 32 crossings, with a pass band to 0.42 only (6.7 kHz
 * of 48 kHz input), cost an earlier commands model two to four of the eleven digits of examples/digits.wav.
 */
const STEEP: LowPass = { crossings: 64, cutoff: 0.4805, beta: 7.857 };
/** The filter before that: what folds back to where the steep one stops anything may stay. 90 dB down. */
const GENTLE: LowPass = { crossings: 10, cutoff: 0.4855, beta: 8.96 };
/** The gentle filter's output has at least this many times the rate of the steep one's. */
const LEAST_AHEAD = 1.375;

/** Ratios with more sets of filters than this are rare; theirs are computed for each group anew. */
const MOST_SETS = 512;
/** Outputs of a group: the engine's product makes four at once. More than eight would make the window longer than that gains. */
const LEAST_ROWS = 4;
const MOST_ROWS = 8;
/** Input samples that are filtered at a time, so long chunks need no long window. */
const BLOCK = 4096;

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** One filter, from one rate to another. */
class Stage {
  private readonly shape: LowPass;
  /** The output's rate over the input's is up / down in lowest terms. */
  private readonly up: number;
  private readonly down: number;
  private readonly gain: number;
  /** Input samples on either side that an output is made of. */
  private readonly reach: number;
  /** Outputs of a group, and the input samples that their filters stand in. */
  private readonly rows: number;
  readonly taps: number;
  private readonly shared: SharedBank;
  /** Groups begin at so many places between inputs, `between` of their `up` parts apart. */
  private readonly places: number;
  private readonly between: number;
  /** Input samples still needed, the first of them being sample number `first` of the stream; zeros before its start. */
  private history: Float32Array;
  private first: number;
  /** The next group's first output stands at input position position + phase / up. */
  private position = 0;
  private phase = 0;
  /** How many outputs of that group have been given already. */
  private told = 0;

  constructor(up: number, down: number, shape: LowPass, banks: FilterBanks) {
    const divisor = greatestCommonDivisor(up, down);
    this.up = up / divisor;
    this.down = down / divisor;
    this.shape = shape;
    this.gain = Math.min(1, this.up / this.down);
    this.reach = Math.ceil(shape.crossings / this.gain);
    this.rows = this.up > MOST_ROWS ? LEAST_ROWS : this.up * Math.ceil(LEAST_ROWS / this.up);
    this.between = greatestCommonDivisor(this.rows, this.up);
    this.places = this.up / this.between;
    const lastOffset = Math.floor((this.up - this.between + (this.rows - 1) * this.down) / this.up);
    this.taps = 4 * Math.ceil((2 * this.reach + 1 + lastOffset) / 4);
    this.history = new Float32Array(this.reach);
    this.first = -this.reach;
    const window = BLOCK + 2 * this.taps;
    this.shared = banks.bank(`${this.up}/${this.down} ${shape.crossings}`, {
      sets: this.places > MOST_SETS ? 1 : this.places,
      rows: this.rows,
      taps: this.taps,
      step: (this.rows * this.down) / this.up,
      window,
      out: Math.ceil((window * this.up) / this.down) + 2 * this.rows,
    });
  }

  /** Output that these samples complete. */
  take(input: Float32Array): Float32Array {
    if (input.length <= BLOCK) return this.takeBlock(input);
    const parts: Float32Array[] = [];
    for (let at = 0; at < input.length; at += BLOCK) parts.push(this.takeBlock(input.subarray(at, at + BLOCK)));
    return joined(parts);
  }

  private takeBlock(input: Float32Array): Float32Array {
    const { bank } = this.shared;
    bank.window.set(this.history);
    bank.window.set(input, this.history.length);
    const filled = this.history.length + input.length;
    const toldBefore = this.told;
    let made = 0;
    for (let groups = this.complete(filled); groups > 0; groups = this.complete(filled)) {
      bank.apply(this.filters(), this.start, groups, made);
      made += groups * this.rows;
      this.phase += groups * this.rows * this.down;
      const whole = Math.floor(this.phase / this.up);
      this.position += whole;
      this.phase -= whole * this.up;
    }
    // The first of the next group's outputs may be complete. What is in the window behind the input meets their filters' zeros.
    this.told = this.begun(filled);
    if (made + this.told > toldBefore) bank.apply(this.filters(), this.start, 1, made);
    const dropped = Math.min(this.start, filled);
    this.history = bank.window.slice(dropped, filled);
    this.first += dropped;
    return bank.out.slice(toldBefore, made + this.told);
  }

  /** Where in the window the next group's inputs begin. */
  private get start(): number {
    return this.position - this.reach - this.first;
  }

  /** How many groups the bank can make at once of that many samples in the window: one if the next needs other filters. */
  private complete(filled: number): number {
    const room = filled - this.taps - this.start;
    if (room < 0) return 0;
    return this.places > 1 ? 1 : 1 + Math.floor((room * this.up) / (this.rows * this.down));
  }

  /** How many outputs of the next group can be made of that many samples in the window. */
  private begun(filled: number): number {
    const room = filled - this.start - (2 * this.reach + 1);
    // Output r of the group stands floor((phase + r down) / up) behind its first.
    const count = Math.floor(((room + 1) * this.up - 1 - this.phase) / this.down) + 1;
    return Math.max(0, Math.min(this.rows, count));
  }

  /** The bank's set of filters for the next group. They are written when they are first needed. */
  private filters(): number {
    const { bank, isWritten } = this.shared;
    const isKept = this.places === isWritten.length;
    const set = isKept ? this.phase / this.between : 0;
    if (isKept && isWritten[set]) return set;
    for (let r = 0; r < this.rows; r++) {
      const at = (set * this.rows + r) * this.taps;
      const center = this.reach + (this.phase + r * this.down) / this.up;
      writeFilter(bank.filters.subarray(at, at + this.taps), this.shape, center, this.gain);
    }
    isWritten[set] = 1;
    return set;
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Turns samples at inputRate into samples at outputRate (both whole Hz). Output sample k stands at time k / outputRate, so
 * there is no delay to correct; n input samples give ceil(n * outputRate / inputRate). The output does not depend on how
 * the input is cut into chunks, nor on whose banks compute it, to the bit.
 */
export class Resampler {
  private readonly stages: readonly Stage[];
  private readonly inputRate: number;
  private readonly outputRate: number;
  private received = 0;
  private made = 0;

  constructor(inputRate: number, outputRate: number, banks: FilterBanks = plainBanks) {
    this.inputRate = inputRate;
    this.outputRate = outputRate;
    // So many input samples become one before the steep filter.
    const fold = Math.max(1, Math.floor(inputRate / (LEAST_AHEAD * outputRate)));
    const steep = () => new Stage(outputRate * fold, inputRate, STEEP, banks);
    if (inputRate === outputRate) this.stages = [];
    else this.stages = fold === 1 ? [steep()] : [new Stage(1, fold, GENTLE, banks), steep()];
  }

  /** Output that these samples complete. At equal rates the input itself. */
  process(input: Float32Array): Float32Array {
    this.received += input.length;
    const output = this.stages.reduce((samples, stage) => stage.take(samples), input);
    this.made += output.length;
    return output === input ? input : keepAudible(output, output);
  }

  /** The output that waited for samples which will not come: silence follows the input. */
  flush(): Float32Array {
    const missing = Math.ceil((this.received * this.outputRate) / this.inputRate) - this.made;
    const rest = this.stages.reduce((samples, stage) => {
      const followed = new Float32Array(samples.length + stage.taps);
      followed.set(samples);
      return stage.take(followed);
    }, new Float32Array(0) as Float32Array);
    return keepAudible(rest, rest).subarray(0, Math.max(0, missing));
  }
}
