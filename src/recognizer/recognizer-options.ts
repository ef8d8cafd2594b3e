// Options of a recognizer, checked before anything is loaded.

import { checkDecoding } from "../decode/decoding-options.ts";
import { endpointRules } from "../decode/endpoint.ts";
import { transducerBeam } from "../decode/transducer/transducer-decoders.ts";
import type { ArenaOptions } from "../engine/arena.ts";
import type { WasmSource } from "../engine/module.ts";
import { FoldvoxError } from "../errors.ts";
import { isUrl } from "../kinds.ts";
import type { LoadOptions } from "../loading/load-arena.ts";
import type { ModelSource } from "../model/source.ts";
import { checkCount, checkOptions, type OptionTypes } from "../options.ts";
import type { Bytes, WasmModule } from "../web-types.ts";
import type { LanguageOptions } from "./language.ts";
import { STREAM_OPTIONS, type StreamOptions } from "./stream-options.ts";

export interface RecognizerOptions extends StreamOptions, LoadOptions, LanguageOptions {
  /**
   * The model: the name of one that comes with foldvox ("commands", "commands-tiny", "english"), a URL, bytes, or an iterable of
   * bytes. Default: "commands".
   */
  readonly model?: string | URL | ModelSource;
  /** How many streams may be open at the same time; each has its own state block in the arena. Default 1. */
  readonly maxStreams?: number;
  /**
   * Threads that compute a step together. They pay for models of tens of millions of parameters. They need shared memory, which a
   * page has only if it is cross-origin isolated; otherwise one thread runs. Results are the same. Default 1.
   */
  readonly threads?: number;
  /** The engine: a compiled module, its bytes, or its URL. Default: the fastest bundled build that runs here. */
  readonly wasm?: WasmSource;
}

/** Options of a recognizer with synchronous start-up and without threads. */
export interface SyncRecognizerOptions
  extends StreamOptions,
    Pick<RecognizerOptions, "maxStreams" | "maxBytes" | "pronunciations"> {
  readonly model: Uint8Array | ArrayBuffer;
  /** The lexicon of a phoneme model. */
  readonly lexicon?: Uint8Array | ArrayBuffer;
  /** A phoneme model's language model for dictation. */
  readonly ngrams?: Uint8Array | ArrayBuffer;
  /** The engine. Only foldvox/inline and foldvox/plain have a default. */
  readonly wasm?: WasmModule | Bytes;
}

export const RECOGNIZER_OPTIONS: OptionTypes<RecognizerOptions> = {
  ...STREAM_OPTIONS,
  model: "any",
  maxStreams: "any",
  threads: "any",
  wasm: "any",
  lexicon: "any",
  ngrams: "any",
  pronunciations: "object",
  cache: "any",
  maxBytes: "any",
  onProgress: "function",
  signal: "signal",
};

export const SYNC_RECOGNIZER_OPTIONS: OptionTypes<SyncRecognizerOptions> = {
  ...STREAM_OPTIONS,
  model: "any",
  maxStreams: "any",
  wasm: "any",
  lexicon: "any",
  ngrams: "any",
  pronunciations: "object",
  maxBytes: "any",
};

/**
 * Checks options as far as possible without a model, and returns those that the arena's size depends on.
 * Errors: bad-argument.
 */
export function arenaOptions(
  options: RecognizerOptions | SyncRecognizerOptions,
  types: OptionTypes<RecognizerOptions> | OptionTypes<SyncRecognizerOptions>,
): ArenaOptions {
  if (ArrayBuffer.isView(options) || isUrl(options)) {
    throw new FoldvoxError("bad-argument", "A model was given for options; give it as { model: ... }.");
  }
  checkOptions("options", options, types);
  const { maxStreams = 1, threads = 1, decoding = {}, endpoint = {} }: RecognizerOptions = options;
  endpointRules(endpoint);
  checkDecoding(decoding);
  return {
    streams: checkCount("maxStreams", maxStreams, 65536),
    beam: transducerBeam(decoding),
    threads: checkCount("threads", threads, 64),
  };
}
