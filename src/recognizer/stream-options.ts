// Options of a stream.

import type { DecodingOptions } from "../decode/decoding-options.ts";
import type { EndpointRules } from "../decode/endpoint.ts";
import type { KeywordResult } from "../decode/text/results.ts";
import type { OptionTypes } from "../options.ts";
import type { LatencyEvent } from "./latency.ts";

/** Options of a stream. A stream's own options replace those of its recognizer. */
export interface StreamOptions {
  /** Rules that say when a result becomes final while audio goes on. */
  readonly endpoint?: Partial<EndpointRules>;
  /** Beam search, hotwords, grammar, language model, alternatives. If a stream has its own, it replaces the recognizer's as a whole. */
  readonly decoding?: DecodingOptions;
  /**
   * Pauses the encoder in long silences. Results for speech stay the same to the bit, but a word that is too faint for the voice
   * detector is not heard. After a pause, the encoder first runs over its last seconds. Default false.
   */
  readonly skipSilence?: boolean;
  /**
   * Called with the delay between speech and its words, partials and finals. An error that it throws is reported as uncaught, as in an
   * event listener, and does not disturb the stream.
   */
  readonly onLatency?: (event: LatencyEvent) => void;
  /** Called when a keyword of `decoding.keywords` is heard. Without it, Stream.keywords() returns them. */
  readonly onKeyword?: (keyword: KeywordResult) => void;
}

export const STREAM_OPTIONS: OptionTypes<StreamOptions> = {
  endpoint: "object",
  decoding: "object",
  skipSilence: "boolean",
  onLatency: "function",
  onKeyword: "function",
};
