// foldvox evaluate: how well and how fast a model recognizes the rows of a manifest, each in a fresh stream.

import { UNKNOWN } from "../decode/scorers/jsgf-tokens.ts";
import type { FinalResult, KeywordResult } from "../decode/text/results.ts";
import { FoldvoxError } from "../errors.ts";
import type { Stream } from "../recognizer/stream.ts";
import { readAudioFile } from "./audio-file.ts";
import { expectedCalibrationError, type Judgement, judgeWords } from "./calibration.ts";
import { type DecodingFlags, keywordsIn, streamOptions } from "./decoding-flags.ts";
import { openRecognizer, writeWhole } from "./files.ts";
import { countKeywords, type KeywordCounts, keywordLines } from "./keyword-counts.ts";
import { type ManifestRow, normalise, readManifest } from "./manifest.ts";
import { bootstrapInterval, percentile, wordErrors } from "./word-errors.ts";

interface RowResult extends Pick<Heard, "understood" | "keywords"> {
  readonly row: ManifestRow;
  readonly hypothesis: string;
  readonly errors: number;
  readonly seconds: number;
  /** Confidences of the words heard, and whether those were right. */
  readonly judgements: readonly Judgement[];
  /** Word's end to its being heard, of words that were recognized in order. */
  readonly latencies: readonly number[];
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

/** What was heard in a whole row: words with their confidences, and at which stream time each was first shown. */
interface Heard {
  readonly words: string[];
  readonly confidences: number[];
  readonly heardAt: number[];
  /** What the row's utterances mean, where a grammar says so: their intent and slots, and how sure that is. */
  readonly understood: Pick<FinalResult, "intent" | "slots" | "confidence">;
  readonly keywords: KeywordResult[];
}

function recognize(stream: Stream, { sampleRate, samples }: Audio): Heard {
  const words: string[] = [];
  const confidences: number[] = [];
  const heardAt: number[] = [];
  const finals: FinalResult[] = [];
  const keywords: KeywordResult[] = [];
  let pending = 0;
  const look = () => {
    keywords.push(...stream.keywords());
    for (const final of stream.results()) {
      const result = final.result.filter(({ word }) => word !== UNKNOWN);
      finals.push(final);
      // A word that holds punctuation may be several, or none, once normalised.
      const said = result.flatMap(({ word, conf }) =>
        normalise(word)
          .split(" ")
          .filter((part) => part !== "")
          .map((part) => ({ part, conf })),
      );
      words.push(...said.map(({ part }) => part));
      confidences.push(...said.map(({ conf }) => conf));
      for (let i = pending; i < said.length; i++) heardAt.push(stream.audioSeconds);
      pending = 0;
    }
    const partial = normalise(stream.partial().partial);
    const going = partial === "" ? 0 : partial.split(" ").length;
    for (; pending < going; pending++) heardAt.push(stream.audioSeconds);
  };
  stream.reset();
  const step = Math.ceil(sampleRate / 50);
  for (let at = 0; at < samples.length; at += step) {
    stream.acceptWaveform(sampleRate, samples.subarray(at, at + step));
    look();
  }
  stream.inputFinished();
  look();
  return { words, confidences, heardAt, understood: understoodOf(finals), keywords };
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

/** Latencies where the words heard are the words spoken: elsewhere it is not sure which belongs to which. */
function latenciesOf(row: ManifestRow, words: readonly string[], heardAt: readonly number[]): number[] {
  if (row.words.length !== words.length || row.words.some(({ word }, i) => word !== words[i])) return [];
  return row.words.map(({ end }, i) => heardAt[i]! - end);
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

function summarise(results: readonly RowResult[], computeSeconds: number, peakBytes: number) {
  const spoken = results.filter(({ row }) => row.text !== null);
  const silent = results.filter(({ row }) => row.text === null);
  const latencies = results.flatMap((result) => result.latencies);
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
  const ms = (share: number) =>
    round(
      percentile(
        latencies.map((value) => value * 1000),
        share,
      ),
      1,
    );
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
    latencyMs: { p50: ms(0.5), p90: ms(0.9), p99: ms(0.99) },
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
  const { latencyMs: ms, speakers } = summary;
  const ofSpeakers = speakers > 0 ? ` of ${speakers} speakers` : "";
  return [
    `rows                  ${summary.rows}${ofSpeakers}, ${summary.words} words, ${summary.hours} hours`,
    `word error rate       ${percent(summary.wer, summary.werInterval95)}`,
    `rows exactly right    ${percent(summary.exact, summary.exactInterval95)}`,
    `false words per hour  ${summary.falseWordsPerHour ?? "-"}`,
    `latency               p50 ${ms.p50 ?? "-"} ms, p90 ${ms.p90 ?? "-"} ms, p99 ${ms.p99 ?? "-"} ms`,
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
  const stream = recognizer.createStream();
  const files = new AudioFiles();
  const results: RowResult[] = [];
  let computeSeconds = 0;
  for (const row of rows) {
    const audio = await files.read(row);
    const before = performance.now();
    const { words, confidences, heardAt, understood, keywords } = recognize(stream, audio);
    computeSeconds += (performance.now() - before) / 1000;
    const reference = row.text?.split(" ") ?? [];
    results.push({
      row,
      hypothesis: words.join(" "),
      // Capitals are no words: dictation writes some.
      errors: wordErrors(reference.map(lower), words.map(lower)),
      seconds: audio.samples.length / audio.sampleRate,
      judgements: judgeWords(reference.map(lower), words.map(lower), confidences),
      latencies: latenciesOf(row, words, heardAt),
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
  const summary = { ...summarise(results, computeSeconds, recognizer.memoryReport().memoryBytes), ...counts };
  process.stdout.write(options.json ? `${JSON.stringify(summary, null, 2)}\n` : table(summary));
  recognizer.free();
}
