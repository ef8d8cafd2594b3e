// What the search makes of rows, whatever its confidence.

import { DEFAULT_CALIBRATION } from "../../src/decode/phonemes/calibration.ts";
import type { PhraseGrammar } from "../../src/decode/phonemes/phrase-grammar.ts";
import { PhraseListener, type Reading } from "../../src/decode/phonemes/phrase-listener.ts";
import type { Pronounce } from "../../src/decode/phonemes/pronounced-network.ts";
import { SoundRow } from "../../src/decode/phonemes/sound-row.ts";

/** The rows' form. */
export interface Hearing {
  readonly tokens: number;
  readonly blank: number;
  readonly tokenSeconds: number;
}

export type Weights = Pick<typeof DEFAULT_CALIBRATION, "blankPenalty" | "floor" | "backgroundPenalty">;

/** As the decoder has them. */
const SEARCH = { beam: 20, mostActive: 1600 };

/** The utterances that rows [rows][tokens] may be, the best first. */
export function readingsOf(
  grammar: PhraseGrammar,
  rows: Float32Array,
  { tokens, blank, tokenSeconds }: Hearing,
  weights: Weights = DEFAULT_CALIBRATION,
  beam = SEARCH.beam,
): Reading[] {
  const { blankPenalty, floor, backgroundPenalty } = weights;
  const sounds = new SoundRow(tokens, blank, { blankPenalty, floor });
  const options = {
    times: { tokenSeconds, startRow: 0, startDelay: 0, endDelay: 0, fading: 0 },
    search: { ...SEARCH, beam, blank, backgroundPenalty },
    confidence: DEFAULT_CALIBRATION.confidence,
    sensitivity: 0.5,
    alternatives: 1,
    dictated: () => {
      throw new TypeError("no grammar of these trials dictates");
    },
  };
  const listener = new PhraseListener(options, grammar, 0, 0);
  for (let row = 0; row < rows.length / tokens; row++) {
    sounds.read(rows, row);
    listener.accept(sounds);
  }
  return listener.whole();
}

/** Where words lie, in rows. */
export interface Aligned {
  readonly words: readonly { readonly word: string; readonly from: number; readonly to: number }[];
  readonly behindByPhoneme: number;
}

/** Finds the words of a transcript in rows; null where it is not found. */
export function align(transcript: PhraseGrammar, rows: Float32Array, hearing: Hearing): Aligned | null {
  const [said] = readingsOf(transcript, rows, hearing, DEFAULT_CALIBRATION, 60);
  if (!said) return null;
  const rowAt = (seconds: number) => Math.round(seconds / hearing.tokenSeconds);
  const words = said.result.map(({ word, start, end }) => ({ word, from: rowAt(start), to: rowAt(end) }));
  return { words, behindByPhoneme: said.evidence.behind / Math.max(1, said.evidence.phonemes) };
}

/** Rows of a model that makes no mistake. */
export function idealRows(text: string, pronounce: Pronounce, { tokens, blank }: Hearing): Float32Array {
  const sounds = text.split(" ").flatMap((word) => pronounce(word)[0] ?? []);
  const rows = new Float32Array((2 * sounds.length + 1) * tokens).fill(-20);
  for (let row = 0; row <= 2 * sounds.length; row++) {
    rows[row * tokens + (row % 2 === 0 ? blank : sounds[(row - 1) / 2]!)] = 0;
  }
  return rows;
}
