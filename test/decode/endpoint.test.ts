// When an utterance ends.

import { describe, expect, it } from "vitest";
import { type EndpointRules, endpointRules, isEndpoint } from "../../src/decode/endpoint.ts";
import { errorOf } from "../support/errors.ts";

const DEFAULTS = { silenceWithoutSpeech: 2.4, silenceAfterSpeech: 1.2, longest: 20 };

describe("endpointRules", () => {
  it("are Kaldi's unless given", () => {
    expect(endpointRules({})).toEqual(DEFAULTS);
    expect(endpointRules({ silenceAfterSpeech: 0.5 })).toEqual({ ...DEFAULTS, silenceAfterSpeech: 0.5 });
    expect(endpointRules({ longest: Number.POSITIVE_INFINITY }).longest).toBe(Number.POSITIVE_INFINITY);
  });

  it.each<object>([
    { longest: 0 },
    { longest: -1 },
    { silenceAfterSpeech: Number.NaN },
    { silenceWithoutSpeech: "2" },
    { longest: null },
    { longest: undefined },
    { silence: 2 },
    { toString: 2 },
  ])("refuse %o and name it", (given) => {
    const error = errorOf(() => endpointRules(given as Partial<EndpointRules>));
    expect(error.code).toBe("bad-argument");
    expect(error.message).toContain(`endpoint.${Object.keys(given)[0]}`);
  });
});

describe("isEndpoint", () => {
  it.each([
    [0, 0, false, false],
    [2.3, 2.3, false, false],
    [2.4, 2.4, false, true],
    [1.1, 9, true, false],
    [1.2, 9, true, true],
    [1.2, 9, false, false],
    [0, 19.9, true, false],
    [0, 20, true, true],
    [0, 20, false, true],
  ])("%d s of silence in %d s, anything said: %s -> %s", (silence, utterance, said, end) => {
    const state = { trailingSilenceSeconds: silence, utteranceSeconds: utterance, hasEmissions: said };
    expect(isEndpoint(state, endpointRules({}))).toBe(end);
  });

  it("has patience within a phrase of a grammar, but not for ever", () => {
    const state = { utteranceSeconds: 9, hasEmissions: true, isIncomplete: true };
    const ends = (seconds: number, rules: Partial<EndpointRules> = {}) =>
      isEndpoint({ ...state, trailingSilenceSeconds: seconds }, endpointRules(rules));
    expect([ends(1.2), ends(2.3), ends(2.4)]).toEqual([false, false, true]);
    expect([ends(2.4, { silenceAfterSpeech: 4 }), ends(4, { silenceAfterSpeech: 4 })]).toEqual([false, true]);
  });

  it("follows the rules given", () => {
    const state = { trailingSilenceSeconds: 0.5, utteranceSeconds: 3, hasEmissions: true };
    expect(isEndpoint(state, endpointRules({ silenceAfterSpeech: 0.5 }))).toBe(true);
    expect(isEndpoint(state, endpointRules({ longest: 3 }))).toBe(true);
    expect(isEndpoint({ ...state, hasEmissions: false }, endpointRules({ silenceWithoutSpeech: 0.4 }))).toBe(true);
  });
});
