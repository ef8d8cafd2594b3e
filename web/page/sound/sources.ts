// Where sound comes from: gives samples away until it is told to stop.

import { type Microphone, openMicrophone } from "../../../src/microphone/microphone.ts";
import { CLIP_RATE, playClip } from "./clip.ts";

export interface SoundSource {
  /** Whether samples come as they are spoken. */
  readonly realTime: boolean;
  /** The device's name, where there is one. */
  readonly label: string;
  start(accept: (samples: Float32Array) => Promise<unknown>, ended: (cause?: unknown) => void): Promise<void>;
  /** Resolves when no samples will come any more. */
  stop(): Promise<void>;
}

/**
 * The microphone: the one of that id, or the browser's choice. `changed` is told when it is not heard, or heard again. `worklet` is
 * where capture-worklet.js lies, if not beside this script.
 */
export function microphoneSource(
  deviceId: string,
  changed: (state: Microphone["state"]) => void,
  worklet?: URL,
): SoundSource {
  let microphone: Microphone | null = null;
  return {
    realTime: true,
    get label() {
      return microphone?.label ?? "";
    },
    async start(accept, ended) {
      microphone = await openMicrophone({
        sampleRate: CLIP_RATE,
        onSamples: (samples) => void accept(samples),
        onEnded: () => ended(),
        onStateChange: changed,
        ...(worklet && { worklet }),
        ...(deviceId !== "" && {
          constraints: {
            deviceId: { exact: deviceId },
            echoCancellation: false,
            noiseSuppression: false,
            autoGainControl: false,
          },
        }),
      });
    },
    stop: async () => microphone?.close(),
  };
}

/** Recorded samples: in their own time, heard or not, or at full speed. */
export function clipSource(samples: Float32Array, pace: "aloud" | "silent" | "fast"): SoundSource {
  const abort = new AbortController();
  let playing: Promise<void> = Promise.resolve();
  return {
    realTime: pace !== "fast",
    label: "",
    async start(accept, ended) {
      playing = playClip(samples, pace, accept, abort.signal);
      playing.then(() => ended(), ended);
    },
    async stop() {
      abort.abort();
      await playing.catch(() => {});
    },
  };
}
