// Dictation: any English words, with the visitor's names and terms.

import type { FinalResult, PartialResult, WorkerStreamOptions } from "../../../src/worker/worker-recognizer.ts";
import { element } from "../elements.ts";
import type { Heard, Load, Mode } from "./mode.ts";
import { toKeywords } from "./phrase-text.ts";

export class DictationMode implements Mode {
  readonly name = "dictation";
  readonly example = "./dictation.wav";
  private readonly digits = element<HTMLInputElement>("digits");
  private readonly punctuation = element<HTMLInputElement>("punctuation");
  private readonly hotwords = element<HTMLInputElement>("hotwords");
  private readonly model: () => Load;

  /** `changed` is told when a setting has. */
  constructor(model: () => Load, changed: () => void) {
    this.model = model;
    for (const control of [this.digits, this.punctuation, this.hotwords]) control.addEventListener("input", changed);
  }

  load(): Load {
    return this.model();
  }

  streamOptions(): WorkerStreamOptions {
    const hotwords = toKeywords(this.hotwords.value);
    return {
      decoding: {
        text: { digits: this.digits.checked, punctuation: this.punctuation.checked },
        ...(hotwords.length > 0 && { hotwords }),
      },
    };
  }

  clear(): void {}

  partial(result: PartialResult): PartialResult {
    return result;
  }

  final(final: FinalResult): Heard {
    return { final };
  }

  keyword(): void {}

  listening(): void {}
}
