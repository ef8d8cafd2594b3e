// The transcript: finished utterances, and under them the one that is going on, its committed and its tentative part apart.
// Only finished ones are read aloud by screen readers.

import type { FinalResult, PartialResult } from "../../../src/worker/worker-recognizer.ts";
import { element, make } from "../elements.ts";

export class TranscriptView {
  private readonly scroller = element("transcript");
  private readonly hint = element("hint");
  private readonly finals = element("finals");
  private readonly committed = element("committed");
  private readonly tentative = element("tentative");

  partial({ partial, committed }: PartialResult): void {
    this.committed.textContent = committed;
    this.tentative.textContent = partial.slice(committed.length).trim();
    this.show();
  }

  final({ text }: FinalResult): void {
    this.add(make("p", text));
  }

  /** An answer where nothing was understood. What `fuller` gives takes its place. Errors: those of `fuller`. */
  async answer(text: string, fuller?: Promise<string | null>): Promise<void> {
    const line = make("p", text, "answer");
    this.add(line);
    line.textContent = (await fuller) ?? text;
  }

  /** What is said while there is nothing to show. */
  setHint(text: string): void {
    this.hint.textContent = text;
  }

  clear(): void {
    this.finals.replaceChildren();
    this.committed.textContent = "";
    this.tentative.textContent = "";
    this.hint.hidden = false;
  }

  private add(line: HTMLElement): void {
    this.finals.append(line);
    this.committed.textContent = "";
    this.tentative.textContent = "";
    this.show();
  }

  private show(): void {
    this.hint.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}
