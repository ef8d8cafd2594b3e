// Words one by one, each told once, as soon as it will not change any more.

import type { FinalResult, PartialResult } from "../../../src/worker/worker-recognizer.ts";

export class CommittedWords {
  /** Words of the utterance that is going on which have been told. */
  private told = 0;

  /** Words that are committed since the last call. */
  partial({ committed }: PartialResult): string[] {
    return this.rest(committed);
  }

  /** Words of the utterance that were not yet told. */
  final({ text }: FinalResult): string[] {
    const rest = this.rest(text);
    this.told = 0;
    return rest;
  }

  private rest(text: string): string[] {
    const words = text === "" ? [] : text.split(" ");
    const rest = words.slice(this.told);
    this.told = Math.max(this.told, words.length);
    return rest;
  }
}
