// Phrases that the visitor types: heard with what they mean, and changed while the page listens.

import type {
  FinalResult,
  KeywordResult,
  PartialResult,
  WorkerRecognizer,
  WorkerStream,
  WorkerStreamOptions,
} from "../../../src/worker/worker-recognizer.ts";
import { element } from "../elements.ts";
import type { Language } from "../languages/language.ts";
import { CLIP_RATE } from "../sound/clip.ts";
import type { KeptSound } from "../sound/kept-sound.ts";
import type { Heard, Load, Mode } from "./mode.ts";
import { OTHER, STARTING_KEYWORDS, STARTING_PHRASES, toGrammar, toKeywords, withOther } from "./phrase-text.ts";
import { percent, UnderstoodView } from "./understood-view.ts";

/** Seconds after which a phrase that is complete counts as said. */
const SILENCE_AFTER_SPEECH = 0.4;
/** Milliseconds without a key until the phrases are made ready. */
const TYPING_PAUSE = 300;
/** Seconds of sound around speech that go with it. */
const EDGE = 0.3;

export class PhrasesMode implements Mode {
  readonly name = "phrases";
  readonly example = "./phrases.wav";
  private readonly box = element<HTMLTextAreaElement>("phrases");
  private readonly keywords = element<HTMLInputElement>("keywords");
  private readonly error = element("phrases-error");
  private readonly view = new UnderstoodView();
  private readonly model: (grammar: string) => Load;
  private readonly language: Language;
  private readonly sound: KeptSound;
  private recognizer: WorkerRecognizer | null = null;
  private stream: WorkerStream | null = null;
  private typing: ReturnType<typeof setTimeout> | undefined;

  /** `changed` is told when phrases or keywords have. */
  constructor(model: (grammar: string) => Load, language: Language, sound: KeptSound, changed: () => void) {
    this.model = model;
    this.language = language;
    this.sound = sound;
    this.box.value = STARTING_PHRASES;
    this.keywords.value = STARTING_KEYWORDS;
    this.clear();
    for (const control of [this.box, this.keywords]) control.addEventListener("input", changed);
    this.box.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => void this.takePhrases(), TYPING_PAUSE);
    });
  }

  load(): Load {
    // Any grammar says that no language model is needed; each stream has its own.
    return this.model("[unk]");
  }

  streamOptions(): WorkerStreamOptions {
    const grammar = toGrammar(this.box.value);
    const keywords = toKeywords(this.keywords.value);
    return {
      decoding: {
        grammar: grammar === "" ? ["[unk]"] : withOther(grammar),
        ...(keywords.length > 0 && { keywords }),
      },
      endpoint: { silenceAfterSpeech: SILENCE_AFTER_SPEECH },
    };
  }

  clear(): void {
    this.view.clear(this.language.say("speak"));
  }

  partial(result: PartialResult): PartialResult {
    if (result.intent === OTHER || result.partial === "[unk]") return { ...result, partial: "…", committed: "" };
    if (result.partial !== "") this.view.show(result, result.confidence, false);
    return result;
  }

  final(final: FinalResult, recognizer: WorkerRecognizer | null): Heard {
    if (final.text !== "[unk]") {
      this.view.show(final, final.confidence, true);
      return { final };
    }
    const answer = this.language.say("none");
    this.view.say(answer);
    return {
      final: null,
      answer,
      fuller: this.nearest(final, recognizer).then((nearest) => this.tellNearest(nearest)),
    };
  }

  keyword(result: KeywordResult): void {
    this.view.keyword(result);
  }

  listening(recognizer: WorkerRecognizer | null, stream: WorkerStream | null): void {
    this.recognizer = recognizer;
    this.stream = stream;
  }

  private tellNearest(nearest: FinalResult | null): string | null {
    if (!nearest) return null;
    return this.language.say("nearest", { phrase: nearest.text, percent: percent(nearest.confidence ?? 0) });
  }

  /** The phrases as they stand now, for the stream that listens; what is wrong with them is told under the box. */
  private async takePhrases(): Promise<void> {
    const grammar = toGrammar(this.box.value);
    this.tellError("");
    if (!this.recognizer || grammar === "") return;
    try {
      const prepared = await this.recognizer.prepareGrammar(withOther(grammar));
      await this.stream?.setGrammar(prepared);
      // The stream holds what it listens for.
      await prepared.free();
    } catch (cause) {
      this.tellError(cause instanceof Error ? cause.message : String(cause));
    }
  }

  private tellError(text: string): void {
    this.error.textContent = text;
    this.error.hidden = text === "";
    this.box.setAttribute("aria-invalid", String(text !== ""));
  }

  /** The phrase that is nearest to other speech: what is heard in it by who has to take it for one. */
  private async nearest({ result }: FinalResult, recognizer: WorkerRecognizer | null): Promise<FinalResult | null> {
    const grammar = toGrammar(this.box.value);
    const [said] = result;
    if (!recognizer || !said || grammar === "") return null;
    let found: FinalResult | null = null;
    const stream = await recognizer.createStream({
      decoding: { grammar, sensitivity: 1 },
      onFinal: (final) => {
        found ??= final;
      },
    });
    try {
      await stream.acceptWaveform(CLIP_RATE, this.sound.between(said.start - EDGE, said.end + EDGE));
      await stream.inputFinished();
    } finally {
      await stream.free();
    }
    return found;
  }
}
