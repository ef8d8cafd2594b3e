// The results of a session: what each result event is to show.

import type { FinalResult, PartialResult } from "../decode/text/results.ts";
import { type SpeechRecognitionResult, SpeechRecognitionResultList, toResult } from "./results.ts";

export interface TranscriptOptions {
  readonly continuous: boolean;
  readonly interimResults: boolean;
}

/** A result event in the making. */
export interface ResultNews {
  readonly resultIndex: number;
  readonly results: SpeechRecognitionResultList;
}

export class Transcript {
  private readonly options: TranscriptOptions;
  private readonly finals: SpeechRecognitionResult[] = [];
  private interimShown = false;

  constructor(options: TranscriptOptions) {
    this.options = options;
  }

  get isEmpty(): boolean {
    return this.finals.length === 0;
  }

  /** What to tell of a partial: nothing if nobody wants interim results, or no word is left of it. */
  partial(heard: PartialResult): ResultNews[] {
    if (!this.options.interimResults || heard.partial === "") return [];
    this.interimShown = true;
    return [this.news(toResult(heard, this.lead))];
  }

  /**
   * What to tell of a final. Pages that want interim results may take a final without one before it for a repetition (Android's
   * Chrome repeats), so there always is one.
   */
  final(heard: FinalResult): ResultNews[] {
    const { text, result, alternatives } = heard;
    const missing = this.options.interimResults && !this.interimShown;
    const asPartial = { partial: text, committed: text, partial_result: result, ...(alternatives && { alternatives }) };
    const before = missing ? this.partial(asPartial) : [];
    const news = this.news(toResult(heard, this.lead));
    this.finals.push(news.results[this.finals.length]!);
    this.interimShown = false;
    return [...before, news];
  }

  /** Chrome begins every transcript but the first with a space, and pages add them up as they are. */
  private get lead(): string {
    return this.options.continuous && !this.isEmpty ? " " : "";
  }

  private news(result: SpeechRecognitionResult): ResultNews {
    return { resultIndex: this.finals.length, results: new SpeechRecognitionResultList([...this.finals, result]) };
  }
}
