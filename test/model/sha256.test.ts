// SHA-256 against the standard's examples and another implementation.

import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { type Hash, Sha256, sha256 } from "../../src/model/sha256.ts";
import { generator } from "../support/random.ts";

const random = generator(7);
const noise = Uint8Array.from({ length: 5000 }, () => 256 * random());
const reference = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const hashes: [string, () => Hash][] = [
  ["Sha256", () => new Sha256()],
  ["sha256, the runtime's where it has one", sha256],
];

describe.each(hashes)("%s", (_, create) => {
  const ours = (bytes: Uint8Array) => create().update(bytes).digestHex();

  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ])("of %j is the standard's", (text, digest) => {
    expect(ours(new TextEncoder().encode(text))).toBe(digest);
  });

  it("agrees with another implementation at every length up to four blocks", () => {
    for (let length = 0; length <= 260; length++) {
      const bytes = noise.subarray(0, length);
      expect(ours(bytes), `${length} bytes`).toBe(reference(bytes));
    }
  });

  it("does not depend on how the bytes are cut", () => {
    for (let first = 0; first <= 200; first++) {
      const hash = create().update(noise.subarray(0, first)).update(noise.subarray(first, 200));
      expect(hash.digestHex(), `cut at ${first}`).toBe(reference(noise.subarray(0, 200)));
    }
    for (const step of [1, 3, 55, 56, 63, 64, 65, 1000]) {
      const hash = create();
      for (let at = 0; at < noise.length; at += step) hash.update(noise.subarray(at, at + step));
      expect(hash.digestHex(), `in steps of ${step}`).toBe(reference(noise));
    }
  });

  it("takes a view that does not begin at its buffer's start, and leaves it as it was", () => {
    const copy = noise.slice();
    expect(ours(noise.subarray(13, 1113))).toBe(reference(noise.slice(13, 1113)));
    expect(noise).toEqual(copy);
  });
});

describe("sha256", () => {
  it("is this project's own where the runtime has none", () => {
    vi.stubGlobal("process", undefined);
    try {
      expect(sha256()).toBeInstanceOf(Sha256);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(sha256()).not.toBeInstanceOf(Sha256);
  });
});
