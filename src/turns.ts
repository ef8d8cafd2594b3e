// Long work in turns with the other tasks of the event loop.

import { now } from "./platform.ts";

/** Half a frame of a screen that shows sixty a second. */
const TURN_MS = 10;

/** Lets other tasks run. Not by a timer where there is another way: browsers let those of hidden tabs run once a second. */
function otherTasks(): Promise<void> {
  const { scheduler, setImmediate, MessageChannel } = globalThis as {
    scheduler?: { yield?(): Promise<void> };
    setImmediate?: (run: () => void) => void;
    MessageChannel?: typeof globalThis.MessageChannel;
  };
  if (typeof scheduler?.yield === "function") return scheduler.yield();
  return new Promise((resolve) => {
    // Node's channels would keep the process alive; it has this.
    if (typeof setImmediate === "function") setImmediate(resolve);
    else if (typeof MessageChannel === "function") {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    } else setTimeout(resolve, 0);
  });
}

/** The turns of one piece of work. */
export class Turns {
  private began = now();

  /** Lets others have a turn if ours has been long enough. */
  async share(): Promise<void> {
    if (now() - this.began < TURN_MS) return;
    await otherTasks();
    this.began = now();
  }
}

/** Seconds of audio between two looks at the clock. */
const PIECE_SECONDS = 0.1;

/** Samples in pieces short enough to share turns between them. */
export function* piecesOf<Samples extends Float32Array | Int16Array>(
  samples: Samples,
  sampleRate: number,
): Generator<Samples> {
  const step = Math.ceil(sampleRate * PIECE_SECONDS);
  if (samples.length <= step) yield samples;
  else for (let at = 0; at < samples.length; at += step) yield samples.subarray(at, at + step) as Samples;
}
