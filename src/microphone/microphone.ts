// The microphone: captured at the device's own rate in an audio worklet, resampled there, watched while it is open, and really
// released when closed.

import { checkSampleRate } from "../audio/samples.ts";
import { checkOptions, type OptionTypes } from "../options.ts";
import type { AudioConstraints, AudioTrack } from "../web-types.ts";
import { Capture } from "./capture.ts";

export { FoldvoxError, type FoldvoxErrorCode } from "../errors.ts";
export type { AudioConstraints, AudioTrack, Wish } from "../web-types.ts";

/**
 * How an open microphone is. interrupted: the browser has halted its audio, as for a phone call; no samples come. muted: the
 * device or the system gives silence. Both may end by themselves. closed: for good.
 */
export type MicrophoneState = "listening" | "interrupted" | "muted" | "closed";

/** What to listen to, and who is told. */
export interface MicrophoneOptions {
  /** Takes the samples as they come, mono, in blocks of some 20 ms. The array is the receiver's to keep or hand on. */
  readonly onSamples: (samples: Float32Array) => void;
  /** The device has gone, or the user has withdrawn the permission. The microphone is closed already. */
  readonly onEnded?: () => void;
  /** The microphone is heard no more, or again, or closed. A page that is interrupted had better say so. */
  readonly onStateChange?: (state: MicrophoneState) => void;
  /** Hz of the samples, a whole number from 4000 to 384000. Default 16000, which is what the bundled models hear. */
  readonly sampleRate?: number;
  /**
   * What to ask of the device. Default: sound as it is. Echo cancellation and noise suppression take parts of words with them,
   * and automatic gain shouts at the first word (Firefox by 15 dB, into clipping); models hear quiet speech as well.
   */
  readonly constraints?: AudioConstraints;
  /** A track to listen to in place of the microphone. It is the caller's, and goes on after close(). */
  readonly track?: AudioTrack;
  /** Ends opening, which is then rejected with the signal's reason; an open microphone is closed. */
  readonly signal?: AbortSignal;
  /** Where capture-worklet.js lies, on the page's own origin. Default: beside this script. */
  readonly worklet?: string | URL;
}

const OPTIONS: OptionTypes<MicrophoneOptions> = {
  onSamples: "function",
  onEnded: "function",
  onStateChange: "function",
  sampleRate: "any",
  constraints: "object",
  track: "object",
  signal: "signal",
  worklet: "any",
};
const BLOCK_SECONDS = 0.02;
/** What a user does that lets a page's audio run again. */
const GESTURES = ["pointerdown", "keydown", "visibilitychange"];

/**
 * Opens the microphone; browsers ask the user the first time. Call it while handling a click or key: browsers let sound run
 * only then. Errors: not-allowed, audio-capture, bad-argument, io if the worklet's script cannot be loaded; the signal's
 * reason if it aborts. Nothing stays open then.
 * @example
 * ```ts types
 * import { openMicrophone } from "foldvox/microphone";
 *
 * const microphone = await openMicrophone({
 *   onSamples: (samples) => stream.acceptWaveform(16000, samples),
 *   onStateChange: (state) => console.log(state),
 * });
 * await microphone.close();
 * ```
 */
export async function openMicrophone(options: MicrophoneOptions): Promise<Microphone> {
  checkOptions("options", options, OPTIONS);
  const { sampleRate = 16000, track, constraints, worklet, signal } = options;
  checkSampleRate(sampleRate);
  signal?.throwIfAborted();
  const blocks = { sampleRate, blockSeconds: BLOCK_SECONDS };
  const capture = await Capture.open({ ...blocks, track, constraints, worklet, signal });
  if (!signal?.aborted) return new Microphone(capture, options);
  await capture.close();
  throw signal.reason;
}

/** An open microphone. */
export class Microphone {
  /** Hz of the samples that are handed out. */
  readonly sampleRate: number;
  /** Hz at which the device is captured. */
  readonly deviceRate: number;
  /** The device's name, as the browser tells it. */
  readonly label: string;
  private readonly capture: Capture;
  private readonly options: MicrophoneOptions;
  private now: MicrophoneState = "listening";
  private readonly look = () => this.update();
  private readonly stop = () => void this.close();
  private readonly ended = () => {
    if (this.now === "closed") return;
    void this.close();
    this.options.onEnded?.();
  };

  /** Made by openMicrophone. @internal */
  constructor(capture: Capture, options: MicrophoneOptions) {
    this.capture = capture;
    this.options = options;
    this.sampleRate = options.sampleRate ?? 16000;
    this.deviceRate = capture.deviceRate;
    this.label = capture.track?.label ?? "";
    capture.onSamples(options.onSamples);
    capture.onStateChange(this.look);
    capture.track?.addEventListener("mute", this.look);
    capture.track?.addEventListener("unmute", this.look);
    capture.track?.addEventListener("ended", this.ended);
    for (const gesture of GESTURES) globalThis.document?.addEventListener(gesture, this.look);
    options.signal?.addEventListener("abort", this.stop, { once: true });
    this.update();
  }

  /** How it is right now. */
  get state(): MicrophoneState {
    return this.now;
  }

  /**
   * Asks the browser to let an interrupted microphone go on. It is asked by itself when the interruption ends, and when the
   * user clicks, types or comes back to the page; whether it does is told to onStateChange.
   */
  resume(): void {
    this.update();
  }

  /**
   * Releases the device, so that the browser's recording sign goes out. No samples come any more; the block that was being
   * filled, 20 ms at most, is dropped. Closing twice is harmless.
   */
  async close(): Promise<void> {
    if (this.now === "closed") return;
    const { track } = this.capture;
    track?.removeEventListener("mute", this.look);
    track?.removeEventListener("unmute", this.look);
    track?.removeEventListener("ended", this.ended);
    for (const gesture of GESTURES) globalThis.document?.removeEventListener(gesture, this.look);
    this.options.signal?.removeEventListener("abort", this.stop);
    this.tell("closed");
    await this.capture.close();
  }

  private update(): void {
    if (this.now === "closed") return;
    const { isRunning, isClosed, track } = this.capture;
    if (isClosed) {
      this.ended();
      return;
    }
    if (!isRunning) this.capture.resume();
    this.tell(!isRunning ? "interrupted" : track?.muted ? "muted" : "listening");
  }

  private tell(state: MicrophoneState): void {
    if (state === this.now) return;
    this.now = state;
    this.options.onStateChange?.(state);
  }
}
