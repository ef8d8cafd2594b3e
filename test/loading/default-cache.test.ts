// Where the model cache is.

import { describe, expect, it, vi } from "vitest";
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

describe("defaultCache", () => {
  /** In a module of its own: it remembers what it has made. */
  const fresh = async () => {
    vi.resetModules();
    return (await import("../../src/loading/default-cache.ts")).defaultCache();
  };

  it("is none for a user without a home", async () => {
    const os = process.getBuiltinModule("node:os");
    const { homedir } = os;
    const { XDG_CACHE_HOME } = process.env;
    delete process.env.XDG_CACHE_HOME;
    try {
      os.homedir = () => {
        throw Object.assign(new Error("A system error occurred: uv_os_homedir returned ENOENT"), {
          code: "ERR_SYSTEM_ERROR",
        });
      };
      expect(await fresh()).toBeNull();
      // Whoever names a folder needs no home.
      process.env.XDG_CACHE_HOME = "/tmp/cache";
      expect(await fresh()).not.toBeNull();
    } finally {
      os.homedir = homedir;
      if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
    }
  });

  it("is none in a frame that may not have one", async () => {
    const get = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
    const { getBuiltinModule } = process;
    process.getBuiltinModule = (() => undefined) as typeof getBuiltinModule;
    Object.defineProperty(globalThis, "caches", { configurable: true, get });
    try {
      expect(await fresh()).toBeNull();
    } finally {
      process.getBuiltinModule = getBuiltinModule;
      Reflect.deleteProperty(globalThis, "caches");
    }
  });
});
