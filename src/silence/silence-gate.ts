// Pauses the encoder in silence without changing any bit of its output for speech.
//
// The encoder's output for a token depends on a bounded past: each layer looks back over its left context, so nothing earlier than all
// these contexts together (`warmup`) matters. When speech may begin again, the encoder first runs over the samples of that time, and
// their output is dropped, as if it had never paused. The skipped time is a multiple of the step and of the left context's ring, so
// segments and sums are the same as without the pause. So only silences longer than the warm-up save anything: 11 s with the bundled
// model's eight layers of 30 tokens.

import type { EngineStream, OutputHandler } from "../engine/engine-stream.ts";
import type { ModelConfig } from "../model/config.ts";
import { VoiceDetector } from "./voice-detector.ts";

/** Silence before the encoder pauses. Faint words may follow louder ones, and waiting costs little beside the warm-up. */
const HANGOVER_SECONDS = 3;
/** Speech may begin this long before the detector notices it. */
const PREROLL_SECONDS = 0.5;

const leastCommonMultiple = (a: number, b: number) => {
  let multiple = a;
  while (multiple % b !== 0) multiple += a;
  return multiple;
};

/** Lengths in samples at the model's rate, or in rows of output. */
function geometryOf({ encoder, features, head }: ModelConfig) {
  const { segment, leftContext, rightContext, memory, stride, inputKernel = stride, layers } = encoder;
  const row = stride * features.hopSamples;
  // A convolution looks back on rows that attention has made of earlier segments.
  const lookbacks = layers.map(({ kernel }) => {
    const filters = kernel ? (kernel - 1) / 2 + segment : 0;
    return Math.max(leftContext, (memory + 1) * segment) + segment + filters;
  });
  const lookback = lookbacks.reduce((sum, tokens) => sum + tokens, 0);
  return {
    row,
    block: features.hopSamples,
    segment,
    stride,
    unit: leastCommonMultiple(segment, Math.max(1, leftContext)) * row,
    // One segment more, because silence is reported by segments. Two tokens more: one begun before the pause, and one whose window spans
    // it; and the tokens that share frames with them.
    warmup: (lookback + segment + 2 + Math.ceil(inputKernel / stride) - 1) * row,
    hangover: HANGOVER_SECONDS * features.sampleRate + (head.delay + segment + rightContext) * row,
    preroll: PREROLL_SECONDS * features.sampleRate,
  };
}

export class SilenceGate {
  private readonly engine: EngineStream;
  private readonly geometry: ReturnType<typeof geometryOf>;
  private readonly detector: VoiceDetector;
  private readonly tell: OutputHandler;
  private readonly tellSilence: (rows: number) => void;
  /** Samples of a block that is not yet full. */
  private readonly block: Float32Array;
  private blockFilled = 0;
  /** Samples so far, and at the last one that may have been speech. */
  private samples = 0;
  private voiceAt = 0;
  /** While the encoder pauses: where it paused, and the blocks since `keptFrom`, which it may still need. */
  private pausedAt: number | null = null;
  private kept: Float32Array[] = [];
  private keptFrom = 0;
  /** Samples that the encoder has skipped for good, rows that it has put out, and rows that have been reported. */
  private leftOut = 0;
  private encoded = 0;
  private told = 0;

  /** `tell` receives the encoder's output, `tellSilence` the number of silent rows, a segment at a time. */
  constructor(engine: EngineStream, config: ModelConfig, tell: OutputHandler, tellSilence: (rows: number) => void) {
    this.engine = engine;
    this.geometry = geometryOf(config);
    this.detector = new VoiceDetector(this.geometry.block / config.features.sampleRate);
    this.block = new Float32Array(this.geometry.block);
    this.tell = tell;
    this.tellSilence = tellSilence;
  }

  /** Samples that the encoder has not run over so far. */
  get skippedSamples(): number {
    return this.leftOut + (this.pausedAt === null ? 0 : this.samples - this.pausedAt);
  }

  /**
   * Takes the silence before the audio, in whole blocks. The detector does not see it, because it would set the noise floor too low.
   */
  acceptLead(silence: Float32Array): void {
    this.samples += silence.length;
    this.engine.acceptSamples(silence, this.receive);
  }

  acceptSamples(samples: Float32Array): void {
    for (let at = 0; at < samples.length; ) {
      const count = Math.min(samples.length - at, this.block.length - this.blockFilled);
      this.block.set(samples.subarray(at, at + count), this.blockFilled);
      this.blockFilled += count;
      at += count;
      if (this.blockFilled === this.block.length) {
        this.blockFilled = 0;
        this.acceptBlock(this.block);
      }
    }
  }

  finish(): void {
    const rest = this.block.subarray(0, this.blockFilled);
    this.samples += rest.length;
    if (this.pausedAt === null) {
      this.engine.acceptSamples(rest, this.receive);
      this.engine.finish(this.receive);
      return;
    }
    const { row, block, stride, segment } = this.geometry;
    this.engine.finish(() => {});
    const rows = Math.floor((1 + Math.floor(this.samples / block)) / stride);
    while (this.told < rows) this.silent(Math.min(segment, rows - this.told));
    this.leftOut += Math.floor((this.samples - this.pausedAt) / row) * row;
    this.pausedAt = null;
  }

  /** Resets the gate; the stream resets the encoder. */
  reset(): void {
    this.detector.reset();
    this.blockFilled = 0;
    this.samples = 0;
    this.voiceAt = 0;
    this.pausedAt = null;
    this.kept = [];
    this.leftOut = 0;
    this.encoded = 0;
    this.told = 0;
  }

  private acceptBlock(block: Float32Array): void {
    const isVoice = this.detector.isVoice(block);
    this.samples += block.length;
    if (isVoice) this.voiceAt = this.samples;
    if (this.pausedAt === null) {
      this.engine.acceptSamples(block, this.receive);
      if (this.samples - this.voiceAt < this.geometry.hangover) return;
      this.pausedAt = this.samples;
      this.keptFrom = this.samples;
      return;
    }
    this.kept.push(block.slice());
    if (isVoice) this.resume();
    else this.pause();
  }

  /** Silence goes on: reports rows that are certainly silent, and drops blocks that no warm-up will need. */
  private pause(): void {
    const { row, segment, preroll, block } = this.geometry;
    while ((this.told + segment) * row <= this.samples - preroll) this.silent(segment);
    const needless = (this.restart() - this.keptFrom) / block;
    if (needless > 0) {
      this.kept.splice(0, needless);
      this.keptFrom += needless * block;
    }
  }

  /** Where the encoder would resume if speech had begun `preroll` ago. */
  private restart(): number {
    const { unit, warmup, preroll } = this.geometry;
    const reach = this.samples - preroll - warmup - this.pausedAt!;
    return this.pausedAt! + Math.max(0, Math.floor(reach / unit)) * unit;
  }

  private resume(): void {
    const { block } = this.geometry;
    const from = this.restart();
    this.leftOut += from - this.pausedAt!;
    this.pausedAt = null;
    for (const kept of this.kept.splice(0).slice((from - this.keptFrom) / block)) {
      this.engine.acceptSamples(kept, this.receive);
    }
  }

  private silent(rows: number): void {
    this.told += rows;
    this.tellSilence(rows);
  }

  /** Passes on the encoder's output, unless that time has already been reported as silent. */
  private readonly receive: OutputHandler = (output, rows) => {
    this.encoded += rows;
    if (this.encoded + this.leftOut / this.geometry.row <= this.told) return;
    this.told += rows;
    this.tell(output, rows);
  };
}
