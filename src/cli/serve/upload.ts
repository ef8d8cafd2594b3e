// A form with an audio file, read from a request. The file goes to disk: memory must not depend on what clients send, and a
// client that uploads slowly takes no stream.

import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyFileStream } from "@fastify/busboy";
import { FoldvoxError } from "../../errors.ts";

/** Of a form beside its file: a grammar is the largest. */
const LARGEST_FIELD = 256 * 2 ** 10;
const MOST_FIELDS = 32;

export class Upload {
  /** Where the file lies. */
  readonly path: string;
  private readonly folder: string;
  private readonly fields: ReadonlyMap<string, readonly string[]>;

  private constructor(path: string, folder: string, fields: ReadonlyMap<string, readonly string[]>) {
    this.path = path;
    this.folder = folder;
    this.fields = fields;
  }

  /** Reads the form. Errors: bad-argument for what is no form with a file, too-large, the connection's own. */
  static async receive(request: IncomingMessage, mostBytes: number): Promise<Upload> {
    const folder = await mkdtemp(join(tmpdir(), "foldvox-upload-"));
    const path = join(folder, "audio");
    try {
      return new Upload(path, folder, await readForm(request, path, mostBytes));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A field's last value. */
  field(name: string): string | undefined {
    return this.fields.get(name)?.at(-1);
  }

  /** All values of a field that is a list: `name` or `name[]`. */
  list(name: string): readonly string[] {
    return [...(this.fields.get(name) ?? []), ...(this.fields.get(`${name}[]`) ?? [])];
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** An upload of more bytes than the server takes. */
export class TooLarge extends FoldvoxError {
  constructor(mostBytes: number) {
    super("bad-argument", `The file has more than ${mostBytes} bytes, which is the most that this server takes.`);
  }
}

const badForm = (cause: unknown) =>
  new FoldvoxError("bad-argument", "The request is no multipart form with an audio file in the field `file`.", {
    cause,
  });

async function readForm(
  request: IncomingMessage,
  path: string,
  mostBytes: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { headers } = request;
  const type = headers["content-type"] ?? "";
  if (!/^multipart\/form-data/i.test(type)) throw badForm(undefined);
  if (Number(headers["content-length"] ?? 0) > mostBytes + LARGEST_FIELD * MOST_FIELDS) throw new TooLarge(mostBytes);
  const fields = new Map<string, string[]>();
  let written: Promise<void> | null = null;
  let isTooLarge = false;
  let parser: InstanceType<typeof Busboy>;
  try {
    parser = new Busboy({
      headers: { ...headers, "content-type": type },
      limits: { files: 1, fileSize: mostBytes, fields: MOST_FIELDS, fieldSize: LARGEST_FIELD },
    });
  } catch (cause) {
    throw badForm(cause);
  }
  parser.on("field", (name: string, value: string) => {
    fields.set(name, [...(fields.get(name) ?? []), value]);
  });
  parser.on("file", (name: string, file: BusboyFileStream) => {
    file.on("limit", () => {
      isTooLarge = true;
    });
    if (name !== "file" || written) {
      file.resume();
      return;
    }
    written = pipeline(file, createWriteStream(path));
    // Waited for below; until then a failure is nobody's.
    written.catch(() => {});
  });
  try {
    await pipeline(request, parser);
  } catch (cause) {
    // A client that is gone needs no answer; one that sends nonsense gets one.
    throw request.destroyed && !request.complete ? cause : badForm(cause);
  }
  if (!written) throw badForm(undefined);
  await (written as Promise<void>);
  if (isTooLarge) throw new TooLarge(mostBytes);
  return fields;
}
