// One stream inside the engine. It gathers samples until a step is full, lets the engine make tokens of them, and runs the step.
// The recognizer has checked that samples are finite, and has resampled them to the model's rate.

import { FoldvoxError } from "../errors.ts";
import type { ModelHeader } from "../model/header.ts";
import type { ArenaPlan } from "./arena-plan.ts";
import { writeStream } from "./descriptor/descriptor.ts";
import { EngineTransducer } from "./engine-transducer.ts";
import type { EngineAccess } from "./exports.ts";
import { checkFinite } from "./finite.ts";
import { WINDOW } from "./layout.ts";

/** Receives a step's output: `tokens` rows of the plan's outputDim values, a view that the next step overwrites. */
export type OutputHandler = (output: Float32Array, tokens: number) => void;

/** The first window starts half a window before the first sample; the engine reflects the start there. */
const HALF_WINDOW = WINDOW / 2;

export class EngineStream {
  private readonly engine: () => EngineAccess;
  /** Address of this stream's state block. */
  private readonly address: number;
  private readonly hop: number;
  private readonly mels: number;
  private readonly blank: number;
  private readonly plan: ArenaPlan;
  private readonly close: () => void;
  private readonly samples: Float32Array;
  private readonly output: Float32Array;
  private filled = HALF_WINDOW;
  private wanted = 0;
  private freed = false;

  /** `engine` throws once the engine is freed; `close` gives the state block back. */
  constructor(engine: () => EngineAccess, plan: ArenaPlan, header: ModelHeader, address: number, close: () => void) {
    this.engine = engine;
    this.plan = plan;
    this.address = address;
    this.close = close;
    this.hop = header.config.features.hopSamples;
    this.mels = header.config.features.mels;
    this.blank = header.config.head.blank;
    const { memory } = engine();
    const room = WINDOW - this.hop + plan.stream.firstFrames * this.hop;
    this.samples = new Float32Array(memory, address + plan.stream.samples, Math.max(room, WINDOW + 1));
    this.output = new Float32Array(memory, plan.output, header.config.encoder.segment * plan.outputDim);
    writeStream(memory, plan, address);
    this.reset();
  }

  /** Takes any number of samples. Each full step's output goes to onOutput. */
  acceptSamples(samples: Float32Array, onOutput: OutputHandler): void {
    const { exports, model } = this.open();
    let at = 0;
    while (at < samples.length) {
      const count = Math.min(samples.length - at, this.wanted - this.filled);
      this.samples.set(samples.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
      if (this.filled < this.wanted) return;
      exports.acceptSamples(model, this.address, this.filled);
      // The engine keeps what the next frame's window still needs.
      this.filled -= (Math.floor((this.filled - WINDOW) / this.hop) + 1) * this.hop;
      this.wanted = this.room(this.plan.stream.stepFrames);
      this.step(onOutput);
    }
  }

  /** Ends the input: makes the last frames and encodes the remaining segments. Only reset() may follow. */
  finish(onOutput: OutputHandler): void {
    const { exports, model } = this.open();
    exports.finishSamples(model, this.address, this.filled);
    this.drain(onOutput);
  }

  /** Encodes a whole input of normalised frames [T][mels]. */
  encodeFrames(features: Float32Array, onOutput: OutputHandler): void {
    const { exports, memory, model } = this.open();
    const { mels } = this;
    const window = new Float32Array(memory, this.plan.scratch.features, this.plan.stream.firstFrames * mels);
    const total = features.length / mels;
    let at = 0;
    for (let step = this.plan.stream.firstFrames; total - at >= step; step = this.plan.stream.stepFrames) {
      window.set(features.subarray(at * mels, (at + step) * mels));
      exports.acceptFrames(model, this.address, step);
      this.step(onOutput);
      at += step;
    }
    window.set(features.subarray(at * mels));
    exports.finishFrames(model, this.address, total - at);
    this.drain(onOutput);
  }

  /** Puts output rows [tokens][outputDim] from elsewhere where decoding expects them, a step at a time. */
  replay(rows: Float32Array, onOutput: OutputHandler): void {
    this.open();
    for (let at = 0; at < rows.length; at += this.output.length) {
      const step = rows.subarray(at, at + this.output.length);
      this.output.set(step);
      onOutput(this.output.subarray(0, step.length), step.length / this.plan.outputDim);
    }
  }

  /** The transducer's predictor and joiner, with this stream's states. */
  transducer(): EngineTransducer {
    return new EngineTransducer(this.engine, this.plan.transducer!, this.blank, this.address);
  }

  /** Resets the stream to its beginning, as if newly opened. */
  reset(): void {
    this.open().exports.resetStream(this.address);
    this.filled = HALF_WINDOW;
    // Reflecting the start takes half a window after the first sample.
    this.wanted = Math.max(this.room(this.plan.stream.firstFrames), WINDOW + 1);
  }

  /** The engine. Errors: freed, if this stream or the engine is. */
  open(): EngineAccess {
    if (this.freed) throw new FoldvoxError("freed", "The stream has been freed; create a new one.");
    return this.engine();
  }

  /** Gives the state block back; further calls throw. Freeing twice is harmless. */
  free(): void {
    if (this.freed) return;
    this.freed = true;
    this.close();
  }

  /** How many samples the buffer must hold for `frames` frames. */
  private room(frames: number): number {
    return WINDOW - this.hop + frames * this.hop;
  }

  /** Runs the steps that are left. */
  private drain(onOutput: OutputHandler): void {
    while (this.step(onOutput) > 0);
  }

  /** Runs a step, if the stream is ready for one, and returns its tokens. */
  private step(onOutput: OutputHandler): number {
    const { exports, model } = this.open();
    const tokens = exports.step(model, this.address);
    if (tokens > 0) {
      const output = this.output.subarray(0, tokens * this.plan.outputDim);
      checkFinite(output);
      onOutput(output, tokens);
    }
    return tokens;
  }
}
