// Where foldvox's own files lie, as bundlers leave their addresses.

import { afterEach, describe, expect, it, vi } from "vitest";

/** src/bundled/own.ts as it is loaded where these globals are. */
async function loaded(globals: Record<string, unknown>) {
  vi.resetModules();
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  return await import("../../src/bundled/own.ts");
}

const page = { href: "https://example.org/app/" };
const script = { currentScript: { src: "https://example.org/scripts/main.js" } };
/** What Turbopack makes of `new URL("...", import.meta.url)`. */
const relative = { href: "/_next/static/media/a.wasm", protocol: "" } as URL;

afterEach(() => vi.unstubAllGlobals());

describe("own", () => {
  it("takes the place that the bundle knows", async () => {
    const { own } = await loaded({});
    expect(own(() => new URL("file:///models/a"), "a").href).toBe("file:///models/a");
    expect(own(() => new URL("https://cdn.example/a"), "a").href).toBe("https://cdn.example/a");
  });

  it("looks beside the script where a page has a place on the disk of the machine that built it", async () => {
    const { own } = await loaded({ location: page, document: script, process: undefined });
    expect(own(() => new URL("file:///models/a"), "a").href).toBe("https://example.org/scripts/a");
    const failing = () => {
      throw new TypeError("no import.meta.url");
    };
    expect(own(failing, "a").href).toBe("https://example.org/scripts/a");
  });

  it("takes addresses that begin with a slash in a page, and tells a server of Next.js the way out", async () => {
    const inPage = await loaded({ location: page, document: script, process: undefined });
    expect(inPage.own(() => relative, "a")).toBe(relative);
    vi.unstubAllGlobals();
    const onServer = await loaded({});
    expect(() => onServer.own(() => relative, "a.wasm")).toThrow(
      expect.objectContaining({ code: "io", message: expect.stringContaining("serverExternalPackages") }),
    );
  });
});
