// The many things that a model's bytes may come in, as one: chunks.

import { FoldvoxError } from "../errors.ts";

/** Anything that yields the bytes of a model file. */
export type ModelSource =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | Response
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

async function* chunksOfStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel();
  }
}

/** The bytes of a source as they arrive. Errors: bad-argument, io. */
export async function* chunksOf(source: ModelSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) yield source;
  else if (source instanceof ArrayBuffer) yield new Uint8Array(source);
  else if (typeof Response !== "undefined" && source instanceof Response) {
    if (!source.ok || !source.body)
      throw new FoldvoxError("io", `The model's response is ${source.status}. Check its URL.`);
    yield* chunksOfStream(source.body);
  } else if (typeof Blob !== "undefined" && source instanceof Blob) yield* chunksOfStream(source.stream());
  else if (typeof ReadableStream !== "undefined" && source instanceof ReadableStream) yield* chunksOfStream(source);
  else if (Symbol.asyncIterator in Object(source)) yield* source as AsyncIterable<Uint8Array>;
  else {
    throw new FoldvoxError(
      "bad-argument",
      "The model is neither a URL nor bytes, a Blob, a Response or a stream of bytes.",
    );
  }
}
