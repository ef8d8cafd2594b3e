// The shipped models keep to the sizes that they are meant for.

import { describe, expect, it } from "vitest";
import { modelCost } from "../../src/model/cost.ts";
import { readModelHeader } from "../../src/model/header.ts";
import { bytesOf } from "../support/engines.ts";

const MODELS = [
  { name: "commands", mostBytes: 1_200_000, mostMacs: Number.POSITIVE_INFINITY },
  { name: "commands-tiny", mostBytes: 300_000, mostMacs: 4_000_000 },
];

describe.each(MODELS)("$name", ({ name, mostBytes, mostMacs }) => {
  const bytes = bytesOf(`models/${name}.safetensors`);
  const header = readModelHeader(bytes)!;

  it(`has fewer than ${mostBytes} bytes, attributions and its own name`, () => {
    expect(bytes.length).toBeLessThan(mostBytes);
    expect(header.config.attribution.length).toBeGreaterThan(0);
    expect(header.config.name).toBe(name);
  });

  it(`asks for at most ${mostMacs} multiply-adds a second of audio`, () => {
    expect(modelCost(header).macsPerSecond).toBeLessThanOrEqual(mostMacs);
  });
});
