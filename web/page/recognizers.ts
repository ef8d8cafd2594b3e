// The recognizer of the mode that is used: loaded when it is first wanted, and given back when another takes its place.

import { createWorkerRecognizer, type WorkerRecognizer } from "../../src/worker/worker-recognizer.ts";
import type { Load } from "./modes/mode.ts";

export interface LoadingViews {
  /** A share of the bytes, in 0 ... 1. */
  progress(share: number): void;
  loaded(recognizer: WorkerRecognizer, load: Load): void;
}

export class Recognizers {
  private readonly views: LoadingViews;
  private key = "";
  private loading: Promise<WorkerRecognizer> | null = null;
  private loaded: WorkerRecognizer | null = null;

  constructor(views: LoadingViews) {
    this.views = views;
  }

  /** The recognizer that is loaded for this; null if none is. */
  ready({ key }: Load): WorkerRecognizer | null {
    return key === this.key ? this.loaded : null;
  }

  /** Loads it, unless it is loaded or being loaded already. Errors: those of createWorkerRecognizer. */
  get(load: Load): Promise<WorkerRecognizer> {
    const isDead = this.loaded !== null && !this.loaded.isAlive;
    if (this.loading && load.key === this.key && !isDead) return this.loading;
    this.free();
    this.key = load.key;
    const loading = this.load(load);
    this.loading = loading;
    // What failed is tried again the next time.
    loading.catch(() => {
      if (this.loading === loading) this.loading = null;
    });
    return loading;
  }

  private async load(load: Load): Promise<WorkerRecognizer> {
    const recognizer = await createWorkerRecognizer({
      // One listens; the other looks for what is nearest to what it did not understand.
      maxStreams: 2,
      ...load.options,
      onProgress: ({ loadedBytes, totalBytes }) => this.views.progress(loadedBytes / (totalBytes ?? load.bytes)),
    });
    if (this.key !== load.key) {
      recognizer.free();
      throw new DOMException("Another model was chosen.", "AbortError");
    }
    this.loaded = recognizer;
    this.views.loaded(recognizer, load);
    return recognizer;
  }

  private free(): void {
    this.loaded?.free();
    this.loaded = null;
    this.loading = null;
  }
}
