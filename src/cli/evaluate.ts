// foldvox evaluate: how well and how fast a model recognizes the rows of a manifest, each in a fresh stream.

import { UNKNOWN } from "../decode/scorers/jsgf-tokens.ts";
import type { FinalResult, KeywordResult, WordResult } from "../decode/text/results.ts";
import { FoldvoxError } from "../errors.ts";
import type { LatencyEvent } from "../recognizer/latency.ts";
import type { Recognizer } from "../recognizer/recognizer.ts";
import type { Stream } from "../recognizer/stream.ts";
import { readAudioFile } from "./audio-file.ts";
import { expectedCalibrationError, type Judgement, judgeWords } from "./calibration.ts";
import { type DecodingFlags, keywordsIn, streamOptions } from "./decoding-flags.ts";
import { openRecognizer, writeWhole } from "./files.ts";
import { countKeywords, type KeywordCounts, keywordLines } from "./keyword-counts.ts";
import { type ManifestRow, normalise, readManifest } from "./manifest.ts";
import { ShownWords } from "./shown-words.ts";
import { bootstrapInterval, wordErrors } from "./word-errors.ts";
import { offBy, type Quantiles, quantiles, type Told, timingOf, toldOf, type WordTiming } from "./word-timing.ts";

interface RowResult extends Pick<Heard, "understood" | "keywords"> {
  readonly row: ManifestRow;
  readonly hypothesis: string;
  readonly errors: number;
  readonly seconds: number;
  /** Confidences of the words heard, and whether those were right. */
  readonly judgements: readonly Judgement[];
  /** How long words took, and how far off their times are: of rows whose words are all right. */
  readonly timing: readonly WordTiming[];
}

interface Audio {
  readonly sampleRate: number;
  readonly samples: Float32Array;
}

/** Reads whole files and keeps the last: manifests name one long file many times in a row. */
class AudioFiles {
  private path = "";
  private audio: Audio = { sampleRate: 16000, samples: new Float32Array(0) };

  async read({ path, span }: ManifestRow): Promise<Audio> {
    if (path !== this.path) this.audio = await readAll(path);
    this.path = path;
    const { sampleRate, samples } = this.audio;
    if (span === null) return this.audio;
    if (span.start + span.samples > samples.length) {
      throw new FoldvoxError(
        "bad-argument",
        `${path} holds ${samples.length} samples; a row asks for ${span.start} + ${span.samples}.`,
      );
    }
    return { sampleRate, samples: samples.subarray(span.start, span.start + span.samples) };
  }
}

async function readAll(path: string): Promise<Audio> {
  let sampleRate = 16000;
  const parts: Float32Array[] = [];
  for await (const part of readAudioFile(path, (format) => {
    sampleRate = format.sampleRate;
  })) {
    parts.push(part);
  }
  const samples = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return { sampleRate, samples };
}

/** What was heard in a whole row: words with their confidences and times, and when each was told. */
interface Heard {
  readonly words: readonly HeardWord[];
  /** What the row's utterances mean, where a grammar says so: their intent and slots, and how sure that is. */
  readonly understood: Pick<FinalResult, "intent" | "slots" | "confidence">;
  readonly keywords: KeywordResult[];
}

interface HeardWord extends WordResult {
  readonly told: Told;
}

/** Streams of a recognizer, one after the other. */
class Listener {
  private readonly stream: Stream;
  /** Of all that has been heard. */
  readonly shown = new ShownWords();
  private events: LatencyEvent[] = [];

  constructor(recognizer: Recognizer) {
    this.stream = recognizer.createStream({ onLatency: (event) => this.events.push(event) });
  }

  hear({ sampleRate, samples }: Audio): Heard {
    const { stream } = this;
    const [finals, keywords, words]: [FinalResult[], KeywordResult[], HeardWord[]] = [[], [], []];
    this.events = [];
    stream.reset();
    const look = () => {
      keywords.push(...stream.keywords());
      for (const final of stream.results()) {
        finals.push(final);
        words.push(...wordsOf(final, toldOf(this.events)));
        this.shown.ended(final.result, stream.audioSeconds);
      }
      const going = stream.partial().partial_result.map(({ word }) => word);
      this.shown.going(going, stream.audioSeconds);
    };
    const step = Math.ceil(sampleRate / 50);
    for (let at = 0; at < samples.length; at += step) {
      stream.acceptWaveform(sampleRate, samples.subarray(at, at + step));
      look();
    }
    stream.inputFinished();
    look();
    return { words, understood: understoodOf(finals), keywords };
  }
}

/** The words as a manifest has them. One that holds punctuation may be several, or none, once normalised. */
function wordsOf({ result }: FinalResult, told: readonly Told[]): HeardWord[] {
  return result.flatMap((word, i) => {
    if (word.word === UNKNOWN) return [];
    const parts = normalise(word.word)
      .split(" ")
      .filter((part) => part !== "");
    return parts.map((part) => ({ ...word, word: part, told: told[i]! }));
  });
}

/** Utterances of one row as one: the surest one's intent, the slots of all. */
function understoodOf(finals: readonly FinalResult[]): Heard["understood"] {
  const surest = [...finals].sort((a, b) => (b.confidence ?? 0) - (a.confidence ?? 0))[0];
  if (!surest) return {};
  const { intent, slots, confidence } = surest;
  return {
    ...(intent === undefined ? {} : { intent }),
    ...(slots ? { slots: Object.assign({}, ...finals.map((final) => final.slots)) } : {}),
    ...(confidence === undefined ? {} : { confidence: round(confidence, 4)! }),
  };
}

/** Sums by speaker, for the bootstrap. A row without a speaker is its own. */
function bySpeaker(rows: readonly RowResult[], pick: (row: RowResult) => [number, number]) {
  const groups = new Map<string, { numerator: number; denominator: number }>();
  rows.forEach((row, i) => {
    const key = row.row.speaker || `row ${i}`;
    const group = groups.get(key) ?? { numerator: 0, denominator: 0 };
    const [numerator, denominator] = pick(row);
    groups.set(key, { numerator: group.numerator + numerator, denominator: group.denominator + denominator });
  });
  return [...groups.values()];
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const round = (value: number | null, digits: number) => (value === null ? null : Number(value.toFixed(digits)));
const lower = (word: string) => word.toLowerCase();
const numWords = ({ row }: RowResult) => row.text!.split(" ").length;

function summarise(results: readonly RowResult[], shown: ShownWords, computeSeconds: number, peakBytes: number) {
  const spoken = results.filter(({ row }) => row.text !== null);
  const silent = results.filter(({ row }) => row.text === null);
  const timing = results.flatMap((result) => result.timing);
  const ratio = (pick: (row: RowResult) => [number, number]) => {
    const groups = bySpeaker(spoken, pick);
    const interval = bootstrapInterval(groups)?.map((value) => round(value, 5)) ?? null;
    const denominator = sum(groups.map((group) => group.denominator));
    return {
      value: denominator === 0 ? null : round(sum(groups.map((group) => group.numerator)) / denominator, 5),
      interval,
    };
  };
  const wer = ratio((row) => [row.errors, numWords(row)]);
  const exact = ratio((row) => [row.errors === 0 ? 1 : 0, 1]);
  const silentSeconds = sum(silent.map(({ seconds }) => seconds));
  const falseWords = sum(silent.map(({ errors }) => errors));
  const seconds = sum(results.map((result) => result.seconds));
  return {
    rows: results.length,
    words: sum(spoken.map(numWords)),
    speakers: new Set(results.map(({ row }) => row.speaker).filter(Boolean)).size,
    wer: wer.value,
    werInterval95: wer.interval,
    exact: exact.value,
    exactInterval95: exact.interval,
    falseWordsPerHour: silentSeconds === 0 ? null : round((falseWords * 3600) / silentSeconds, 2),
    hours: round(seconds / 3600, 5),
    rtf: seconds === 0 ? null : round(computeSeconds / seconds, 5),
    latencyMs: {
      shown: quantiles(timing.map(({ shown }) => shown)),
      committed: quantiles(timing.map(({ committed }) => committed)),
      computing: quantiles(timing.map(({ computeMs }) => computeMs)),
    },
    revisedWords: shown.shown === 0 ? null : round(shown.revised / shown.shown, 4),
    shownAfterMs: quantiles(shown.afterMs),
    wordTimesOffMs: { begin: quantiles(offBy(timing, "begin")), end: quantiles(offBy(timing, "end")) },
    calibrationError: round(expectedCalibrationError(spoken.flatMap((result) => result.judgements)), 4),
    peakBytes,
  };
}

function table(summary: ReturnType<typeof summarise> & { keywords?: KeywordCounts }): string {
  const percent = (value: number | null, interval: readonly (number | null)[] | null) => {
    if (value === null) return "-";
    const range = interval ? `  (95 %: ${interval.map((end) => (100 * end!).toFixed(2)).join(" to ")})` : "";
    return `${(100 * value).toFixed(2)} %${range}`;
  };
  const { latencyMs, wordTimesOffMs, speakers } = summary;
  const ms = ({ p50, p90, p99 }: Quantiles) => `p50 ${p50 ?? "-"} ms, p90 ${p90 ?? "-"} ms, p99 ${p99 ?? "-"} ms`;
  const ofSpeakers = speakers > 0 ? ` of ${speakers} speakers` : "";
  return [
    `rows                  ${summary.rows}${ofSpeakers}, ${summary.words} words, ${summary.hours} hours`,
    `word error rate       ${percent(summary.wer, summary.werInterval95)}`,
    `rows exactly right    ${percent(summary.exact, summary.exactInterval95)}`,
    `false words per hour  ${summary.falseWordsPerHour ?? "-"}`,
    `words revised         ${summary.revisedWords === null ? "-" : `${(100 * summary.revisedWords).toFixed(2)} %`}`,
    `standing after        ${ms(summary.shownAfterMs)}`,
    `latency, shown        ${ms(latencyMs.shown)}`,
    `latency, committed    ${ms(latencyMs.committed)}`,
    `latency, computing    ${ms(latencyMs.computing)}`,
    `word begins off by    ${ms(wordTimesOffMs.begin)}`,
    `word ends off by      ${ms(wordTimesOffMs.end)}`,
    `calibration error     ${summary.calibrationError ?? "-"}`,
    `real-time factor      ${summary.rtf ?? "-"}`,
    `peak WebAssembly      ${summary.peakBytes} bytes`,
    ...(summary.keywords ? keywordLines(summary.keywords) : []),
    "",
  ].join("\n");
}

export async function evaluate(
  model: string,
  manifest: string,
  options: DecodingFlags & { json?: boolean; utterances?: string },
): Promise<void> {
  const rows = await readManifest(manifest);
  const recognizer = await openRecognizer(model, await streamOptions(options));
  const listener = new Listener(recognizer);
  const files = new AudioFiles();
  const results: RowResult[] = [];
  let computeSeconds = 0;
  for (const row of rows) {
    const audio = await files.read(row);
    const before = performance.now();
    const { words: heard, understood, keywords } = listener.hear(audio);
    computeSeconds += (performance.now() - before) / 1000;
    const words = heard.map(({ word }) => word);
    const reference = row.text?.split(" ") ?? [];
    results.push({
      row,
      hypothesis: words.join(" "),
      // Capitals are no words: dictation writes some.
      errors: wordErrors(reference.map(lower), words.map(lower)),
      seconds: audio.samples.length / audio.sampleRate,
      judgements: judgeWords(
        reference.map(lower),
        words.map(lower),
        heard.map(({ conf }) => conf),
      ),
      timing: timingOf(row, heard),
      understood,
      keywords,
    });
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${results.length} of ${rows.length}`);
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  if (options.utterances !== undefined) {
    const lines = results.map(({ row, hypothesis, errors, understood, keywords }) =>
      JSON.stringify({
        path: row.path,
        ...row.span,
        speaker: row.speaker,
        text: row.text ?? "",
        hypothesis,
        errors,
        ...understood,
        ...(options.keywords === undefined ? {} : { keywords }),
      }),
    );
    await writeWhole(options.utterances, `${lines.join("\n")}\n`);
  }
  const counts =
    options.keywords === undefined ? {} : { keywords: countKeywords(results, await keywordsIn(options.keywords)) };
  const summary = {
    ...summarise(results, listener.shown, computeSeconds, recognizer.memoryReport().memoryBytes),
    ...counts,
  };
  process.stdout.write(options.json ? `${JSON.stringify(summary, null, 2)}\n` : table(summary));
  recognizer.free();
}
