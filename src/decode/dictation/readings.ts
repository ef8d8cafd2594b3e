// The likeliest readings of an utterance, of the hypotheses at its end and of those that met and lost on the way.

import type { Hypothesis, WordSearch } from "./word-search.ts";

/** A reading: its records, oldest first, and how many nats it is behind the best. */
export interface Reading {
  readonly records: readonly number[];
  readonly behind: number;
}

/** Where a reading may end. */
export type Ending = Pick<Hypothesis, "record" | "score">;

/** A reading that is yet to be looked at: what leads to `record`, and behind that another reading's records from `from` on. */
interface Open {
  readonly record: number;
  readonly other: readonly number[];
  readonly from: number;
  readonly behind: number;
}

/** Readings that are looked at for each that is asked for: some are of the same words. */
const LOOKS = 8;

/**
 * At most `count` readings of different words, the best first, of what was said behind record `told`, from those that end as `ends`
 * say.
 */
export function readings(search: WordSearch, ends: readonly Ending[], told: number, count: number): Reading[] {
  const { trace } = search;
  const best = ends[0];
  if (!best) return [];
  const open: Open[] = ends.map(({ record, score }) => ({
    record,
    other: [],
    from: 0,
    behind: best.score - score,
  }));
  const found: Reading[] = [];
  const texts = new Set<string>();
  for (let looks = 0; looks < LOOKS * count && found.length < count && open.length > 0; looks++) {
    const next = open.reduce((least, one, i) => (one.behind < open[least]!.behind ? i : least), 0);
    const [{ record, other, from, behind }] = open.splice(next, 1) as [Open];
    if (!trace.leadsTo(record, told)) continue;
    const records = trace.recordsTo(record, told);
    const all = [...records, ...other.slice(from)];
    const text = all.map((one) => search.wordOf(one)).join(" ");
    if (!texts.has(text)) {
      texts.add(text);
      found.push({ records: all, behind });
    }
    records.forEach((one, i) => {
      trace.alternativesOf(one, (lost, lostBehind) => {
        open.push({ record: lost, other: all, from: i + 1, behind: behind + lostBehind });
      });
    });
  }
  return found;
}
