// What was meant: intent, slots, and how sure the recognizer is of them.

import type { KeywordResult, Understood } from "../../../src/worker/worker-recognizer.ts";
import { element, make } from "../elements.ts";

export const percent = (confidence: number): string =>
  confidence > 0 && confidence < 0.01 ? "< 1 %" : `${Math.round(confidence * 100)} %`;

export class UnderstoodView {
  private readonly host = element("understood");
  private readonly intent = element("intent");
  private readonly confidence = element("confidence");
  private readonly slots = element("slots");
  private readonly caught = element("caught");

  /** `isFinal`: it will not change any more. */
  show({ intent, slots = {} }: Understood, confidence: number | undefined, isFinal: boolean): void {
    this.host.dataset.state = isFinal ? "final" : "going";
    this.intent.textContent = intent ?? "";
    this.confidence.textContent = confidence === undefined ? "" : percent(confidence);
    this.host.style.setProperty("--sure", String(confidence ?? 0));
    this.slots.replaceChildren(
      ...Object.entries(slots).map(([name, value]) => {
        const pair = make("div");
        pair.append(make("dt", name), make("dd", value));
        return pair;
      }),
    );
  }

  keyword({ keyword, confidence }: KeywordResult): void {
    this.caught.textContent = `${keyword} ${percent(confidence)}`;
  }

  /** Says something in place of an intent. */
  say(text: string): void {
    this.show({ intent: text }, undefined, false);
    this.host.dataset.state = "none";
  }

  clear(text: string): void {
    this.say(text);
    this.caught.textContent = "";
  }
}
