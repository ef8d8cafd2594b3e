// The confidence of phrases, fitted to what trials say with given penalties.

import { confidenceOf, figures, MOST_MARGIN } from "../../src/decode/phonemes/phrase-confidence.ts";
import type { PhraseConfig } from "../../src/model/phrase-config.ts";
import { type Hearing, readingsOf } from "./hear.ts";
import { type Example, fitLogistic } from "./logistic.ts";
import { type Kind, senseOf, type Trial } from "./trials.ts";

/**
 * How much each kind counts, all its trials together. Whoever has a grammar is mostly spoken to in it, so missing what was said
 * is worse than taking something else for it; words that must be told from any others want [unk] in the grammar.
 */
const SHARES: Readonly<Record<Kind, number>> = {
  order: 0.22,
  command: 0.18,
  within: 0.12,
  word: 0.18,
  "other order": 0.1,
  "other command": 0.08,
  "other word": 0.04,
  noise: 0.04,
  chance: 0.04,
};
/** An utterance is heard from this confidence on, at the default sensitivity. */
const HEARD = 0.5;

/** Penalties with the confidence that fits them, and what they are worth: the share heard rightly, less that heard wrongly. */
export type Fitted = Required<PhraseConfig> & { readonly utility: number };

/** `tell` is told the shares by kind and noise. */
export function fitPhrases(
  trials: readonly Trial[],
  given: Required<PhraseConfig>,
  hearing: Hearing,
  tell?: (line: string) => void,
): Fitted {
  const counts = new Map<Kind, number>();
  for (const { kind } of trials) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const heard = trials.map(({ kind, level, grammar, rows, sense }) => {
    const [best] = readingsOf(grammar, rows, hearing, given);
    const isRight = best !== undefined && senseOf(best.text, best.meaning?.slots) === sense;
    return {
      kind,
      level,
      isOther: sense === null,
      isRight,
      evidence: best?.evidence,
      weight: SHARES[kind] / counts.get(kind)!,
    };
  });
  const examples = heard.flatMap(({ evidence, isRight, weight }): Example[] =>
    evidence ? [{ figures: figures(evidence), isRight, weight }] : [],
  );
  const confidence = fitLogistic(examples).map((value) => Number(value.toFixed(3)));
  let utility = 0;
  const rows = new Map<string, { all: number; right: number; heardRight: number; heard: number }>();
  for (const { kind, level, isRight, isOther, evidence, weight } of heard) {
    const isHeard = evidence !== undefined && confidenceOf({ ...evidence, margin: MOST_MARGIN }, confidence) >= HEARD;
    if (isHeard) utility += isRight ? weight : isOther ? -weight : -weight / 2;
    const name = `${kind}${Number.isFinite(level) ? `, ${level} dB` : ""}`;
    const row = rows.get(name) ?? { all: 0, right: 0, heardRight: 0, heard: 0 };
    row.all++;
    row.right += isRight ? 1 : 0;
    row.heardRight += isHeard && isRight ? 1 : 0;
    row.heard += isHeard ? 1 : 0;
    rows.set(name, row);
  }
  const percent = (part: number, all: number) => `${((100 * part) / all).toFixed(1)} %`;
  for (const [name, { all, right, heardRight, heard: told }] of tell ? rows : []) {
    const wrong = `heard wrongly ${percent(told - heardRight, all)}`;
    tell!(`${name}: ${all} trials, right ${percent(right, all)}, heard rightly ${percent(heardRight, all)}, ${wrong}`);
  }
  return { ...given, confidence, utility };
}
