// npm run tune:dictation -- MANIFEST.tsv ...: finds the numbers of src/decode/dictation/calibration.ts for a model, from recordings
// with transcripts of speakers that nothing is measured on.

import { Command } from "commander";
import { wordErrors } from "../../src/cli/word-errors.ts";
import { MOST_BEHIND, WEIGHTS } from "../../src/decode/dictation/calibration.ts";
import type { WordWeights } from "../../src/decode/dictation/dictation-scorer.ts";
import { Hearing, type HearingOptions, withFiles } from "./hearing.ts";
import { quietRecordings } from "./rows.ts";

const program = withFiles(new Command("npm run tune:dictation --"))
  .description("Finds the weights of dictation for a model.")
  .option("--quiet <s>", "seconds of each kind of sound without a word", Number, 60)
  .parse();
const options = program.opts<HearingOptions & { quiet: number }>();
const hearing = new Hearing(options);

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const rounded = (value: number) => Number(value.toFixed(3));

const spoken = await hearing.recordings(program.args);
const total = spoken.reduce((sum, { text }) => sum + text.length, 0);
console.log(`${spoken.length} recordings, ${total} words`);

const measured = new Map<string, number>();

function errorRate(weights: WordWeights): number {
  const key = JSON.stringify(weights);
  let rate = measured.get(key);
  if (rate === undefined) {
    const prepared = hearing.prepare(weights);
    const errors = spoken.map((recording) => wordErrors(recording.text, hearing.hear(recording, prepared).words));
    rate = errors.reduce((sum, count) => sum + count, 0) / total;
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

const prepared = hearing.prepare(best);
const quiet = quietRecordings(hearing.recognizer, options.quiet).map((recording) => ({
  ...recording,
  ...hearing.hear(recording, prepared),
}));
const speech = spoken.map((recording) => hearing.hear(recording, prepared));
const said = speech.reduce((sum, { words }) => sum + words.length, 0);
const hours = quiet.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
console.log(`mostBehind (as it is: ${MOST_BEHIND}): words of speech that are lost, words an hour where nobody speaks`);
for (let most = 1; most <= 4; most += 0.25) {
  const lost = speech.reduce((sum, { words, behind }) => sum + (behind > most ? words.length : 0), 0);
  const heard = quiet.reduce((sum, { words, behind }) => sum + (behind <= most ? words.length : 0), 0);
  console.log(`  ${most.toFixed(2)}: ${percent(lost / said)}, ${(heard / hours).toFixed(1)}`);
}
hearing.recognizer.free();
