// The likeliest readings of an utterance, of the hypotheses at its end and of those that met and lost on the way.

import type { History } from "./history.ts";
import type { Hypothesis } from "./word-search.ts";

/** A reading: its links, oldest first, and how many nats it is behind the best. */
export interface Reading {
  readonly links: readonly number[];
  readonly behind: number;
}

/** A reading that is yet to be looked at: it ends in `tail`, before which comes what leads to `link`. */
interface Open {
  readonly link: number;
  readonly tail: readonly number[];
  readonly behind: number;
}

/** Readings that are looked at for each that is asked for: some are of the same words. */
const LOOKS = 8;

/** At most `count` readings of different words, the best first. Links up to `told` are of utterances before. */
export function readings(
  history: History,
  ends: readonly Pick<Hypothesis, "link" | "score">[],
  told: number,
  count: number,
): Reading[] {
  const best = ends[0];
  if (!best) return [];
  const open: Open[] = ends.map(({ link, score }) => ({ link, tail: [], behind: best.score - score }));
  const found: Reading[] = [];
  const texts = new Set<string>();
  for (let looks = 0; looks < LOOKS * count && found.length < count && open.length > 0; looks++) {
    const next = open.reduce((least, one, i) => (one.behind < open[least]!.behind ? i : least), 0);
    const [{ link, tail, behind }] = open.splice(next, 1) as [Open];
    const links: number[] = [];
    for (let at = link; at > told; at = history.before[at]!) links.push(at);
    const leads = (links.length === 0 ? link : history.before[links[links.length - 1]!]!) === told;
    if (!leads) continue;
    links.reverse();
    const all = [...links, ...tail];
    const text = all.map((one) => history.word[one]).join(" ");
    if (!texts.has(text)) {
      texts.add(text);
      found.push({ links: all, behind });
    }
    links.forEach((one, i) => {
      history.alternativesOf(one, (lost, lostBehind) => {
        open.push({ link: lost, tail: [...links.slice(i + 1), ...tail], behind: behind + lostBehind });
      });
    });
  }
  return found;
}
