// The example before anything was asked of the visitor: its sound is drawn as it would come, and results that foldvox gave when
// the page was built (scripts/web/record-examples.ts) are shown at their times. No model is loaded, and nothing is heard.

import type { FinalResult, PartialResult } from "../../src/worker/worker-recognizer.ts";
import { CLIP_RATE, decodeClip, playClip } from "./sound/clip.ts";

/** What was told after so many seconds of sound. */
export interface RecordedEvent {
  readonly at: number;
  readonly partial?: PartialResult;
  readonly final?: FinalResult;
}

export interface PreviewViews {
  samples(samples: Float32Array): void;
  partial(result: PartialResult): void;
  final(result: FinalResult): void;
  /** It has come to its end, and was not stopped. */
  ended(): void;
}

async function fetched(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: the server answered ${response.status}`);
  return response;
}

export class Preview {
  private abort = new AbortController();

  /** Shows the example at that address, in its own time or, where less motion is wanted, at once. */
  async play(url: string, views: PreviewViews): Promise<void> {
    this.stop();
    const { signal } = this.abort;
    const [sound, recorded] = await Promise.all([fetched(url), fetched(url.replace(/\.wav$/, ".events.json"))]);
    const samples = await decodeClip(await sound.arrayBuffer());
    const events: RecordedEvent[] = await recorded.json();
    if (signal.aborted) return;
    let heard = 0;
    const accept = async (part: Float32Array) => {
      views.samples(part);
      heard += part.length / CLIP_RATE;
      while (events[0] && (events[0].at <= heard || heard >= samples.length / CLIP_RATE)) {
        const { partial, final } = events.shift()!;
        if (partial) views.partial(partial);
        if (final) views.final(final);
      }
    };
    const pace = matchMedia("(prefers-reduced-motion: reduce)").matches ? "fast" : "silent";
    await playClip(samples, pace, accept, signal);
    if (!signal.aborted) views.ended();
  }

  stop(): void {
    this.abort.abort();
    this.abort = new AbortController();
  }
}
