// Where the model cache is.

import { describe, expect, it } from "vitest";
import { cacheFolder } from "../../src/loading/default-cache.ts";

describe("cacheFolder", () => {
  it.each<[string, Record<string, string>, string, string | null]>([
    ["linux", {}, "/home/a", "/home/a/.cache/foldvox"],
    ["linux", { XDG_CACHE_HOME: "/var/cache/a" }, "/home/a", "/var/cache/a/foldvox"],
    ["linux", { XDG_CACHE_HOME: "relative" }, "/home/a", "/home/a/.cache/foldvox"],
    ["linux", {}, "", null],
    ["darwin", {}, "/Users/a", "/Users/a/Library/Caches/foldvox"],
    [
      "win32",
      { LOCALAPPDATA: "C:\\Users\\a\\AppData\\Local" },
      "C:\\Users\\a",
      "C:\\Users\\a\\AppData\\Local\\foldvox\\Cache",
    ],
    ["win32", {}, "C:\\Users\\a", null],
  ])("on %s with %j is %s's %s", (platform, environment, home, folder) => {
    expect(cacheFolder(platform, environment, () => home)).toBe(folder);
  });
});
