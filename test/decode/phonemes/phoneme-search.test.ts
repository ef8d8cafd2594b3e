// Token passing against a search that tries everything.

import { describe, expect, it } from "vitest";
import type { PhonemeNetwork } from "../../../src/decode/phonemes/phoneme-network.ts";
import { PhonemeSearch } from "../../../src/decode/phonemes/phoneme-search.ts";
import { SoundRow } from "../../../src/decode/phonemes/sound-row.ts";
import { LETTERS, noise, phraseGrammar, random, rowsOf, TOKENS } from "./support.ts";

const OPTIONS = { blank: 0, beam: 1000, mostActive: 1000, backgroundPenalty: 3, before: false, after: false };
const WEIGHTS = { blankPenalty: 0, floor: 1000 };

function searched(network: PhonemeNetwork, logProbs: Float32Array, options = OPTIONS): PhonemeSearch {
  const search = new PhonemeSearch(network, options);
  const sounds = new SoundRow(TOKENS, 0, WEIGHTS);
  for (let row = 0; row < logProbs.length / TOKENS; row++) {
    sounds.read(logProbs, row);
    search.accept(sounds);
  }
  return search;
}

function lettersOf({ trace }: PhonemeSearch, network: PhonemeNetwork, last: number): string {
  let letters = "";
  for (let record = last; record >= 0; record = trace.before[record]!) {
    letters = LETTERS[network.phoneme[trace.label[record]!]! - 1] + letters;
  }
  return letters;
}

/** All texts of a finite grammar, by following every arc, with the weights of their best ways. */
function textsOf(network: PhonemeNetwork): Map<string, number> {
  const texts = new Map<string, number>();
  const open = [{ node: 0, text: "", weight: 0 }];
  for (let at = open.pop(); at; at = open.pop()) {
    const state = network.state[at.node]!;
    const end = at.weight + network.endWeight[state]!;
    if (end > (texts.get(at.text) ?? Number.NEGATIVE_INFINITY)) texts.set(at.text, end);
    for (let arc = network.firstArc[state]!; arc < network.firstArc[state + 1]!; arc++) {
      const node = network.arcTo[arc]!;
      const weight = at.weight + (network.arcWeight?.[arc] ?? 0);
      open.push({ node, text: at.text + LETTERS[network.phoneme[node]! - 1], weight });
    }
  }
  return texts;
}

/** The best alignment of a text, by a table over its letters and the blanks between them; behind the best token of each row. */
function bestAlignment(text: string, logProbs: Float32Array): number {
  const tokens = [0, ...[...text].flatMap((letter) => [LETTERS.indexOf(letter) + 1, 0])];
  let before = tokens.map((_, i) => (i === 0 ? 0 : Number.NEGATIVE_INFINITY));
  // Before the first row a text may begin with its first letter as well.
  let isFirst = true;
  for (let row = 0; row < logProbs.length / TOKENS; row++) {
    const values = logProbs.subarray(row * TOKENS, (row + 1) * TOKENS);
    const most = Math.max(...values);
    const now = tokens.map((token, i) => {
      let best = isFirst ? (i < 2 ? 0 : Number.NEGATIVE_INFINITY) : before[i]!;
      if (!isFirst && i > 0) best = Math.max(best, before[i - 1]!);
      if (!isFirst && i > 1 && token !== 0 && token !== tokens[i - 2]) best = Math.max(best, before[i - 2]!);
      return best + values[token]! - most;
    });
    before = now;
    isFirst = false;
  }
  return Math.max(before[tokens.length - 1]!, before[tokens.length - 2] ?? Number.NEGATIVE_INFINITY);
}

describe("the best phrase", () => {
  it.each([
    ["a choice", "(ab | abc | ba | bb a)"],
    ["options", "[a] [b] (a | b) [the]"],
    ["weights", "/4/ ab | /1/ abc | /0.1/ ba"],
    ["words alike", "(ab a | a ba | aba b)"],
    ["repeated letters", "aab b (a | ab) bb"],
  ])("of %s is that of a search that tries all", (_, expansion) => {
    const { network } = phraseGrammar(`public <x> = ${expansion};`);
    const texts = textsOf(network);
    texts.delete("");
    const next = random(expansion.length);
    for (let trial = 0; trial < 60; trial++) {
      const logProbs = noise(2 + Math.floor(10 * next()), next);
      const search = searched(network, logProbs);
      const expected = [...texts]
        .map(([text, weight]) => ({ text, score: weight + bestAlignment(text, logProbs) }))
        .sort((a, b) => b.score - a.score)[0]!;
      const found = search.ends()[0];
      if (expected.score === Number.NEGATIVE_INFINITY) expect(found).toBeUndefined();
      else {
        expect(found!.score).toBeCloseTo(expected.score, 4);
        expect(lettersOf(search, network, found!.record)).toBe(expected.text);
      }
    }
  });

  it("is found within a beam that is wide enough, and with few nodes", () => {
    const phrases = Array.from({ length: 300 }, (_, i) =>
      [...i.toString(8).padStart(3, "0")].map((d) => LETTERS[Number(d)]).join(""),
    );
    const { network } = phraseGrammar(phrases);
    const search = searched(network, rowsOf("--a-bb-cc--"), { ...OPTIONS, beam: 8, mostActive: 20 });
    expect(lettersOf(search, network, search.ends()[0]!.record)).toBe("abc");
    expect(search.active).toBeLessThanOrEqual(21);
  });
});

describe("the background", () => {
  const { network } = phraseGrammar("public <x> = abc;");
  const options = { ...OPTIONS, before: true, after: true };

  it("lets other phonemes stand before and behind a phrase, at a price each", () => {
    const search = searched(network, rowsOf("-d-e--a-b-c-f-"), options);
    const end = search.ends()[0]!;
    expect(lettersOf(search, network, end.record)).toBe("abc");
    expect([end.score, end.phraseScore]).toEqual([-9, -6]);
    expect(search.background).toBe(-18);
  });

  it("leads where nothing of the phrase is heard", () => {
    expect(searched(network, rowsOf("-d-e-f-"), options).leader()).toBeNull();
    expect(searched(network, rowsOf("-d-a-b-"), options).leader()).not.toBeNull();
  });
});

describe("endless rows", () => {
  it("keep the records few, and what is shared is never given up", () => {
    const { network } = phraseGrammar(["abc", "acb", "bca"]);
    const search = new PhonemeSearch(network, { ...OPTIONS, beam: 15, before: true });
    const sounds = new SoundRow(TOKENS, 0, { blankPenalty: 0, floor: 6 });
    const next = random(5);
    let most = 0;
    for (let row = 0; row < 60_000; row++) {
      sounds.read(noise(1, next), 0);
      search.accept(sounds);
      if (row % 1000 === 999) search.restart(row + 1);
      most = Math.max(most, search.trace.size);
    }
    expect(most).toBeLessThan(70_000);
  });

  it("say the same with and without collecting records", () => {
    const { network } = phraseGrammar(["abc", "acb", "bca", "aab"]);
    const next = random(9);
    const logProbs = noise(3000, next);
    const search = searched(network, logProbs, { ...OPTIONS, beam: 40 });
    const letters = lettersOf(search, network, search.ends()[0]!.record);
    const best = searchedWithoutTrace(network, logProbs);
    expect(search.ends()[0]!.score).toBeCloseTo(best, 2);
    expect(letters.length % 3).toBe(0);
    // So many records were made that they have been collected.
    expect(search.trace.size).toBeLessThan(120_000);
  });
});

/** The score of the best utterance by the plain recursion over all nodes, without beam and records. */
function searchedWithoutTrace(network: PhonemeNetwork, logProbs: Float32Array): number {
  let spoken = new Float64Array(network.nodes).fill(Number.NEGATIVE_INFINITY);
  let rested = spoken.slice();
  rested[0] = 0;
  for (let row = 0; row < logProbs.length / TOKENS; row++) {
    const values = logProbs.subarray(row * TOKENS, (row + 1) * TOKENS);
    const most = Math.max(...values);
    const nowSpoken = new Float64Array(network.nodes).fill(Number.NEGATIVE_INFINITY);
    const nowRested = nowSpoken.slice();
    for (let node = 0; node < network.nodes; node++) {
      const best = Math.max(spoken[node]!, rested[node]!);
      const own = network.phoneme[node]!;
      nowRested[node] = Math.max(nowRested[node]!, best + values[0]! - most);
      if (node > 0) nowSpoken[node] = Math.max(nowSpoken[node]!, spoken[node]! + values[own]! - most);
      const state = network.state[node]!;
      for (let arc = network.firstArc[state]!; arc < network.firstArc[state + 1]!; arc++) {
        const to = network.arcTo[arc]!;
        const sound = network.phoneme[to]!;
        const from = sound === own ? rested[node]! : best;
        nowSpoken[to] = Math.max(nowSpoken[to]!, from + values[sound]! - most);
      }
    }
    [spoken, rested] = [nowSpoken, nowRested];
  }
  let best = Number.NEGATIVE_INFINITY;
  for (let node = 1; node < network.nodes; node++) {
    best = Math.max(best, Math.max(spoken[node]!, rested[node]!) + network.endWeight[network.state[node]!]!);
  }
  return best;
}
