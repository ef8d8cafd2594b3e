// npm run tune:dictation -- MANIFEST.tsv ...: finds the numbers of src/decode/dictation/calibration.ts for a model, from recordings
// with transcripts of speakers that nothing is measured on.

import { readFileSync } from "node:fs";
import { Command } from "commander";
import { wordErrors } from "../../src/cli/word-errors.ts";
import { MOST_BEHIND, WEIGHTS } from "../../src/decode/dictation/calibration.ts";
import type { Dictation } from "../../src/decode/dictation/dictation.ts";
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
import { createRecognizerSync } from "../../src/index.ts";
import { readModelHeader } from "../../src/model/header.ts";
import { type Language, languageOf } from "../../src/recognizer/language.ts";
import { quietRecordings, type Recording, recordingsOf } from "./rows.ts";

const program = new Command("npm run tune:dictation --")
  .description("Finds the weights of dictation for a model.")
  .argument("<manifests...>", "recordings with transcripts, as make_readings.py --split valid writes them")
  .option("--model <file>", "model of phonemes", "models/english.safetensors")
  .option("--lexicon <file>", "its lexicon", "models/english.lexicon")
  .option("--ngrams <file>", "its language model", "models/english.ngrams")
  .option("--every <n>", "takes one recording of so many", Number, 1)
  .option("--quiet <s>", "seconds of each kind of sound without a word", Number, 60)
  .parse();
const options = program.opts<{ model: string; lexicon: string; ngrams: string; every: number; quiet: number }>();

const bytes = (file: string) => Uint8Array.from(readFileSync(file));
const model = bytes(options.model);
const { config } = readModelHeader(model);
const files = { lexicon: bytes(options.lexicon), ngrams: bytes(options.ngrams) };
const language = languageOf(files, config) as Language & { readonly dictation: Dictation };
const wasm = new WebAssembly.Module(readFileSync("build/foldvox.simd.wasm"));
const recognizer = createRecognizerSync({ model, wasm, lexicon: files.lexicon, decoding: { keywords: ["nobody"] } });

/** What is heard in a recording: words, and how far their phonemes are behind on average. */
function hear({ logProbs }: Recording, weights: WordWeights) {
  const { tree, ahead, scorer, vocabulary } = prepared(weights);
  const { blankPenalty, floor } = calibrationOf(config.phrases);
  const { blank } = config.head;
  const search = new WordSearch({
    words: { tree, ahead, scorer, floor: Math.min(FLOOR, floor) },
    blank,
    beam: BEAM_NATS,
    mostTokens: DEFAULT_BEAM * TOKENS_PER_HYPOTHESIS,
    keepsAlternatives: false,
  });
  const sounds = new SoundRow(config.tokens.length, blank, { blankPenalty, floor });
  for (let row = 0; row < logProbs.length / config.tokens.length; row++) {
    sounds.read(logProbs, row);
    search.accept(sounds);
  }
  const best = search.ends()[0];
  const records = best ? search.recordsTo(best.record) : [];
  const words = records.map((record) => vocabulary.written(search.wordOf(record)).toLowerCase());
  const phonemes = records.reduce((sum, record) => sum + search.soundsOf(record), 0);
  const behind = records.length === 0 ? 0 : -search.trace.nats[best!.record]! / phonemes;
  return { words, behind };
}

let last: { weights: WordWeights; words: ReturnType<Dictation["prepare"]> } | null = null;

function prepared(weights: WordWeights) {
  if (last?.weights !== weights) {
    const additions = { hotwords: [], languageModel: undefined };
    last = { weights, words: language.dictation.prepare(weights, additions, language.pronounce) };
  }
  return last.words;
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const rounded = (value: number) => Number(value.toFixed(3));

const recordings: Recording[] = [];
for (const manifest of program.args) recordings.push(...(await recordingsOf(recognizer, manifest)));
const spoken = recordings.filter(({ text }, i) => text.length > 0 && i % options.every === 0);
const total = spoken.reduce((sum, { text }) => sum + text.length, 0);
console.log(`${spoken.length} recordings, ${total} words`);

const measured = new Map<string, number>();

function errorRate(weights: WordWeights): number {
  const key = JSON.stringify(weights);
  let rate = measured.get(key);
  if (rate === undefined) {
    rate =
      spoken.reduce((sum, recording) => sum + wordErrors(recording.text, hear(recording, weights).words), 0) / total;
    measured.set(key, rate);
    console.log(`languageModel ${weights.languageModel}, wordBonus ${weights.wordBonus}: ${percent(rate)}`);
  }
  return rate;
}

/** Goes from the best weights so far to better ones beside them, by ever smaller steps. */
let best = WEIGHTS;
for (const step of [1, 0.5]) {
  for (let isBetter = true; isBetter; ) {
    isBetter = false;
    for (const [model, bonus] of [
      [0, 0.6],
      [0, -0.6],
      [0.1, 0],
      [-0.1, 0],
    ] as const) {
      const next = {
        languageModel: rounded(best.languageModel + step * model),
        wordBonus: rounded(best.wordBonus + step * bonus),
      };
      if (next.languageModel <= 0 || errorRate(next) >= errorRate(best)) continue;
      best = next;
      isBetter = true;
    }
  }
}
console.log(`best: ${JSON.stringify(best)}, ${percent(errorRate(best))}; as it is: ${percent(errorRate(WEIGHTS))}`);

const quiet = quietRecordings(recognizer, options.quiet).map((recording) => ({
  ...recording,
  ...hear(recording, best),
}));
const speech = spoken.map((recording) => hear(recording, best));
const said = speech.reduce((sum, { words }) => sum + words.length, 0);
const hours = quiet.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
console.log(`mostBehind (as it is: ${MOST_BEHIND}): words of speech that are lost, words an hour where nobody speaks`);
for (let most = 1; most <= 4; most += 0.25) {
  const lost = speech.reduce((sum, { words, behind }) => sum + (behind > most ? words.length : 0), 0);
  const heard = quiet.reduce((sum, { words, behind }) => sum + (behind <= most ? words.length : 0), 0);
  console.log(`  ${most.toFixed(2)}: ${percent(lost / said)}, ${(heard / hours).toFixed(1)}`);
}
recognizer.free();
