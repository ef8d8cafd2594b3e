// The likeliest utterances of a search, best first: ways through its trace, and what becomes of them when a hypothesis that had
// to give way somewhere takes the winner's place.

import type { Trace } from "../tokens/trace.ts";
import type { Reached } from "./phoneme-search.ts";

/** A way through the trace. */
export interface Hypothesis extends Reached {
  /** Its records, first to last. */
  readonly records: readonly number[];
}

/** A way whose first `open` records may yet be replaced. */
interface Candidate extends Hypothesis {
  readonly open: number;
}

/** Candidates looked at together; ways may meet exponentially often. */
const MOST_CANDIDATES = 400;
/** Records of all candidates together, so that an utterance that never ends takes no more work than a long one. */
const MOST_RECORDS = 40_000;

/** Yields hypotheses that ended as `ends` say, the best first, until there are no more or too many have been looked at. */
export function* hypotheses(trace: Trace, ends: readonly Reached[]): Generator<Hypothesis> {
  const waiting: Candidate[] = [];
  let [made, held] = [0, 0];
  const isFull = () => made >= MOST_CANDIDATES || held >= MOST_RECORDS;
  const wait = (candidate: Candidate) => {
    waiting.push(candidate);
    made++;
    held += candidate.records.length;
  };
  for (const end of ends) {
    if (isFull()) break;
    const records = trace.recordsTo(end.record);
    wait({ ...end, records, open: records.length });
  }
  while (waiting.length > 0) {
    let first = 0;
    for (let i = 1; i < waiting.length; i++) if (waiting[i]!.score > waiting[first]!.score) first = i;
    const best = waiting.splice(first, 1)[0]!;
    yield best;
    for (let i = 0; i < best.open && !isFull(); i++) {
      trace.alternativesOf(best.records[i]!, (record, behind) => {
        if (isFull()) return;
        const beginning = trace.recordsTo(record);
        const records = [...beginning, ...best.records.slice(i + 1)];
        const { end, score, phraseScore } = best;
        wait({
          score: score - behind,
          phraseScore: phraseScore - behind,
          record: records[records.length - 1]!,
          end,
          records,
          open: beginning.length,
        });
      });
    }
  }
}
