// Turns every kind of model source into chunks of bytes.

import { FoldvoxError, shown } from "../errors.ts";
import { iteratorOf, nextOf } from "../iterate.ts";
import { isArrayBuffer, isBlob, isReadableStream, isResponse, isUint8Array } from "../kinds.ts";

/** Anything that yields the bytes of a model file. */
export type ModelSource =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

async function* partsOfStream(
  stream: ReadableStream<unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown> {
  if (stream.locked) {
    throw new FoldvoxError("bad-argument", "The model's stream has been read, or is being read. Give a fresh one.");
  }
  const reader = stream.getReader();
  const read = () =>
    reader.read().catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new FoldvoxError("io", `The model's stream broke off: ${reason}. Get the model again.`, { cause });
    });
  // Leaving this generator early would wait for a read that may never be answered.
  const cancel = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    for (let part = await read(); !part.done; part = await read()) yield part.value;
  } finally {
    signal?.removeEventListener("abort", cancel);
    // A broken stream has already given its reason.
    await reader.cancel().catch(() => {});
  }
}

async function* itemsOf(source: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  const iterator = iteratorOf(source);
  let isOver = false;
  try {
    while (true) {
      // An iterator that has thrown or ended must not be closed.
      isOver = true;
      const { done, value } = await nextOf(iterator);
      if (done) return;
      isOver = false;
      yield value;
    }
  } finally {
    if (!isOver) await iterator.return?.();
  }
}

/** Size of a source in bytes; undefined if unknown. */
export function sizeOf(source: string | URL | ModelSource): number | undefined {
  if (isUint8Array(source) || isArrayBuffer(source)) return source.byteLength;
  return isBlob(source) ? source.size : undefined;
}

/** The bytes of an array or a buffer. Errors: bad-argument if it has been transferred. */
export function bytesOf(source: Uint8Array | ArrayBuffer): Uint8Array {
  if (source.constructor === Uint8Array) return source;
  try {
    const { buffer, byteOffset, byteLength } = isUint8Array(source)
      ? source
      : { buffer: source, byteOffset: 0, byteLength: source.byteLength };
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    const message =
      "The memory of what was given has been handed over, to a worker perhaps. Give a copy that stays here.";
    throw new FoldvoxError("bad-argument", message, { cause });
  }
}

function partsOf(source: ModelSource, signal: AbortSignal | undefined): Iterable<unknown> | AsyncIterable<unknown> {
  if (isUint8Array(source) || isArrayBuffer(source)) return [bytesOf(source)];
  if (isResponse(source)) {
    if (source.ok && source.body) return partsOfStream(source.body, signal);
    throw new FoldvoxError("io", `The model's response is ${source.status}, or has no body. Check its URL.`);
  }
  if (isBlob(source)) return partsOfStream(source.stream(), signal);
  if (isReadableStream(source)) return partsOfStream(source, signal);
  if (Symbol.asyncIterator in Object(source)) return itemsOf(source as AsyncIterable<unknown>);
  throw new FoldvoxError(
    "bad-argument",
    `The model is ${shown(source)}; give a URL, bytes (a Uint8Array or ArrayBuffer), a Blob, a Response or a stream of bytes.`,
  );
}

/**
 * The bytes of a source as they arrive. What an iterable throws passes through; a stream is cancelled when it is left early,
 * or when the signal aborts. Errors: bad-argument, io.
 */
export async function* chunksOf(source: ModelSource, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const part of partsOf(source, signal)) {
    if (!isUint8Array(part)) {
      throw new FoldvoxError("bad-argument", `The model comes as ${shown(part)}; each chunk must be a Uint8Array.`);
    }
    yield bytesOf(part);
  }
}
