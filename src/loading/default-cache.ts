// The model cache of this platform: the user's cache folder in Node and similar runtimes, the Cache API in browsers.

import { nodeModule, nodeProcess } from "../platform.ts";
import { BrowserCache } from "./browser-cache.ts";
import { FolderCache } from "./folder-cache.ts";
import type { ModelCache } from "./model-cache.ts";

/** The user's cache folder; null if there is none. */
export function cacheFolder(
  platform: string,
  environment: Readonly<Record<string, string | undefined>>,
  home: () => string,
): string | null {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  // The XDG specification says to ignore relative paths.
  if (XDG_CACHE_HOME?.startsWith("/")) return `${XDG_CACHE_HOME}/foldvox`;
  if (platform === "win32") return LOCALAPPDATA ? `${LOCALAPPDATA}\\foldvox\\Cache` : null;
  const folder = home();
  if (folder === "") return null;
  return platform === "darwin" ? `${folder}/Library/Caches/foldvox` : `${folder}/.cache/foldvox`;
}

let made: ModelCache | null | undefined;

/** One cache for all loads, because it knows which entries are open. Null if nothing can be cached; loading works without. */
export function defaultCache(): ModelCache | null {
  made ??= make();
  return made;
}

function make(): ModelCache | null {
  try {
    const fs = nodeModule("node:fs");
    const os = nodeModule("node:os");
    const process = nodeProcess();
    if (fs && os && process?.platform) {
      // os.homedir() throws for a user who has no home.
      const folder = cacheFolder(process.platform, process.env ?? {}, () => os.homedir());
      return folder === null ? null : new FolderCache(fs.promises, folder);
    }
    // Reading it throws in a frame that is sandboxed.
    const storage = (globalThis as { caches?: CacheStorage }).caches;
    return storage ? new BrowserCache(storage) : null;
  } catch {
    return null;
  }
}
