// What a stream is asked to be.

import type { DecodingOptions } from "../decode/decoding-options.ts";
import type { EndpointRules } from "../decode/endpoint.ts";
import type { KeywordResult } from "../decode/text/results.ts";
import type { OptionTypes } from "../options.ts";
import type { LatencyEvent } from "./latency.ts";

/** How streams work; what a stream is not told it has from its recognizer. */
export interface StreamOptions {
  /** When a result becomes final while audio goes on. */
  readonly endpoint?: Partial<EndpointRules>;
  /** Beam search, hotwords, grammar, language model, alternatives. Given for a stream, it replaces the recognizer's as a whole. */
  readonly decoding?: DecodingOptions;
  /**
   * Pauses the encoder in long silences. What it says of speech stays the same to the bit, only that a word in sound too
   * faint for the voice detector is not heard; after a pause the encoder runs over its last seconds first. Default false.
   */
  readonly skipSilence?: boolean;
  /**
   * Is told how long after being spoken words, partials and finals come. What it throws is an error that nobody has caught, as in
   * an event listener, and disturbs neither the stream nor others.
   */
  readonly onLatency?: (event: LatencyEvent) => void;
  /** Is told when a keyword of `decoding.keywords` is caught; without it Stream.keywords() tells. */
  readonly onKeyword?: (keyword: KeywordResult) => void;
}

export const STREAM_OPTIONS: OptionTypes<StreamOptions> = {
  endpoint: "object",
  decoding: "object",
  skipSilence: "boolean",
  onLatency: "function",
  onKeyword: "function",
};
