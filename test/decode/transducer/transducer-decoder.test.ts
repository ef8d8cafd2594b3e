// What a stream is told of a transducer's hypotheses: words, times, what is settled, and when an utterance ends.

import { describe, expect, it } from "vitest";
import type { Emitted, Hypothesis, TransducerSearch } from "../../../src/decode/transducer/search.ts";
import { TransducerDecoder, type TransducerOptions } from "../../../src/decode/transducer/transducer-decoder.ts";

const TOKENS = ["<unk>", "▁he", "llo", "▁you", ",", "<blank>"];
const SECONDS = 0.04;

/** [token, row], each with probability 0.5. */
type Path = readonly (readonly [token: number, row: number])[];

function hypothesis(path: Path, score = 0): Hypothesis {
  let last: Emitted | null = null;
  for (const [token, row] of path) last = { token, row, logProb: Math.log(0.5), before: last };
  return { last, count: path.length, score, slot: 0 };
}

/** A search that is told what it finds. */
class ToldSearch implements TransducerSearch {
  hypotheses: readonly Hypothesis[] = [hypothesis([])];
  readonly steps: [row: number, streamRow: number][] = [];
  restarts = 0;
  readonly forgotten: number[] = [];

  step(row: number, streamRow: number): void {
    this.steps.push([row, streamRow]);
  }

  restart(): void {
    this.restarts++;
    this.hypotheses = [hypothesis([])];
  }

  forgetBefore(since: number): void {
    this.forgotten.push(since);
  }
}

function decoder(options: Partial<TransducerOptions> = {}) {
  const search = new ToldSearch();
  const defaults = {
    tokens: TOKENS,
    tokenUnit: "piece" as const,
    silentTokens: [0],
    tokenSeconds: SECONDS,
    delay: 0,
    startRow: 0,
  };
  return { search, decoder: new TransducerDecoder({ ...defaults, alternatives: 1, ...options }, search) };
}

/** Times in rows, of words or tokens. */
const rowsOf = (items: readonly { start: number; end: number }[]) =>
  items.map(({ start, end }) => [Number((start / SECONDS).toFixed(6)), Number((end / SECONDS).toFixed(6))]);

const NO_ROWS = new Float32Array(0);

describe("words", () => {
  it("last from their first token's row to their last's", () => {
    const { decoder: stream, search } = decoder();
    stream.accept(NO_ROWS, 12);
    search.hypotheses = [
      hypothesis([
        [1, 3],
        [2, 5],
        [3, 9],
      ]),
    ];
    const { partial, partial_result: words } = stream.partial();
    expect(partial).toBe("hello you");
    expect(rowsOf(words)).toEqual([
      [3, 6],
      [9, 10],
    ]);
    expect(words[0]!.conf).toBeCloseTo(0.5, 12);
  });

  it("share a row in which several tokens came out", () => {
    const { decoder: stream, search } = decoder();
    stream.accept(NO_ROWS, 12);
    search.hypotheses = [
      hypothesis([
        [1, 4],
        [2, 4],
        [3, 4],
        [4, 4],
        [1, 5],
      ]),
    ];
    expect(rowsOf(stream.partial().partial_result)).toEqual([
      [4, 4.5],
      [4.5, 5],
      [5, 6],
    ]);
  });

  it("come as much earlier as the model is late, never before the start", () => {
    const { decoder: stream, search } = decoder({ delay: 3 });
    stream.accept(NO_ROWS, 12);
    search.hypotheses = [
      hypothesis([
        [1, 1],
        [3, 2],
        [1, 8],
      ]),
    ];
    expect(rowsOf(stream.partial().partial_result)).toEqual([
      [0, 0.5],
      [0.5, 1],
      [5, 6],
    ]);
  });

  it("count from the start of the audio, not of the silence before it", () => {
    const { decoder: stream, search } = decoder({ startRow: -2.5 });
    for (let run = 0; run < 2; run++) {
      stream.accept(NO_ROWS, 12);
      expect(search.steps.slice(-12).map(([, row]) => row)).toEqual(Array.from({ length: 12 }, (_, row) => row - 2.5));
      expect(stream.utteranceSeconds).toBeCloseTo(9.5 * SECONDS, 12);
      search.hypotheses = [
        hypothesis([
          [1, -1.5],
          [3, 5.5],
        ]),
      ];
      expect(rowsOf(stream.partial().partial_result)).toEqual([
        [0, 1],
        [5.5, 6.5],
      ]);
      stream.reset();
    }
  });

  it("are not made of silent tokens, though readings list them", () => {
    const { decoder: stream, search } = decoder();
    stream.accept(NO_ROWS, 12);
    search.hypotheses = [
      hypothesis(
        [
          [1, 3],
          [0, 4],
          [2, 5],
        ],
        -2.5,
      ),
    ];
    expect(stream.partial().partial).toBe("hello");
    const [reading] = stream.readings();
    expect(reading).toMatchObject({ text: "hello", score: -2.5 });
    expect(reading!.tokens!.map(({ token, index }) => [token, index])).toEqual([
      ["▁he", 1],
      ["<unk>", 0],
      ["llo", 2],
    ]);
  });
});

describe("what is committed", () => {
  it.each<[string, Path[], string]>([
    ["nothing of one word, which may grow", [[[1, 1]]], ""],
    [
      "all but the last word",
      [
        [
          [1, 1],
          [3, 2],
        ],
      ],
      "hello",
    ],
    [
      "only what all hypotheses share",
      [
        [
          [1, 1],
          [2, 1],
          [3, 2],
        ],
        [
          [1, 1],
          [2, 1],
          [1, 2],
        ],
      ],
      "",
    ],
    [
      "a word that all have ended",
      [
        [
          [1, 1],
          [2, 1],
          [3, 2],
          [1, 3],
        ],
        [
          [1, 1],
          [2, 1],
          [3, 2],
          [4, 3],
        ],
      ],
      "hello",
    ],
    [
      "nothing where one has said nothing",
      [
        [
          [1, 1],
          [3, 2],
        ],
        [],
      ],
      "",
    ],
  ])("%s", (_, paths, committed) => {
    const { decoder: stream, search } = decoder();
    search.hypotheses = paths.map((path) => hypothesis(path));
    // "he" without "llo" shows that the text itself is taken.
    expect(stream.partial().committed).toBe(committed.replace("hello", paths[0]!.length === 2 ? "he" : "hello"));
  });
});

describe("utterances", () => {
  it("count rows from the stream's start, skipped ones too", () => {
    const { decoder: stream, search } = decoder();
    stream.accept(NO_ROWS, 2);
    stream.skip(5);
    stream.accept(NO_ROWS, 2);
    expect(search.steps).toEqual([
      [0, 0],
      [1, 1],
      [0, 7],
      [1, 8],
    ]);
  });

  it("are silent since the best hypothesis' last token", () => {
    const { decoder: stream, search } = decoder();
    stream.accept(NO_ROWS, 10);
    expect(stream.hasEmissions).toBe(false);
    expect(stream.trailingSilenceSeconds).toBeCloseTo(10 * SECONDS);
    search.hypotheses = [
      hypothesis([[1, 6]]),
      hypothesis([
        [1, 6],
        [2, 9],
      ]),
    ];
    expect(stream.hasEmissions).toBe(true);
    expect(stream.trailingSilenceSeconds).toBeCloseTo(3 * SECONDS);
    expect(stream.utteranceSeconds).toBeCloseTo(10 * SECONDS);
  });

  it("end with their text; the search begins anew and times run on", () => {
    const { decoder: stream, search } = decoder();
    stream.accept(NO_ROWS, 10);
    search.hypotheses = [hypothesis([[1, 6]])];
    expect(stream.finish()).toMatchObject({ text: "he" });
    expect(search.restarts).toBe(1);
    expect(stream.utteranceSeconds).toBe(0);
    stream.accept(NO_ROWS, 1);
    expect(search.steps.at(-1)).toEqual([0, 10]);
    expect(stream.finish()).toBeNull();
    stream.reset();
    stream.accept(NO_ROWS, 1);
    expect(search.steps.at(-1)).toEqual([0, 0]);
  });

  it("in which nothing was said leave what is just beginning in another hypothesis", () => {
    const { decoder: stream, search } = decoder();
    stream.accept(NO_ROWS, 60);
    search.hypotheses = [hypothesis([]), hypothesis([[1, 59]])];
    expect(stream.finish()).toBeNull();
    expect(search.restarts).toBe(0);
    expect(search.forgotten).toEqual([60 - 1 / SECONDS]);
    expect(stream.trailingSilenceSeconds).toBe(0);
  });

  it("of silent tokens alone are none", () => {
    const { decoder: stream, search } = decoder();
    search.hypotheses = [hypothesis([[0, 1]])];
    expect(stream.finish()).toBeNull();
  });

  it("tell as many alternatives as are asked for, with their probabilities", () => {
    const { decoder: stream, search } = decoder({ alternatives: 2 });
    search.hypotheses = [hypothesis([[1, 1]], Math.log(0.6)), hypothesis([[3, 1]], Math.log(0.3)), hypothesis([], -5)];
    const { alternatives } = stream.finish()!;
    expect(alternatives!.map(({ text }) => text)).toEqual(["he", "you"]);
    expect(alternatives!.map(({ confidence }) => confidence)).toEqual([expect.closeTo(0.6), expect.closeTo(0.3)]);
  });
});
