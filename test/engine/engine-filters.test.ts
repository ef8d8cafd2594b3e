// Filter banks in the engine: the bits of JavaScript's, in every build.

import { afterEach, describe, expect, it, vi } from "vitest";
import { type FilterBanks, plainBanks } from "../../src/audio/filter-bank.ts";
import { Resampler } from "../../src/audio/resampler.ts";
import { filterBanks } from "../../src/engine/engine-filters.ts";
import type { EngineExports } from "../../src/engine/exports.ts";
import { BUILDS, engineModule } from "../support/engines.ts";
import { randomFloats } from "../support/random.ts";

const exportsOf = (build: (typeof BUILDS)[number]) =>
  new WebAssembly.Instance(engineModule(build), { env: { memory: new WebAssembly.Memory({ initial: 2 }) } })
    .exports as unknown as EngineExports;

function resampled(input: Float32Array, rates: readonly [number, number], chunk: number, banks: FilterBanks): Buffer {
  const resampler = new Resampler(...rates, banks);
  const parts: Float32Array[] = [];
  for (let at = 0; at < input.length; at += chunk) parts.push(resampler.process(input.subarray(at, at + chunk)));
  parts.push(resampler.flush());
  return Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)));
}

afterEach(() => vi.restoreAllMocks());

describe.each(BUILDS)("filter banks of the %s build", (build) => {
  const banks = filterBanks(engineModule(build), exportsOf(build));

  it("are the same for everybody who has the module", () => {
    expect(filterBanks(engineModule(build), exportsOf(build))).toBe(banks);
  });

  // One set of filters and many; groups of four, five, six and eight; filters that are not kept; two filters one after the other.
  it.each([
    [48000, 16000],
    [44100, 16000],
    [8000, 16000],
    [20000, 16000],
    [16000, 48000],
    [10000, 16000],
    [47999, 16000],
    [96000, 16000],
    [4001, 16000],
  ] as [number, number][])("give JavaScript's bits from %i to %i Hz, for any chunks", (...rates) => {
    const noise = randomFloats(9001, rates[0]);
    const expected = resampled(noise, rates, noise.length, plainBanks);
    for (const chunk of [noise.length, 480, 127]) {
      expect(Buffer.compare(resampled(noise, rates, chunk, banks), expected), `chunks of ${chunk}`).toBe(0);
    }
  });

  it("serve streams in turns", () => {
    const [a, b] = [randomFloats(4000, 1), randomFloats(4000, 2)];
    const [first, second] = [new Resampler(48000, 16000, banks), new Resampler(48000, 16000, banks)];
    const parts: [Float32Array[], Float32Array[]] = [[], []];
    for (let at = 0; at < 4000; at += 500) {
      parts[0].push(first.process(a.subarray(at, at + 500)));
      parts[1].push(second.process(b.subarray(at, at + 500)));
    }
    const alone = (x: Float32Array) => [...new Resampler(48000, 16000, banks).process(x)];
    expect(parts[0].flatMap((part) => [...part])).toEqual(alone(a));
    expect(parts[1].flatMap((part) => [...part])).toEqual(alone(b));
  });
});

it("where no second instance can be made, JavaScript's bank takes its place", () => {
  // As Chrome before 115 says on a page's main thread.
  const refused = vi.spyOn(WebAssembly, "Instance").mockImplementation(() => {
    throw new RangeError(
      "WebAssembly.Instance is disallowed on the main thread, if the module size is larger than 4KB.",
    );
  });
  const banks = filterBanks(new WebAssembly.Module(Buffer.from([0, 97, 115, 109, 1, 0, 0, 0])), {} as EngineExports);
  const noise = randomFloats(3000, 7);
  const result = resampled(noise, [48000, 16000], 3000, banks);
  expect(refused).toHaveBeenCalled();
  expect(Buffer.compare(result, resampled(noise, [48000, 16000], 3000, plainBanks))).toBe(0);
});
