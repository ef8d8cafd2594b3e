// A live example on a page of the documentation: listens to the microphone, or to a recording, and writes what it hears.

import {
  createWorkerRecognizer,
  type FinalResult,
  type WorkerRecognizer,
  type WorkerRecognizerOptions,
} from "../../src/worker/worker-recognizer.ts";
import { STARTING_PHRASES, toGrammar, withOther } from "../page/modes/phrase-text.ts";
import { decodeClip } from "../page/sound/clip.ts";
import { Listening } from "../page/sound/listening.ts";
import { clipSource, microphoneSource, type SoundSource } from "../page/sound/sources.ts";

interface Example {
  readonly model: string;
  readonly recording: string;
  readonly options: Pick<WorkerRecognizerOptions, "decoding" | "endpoint">;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  words: { model: "commands", recording: "digits.wav", options: {} },
  dictation: { model: "english", recording: "dictation.wav", options: { decoding: { text: { digits: true } } } },
  phrases: {
    model: "english",
    recording: "phrases.wav",
    options: {
      decoding: { grammar: withOther(toGrammar(STARTING_PHRASES)) },
      endpoint: { silenceAfterSpeech: 0.4 },
    },
  },
};

function written({ text, intent, slots, confidence }: FinalResult): string {
  if (text === "[unk]") return "(speech, but none of the phrases)";
  if (intent === undefined) return text;
  return `${text}  →  ${JSON.stringify({ intent, slots, confidence: Number(confidence?.toFixed(2)) })}`;
}

export class LiveExample {
  private readonly host: HTMLElement;
  private readonly example: Example;
  /** Where the page's files lie: worker, models, recordings. */
  private readonly home: URL;
  private recognizer: Promise<WorkerRecognizer> | null = null;
  private listening: Listening | null = null;

  constructor(host: HTMLElement, home: URL) {
    this.host = host;
    this.home = home;
    this.example = EXAMPLES[host.dataset.mode ?? ""] ?? EXAMPLES.words!;
    const press = (what: string, act: () => void) =>
      host.querySelector(`[data-do="${what}"]`)!.addEventListener("click", act);
    press("listen", () => void (this.listening ? this.listening.stop() : this.run(async () => this.microphone())));
    press("play", () => void this.run(() => this.recording()));
    addEventListener("pagehide", () => void this.listening?.stop());
  }

  private microphone(): SoundSource {
    return microphoneSource("", () => {}, new URL("capture-worklet.js", this.home));
  }

  private async recording(): Promise<SoundSource> {
    const response = await fetch(new URL(this.example.recording, this.home));
    if (!response.ok) throw new Error(`${this.example.recording}: the server answered ${response.status}`);
    return clipSource(await decodeClip(await response.arrayBuffer()), "aloud");
  }

  private load(): Promise<WorkerRecognizer> {
    this.recognizer ??= createWorkerRecognizer({
      ...this.example.options,
      model: new URL(`models/${this.example.model}.safetensors`, this.home),
      worker: new URL("worker.js", this.home),
    });
    // What failed is tried again the next time.
    this.recognizer.catch(() => {
      this.recognizer = null;
    });
    return this.recognizer;
  }

  private tell(status: string): void {
    this.host.querySelector('[role="status"]')!.textContent = status;
    const busy = status !== "" && !this.listening;
    for (const button of this.host.querySelectorAll("button")) button.disabled = busy;
    const label = this.listening ? "Stop" : "Listen";
    this.host.querySelector('[data-do="listen"]')!.textContent = label;
  }

  private async run(open: () => Promise<SoundSource>): Promise<void> {
    if (this.listening) return;
    const heard = this.host.querySelector(".heard")!;
    const going = document.createElement("span");
    heard.replaceChildren(going);
    this.tell("Loading…");
    try {
      const run = await Listening.start(this.load(), {}, await open(), {
        started: () => {},
        samples: () => {},
        keyword: () => {},
        progress: () => {},
        wordShown: () => {},
        partial: ({ partial }) => {
          going.textContent = partial;
        },
        final: (final) => {
          going.textContent = "";
          going.before(written(final), document.createElement("br"));
        },
        ended: (cause) => {
          this.listening = null;
          this.tell("");
          if (cause instanceof Error) this.fail(cause);
        },
      });
      if (run.isOver) return;
      this.listening = run;
      this.tell("Listening.");
    } catch (cause) {
      this.tell("");
      this.fail(cause);
    }
  }

  private fail(cause: unknown): void {
    this.host.querySelector('[role="status"]')!.textContent = cause instanceof Error ? cause.message : String(cause);
  }
}
