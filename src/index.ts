// The public interface of foldvox.

export { PcmDecoder, type PcmFormat } from "./audio/pcm.ts";
export type { AudioChunk, ByteFormat } from "./audio/sample-source.ts";
export { type WavFormat, WavReader } from "./audio/wav.ts";
export type { DecodingOptions } from "./decode/decoding-options.ts";
export type { TextStyle } from "./decode/dictation/written-text.ts";
export type { EndpointRules } from "./decode/endpoint.ts";
export type { Keyword } from "./decode/phonemes/keyword-spotter.ts";
export { PreparedGrammar } from "./decode/prepared-grammar.ts";
export type { GrammarSource } from "./decode/scorers/grammar.ts";
export type { Hotword } from "./decode/scorers/hotwords.ts";
export type { LanguageModelSource } from "./decode/scorers/language-model.ts";
export type { Reading, TokenResult } from "./decode/text/reading.ts";
export type {
  Alternative,
  FinalResult,
  KeywordResult,
  PartialResult,
  Understood,
  WordResult,
} from "./decode/text/results.ts";
export { type ArenaOptions, arenaBytes, fitsIn } from "./engine/arena.ts";
export type { Region } from "./engine/arena-plan.ts";
export type { Build } from "./engine/exports.ts";
export type { MemoryReport } from "./engine/memory-report.ts";
export type { WasmSource } from "./engine/module.ts";
export { FoldvoxError, type FoldvoxErrorCode } from "./errors.ts";
export type { LoadOptions, LoadProgress } from "./loading/load-arena.ts";
export type {
  EncoderConfig,
  FeaturesConfig,
  HeadConfig,
  LayerConfig,
  ModelConfig,
  PredictorConfig,
} from "./model/config.ts";
export { type ModelHeader, type ModelTensor, readModelHeader } from "./model/header.ts";
export type { PhraseConfig } from "./model/phrase-config.ts";
export type { SideFile } from "./model/side-file.ts";
export type { ModelSource } from "./model/source.ts";
export { type Pronunciations, parsePronunciations } from "./pronounce/own-pronunciations.ts";
export type { PronouncedWord, PronunciationSource } from "./pronounce/pronouncer.ts";
export { createRecognizer, createRecognizerSync } from "./recognizer/create-recognizer.ts";
export type { LatencyEvent } from "./recognizer/latency.ts";
export { Recognizer } from "./recognizer/recognizer.ts";
export type { RecognizerOptions, SyncRecognizerOptions } from "./recognizer/recognizer-options.ts";
export { Stream } from "./recognizer/stream.ts";
export type { StreamOptions } from "./recognizer/stream-options.ts";
export type { TranscribeOptions } from "./recognizer/transcribe.ts";
export type { Savings } from "./silence/savings.ts";
export type { Bytes, StreamPair, WasmModule } from "./web-types.ts";
