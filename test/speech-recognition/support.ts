// A microphone and a recognizer that do what a test tells them, and a log of a recognition's events.

import type { FinalResult, PartialResult, WordResult } from "../../src/decode/text/results.ts";
import type { FoldvoxError } from "../../src/errors.ts";
import type { MicrophoneOptions } from "../../src/microphone/microphone.ts";
import type { ModelConfig } from "../../src/model/config.ts";
import {
  defineSpeechRecognition,
  type SpeechRecognitionErrorEvent,
  type SpeechRecognitionEvent,
  type SpeechRecognitionInstance,
} from "../../src/speech-recognition/speech-recognition.ts";
import type { WorkerRecognizer, WorkerStream, WorkerStreamOptions } from "../../src/worker/worker-recognizer.ts";

const wordsOf = (text: string): WordResult[] =>
  text.split(" ").map((word, i) => ({ word, start: i, end: i + 0.5, conf: 0.75 }));

const partialOf = (text: string): PartialResult => ({ partial: text, committed: "", partial_result: wordsOf(text) });
const finalOf = (text: string): FinalResult => ({ text, result: wordsOf(text) });

/** Lets everything run that has been promised. */
export const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

export class FakeMicrophone {
  opened = 0;
  closed = 0;
  options: MicrophoneOptions | null = null;
  /** What opening it fails with. */
  refusal: FoldvoxError | null = null;

  readonly open = async (options: MicrophoneOptions) => {
    if (this.refusal) throw this.refusal;
    this.opened++;
    this.options = options;
    return {
      close: async () => {
        this.closed++;
      },
    };
  };

  /** Seconds of silence, or of a loud tone. */
  hear(seconds: number, loud = false): void {
    for (let at = 0; at < seconds; at += 0.02) {
      this.options!.onSamples(Float32Array.from({ length: 320 }, (_, i) => (loud ? 0.3 * Math.sin(i) : 0)));
    }
  }
}

export class FakeRecognizer {
  /** Options of every stream that was created. */
  readonly created: WorkerStreamOptions[] = [];
  /** Samples that the streams were given. */
  samples = 0;
  freed = 0;
  /** How often an input has ended. */
  finished = 0;
  failure: FoldvoxError | null = null;
  /** What comes when the input ends. */
  last = "";
  loads = 0;
  /** As much of the model's configuration as is looked at. */
  config = {
    tokens: ["<blank>", "zero", "one", "two", "three"],
    tokenUnit: "word",
    head: { type: "ctc", blank: 0 },
  } as unknown as ModelConfig;
  /** Until when loading takes. */
  loading: Promise<void> | null = null;

  readonly create = async () => {
    this.loads++;
    await this.loading;
    if (this.failure?.code === "io") throw this.failure;
    const made = { config: this.config, createStream: this.createStream, isAlive: true };
    this.made.push(made);
    return made as unknown as WorkerRecognizer;
  };

  /** What was created; one whose worker has died is not alive. */
  readonly made: { isAlive: boolean }[] = [];

  partial(text: string): void {
    this.created.at(-1)!.onPartial!(partialOf(text));
  }

  final(text: string): void {
    this.created.at(-1)!.onFinal!(finalOf(text));
  }

  private readonly createStream = async (options: WorkerStreamOptions) => {
    if (this.failure) throw this.failure;
    this.created.push(options);
    return {
      acceptWaveform: async (_: number, samples: Float32Array) => {
        this.samples += samples.length;
        return { audioSeconds: this.samples / 16000, computeSeconds: 0 };
      },
      inputFinished: async () => {
        this.finished++;
        if (this.last) options.onFinal!(finalOf(this.last));
      },
      free: async () => {
        this.freed++;
      },
    } as unknown as WorkerStream;
  };
}

export const EVENTS = [
  "start",
  "audiostart",
  "soundstart",
  "speechstart",
  "result",
  "nomatch",
  "speechend",
  "soundend",
  "audioend",
  "error",
  "end",
] as const;

/** Events as they come: the name, with results as `result 0: "text"` or `"text"?`, with errors as `error code`. */
export function logOf(recognition: SpeechRecognitionInstance): string[] {
  const log: string[] = [];
  for (const name of EVENTS) {
    recognition.addEventListener(name, (event: Event) => {
      if (name === "result") {
        const { resultIndex, results } = event as SpeechRecognitionEvent;
        const texts = [...results].map((result) => `"${result[0]!.transcript}"${result.isFinal ? "" : "?"}`);
        log.push(`result ${resultIndex}: ${texts.join(" ")}`);
      } else if (name === "error") log.push(`error ${(event as SpeechRecognitionErrorEvent).error}`);
      else log.push(name);
    });
  }
  return log;
}

export function scene() {
  const microphone = new FakeMicrophone();
  const recognizer = new FakeRecognizer();
  const SpeechRecognition = defineSpeechRecognition({
    createRecognizer: recognizer.create,
    openMicrophone: microphone.open,
  });
  const recognition = new SpeechRecognition();
  return { microphone, recognizer, SpeechRecognition, recognition, log: logOf(recognition) };
}
