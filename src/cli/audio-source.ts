// Where the command's audio comes from: a file, stdin, or a server.

import { createReadStream } from "node:fs";
import { FoldvoxError } from "../errors.ts";
import { ioError } from "./io-error.ts";

/** The name that means stdin. */
export const STDIN = "-";

export const isAddress = (path: string): boolean => /^https?:\/\//.test(path);

/** How messages name it. */
export const nameOf = (path: string): string => (path === STDIN ? "stdin" : path);

async function* fetched(address: string): AsyncGenerator<Uint8Array> {
  try {
    const response = await fetch(address);
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    yield* response.body as unknown as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const { message, cause: deeper } = cause as Error;
    const reason = deeper instanceof Error ? `${message}: ${deeper.message}` : message;
    throw new FoldvoxError("io", `it could not be read: ${reason}.`, { cause });
  }
}

async function* read(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path);
  } catch (cause) {
    throw ioError(path, cause);
  }
}

/** The bytes of a file, of an address, or of stdin, as they come. Errors: io. */
export function bytesOf(path: string): AsyncIterable<Uint8Array> {
  if (path === STDIN) return process.stdin as AsyncIterable<Uint8Array>;
  return isAddress(path) ? fetched(path) : read(path);
}
