// Dictation of rows that are at hand, with other weights and hotwords each time.

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { Dictation, PreparedWords } from "../../src/decode/dictation/dictation.ts";
import {
  BEAM_NATS,
  DEFAULT_BEAM,
  FLOOR,
  TOKENS_PER_HYPOTHESIS,
} from "../../src/decode/dictation/dictation-listeners.ts";
import type { WordWeights } from "../../src/decode/dictation/dictation-scorer.ts";
import { WordSearch } from "../../src/decode/dictation/word-search.ts";
import { calibrationOf } from "../../src/decode/phonemes/calibration.ts";
import { SoundRow } from "../../src/decode/phonemes/sound-row.ts";
import { createRecognizerSync, type Recognizer } from "../../src/index.ts";
import type { ModelConfig } from "../../src/model/config.ts";
import { readModelHeader } from "../../src/model/header.ts";
import { type Language, languageOf } from "../../src/recognizer/language.ts";
import { type Recording, recordingsOf } from "./rows.ts";

/** Files of a language, and how many of the recordings are taken. */
export interface HearingOptions {
  readonly model: string;
  readonly lexicon: string;
  readonly ngrams: string;
  readonly every: number;
}

/** The options of a command that hears manifests. */
export const withFiles = (program: Command): Command =>
  program
    .argument("<manifests...>", "recordings with transcripts, as make_readings.py --split valid writes them")
    .option("--model <file>", "model of phonemes", "models/english.safetensors")
    .option("--lexicon <file>", "its lexicon", "models/english.lexicon")
    .option("--ngrams <file>", "its language model", "models/english.ngrams")
    .option("--every <n>", "takes one recording of so many", Number, 1);

const bytes = (file: string) => Uint8Array.from(readFileSync(file));

/** What is heard in a recording: words in lower case, and how far their phonemes are behind on average. */
export interface Heard {
  readonly words: readonly string[];
  readonly behind: number;
}

export class Hearing {
  readonly recognizer: Recognizer;
  readonly language: Language & { readonly dictation: Dictation };
  private readonly config: ModelConfig;
  private readonly every: number;

  constructor({ model, lexicon, ngrams, every }: HearingOptions) {
    const content = bytes(model);
    const files = { lexicon: bytes(lexicon), ngrams: bytes(ngrams) };
    this.every = every;
    this.config = readModelHeader(content).config;
    this.language = languageOf(files, this.config) as Language & { readonly dictation: Dictation };
    const wasm = new WebAssembly.Module(readFileSync("build/foldvox.simd.wasm"));
    // Keywords need no language model, which is at hand already.
    this.recognizer = createRecognizerSync({
      model: content,
      wasm,
      lexicon: files.lexicon,
      decoding: { keywords: ["nobody"] },
    });
  }

  /** Recordings in which somebody speaks. */
  async recordings(manifests: readonly string[]): Promise<Recording[]> {
    const all: Recording[] = [];
    for (const manifest of manifests) all.push(...(await recordingsOf(this.recognizer, manifest)));
    return all.filter(({ text }, i) => text.length > 0 && i % this.every === 0);
  }

  prepare(weights: WordWeights, hotwords: readonly string[] = []): PreparedWords {
    return this.language.dictation.prepare(weights, { hotwords, languageModel: undefined }, this.language.pronounce);
  }

  hear({ logProbs }: Recording, { tree, ahead, scorer, vocabulary }: PreparedWords): Heard {
    const { head, tokens, phrases } = this.config;
    const { blankPenalty, floor } = calibrationOf(phrases);
    const search = new WordSearch({
      words: { tree, ahead, scorer, floor: Math.min(FLOOR, floor) },
      blank: head.blank,
      beam: BEAM_NATS,
      mostTokens: DEFAULT_BEAM * TOKENS_PER_HYPOTHESIS,
      keepsAlternatives: false,
    });
    const sounds = new SoundRow(tokens.length, head.blank, { blankPenalty, floor });
    for (let row = 0; row < logProbs.length / tokens.length; row++) {
      sounds.read(logProbs, row);
      search.accept(sounds);
    }
    const best = search.ends()[0];
    const records = best ? search.recordsTo(best.record) : [];
    const words = records.map((record) => vocabulary.written(search.wordOf(record)).toLowerCase());
    const phonemes = records.reduce((sum, record) => sum + search.soundsOf(record), 0);
    return { words, behind: records.length === 0 ? 0 : -search.trace.nats[best!.record]! / phonemes };
  }
}
