// What a page and the recognizer in its worker say to each other: requests with a number, one reply to each, and notices of
// what a stream has heard. Everything here can be cloned by postMessage.

import type { DecodingOptions } from "../decode/decoding-options.ts";
import type { GrammarSource } from "../decode/scorers/grammar.ts";
import type { FinalResult, KeywordResult, PartialResult } from "../decode/text/results.ts";
import type { Build } from "../engine/exports.ts";
import type { MemoryReport } from "../engine/memory-report.ts";
import type { WasmSource } from "../engine/module.ts";
import { FoldvoxError, type FoldvoxErrorCode } from "../errors.ts";
import type { LoadOptions as DownloadOptions, LoadProgress } from "../loading/load-arena.ts";
import type { ModelConfig } from "../model/config.ts";
import type { OptionTypes } from "../options.ts";
import type { Pronunciations } from "../pronounce/own-pronunciations.ts";
import type { LatencyEvent } from "../recognizer/latency.ts";
import type { StreamOptions } from "../recognizer/stream-options.ts";

/** How a stream works, less what cannot be cloned. */
export interface CloneableStreamOptions extends Pick<StreamOptions, "endpoint" | "skipSilence"> {
  /** As of any stream; a grammar is given by its source. */
  readonly decoding?: Omit<DecodingOptions, "grammar"> & { readonly grammar?: GrammarSource };
}

export const CLONEABLE_STREAM_OPTIONS: OptionTypes<CloneableStreamOptions> = {
  endpoint: "object",
  decoding: "object",
  skipSilence: "boolean",
};

export interface LoadOptions extends CloneableStreamOptions, Pick<DownloadOptions, "cache" | "maxBytes"> {
  /** The name of a bundled model, an absolute URL, or bytes. Without it "commands". */
  readonly model?: string | Uint8Array | ArrayBuffer | Blob;
  /** The same of the lexicon and of dictation's language model; without them the files beside the model. */
  readonly lexicon?: string | Uint8Array | ArrayBuffer | Blob;
  readonly ngrams?: string | Uint8Array | ArrayBuffer | Blob;
  readonly pronunciations?: Pronunciations;
  readonly maxStreams?: number;
  readonly threads?: number;
  /** A compiled module, bytes, or an absolute URL. Without it the bundled engine. */
  readonly wasm?: Exclude<WasmSource, URL>;
}

/** What is known once the model is loaded. */
export interface Loaded {
  readonly config: ModelConfig;
  readonly build: Build;
  readonly arenaBytes: number;
}

/** How far a stream has come. */
export interface StreamProgress {
  /** Seconds of audio that it has taken. */
  readonly audioSeconds: number;
  /** Seconds that the worker has computed for them. */
  readonly computeSeconds: number;
}

/** What may be asked of the worker, and what it answers. `stream` is the number that the asker has given it. */
export interface Calls {
  load: { request: { options: LoadOptions; progress: boolean }; reply: Loaded };
  memoryReport: { request: object; reply: MemoryReport };
  createStream: {
    request: { stream: number; options: CloneableStreamOptions; latency: boolean; keywords: boolean };
    reply: undefined;
  };
  acceptWaveform: {
    request: { stream: number; sampleRate: number; samples: Float32Array | Int16Array };
    reply: StreamProgress;
  };
  inputFinished: { request: { stream: number }; reply: StreamProgress };
  setEndpoint: { request: { stream: number; rules: NonNullable<StreamOptions["endpoint"]> }; reply: undefined };
  /** `grammar` is the number that the asker has given it. */
  prepareGrammar: { request: { grammar: number; source: GrammarSource }; reply: undefined };
  freeGrammar: { request: { grammar: number }; reply: undefined };
  setGrammar: { request: { stream: number; grammar: number | null; since?: number }; reply: undefined };
  reset: { request: { stream: number }; reply: undefined };
  freeStream: { request: { stream: number }; reply: undefined };
}

export type CallName = keyof Calls;

/** One call on its way to the worker. */
export type Request<Name extends CallName = CallName> = {
  [Call in Name]: { readonly id: number; readonly call: Call } & Readonly<Calls[Call]["request"]>;
}[Name];

/** An error on its way: classes do not survive cloning. Without a code it was not foldvox's own. */
export interface ClonedError {
  readonly code: FoldvoxErrorCode | null;
  readonly message: string;
}

/** The answer to the request of that number. */
export interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: ClonedError;
}

/** What a stream has to tell. All notices of a request come before its reply. */
export interface Notice {
  readonly stream: number;
  readonly final?: FinalResult;
  readonly partial?: PartialResult;
  readonly latency?: LatencyEvent;
  readonly keyword?: KeywordResult;
}

/** How far the loading has come; to those who asked for it. */
export interface LoadNotice {
  readonly loading: LoadProgress;
}

/** The end of a channel: a Worker, the scope inside it, or a MessagePort. */
export interface Port {
  /** Hands a message over. */
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

export function cloneError(cause: unknown): ClonedError {
  if (cause instanceof FoldvoxError) return { code: cause.code, message: cause.message };
  return { code: null, message: cause instanceof Error ? cause.message : String(cause) };
}

export function reviveError({ code, message }: ClonedError): Error {
  return code === null ? new Error(message) : new FoldvoxError(code, message);
}
