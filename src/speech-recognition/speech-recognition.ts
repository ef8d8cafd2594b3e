// SpeechRecognition of the Web Speech API, with foldvox behind it: nothing leaves the device.

import { openMicrophone } from "../microphone/microphone.ts";
import type { AudioTrack, ListenerOptions } from "../web-types.ts";
import { createWorkerRecognizer, type WorkerRecognizerOptions } from "../worker/worker-recognizer.ts";
import { defineHandlerAttributes, type EventName, type SpeechRecognitionEventMap } from "./events.ts";
import { SpeechGrammarList } from "./grammar-list.ts";
import type { SpeechRecognitionPhrase } from "./phrase.ts";
import { Session, type SessionSources } from "./session.ts";

export { FoldvoxError, type FoldvoxErrorCode } from "../errors.ts";
export type { EventOptions, ListenerOptions } from "../web-types.ts";
export {
  type SpeechRecognitionErrorCode,
  SpeechRecognitionErrorEvent,
  SpeechRecognitionEvent,
  type SpeechRecognitionEventMap,
} from "./events.ts";
export { type SpeechGrammar, SpeechGrammarList } from "./grammar-list.ts";
export { SpeechRecognitionPhrase } from "./phrase.ts";
export { type SpeechRecognitionAlternative, SpeechRecognitionResult, SpeechRecognitionResultList } from "./results.ts";

/** What a class of recognitions hears with. Its instances share one recognizer, loaded when first needed. */
export interface SpeechRecognitionOptions extends Omit<WorkerRecognizerOptions, "maxStreams" | "decoding"> {
  /** The model's language as a BCP 47 tag. Default "en", that of the bundled models. */
  readonly language?: string;
  /** Where recognizer and microphone come from, to put others in their place. */
  readonly createRecognizer?: () => ReturnType<SessionSources["recognizer"]>;
  /** What opens the microphone; for tests and other sources of sound. */
  readonly openMicrophone?: SessionSources["openMicrophone"];
}

/** What available() and install() are asked about. */
export interface LanguageOptions {
  readonly langs: readonly string[];
  readonly processLocally?: boolean;
}

type Handler<Type extends EventName> =
  | ((this: SpeechRecognitionInstance, event: SpeechRecognitionEventMap[Type]) => unknown)
  | null;

/** The standard's attributes, methods and events. */
export interface SpeechRecognitionInstance extends EventTarget {
  /** Go on after an utterance. Default false. */
  continuous: boolean;
  /** Fire result events for what may still change. Default false. */
  interimResults: boolean;
  /** Readings of each utterance, 1 to 100. Default 1. */
  maxAlternatives: number;
  /** BCP 47 tag. Default "": the document's language, else the model's. */
  lang: string;
  /** It always does. */
  processLocally: boolean;
  /** Phrases to be preferred; read when started. */
  phrases: SpeechRecognitionPhrase[];
  /** Changes nothing. */
  grammars: SpeechGrammarList;
  /** Listens to the microphone, or to an audio track. Throws an InvalidStateError DOMException if it does already. */
  start(track?: AudioTrack): void;
  /** Stops listening; what has been said is still recognized. */
  stop(): void;
  /** Stops at once. */
  abort(): void;
  addEventListener<Type extends EventName>(
    type: Type,
    listener: (this: SpeechRecognitionInstance, event: SpeechRecognitionEventMap[Type]) => unknown,
    options?: boolean | ListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: ((event: Event) => unknown) | { handleEvent(event: Event): unknown } | null,
    options?: boolean | ListenerOptions,
  ): void;
  onstart: Handler<"start">;
  onaudiostart: Handler<"audiostart">;
  onsoundstart: Handler<"soundstart">;
  onspeechstart: Handler<"speechstart">;
  onresult: Handler<"result">;
  onnomatch: Handler<"nomatch">;
  onspeechend: Handler<"speechend">;
  onsoundend: Handler<"soundend">;
  onaudioend: Handler<"audioend">;
  onerror: Handler<"error">;
  onend: Handler<"end">;
}

/** The constructor of SpeechRecognition, with its static methods. */
export interface SpeechRecognitionClass {
  new (): SpeechRecognitionInstance;
  readonly prototype: SpeechRecognitionInstance;
  /** Whether the languages can be heard: "available" when the model is loaded, before that "downloadable". */
  available(options: LanguageOptions): Promise<"unavailable" | "downloadable" | "available">;
  /** Loads the model, so that the first start() need not. Errors: those of createWorkerRecognizer. */
  preload(): Promise<void>;
  /** Loads the model if it hears the languages; whether it is there then. */
  install(options: LanguageOptions): Promise<boolean>;
}

const primary = (tag: string) => tag.toLowerCase().split("-")[0]!;

function invalidState(message: string): DOMException {
  return new DOMException(message, "InvalidStateError");
}

/** Loads once, again after a failure or when the worker has died, and tells whether it has. */
class SharedRecognizer {
  loaded = false;
  private readonly create: SessionSources["recognizer"];
  private loading: ReturnType<SessionSources["recognizer"]> | null = null;

  constructor(create: SessionSources["recognizer"]) {
    this.create = create;
  }

  async get(): ReturnType<SessionSources["recognizer"]> {
    const recognizer = await this.load();
    if (recognizer.isAlive !== false) return recognizer;
    this.loading = null;
    this.loaded = false;
    return this.load();
  }

  private load(): ReturnType<SessionSources["recognizer"]> {
    this.loading ??= this.create().then(
      (recognizer) => {
        this.loaded = true;
        return recognizer;
      },
      (cause) => {
        this.loading = null;
        throw cause;
      },
    );
    return this.loading;
  }
}

/** Makes a SpeechRecognition class of its own model or engine. The bundled model's is `SpeechRecognition`. */
export function defineSpeechRecognition(options: SpeechRecognitionOptions = {}): SpeechRecognitionClass {
  const { language = "en", createRecognizer, openMicrophone: open = openMicrophone, ...recognizerOptions } = options;
  // Two streams: a new session may begin while the last results of the one before are on their way.
  const create = createRecognizer ?? (() => createWorkerRecognizer({ ...recognizerOptions, maxStreams: 2 }));
  const shared = new SharedRecognizer(create);
  const sources: SessionSources = { recognizer: () => shared.get(), openMicrophone: open };
  const hears = (tag: string) => primary(tag) === primary(language);
  /** As in browsers, only one recognition listens at a time. */
  let listening: Session | null = null;

  class SpeechRecognition extends EventTarget {
    continuous = false;
    interimResults = false;
    lang = "";
    processLocally = false;
    phrases: SpeechRecognitionPhrase[] = [];
    grammars = new SpeechGrammarList();
    private alternatives = 1;
    private session: Session | null = null;

    static async available({ langs }: LanguageOptions) {
      if (!langs.every(hears)) return "unavailable";
      return shared.loaded ? "available" : "downloadable";
    }

    static async preload() {
      await shared.get();
    }

    static async install({ langs }: LanguageOptions) {
      return langs.every(hears) && (await shared.get().then(Boolean, () => false));
    }

    get maxAlternatives(): number {
      return this.alternatives;
    }

    set maxAlternatives(count: number) {
      this.alternatives = Math.min(100, Math.max(1, Math.trunc(count) || 1));
    }

    start(track?: AudioTrack): void {
      if (this.session) throw invalidState("The recognition has already started.");
      if (track && (track.kind !== "audio" || track.readyState !== "live")) {
        throw invalidState("The track is not a live audio track.");
      }
      void listening?.abort();
      const { continuous, interimResults, maxAlternatives, phrases, grammars } = this;
      const settings = { continuous, interimResults, maxAlternatives, phrases: [...phrases], grammars, track };
      const session = new Session(this, settings, sources, () => {
        this.session = null;
        if (listening === session) listening = null;
      });
      this.session = session;
      listening = session;
      const tag = this.lang || globalThis.document?.documentElement?.lang || language;
      if (hears(tag)) void session.run();
      else
        void Promise.resolve().then(() => session.fail("language-not-supported", `The model hears ${language} only.`));
    }

    stop(): void {
      void this.session?.stop();
    }

    abort(): void {
      void this.session?.abort();
    }
  }

  defineHandlerAttributes(SpeechRecognition.prototype);
  return SpeechRecognition as unknown as SpeechRecognitionClass;
}

/** The standard's class with the bundled English commands model. */
export const SpeechRecognition: SpeechRecognitionClass = defineSpeechRecognition();
/** For types: `const recognition: SpeechRecognition`. */
export type SpeechRecognition = SpeechRecognitionInstance;
