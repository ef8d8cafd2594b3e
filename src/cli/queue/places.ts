// Where jobs read from and write to: files, URLs, and objects of S3-like stores.

import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { link, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { FoldvoxError } from "../../errors.ts";
import { ioError } from "../io-error.ts";
import { isS3, s3Fetch } from "./s3.ts";

const isUrl = (address: string) => /^https?:\/\//.test(address);

/** Whether an address is no path. */
export const isRemote = (address: string) => isUrl(address) || isS3(address);

/** The last part of an address, as a file would be named. */
export function nameOf(address: string): string {
  if (!isUrl(address)) return basename(address);
  return decodeURIComponent(new URL(address).pathname.split("/").pop() ?? "") || new URL(address).hostname;
}

/** A failure that will not be another one next time. */
export class FinalFailure extends Error {}

const problemOf = (address: string, { status, statusText }: Response) =>
  new FoldvoxError("io", `${address} answered ${status} ${statusText}`.trimEnd());

async function checked(address: string, response: Response): Promise<Response> {
  if (response.ok) return response;
  await response.body?.cancel();
  const { status } = response;
  // Not there, not allowed, not so: but for a server that has no time, that stays.
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    throw new FinalFailure(problemOf(address, response).message);
  }
  throw problemOf(address, response);
}

/** Brings an input to a path: its own, or `path`, to which it is downloaded. Errors: FinalFailure, io, bad-argument. */
export async function fetchInput(address: string, path: string): Promise<string> {
  if (!isRemote(address)) return address;
  let response: Response;
  try {
    response = isS3(address) ? await s3Fetch(address) : await fetch(address);
  } catch (cause) {
    if (cause instanceof FoldvoxError) throw cause;
    const { cause: inner, message } = cause as Error;
    throw new FoldvoxError("io", `${address} could not be reached: ${(inner as Error)?.message ?? message}.`, {
      cause,
    });
  }
  const { body } = await checked(address, response);
  try {
    await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(path));
  } catch (cause) {
    throw new FoldvoxError("io", `${address} broke off: ${(cause as Error).message}.`, { cause });
  }
  return path;
}

/** Whether something is at an output's address. Errors: FinalFailure, io. */
export async function isThere(address: string): Promise<boolean> {
  if (isS3(address)) {
    const response = await s3Fetch(address, { method: "HEAD" });
    if (response.status === 404) return false;
    await checked(address, response);
    return true;
  }
  return stat(address).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return false;
      throw ioError(address, cause);
    },
  );
}

/**
 * Writes an output whole or not at all. Returns false if another has written it meanwhile, and `overwrite` is not asked for.
 * Errors: FinalFailure, io.
 */
export async function writeOnce(address: string, text: string, overwrite: boolean): Promise<boolean> {
  return isS3(address) ? putObject(address, text, overwrite) : writeFileOnce(address, text, overwrite);
}

async function putObject(address: string, text: string, overwrite: boolean): Promise<boolean> {
  const put = (headers: Record<string, string>) => s3Fetch(address, { method: "PUT", body: text, headers });
  let response = await put(overwrite ? {} : { "if-none-match": "*" });
  if (response.status === 412 || response.status === 409) return false;
  // A store that does not know the condition: two workers that write at once write the same.
  if (response.status === 501) response = await put({});
  await checked(address, response);
  return true;
}

async function writeFileOnce(path: string, text: string, overwrite: boolean): Promise<boolean> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(part, text);
    if (!overwrite) return await linked(part, path);
    await rename(part, path);
    return true;
  } catch (cause) {
    throw ioError(path, cause);
  } finally {
    // Where it could not be written, it may be impossible to look for it.
    await rm(part, { force: true }).catch(() => {});
  }
}

/** Gives what is at `part` its name, unless that is taken. */
async function linked(part: string, path: string): Promise<boolean> {
  try {
    await link(part, path);
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // File systems without links: the last of two that write at once stays, and both are whole.
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw cause;
    await rename(part, path);
    return true;
  }
}
