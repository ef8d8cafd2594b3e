// The events of the Web Speech API, and attributes such as onresult that listen to them.

import type { EventOptions } from "../web-types.ts";
import type { SpeechRecognitionResultList } from "./results.ts";

/** Why a session failed, in the terms of the Web Speech API. */
export type SpeechRecognitionErrorCode =
  | "no-speech"
  | "aborted"
  | "audio-capture"
  | "network"
  | "not-allowed"
  | "service-not-allowed"
  | "bad-grammar"
  | "language-not-supported"
  | "phrases-not-supported";

/** What the events "result" and "nomatch" bring. */
export class SpeechRecognitionEvent extends Event {
  /** Index of the first result that is new or has changed. */
  readonly resultIndex: number;
  readonly results: SpeechRecognitionResultList;

  constructor(type: string, init: EventOptions & { resultIndex?: number; results: SpeechRecognitionResultList }) {
    super(type, init);
    this.resultIndex = init.resultIndex ?? 0;
    this.results = init.results;
  }
}

/** A session has failed. */
export class SpeechRecognitionErrorEvent extends Event {
  readonly error: SpeechRecognitionErrorCode;
  /** For developers. */
  readonly message: string;

  constructor(type: string, init: EventOptions & { error: SpeechRecognitionErrorCode; message?: string }) {
    super(type, init);
    this.error = init.error;
    this.message = init.message ?? "";
  }
}

/** The events of a session, in the order in which a session has them. */
export interface SpeechRecognitionEventMap {
  start: Event;
  audiostart: Event;
  soundstart: Event;
  speechstart: Event;
  result: SpeechRecognitionEvent;
  nomatch: SpeechRecognitionEvent;
  speechend: Event;
  soundend: Event;
  audioend: Event;
  error: SpeechRecognitionErrorEvent;
  end: Event;
}

export type EventName = keyof SpeechRecognitionEventMap;

const EVENT_NAMES: readonly EventName[] = [
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
];

type Handler = (this: EventTarget, event: Event) => unknown;

/** Gives a class an attribute on... for every event, as browsers define them: null, or one function. */
export function defineHandlerAttributes(prototype: EventTarget): void {
  for (const name of EVENT_NAMES) {
    const handlers = new WeakMap<EventTarget, Handler>();
    const listening = new WeakSet<EventTarget>();
    Object.defineProperty(prototype, `on${name}`, {
      configurable: true,
      enumerable: true,
      get(this: EventTarget) {
        return handlers.get(this) ?? null;
      },
      set(this: EventTarget, handler: unknown) {
        if (typeof handler !== "function") {
          handlers.delete(this);
          return;
        }
        handlers.set(this, handler as Handler);
        // One listener for good, so that a handler keeps its place among the listeners when it is replaced.
        if (!listening.has(this)) this.addEventListener(name, (event) => handlers.get(this)?.call(this, event));
        listening.add(this);
      },
    });
  }
}
