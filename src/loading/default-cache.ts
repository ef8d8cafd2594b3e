// The model cache of this platform: the user's cache folder in Node and its like, the Cache API in browsers.

import { nodeModule, nodeProcess } from "../platform.ts";
import { BrowserCache } from "./browser-cache.ts";
import { FolderCache } from "./folder-cache.ts";
import type { ModelCache } from "./model-cache.ts";

/** Where programs of this user keep what can be fetched again. Null where there is no such place. */
export function cacheFolder(
  platform: string,
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): string | null {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  // The specification has relative paths ignored.
  if (XDG_CACHE_HOME?.startsWith("/")) return `${XDG_CACHE_HOME}/foldvox`;
  if (platform === "win32") return LOCALAPPDATA ? `${LOCALAPPDATA}\\foldvox\\Cache` : null;
  if (home === "") return null;
  return platform === "darwin" ? `${home}/Library/Caches/foldvox` : `${home}/.cache/foldvox`;
}

let made: ModelCache | null | undefined;

/** One for all: it knows what is being filled. Null where nothing can be kept. */
export function defaultCache(): ModelCache | null {
  made ??= make();
  return made;
}

function make(): ModelCache | null {
  const fs = nodeModule("node:fs");
  const os = nodeModule("node:os");
  const process = nodeProcess();
  if (fs && os && process?.platform) {
    const folder = cacheFolder(process.platform, process.env ?? {}, os.homedir());
    return folder === null ? null : new FolderCache(fs.promises, folder);
  }
  const storage = (globalThis as { caches?: CacheStorage }).caches;
  return storage ? new BrowserCache(storage) : null;
}
