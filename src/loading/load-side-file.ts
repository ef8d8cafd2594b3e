// A file that belongs to a model: from the caller's place, or from beside the model.

import { FoldvoxError } from "../errors.ts";
import { isUrl } from "../kinds.ts";
import { type SideFile, SideFileCollector } from "../model/side-file.ts";
import type { ModelSource } from "../model/source.ts";
import { toUrl } from "../platform.ts";
import { type ReadOptions, readSource } from "./read-source.ts";

/** Most bytes of a file that replaces the model's own. */
const MOST_BYTES = 64 * 2 ** 20;

/** The place of a model's side file; null for models given as bytes. */
export function besideModel(model: string | URL | ModelSource, side: SideFile): URL | null {
  if (typeof model !== "string" && !isUrl(model)) return null;
  const url = toUrl(model);
  // There is nothing beside a blob: or data: URL.
  return /^(blob|data):$/.test(url.protocol) ? null : new URL(side.file, url);
}

/** The file that the model names, checked. Errors: io, bad-argument, model-truncated, model-corrupt; the signal's reason. */
export function loadSideFile(place: URL, side: SideFile, options: ReadOptions): Promise<Uint8Array> {
  return readSource(place, options, async (chunks) => {
    const collector = new SideFileCollector(side);
    for await (const chunk of chunks) collector.push(chunk);
    return collector.finish();
  });
}

/** A file that the caller gives in place of the model's own. Errors: io, bad-argument, bad-model; the signal's reason. */
export function loadGivenFile(source: string | URL | ModelSource, options: ReadOptions): Promise<Uint8Array> {
  return readSource(source, options, async (chunks) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of chunks) {
      parts.push(chunk.slice());
      length += chunk.length;
      if (length > MOST_BYTES) throw new FoldvoxError("bad-model", `The file has more than ${MOST_BYTES} bytes.`);
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  });
}
