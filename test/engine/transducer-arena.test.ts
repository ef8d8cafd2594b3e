// Predictor, joiner and search keep to their places in the arena, whatever their sizes.

import { describe, expect, it } from "vitest";
import { TransducerBeam } from "../../src/decode/transducer/beam-search.ts";
import { Arena } from "../../src/engine/arena-memory.ts";
import { Engine } from "../../src/engine/engine.ts";
import { QuantizedProduct } from "../../src/engine/layout.ts";
import type { PredictorConfig } from "../../src/model/config.ts";
import { ModelLoader } from "../../src/model/loader.ts";
import { engineModule } from "../support/engines.ts";
import { modelFile, smallTransducer } from "../support/model-file.ts";
import { randomFloats } from "../support/random.ts";

const SHAPES: Partial<PredictorConfig>[] = [
  {},
  { layerNorm: false },
  { symbolEmbedding: 3, lstmHidden: 41, lstmLayers: 3 },
  { symbolEmbedding: 57, lstmHidden: 5, lstmLayers: 1 },
  { symbolEmbedding: 1, lstmHidden: 1, lstmLayers: 1, layerNorm: false },
];

describe.each(SHAPES)("%j", (shape) => {
  it.each([1, 2, 7, 40])("with a beam of %i", (beam) => {
    for (const weights of ["fp32", "int8"] as const) {
      const tokens = [...Array.from({ length: 29 }, (_, i) => `t${i}`), "<blank>"];
      const config = {
        ...smallTransducer(shape),
        tokens,
        head: { type: "transducer" as const, blank: 29, delay: 0, lead: 0 },
      };
      const loader = new ModelLoader();
      loader.push(modelFile(config, { weights }));
      const arena = new Arena(loader.header!, { streams: 3, beam });
      loader.place((tensor) => arena.destination(tensor));
      loader.finish();
      const engine = Engine.startSync(arena, engineModule("simd"));
      const streams = [engine.openStream(), engine.openStream(), engine.openStream()];

      const region = (name: string) => {
        const { offset, bytes } = arena.plan.regions.find((region) => region.name === name)!;
        return new Uint8Array(arena.memory.buffer, offset, bytes);
      };
      const untouched = ["static data", "constants", "weights", "stream 0", "stream 2", "page rounding"];
      const descriptor = region("descriptor").slice();
      const before = untouched.map((name) => region(name).slice());

      const search = new TransducerBeam(streams[1]!.transducer(), beam);
      streams[1]!.replay(randomFloats(24 * 12, 3, 2), (_, rows) => {
        for (let row = 0; row < rows; row++) search.step(row, row);
      });
      expect(search.hypotheses.length).toBe(beam);
      for (const { score } of search.hypotheses) expect(Number.isFinite(score)).toBe(true);
      untouched.forEach((name, i) => {
        expect(Buffer.compare(region(name), before[i]!), name).toBe(0);
      });
      // In the descriptor, nothing but the operands of a quantized product.
      const after = region("descriptor");
      const changed = [...descriptor.keys()].filter((at) => descriptor[at] !== after[at]);
      expect((changed.at(-1) ?? 0) - (changed[0] ?? 0)).toBeLessThan(QuantizedProduct.bytes);
      expect(arena.scratchHighWater()).toBeLessThanOrEqual(region("scratch").length);
    }
  });
});
