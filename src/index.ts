// The public interface of foldvox.

export type { EndpointRules } from "./decode/endpoint.ts";
export type { FinalResult, PartialResult, WordResult } from "./decode/results.ts";
export { arenaBytes, fitsIn, type Region } from "./engine/arena.ts";
export type { Build } from "./engine/engine.ts";
export type { MemoryReport } from "./engine/memory-report.ts";
export type { WasmSource } from "./engine/module.ts";
export { FoldvoxError, type FoldvoxErrorCode } from "./errors.ts";
export type { ModelConfig } from "./model/config.ts";
export { type ModelHeader, type ModelTensor, readModelHeader } from "./model/header.ts";
export type { ModelSource } from "./model/source.ts";
export {
  createRecognizer,
  createRecognizerSync,
  Recognizer,
  type RecognizerOptions,
  type SyncRecognizerOptions,
  type TranscribeOptions,
} from "./recognizer.ts";
export { Stream } from "./stream.ts";
