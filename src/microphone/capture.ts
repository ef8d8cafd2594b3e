// The browser's side of a microphone: permission, audio context and worklet, from asking to releasing the device.

import { FoldvoxError } from "../errors.ts";
import { unlessAborted } from "../loading/abort.ts";
import type { AudioConstraints, AudioTrack } from "../web-types.ts";
import type { CaptureOptions } from "./capture-worklet.ts";

/** What a capture is opened with. */
export interface CaptureRequest extends CaptureOptions {
  /** A track to listen to; without one the device is asked for. */
  readonly track: AudioTrack | undefined;
  readonly constraints: AudioConstraints | undefined;
  /** Where the worklet's script lies, if not beside this file. */
  readonly worklet: string | URL | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Starting the audio takes a fraction of a second; without a sound card, or without a click, browsers never finish. */
const START_MS = 5000;
const CONSTRAINTS: AudioConstraints = {
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

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** A stream of the device. One that comes after the signal has aborted is stopped. */
async function ask(constraints: AudioConstraints, signal: AbortSignal | undefined): Promise<MediaStream> {
  const devices = globalThis.navigator?.mediaDevices;
  if (!devices) throw refused("Browsers give the microphone only to pages on https or localhost.");
  const asking = devices.getUserMedia({ audio: constraints as MediaTrackConstraints });
  try {
    return await unlessAborted(asking, signal);
  } catch (cause) {
    asking.then(stop, () => {});
    signal?.throwIfAborted();
    throw captureError(cause);
  }
}

async function addWorklet(context: AudioContext, worklet: string | URL | undefined): Promise<void> {
  try {
    if (worklet !== undefined) await context.audioWorklet.addModule(worklet);
    // Written out, so that bundlers see and copy the file.
    else await context.audioWorklet.addModule(new URL("./capture-worklet.js", import.meta.url));
  } catch (cause) {
    throw new FoldvoxError(
      "io",
      "foldvox's capture-worklet.js could not be loaded. Serve it from the page's own origin and give its URL as { worklet: ... }.",
      { cause },
    );
  }
}

async function start(context: AudioContext, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message =
      "The browser does not start its audio. Start listening with a click or a key, and check the sound card.";
    timer = setTimeout(() => reject(new FoldvoxError("audio-capture", message)), START_MS);
  });
  await unlessAborted(Promise.race([context.resume(), late]), signal).finally(() => clearTimeout(timer));
}

/** Closing a context that is closed already is an error, which is nobody's concern. */
const closeContext = (context: AudioContext) => context.close().catch(() => {});

/** Sound that is being captured. */
export class Capture {
  /** What it listens to. */
  readonly track: AudioTrack | undefined;
  private readonly context: AudioContext;
  private readonly node: AudioWorkletNode;
  private readonly isOwnTrack: boolean;

  private constructor(context: AudioContext, node: AudioWorkletNode, track: AudioTrack | undefined, isOwn: boolean) {
    this.context = context;
    this.node = node;
    this.track = track;
    this.isOwnTrack = isOwn;
  }

  /**
   * Asks for the device and starts. Errors: not-allowed, audio-capture, io; the signal's reason if it aborts. Nothing stays
   * open then.
   */
  static async open(request: CaptureRequest): Promise<Capture> {
    const { track, signal } = request;
    // Before anything is waited for, while the click still counts. At the device's own rate: Firefox refuses any other.
    const context = new AudioContext({ latencyHint: "interactive" });
    let stream: MediaStream | null = null;
    // While the user is being asked: what is said right after the answer should not wait for a script.
    const adding = addWorklet(context, request.worklet);
    adding.catch(() => {});
    try {
      stream = track
        ? new MediaStream([track as MediaStreamTrack])
        : await ask({ ...CONSTRAINTS, ...request.constraints }, signal);
      await unlessAborted(adding, signal);
      const { sampleRate, blockSeconds } = request;
      const node = new AudioWorkletNode(context, "foldvox-capture", {
        numberOfInputs: 1,
        numberOfOutputs: 0,
        processorOptions: { sampleRate, blockSeconds } satisfies CaptureOptions,
      });
      context.createMediaStreamSource(stream).connect(node);
      await start(context, signal);
      return new Capture(context, node, stream.getAudioTracks()[0], track === undefined);
    } catch (cause) {
      if (stream && !track) stop(stream);
      await closeContext(context);
      throw cause;
    }
  }

  /** Hz at which the device is captured. */
  get deviceRate(): number {
    return this.context.sampleRate;
  }

  /** Whether the browser lets its audio run: not while a phone call has it, or the machine has slept. */
  get isRunning(): boolean {
    return this.context.state === "running";
  }

  /** Whether the browser has ended its audio for good. */
  get isClosed(): boolean {
    return this.context.state === "closed";
  }

  /** Hands out samples from here on. */
  onSamples(take: (samples: Float32Array) => void): void {
    this.node.port.onmessage = ({ data }) => take(data as Float32Array);
  }

  /** Tells when isRunning may have changed. */
  onStateChange(listener: () => void): void {
    this.context.addEventListener("statechange", listener);
  }

  /** Asks the browser to let its audio run again, which it may refuse, or leave unanswered. */
  resume(): void {
    this.context.resume().catch(() => {});
  }

  /** Stops, and releases the device unless the track was given. */
  async close(): Promise<void> {
    this.node.port.onmessage = null;
    this.node.disconnect();
    if (this.isOwnTrack) this.track?.stop();
    await closeContext(this.context);
  }
}
