// One session of a SpeechRecognition, from start() to the end event.

import type { FinalResult, PartialResult } from "../decode/text/results.ts";
import { FoldvoxError } from "../errors.ts";
import type { Microphone, MicrophoneOptions } from "../microphone/microphone.ts";
import type { ModelConfig } from "../model/config.ts";
import type { AudioTrack } from "../web-types.ts";
import type { CloneableStreamOptions } from "../worker/protocol.ts";
import type { WorkerRecognizer } from "../worker/worker-recognizer.ts";
import type { WorkerStream } from "../worker/worker-stream.ts";
import { type SpeechRecognitionErrorCode, SpeechRecognitionErrorEvent, SpeechRecognitionEvent } from "./events.ts";
import type { SpeechGrammarList } from "./grammar-list.ts";
import { type SpeechRecognitionPhrase, toHotwords } from "./phrase.ts";
import { SpeechRecognitionResultList } from "./results.ts";
import { SoundActivity } from "./sound-activity.ts";
import { type ResultNews, Transcript, type TranscriptOptions } from "./transcript.ts";

/** The recognition's attributes when it was started. */
export interface SessionSettings extends TranscriptOptions {
  readonly maxAlternatives: number;
  readonly phrases: readonly SpeechRecognitionPhrase[];
  readonly grammars: SpeechGrammarList;
  readonly track: AudioTrack | undefined;
}

/** Where sessions get sound and a recognizer from. */
export interface SessionSources {
  recognizer(): Promise<Pick<WorkerRecognizer, "createStream" | "config"> & { readonly isAlive?: boolean }>;
  openMicrophone(options: MicrophoneOptions): Promise<Pick<Microphone, "close">>;
}

/** A session in which nothing is said ends after so many seconds of audio, as in Chrome. */
const NO_SPEECH_SECONDS = 8;
/** With so much voice in it, it was not silence but speech that nothing matched. */
const SPEECH_SECONDS = 0.3;
const SAMPLE_RATE = 16000;
/** A microphone that is not heard for so many seconds, interrupted, muted or stuck, has failed. */
const MOST_SECONDS_UNHEARD = 5;

/** The standard's code for an error of the recognizer or the microphone. */
function errorCode(cause: unknown): SpeechRecognitionErrorCode {
  const code = cause instanceof FoldvoxError ? cause.code : null;
  if (code === "not-allowed" || code === "audio-capture") return code;
  return code === "io" || code === "model-truncated" || code === "model-corrupt" ? "network" : "service-not-allowed";
}

export class Session {
  private readonly target: EventTarget;
  private readonly settings: SessionSettings;
  private readonly sources: SessionSources;
  private readonly transcript: Transcript;
  private readonly activity = new SoundActivity();
  private readonly onEnd: () => void;
  private microphone: Pick<Microphone, "close"> | null = null;
  private stream: WorkerStream | null = null;
  /** Samples that came before the recognizer was ready. */
  private waiting: Float32Array[] = [];
  /** Events that have begun and have not ended, innermost last. */
  private readonly going: ("audio" | "sound" | "speech")[] = [];
  /** Looks every second whether the microphone has been heard since: not by the clock, which goes on while a page is frozen. */
  private watch: ReturnType<typeof setInterval> | undefined;
  private secondsUnheard = 0;
  private isHeard = true;
  /** Whether the utterance that is going on has had its speechstart. */
  private spoken = false;
  /** listening, then stopping (the last results are on their way), then ended. */
  private state: "listening" | "stopping" | "ended" = "listening";

  /** Fires its events at `target`; `onEnd` is called right before the last. */
  constructor(target: EventTarget, settings: SessionSettings, sources: SessionSources, onEnd: () => void) {
    this.target = target;
    this.settings = settings;
    this.sources = sources;
    this.onEnd = onEnd;
    this.transcript = new Transcript(settings);
  }

  /** Opens the microphone while the recognizer loads; what is said in the meantime waits. */
  async run(): Promise<void> {
    await Promise.all([this.listen(), this.recognize()]).catch((cause) => this.fail(errorCode(cause), String(cause)));
  }

  /** No more audio; what has been said is still recognized. */
  async stop(): Promise<void> {
    if (this.state !== "listening") return;
    this.state = "stopping";
    // Without a stream yet, recognize() finishes when there is one.
    const { stream } = this;
    await this.closeMicrophone();
    if (stream) await this.finish(stream);
    else if (this.activity.seconds === 0) this.end();
  }

  /** No more audio and no more results. */
  async abort(): Promise<void> {
    await this.fail("aborted", "The recognition was aborted.");
  }

  /** Ends with an error. */
  async fail(error: SpeechRecognitionErrorCode, message: string): Promise<void> {
    if (this.state === "ended") return;
    this.state = "ended";
    await this.closeMicrophone();
    this.target.dispatchEvent(new SpeechRecognitionErrorEvent("error", { error, message }));
    this.close();
  }

  private async listen(): Promise<void> {
    const { track } = this.settings;
    const microphone = await this.sources.openMicrophone({
      sampleRate: SAMPLE_RATE,
      onSamples: (samples) => this.accept(samples),
      onEnded: () => void this.fail("audio-capture", "The microphone has gone."),
      onStateChange: (state) => {
        this.isHeard = state === "listening";
      },
      ...(track && { track }),
    });
    if (this.state !== "listening") return microphone.close();
    this.microphone = microphone;
    this.watch = setInterval(() => this.lookAtMicrophone(), 1000);
    this.fire("start");
    this.begin("audio");
  }

  private async recognize(): Promise<void> {
    const recognizer = await this.sources.recognizer();
    const decoding = await this.decoding(recognizer.config);
    if (this.ended) return;
    try {
      this.stream = await recognizer.createStream({
        onPartial: (heard) => this.partial(heard),
        onFinal: (heard) => this.final(heard),
        ...(decoding && { decoding }),
      });
    } catch (cause) {
      if (!(cause instanceof FoldvoxError)) throw cause;
      if (decoding?.grammar && cause.code === "bad-argument") return this.fail("bad-grammar", cause.message);
      if (!decoding?.hotwords || cause.code !== "unsupported") throw cause;
      return this.fail("phrases-not-supported", cause.message);
    }
    if (this.ended) return void this.stream.free();
    for (const samples of this.waiting.splice(0)) this.send(samples);
    if (this.state === "stopping") await this.finish(this.stream);
  }

  /**
   * A model of phonemes hears grammars and phrases, and nothing else, where there are some. Others prefer the phrases; there
   * grammars have no effect, as in browsers.
   */
  private async decoding(config: ModelConfig): Promise<CloneableStreamOptions["decoding"]> {
    const { phrases, grammars, maxAlternatives } = this.settings;
    const isOfPhonemes = config.tokenUnit === "phoneme";
    const hotwords = isOfPhonemes ? [] : toHotwords(phrases, config);
    const hears = isOfPhonemes && phrases.length + grammars.length > 0;
    if (hotwords.length === 0 && !hears && maxAlternatives <= 1) return undefined;
    return {
      alternatives: maxAlternatives,
      ...(hotwords.length > 0 && { hotwords }),
      ...(hears && { grammar: await grammars.source(phrases.map(({ phrase }) => phrase)) }),
    };
  }

  /** A getter, because TypeScript does not see that waiting changes things. */
  private get ended(): boolean {
    return this.state === "ended";
  }

  private accept(samples: Float32Array): void {
    if (this.state !== "listening") return;
    if (this.isHeard) this.secondsUnheard = 0;
    this.activity.accept(samples);
    if (this.stream) this.send(samples);
    else this.waiting.push(samples);
    if (this.activity.isSound) this.begin("sound");
    else this.finishEvents("sound");
  }

  private send(samples: Float32Array): void {
    this.stream!.acceptWaveform(SAMPLE_RATE, samples).then(
      ({ audioSeconds }) => this.recognized(audioSeconds),
      (cause) => this.fail(errorCode(cause), String(cause)),
    );
  }

  /** So much audio has been recognized: what waits for a slow recognizer does not count as silence. */
  private recognized(audioSeconds: number): void {
    const isWordless = this.transcript.isEmpty && !this.spoken;
    if (this.state === "listening" && isWordless && audioSeconds >= NO_SPEECH_SECONDS) void this.giveUp();
  }

  private partial(heard: PartialResult): void {
    if (this.ended || this.isComplete) return;
    // Words may still change when it is quiet again: that is no new speech.
    if (heard.partial !== "" && (!this.spoken || this.activity.isSound)) this.beginSpeech();
    for (const news of this.transcript.partial(heard)) this.fireResult("result", news);
  }

  private final(heard: FinalResult): void {
    if (this.ended || this.isComplete) return;
    if (!this.spoken) this.beginSpeech();
    this.finishEvents("speech");
    this.spoken = false;
    for (const news of this.transcript.final(heard)) this.fireResult("result", news);
    if (!this.isComplete || this.state !== "listening") return;
    this.state = "stopping";
    void this.closeMicrophone().then(() => this.end());
  }

  /** Whether the one utterance is there that was asked for. */
  private get isComplete(): boolean {
    return !this.settings.continuous && !this.transcript.isEmpty;
  }

  /** Too long without a word: nothing was said, or nothing that the model knows. */
  private async giveUp(): Promise<void> {
    if (this.activity.voicedSeconds < SPEECH_SECONDS) return this.fail("no-speech", "Nothing was said.");
    this.state = "stopping";
    await this.closeMicrophone();
    this.end();
  }

  private async finish(stream: WorkerStream): Promise<void> {
    await stream.inputFinished().catch((cause) => this.fail(errorCode(cause), String(cause)));
    this.end();
  }

  private end(): void {
    if (this.ended) return;
    this.state = "ended";
    if (this.transcript.isEmpty && this.activity.voicedSeconds >= SPEECH_SECONDS) {
      this.fireResult("nomatch", { resultIndex: 0, results: new SpeechRecognitionResultList([]) });
    }
    this.close();
  }

  private close(): void {
    void this.stream?.free();
    this.waiting = [];
    this.onEnd();
    this.fire("end");
  }

  private lookAtMicrophone(): void {
    if (++this.secondsUnheard <= MOST_SECONDS_UNHEARD) return;
    void this.fail("audio-capture", `The microphone gave no sound for ${MOST_SECONDS_UNHEARD} seconds.`);
  }

  /** Releases the device; no event after audioend comes from it. */
  private async closeMicrophone(): Promise<void> {
    clearInterval(this.watch);
    const { microphone } = this;
    this.microphone = null;
    await microphone?.close();
    this.finishEvents("audio");
  }

  private beginSpeech(): void {
    this.spoken = true;
    if (this.state === "listening") this.begin("speech");
  }

  private begin(what: "audio" | "sound" | "speech"): void {
    if (this.going.includes(what)) return;
    if (what === "speech") this.begin("sound");
    this.going.push(what);
    this.fire(`${what}start`);
  }

  /** Ends this and whatever goes on within it. */
  private finishEvents(what: "audio" | "sound" | "speech"): void {
    while (this.going.includes(what)) this.fire(`${this.going.pop()!}end`);
  }

  private fire(type: string): void {
    this.target.dispatchEvent(new Event(type));
  }

  private fireResult(type: "result" | "nomatch", { resultIndex, results }: ResultNews): void {
    this.target.dispatchEvent(new SpeechRecognitionEvent(type, { resultIndex, results }));
  }
}
