// Long silence through a transducer: the little that every row grants to a word never adds up to one.

import { describe, expect, it } from "vitest";
import { TransducerBeam } from "../../../src/decode/transducer/beam-search.ts";
import { TransducerGreedy } from "../../../src/decode/transducer/greedy-search.ts";
import { TransducerRuns } from "../../../src/decode/transducer/run-search.ts";
import { pathOf, type TransducerSearch } from "../../../src/decode/transducer/search.ts";
import { TransducerDecoder } from "../../../src/decode/transducer/transducer-decoder.ts";
import type { TransducerModel } from "../../../src/engine/transducer-model.ts";
import { type Distribution, logs, TestTransducer } from "../../support/transducer-by-hand.ts";

const SECONDS = 0.04;
/** Rows of the default silenceWithoutSpeech. */
const UTTERANCE = 60;
const NO_ROWS = new Float32Array(0);

type Make = (model: TransducerModel) => TransducerSearch;
const BEAM: [string, Make] = ["beam", (model) => new TransducerBeam(model, 4)];
const RUNS: [string, Make] = ["runs", (model) => new TransducerRuns(model, 8)];
const GREEDY: [string, Make] = ["greedy", (model) => new TransducerGreedy(model)];

function streamOf(search: TransducerSearch): TransducerDecoder {
  const options = { tokens: ["a", "b", "c", "<blank>"], tokenUnit: "word" as const, silentTokens: [], alternatives: 2 };
  return new TransducerDecoder({ ...options, tokenSeconds: SECONDS, delay: 0, startRow: 0 }, search);
}

describe.each([GREEDY, BEAM, RUNS])("%s", (_, make) => {
  it("hears nothing in two minutes of silence, and stays sure of it", () => {
    const stream = streamOf(make(new TestTransducer(() => logs(0.0004, 0.0003, 0.0003, 0.999), 8)));
    for (let utterance = 0; utterance < 50; utterance++) {
      stream.accept(NO_ROWS, UTTERANCE);
      expect(stream.partial().partial).toBe("");
      expect(stream.partial().alternatives![0]!.confidence).toBeGreaterThan(0.9);
      expect(stream.finish()).toBeNull();
    }
  });
});

describe.each([BEAM, RUNS])("%s", (_, make) => {
  it("goes on with a word that may just be beginning when an utterance ends, and with nothing older", () => {
    let distribution: Distribution = () => logs(0.3, 0.005, 0.005, 0.69);
    const search = make(new TestTransducer((row, history) => distribution(row, history), 8));
    const stream = streamOf(search);
    stream.accept(NO_ROWS, 1);
    distribution = () => logs(0.001, 0.001, 0.001, 0.997);
    stream.accept(NO_ROWS, UTTERANCE - 2);
    // "b" may begin; what follows is likelier if it has.
    distribution = (_row, history) => (history.length > 0 ? logs(0.01, 0.01, 0.01, 0.97) : logs(0.01, 0.2, 0.01, 0.78));
    stream.accept(NO_ROWS, 1);
    expect(search.hypotheses.some((hypothesis) => pathOf(hypothesis)[0]?.row === 0)).toBe(true);
    expect(stream.finish()).toBeNull();
    const first = search.hypotheses.map((hypothesis) => pathOf(hypothesis)[0]?.row ?? UTTERANCE);
    expect(Math.min(...first)).toBeGreaterThan(UTTERANCE - 30);
    expect(search.hypotheses.reduce((sum, { score }) => sum + Math.exp(score), 0)).toBeCloseTo(1, 9);
    distribution = (_row, history) => (history.length > 0 ? logs(0.01, 0.01, 0.01, 0.97) : logs(0.25, 0.2, 0.25, 0.3));
    stream.accept(NO_ROWS, 1);
    expect(stream.partial().partial).toBe("b");
  });
});
