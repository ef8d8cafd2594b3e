// When an utterance ends while audio goes on: Kaldi's rules, in seconds.

import { FoldvoxError, shown } from "../errors.ts";
import { checkOptions, type OptionTypes } from "../options.ts";

/** When an utterance ends, in seconds. */
export interface EndpointRules {
  /** Silence that ends an utterance in which nothing was said. Default 2.4. */
  readonly silenceWithoutSpeech: number;
  /** Silence that ends an utterance after speech; within a phrase of a grammar, both silences must have passed. Default 1.2. */
  readonly silenceAfterSpeech: number;
  /** An utterance ends when it is this long, whatever is being said. Default 20. */
  readonly longest: number;
}

const DEFAULTS: EndpointRules = { silenceWithoutSpeech: 2.4, silenceAfterSpeech: 1.2, longest: 20 };
const TYPES: OptionTypes<EndpointRules> = { silenceWithoutSpeech: "any", silenceAfterSpeech: "any", longest: "any" };

/**
 * The rules before, or the defaults, with what is given in their place. Errors: bad-argument for an unknown name, or a value
 * that is not positive.
 */
export function endpointRules(given: Partial<EndpointRules>, before: EndpointRules = DEFAULTS): EndpointRules {
  checkOptions("endpoint", given, TYPES);
  const rules = { ...before, ...given };
  for (const [name, seconds] of Object.entries(rules)) {
    if (typeof seconds !== "number" || !(seconds > 0)) {
      throw new FoldvoxError(
        "bad-argument",
        `endpoint.${name} is ${shown(seconds)}; give seconds above 0, or Infinity for never.`,
      );
    }
  }
  return rules;
}

/** What the rules look at. */
export interface UtteranceState {
  readonly trailingSilenceSeconds: number;
  readonly utteranceSeconds: number;
  readonly hasEmissions: boolean;
  /** Whether a grammar asks for more words. */
  readonly isIncomplete?: boolean;
}

export function isEndpoint(state: UtteranceState, rules: EndpointRules): boolean {
  const { silenceAfterSpeech, silenceWithoutSpeech } = rules;
  const patience = state.isIncomplete ? Math.max(silenceAfterSpeech, silenceWithoutSpeech) : silenceAfterSpeech;
  const silence = state.hasEmissions ? patience : silenceWithoutSpeech;
  return state.trailingSilenceSeconds >= silence || state.utteranceSeconds >= rules.longest;
}
