// The worker's side: a recognizer that answers the requests of protocol.ts. Holds no page and no microphone.

import type { PreparedGrammar } from "../decode/prepared-grammar.ts";
import type { KeywordResult } from "../decode/text/results.ts";
import { FoldvoxError } from "../errors.ts";
import { now } from "../platform.ts";
import { createRecognizer } from "../recognizer/create-recognizer.ts";
import type { LatencyEvent } from "../recognizer/latency.ts";
import type { Recognizer } from "../recognizer/recognizer.ts";
import type { Stream } from "../recognizer/stream.ts";
import {
  type Calls,
  cloneError,
  type Loaded,
  type LoadNotice,
  type Notice,
  type Port,
  type Reply,
  type Request,
  type StreamProgress,
} from "./protocol.ts";

/** A stream that posts what it hears. */
class ServedStream {
  readonly stream: Stream;
  private readonly notify: (notice: Omit<Notice, "stream">) => void;
  private computeSeconds = 0;
  /** The partial that was posted last, as one string of its text and what of it is committed. */
  private posted = "";

  constructor(stream: Stream, notify: (notice: Omit<Notice, "stream">) => void) {
    this.stream = stream;
    this.notify = notify;
  }

  acceptWaveform(sampleRate: number, samples: Float32Array | Int16Array): StreamProgress {
    return this.work(() => this.stream.acceptWaveform(sampleRate, samples));
  }

  inputFinished(): StreamProgress {
    return this.work(() => this.stream.inputFinished());
  }

  reset(): undefined {
    this.stream.reset();
    this.computeSeconds = 0;
    this.posted = "";
  }

  private work(compute: () => void): StreamProgress {
    const start = now();
    compute();
    this.computeSeconds += (now() - start) / 1000;
    for (const final of this.stream.results()) {
      this.notify({ final });
      this.posted = "";
    }
    const partial = this.stream.partial();
    const { partial: text, committed } = partial;
    const shown = text === "" ? "" : `${committed}|${text}`;
    if (shown !== this.posted) this.notify({ partial });
    this.posted = shown;
    return { audioSeconds: this.stream.audioSeconds, computeSeconds: this.computeSeconds };
  }
}

type Handlers = { [Call in keyof Calls]: (request: Calls[Call]["request"]) => Calls[Call]["reply"] | Promise<Loaded> };

class RecognizerServer {
  private readonly post: (message: Reply | Notice | LoadNotice) => void;
  private recognizer: Recognizer | null = null;
  private readonly streams = new Map<number, ServedStream>();
  private readonly grammars = new Map<number, PreparedGrammar>();
  private readonly handlers: Handlers = {
    load: (request) => this.load(request),
    memoryReport: () => this.loaded().memoryReport(),
    createStream: (request) => this.createStream(request),
    acceptWaveform: ({ stream, sampleRate, samples }) => this.open(stream).acceptWaveform(sampleRate, samples),
    inputFinished: ({ stream }) => this.open(stream).inputFinished(),
    prepareGrammar: ({ grammar, source }) => void this.grammars.set(grammar, this.loaded().prepareGrammar(source)),
    freeGrammar: ({ grammar }) => void this.grammars.delete(grammar),
    setGrammar: ({ stream, grammar, since }) =>
      void this.open(stream).stream.setGrammar(this.grammar(grammar), since === undefined ? {} : { since }),
    setEndpoint: ({ stream, rules }) => void this.open(stream).stream.setEndpoint(rules),
    reset: ({ stream }) => this.open(stream).reset(),
    freeStream: ({ stream }) => {
      this.streams.get(stream)?.stream.free();
      this.streams.delete(stream);
    },
  };

  constructor(post: (message: Reply | Notice | LoadNotice) => void) {
    this.post = post;
  }

  async answer(request: Request): Promise<void> {
    const { id, call } = request;
    try {
      const handler = this.handlers[call] as (request: Request) => unknown;
      const result = handler(request);
      // Only loading waits: whatever else is asked is done before the next message is looked at, in order.
      this.post({ id, value: result instanceof Promise ? await result : result });
    } catch (cause) {
      this.post({ id, error: cloneError(cause) });
    }
  }

  private async load({ options, progress }: Calls["load"]["request"]): Promise<Loaded> {
    const telling = progress ? { onProgress: (loading: LoadNotice["loading"]) => this.post({ loading }) } : {};
    const recognizer = await createRecognizer({ ...options, ...telling });
    this.recognizer = recognizer;
    return { config: recognizer.header.config, build: recognizer.build, arenaBytes: recognizer.arenaBytes };
  }

  private createStream({ stream, options, latency, keywords }: Calls["createStream"]["request"]): undefined {
    const notify = (notice: Omit<Notice, "stream">) => this.post({ stream, ...notice });
    const listening = {
      ...options,
      ...(latency && { onLatency: (event: LatencyEvent) => notify({ latency: event }) }),
      ...(keywords && { onKeyword: (keyword: KeywordResult) => notify({ keyword }) }),
    };
    this.streams.set(stream, new ServedStream(this.loaded().createStream(listening), notify));
  }

  private loaded(): Recognizer {
    if (this.recognizer) return this.recognizer;
    throw new FoldvoxError("bad-argument", "The worker has loaded no model yet; wait for createWorkerRecognizer().");
  }

  private grammar(number: number | null): PreparedGrammar | null {
    const grammar = number === null ? null : this.grammars.get(number);
    if (grammar !== undefined) return grammar;
    throw new FoldvoxError("freed", "The grammar has been freed; prepare it again.");
  }

  private open(number: number): ServedStream {
    const stream = this.streams.get(number);
    if (stream) return stream;
    throw new FoldvoxError("freed", "The stream has been freed; create a new one.");
  }
}

/** Answers whatever comes through a port, for as long as it is open. */
export function serveRecognizer(port: Port): void {
  const server = new RecognizerServer((message) => port.postMessage(message));
  port.addEventListener("message", ({ data }) => void server.answer(data as Request));
}
