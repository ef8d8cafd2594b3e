// npm run bench:dictation: the figures of compare.py as tables of the report.

import { readFileSync } from "node:fs";
import { writeReport } from "../report/write.ts";
import { format, type Table } from "../table.ts";

interface Figures {
  readonly recognizer: string;
  /** Percent of words, and its interval. */
  readonly errors: number;
  readonly low: number;
  readonly high: number;
  /** Seconds from the beginning of the audio to the first word, and from its end to the whole text; medians. */
  readonly first: number;
  readonly behind: number;
  readonly realTime: number;
  /** MB. */
  readonly peak: number;
  readonly model: number;
  readonly code: number;
}

interface Compared {
  readonly recordings: string;
  readonly utterances: number;
  readonly speakers: number;
  readonly minutes: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: readonly Figures[];
}

const path = new URL("dictation/figures.json", import.meta.url);
const { recordings, utterances, speakers, minutes, versions, figures }: Compared = JSON.parse(
  readFileSync(path, "utf8"),
);
const of = `${utterances} utterances, ${speakers} speakers, ${minutes.toFixed(1)} minutes`;

const errors: Table = {
  title: `dictation, words wrong: ${recordings}`,
  note: `${of}. The interval of 95 % is by utterance.`,
  columns: ["recognizer", "words wrong, %", "from", "to"],
  rows: figures.map(({ recognizer, errors, low, high }) => [recognizer, errors, low, high]),
  plot: { mark: "bar", y: ["words wrong, %"], unit: "% of words" },
};

const costs: Table = {
  title: `dictation, time and size: ${recordings}`,
  note:
    "First word: median from the beginning of the audio until a word is shown, had the audio come in real time. Text: median from the " +
    "end of the audio until all of it is there. Code is what the model runs on, unpacked, without Node or Python.",
  columns: ["recognizer", "first word, s", "text, s", "of real time", "process, peak MB", "model, MB", "code, MB"],
  rows: figures.map(({ recognizer, first, behind, realTime, peak, model, code }) => {
    return [recognizer, first, behind, realTime, peak, model, code];
  }),
  plot: { mark: "bar", y: ["process, peak MB", "model, MB"], unit: "MB" },
};

const tables = [errors, costs];
for (const table of tables) console.log(format(table));
writeReport("dictation", { versions, tables });
