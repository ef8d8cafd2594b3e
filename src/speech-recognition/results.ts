// What was heard, in the shapes of the Web Speech API.

import type { FinalResult, PartialResult, WordResult } from "../decode/text/results.ts";

/** Lists that scripts read by index, by item() and by iteration. */
class IndexedList<Item> {
  readonly length: number;
  readonly [index: number]: Item;

  constructor(items: readonly Item[]) {
    this.length = items.length;
    Object.assign(this, items);
  }

  /** The entry at this index. */
  item(index: number): Item {
    return this[index]!;
  }

  /** All entries in order. */
  *[Symbol.iterator](): IterableIterator<Item> {
    for (let i = 0; i < this.length; i++) yield this[i]!;
  }
}

/** One reading of a result. */
export interface SpeechRecognitionAlternative {
  readonly transcript: string;
  /** 0 ... 1. */
  readonly confidence: number;
}

/** Readings of one utterance, the likeliest first. */
export class SpeechRecognitionResult extends IndexedList<SpeechRecognitionAlternative> {
  /** Whether it will not change any more. */
  readonly isFinal: boolean;

  constructor(alternatives: readonly SpeechRecognitionAlternative[], isFinal: boolean) {
    super(alternatives);
    this.isFinal = isFinal;
  }
}

/** All utterances of a session: final ones, and at the end perhaps the one that is going on. */
export class SpeechRecognitionResultList extends IndexedList<SpeechRecognitionResult> {}

/** Mean confidence of the words. */
function confidenceOf(words: readonly WordResult[]): number {
  return words.reduce((sum, { conf }) => sum + conf, 0) / Math.max(1, words.length);
}

/** A recognizer's result as the API's; `lead` comes before each transcript. */
export function toResult(heard: FinalResult | PartialResult, lead: string): SpeechRecognitionResult {
  const isFinal = "text" in heard;
  const text = isFinal ? heard.text : heard.partial;
  const words = isFinal ? heard.result : heard.partial_result;
  const readings = heard.alternatives ?? [{ text, confidence: confidenceOf(words) }];
  return new SpeechRecognitionResult(
    readings.map((reading) => ({ transcript: lead + reading.text, confidence: reading.confidence })),
    isFinal,
  );
}
