// The microphone: captured at the device's own rate in an audio worklet, resampled there, and really released when closed.

import { checkSampleRate } from "../audio/samples.ts";
import { FoldvoxError } from "../errors.ts";
import { checkOptions, type OptionTypes } from "../options.ts";
import type { CaptureOptions } from "./capture-worklet.ts";

export { FoldvoxError, type FoldvoxErrorCode } from "../errors.ts";

/** What to listen to, and who is told. */
export interface MicrophoneOptions {
  /** Takes the samples as they come, mono, in blocks of some 20 ms. The array is the receiver's to keep or hand on. */
  readonly onSamples: (samples: Float32Array) => void;
  /** The device has gone, or the user has withdrawn the permission. The microphone is closed already. */
  readonly onEnded?: () => void;
  /** Hz of the samples, a whole number from 4000 to 384000. Default 16000, which is what the bundled models hear. */
  readonly sampleRate?: number;
  /**
   * What to ask of the device. Default: sound as it is. Echo cancellation and noise suppression take parts of words with them,
   * and automatic gain shouts at the first word (Firefox by 15 dB, into clipping); models hear quiet speech as well.
   */
  readonly constraints?: MediaTrackConstraints;
  /** A track to listen to in place of the microphone. It is the caller's, and goes on after close(). */
  readonly track?: MediaStreamTrack;
}

const OPTIONS: OptionTypes<MicrophoneOptions> = {
  onSamples: "function",
  onEnded: "function",
  sampleRate: "any",
  constraints: "object",
  track: "object",
};
const BLOCK_SECONDS = 0.02;
/** Starting the audio takes a fraction of a second; without a sound card, or without a click, browsers never finish. */
const START_MS = 5000;
const CONSTRAINTS: MediaTrackConstraints = {
  channelCount: 1,
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};

const refused = (message: string, cause?: unknown) => new FoldvoxError("not-allowed", message, { cause });

/** What getUserMedia's errors mean to whoever sits before the page. */
function captureError(cause: unknown): FoldvoxError {
  const { name, message } = cause instanceof Error ? cause : { name: "", message: String(cause) };
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return refused("The microphone is not allowed for this page. Allow it in the browser's site settings.", cause);
    case "NotFoundError":
    case "OverconstrainedError":
      return new FoldvoxError("audio-capture", "No microphone was found. Connect one and try again.", { cause });
    case "NotReadableError":
    case "AbortError":
      return new FoldvoxError(
        "audio-capture",
        "The microphone is there but gives no sound; another program may be using it.",
        { cause },
      );
    default:
      return new FoldvoxError("audio-capture", `The microphone could not be opened: ${message}.`, { cause });
  }
}

async function ask(constraints: MediaTrackConstraints): Promise<MediaStream> {
  const devices = globalThis.navigator?.mediaDevices;
  if (!devices) throw refused("Browsers give the microphone only to pages on https or localhost.");
  try {
    return await devices.getUserMedia({ audio: constraints });
  } catch (cause) {
    throw captureError(cause);
  }
}

/**
 * Opens the microphone; browsers ask the user the first time. Call it while handling a click or key: browsers let sound run
 * only then. Errors: not-allowed, audio-capture, bad-argument, io if the worklet's script cannot be loaded. Nothing stays
 * open then.
 */
export async function openMicrophone(options: MicrophoneOptions): Promise<Microphone> {
  checkOptions("options", options, OPTIONS);
  const { sampleRate = 16000, track } = options;
  checkSampleRate(sampleRate);
  // Before anything is waited for, while the click still counts. At the device's own rate: Firefox refuses any other.
  const context = new AudioContext({ latencyHint: "interactive" });
  let stream: MediaStream | null = null;
  try {
    stream = track ? new MediaStream([track]) : await ask({ ...CONSTRAINTS, ...options.constraints });
    const capture = await startCapture(context, stream, { sampleRate, blockSeconds: BLOCK_SECONDS });
    return new Microphone(context, stream, capture, options);
  } catch (cause) {
    if (stream && !track) for (const opened of stream.getTracks()) opened.stop();
    await context.close();
    throw cause;
  }
}

async function startCapture(
  context: AudioContext,
  stream: MediaStream,
  options: CaptureOptions,
): Promise<AudioWorkletNode> {
  try {
    await context.audioWorklet.addModule(new URL("./capture-worklet.js", import.meta.url));
  } catch (cause) {
    throw new FoldvoxError(
      "io",
      "foldvox's capture-worklet.js could not be loaded; serve it beside the page's script.",
      {
        cause,
      },
    );
  }
  const capture = new AudioWorkletNode(context, "foldvox-capture", {
    numberOfInputs: 1,
    numberOfOutputs: 0,
    processorOptions: options,
  });
  context.createMediaStreamSource(stream).connect(capture);
  await started(context);
  return capture;
}

async function started(context: AudioContext): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message =
      "The browser does not start its audio. Start listening with a click or a key, and check the sound card.";
    timer = setTimeout(() => reject(new FoldvoxError("audio-capture", message)), START_MS);
  });
  await Promise.race([context.resume(), late]).finally(() => clearTimeout(timer));
}

/** An open microphone. */
export class Microphone {
  /** Hz of the samples that are handed out. */
  readonly sampleRate: number;
  /** Hz at which the device is captured. */
  readonly deviceRate: number;
  /** The device's name, as the browser tells it. */
  readonly label: string;
  private readonly context: AudioContext;
  private readonly tracks: readonly MediaStreamTrack[];
  private readonly ownTracks: boolean;
  private readonly capture: AudioWorkletNode;
  private closed = false;

  /** Made by openMicrophone. @internal */
  constructor(context: AudioContext, stream: MediaStream, capture: AudioWorkletNode, options: MicrophoneOptions) {
    this.context = context;
    this.tracks = stream.getAudioTracks();
    this.ownTracks = options.track === undefined;
    this.capture = capture;
    this.sampleRate = options.sampleRate ?? 16000;
    this.deviceRate = context.sampleRate;
    this.label = this.tracks[0]?.label ?? "";
    capture.port.onmessage = ({ data }) => options.onSamples(data as Float32Array);
    this.tracks[0]?.addEventListener("ended", () => {
      if (this.closed) return;
      void this.close();
      options.onEnded?.();
    });
  }

  /**
   * Releases the device, so that the browser's recording sign goes out. No samples come any more; the block that was being
   * filled, 20 ms at most, is dropped. Closing twice is harmless.
   */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.capture.port.onmessage = null;
    this.capture.disconnect();
    if (this.ownTracks) for (const track of this.tracks) track.stop();
    await this.context.close();
  }
}
