// The one error that foldvox throws, and how its messages show a value.

/** What went wrong, for programs; the message says it for people. */
export type FoldvoxErrorCode =
  /** A parameter makes no sense: fix the call. */
  | "bad-argument"
  /** Samples that are not audio: NaN, infinite, far out of range. The stream goes on as before. */
  | "bad-audio"
  /** A WAV file that is damaged, or not PCM. */
  | "bad-wav"
  /** Not a foldvox model, or one whose parts do not fit together. */
  | "bad-model"
  /** A checkpoint, or what comes with it, that cannot be converted: damaged, unsafe, or another architecture. */
  | "bad-checkpoint"
  /** A model made for another version of foldvox. */
  | "model-version"
  /** The model ended early: the download or copy was cut off. */
  | "model-truncated"
  /** The model's data do not match its checksum. */
  | "model-corrupt"
  /** All streams are in use. */
  | "stream-limit"
  /** Used after free(). */
  | "freed"
  /** Audio after inputFinished(). */
  | "finished"
  /** The runtime does not give the memory that the arena needs. */
  | "out-of-memory"
  /** Something that this model cannot do. */
  | "unsupported"
  /** The engine does not compile or is not foldvox's. */
  | "wasm-failed"
  /** A file or URL could not be read or written. */
  | "io"
  /** The user, or the page's policy, does not allow the microphone. */
  | "not-allowed"
  /** No microphone is there, or it does not give sound. */
  | "audio-capture";

/**
 * Whatever foldvox throws; only an aborted call rejects with its signal's own reason.
 * @example
 * ```ts
 * import { FoldvoxError } from "foldvox";
 *
 * try {
 *   await createRecognizer({ model: new Uint8Array(8) });
 * } catch (error) {
 *   if (!(error instanceof FoldvoxError)) throw error;
 *   console.log(error.code, error.message);
 * }
 * ```
 */
export class FoldvoxError extends Error {
  readonly code: FoldvoxErrorCode;

  constructor(code: FoldvoxErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "FoldvoxError";
    this.code = code;
  }
}

/** A text for a message, cut where it grows long. */
export function shortened(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}

/** The name of a built-in's kind, as in [object Blob]; empty where a proxy throws what it likes. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    return "";
  }
}

/** A value for a message: short whatever a file holds, where JSON.stringify could fail on deep nesting. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shortened(value));
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  const kind = tagOf(value);
  if (kind === "Array") return "a list";
  return kind === "Object" || kind === "" ? "an object" : `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`;
}
