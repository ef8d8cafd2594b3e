// A transcription in the forms that OpenAI's API has.

import type { FinalResult } from "../../decode/text/results.ts";
import { printerFor } from "../printers.ts";

export const RESPONSE_FORMATS = ["json", "text", "srt", "vtt", "verbose_json"] as const;

export type ResponseFormat = (typeof RESPONSE_FORMATS)[number];

/** A transcription, and what was asked for beside its text. */
export interface Transcription {
  readonly finals: readonly FinalResult[];
  readonly seconds: number;
  readonly language: string;
  readonly wantsWords: boolean;
}

export const textOfFinals = (finals: readonly FinalResult[]) => finals.map(({ text }) => text).join(" ");

const round = (value: number) => Math.round(value * 1000) / 1000;

function subtitles(kind: "srt" | "vtt", finals: readonly FinalResult[]): string {
  const printer = printerFor(kind);
  return [printer.header, ...finals.map((final) => printer.final(final)), printer.end()].join("");
}

/** Utterances as segments. Fields that only Whisper has are there, since clients' types demand them, and say nothing. */
function verbose({ finals, seconds, language, wantsWords }: Transcription): object {
  const words = finals.flatMap(({ result }) =>
    result.map(({ word, start, end }) => ({ word, start: round(start), end: round(end) })),
  );
  const segments = finals.map(({ text, result }, id) => ({
    id,
    seek: 0,
    start: round(result[0]?.start ?? 0),
    end: round(result.at(-1)?.end ?? 0),
    text,
    tokens: [],
    temperature: 0,
    avg_logprob: round(
      result.reduce((sum, { conf }) => sum + Math.log(Math.max(conf, 1e-9)), 0) / (result.length || 1),
    ),
    compression_ratio: 1,
    no_speech_prob: 0,
  }));
  const whole = { task: "transcribe", language, duration: round(seconds), text: textOfFinals(finals), segments };
  return { ...whole, ...(wantsWords ? { words } : {}), usage: { type: "duration", seconds: Math.ceil(seconds) } };
}

/** The response's media type and body. */
export function responseOf(format: ResponseFormat, transcription: Transcription): { type: string; body: string } {
  const { finals, seconds } = transcription;
  switch (format) {
    case "text":
      return { type: "text/plain; charset=utf-8", body: `${textOfFinals(finals)}\n` };
    case "srt":
      return { type: "application/x-subrip; charset=utf-8", body: subtitles("srt", finals) };
    case "vtt":
      return { type: "text/vtt; charset=utf-8", body: subtitles("vtt", finals) };
    case "json": {
      const usage = { type: "duration", seconds: Math.ceil(seconds) };
      return { type: "application/json", body: JSON.stringify({ text: textOfFinals(finals), usage }) };
    }
    case "verbose_json":
      return { type: "application/json", body: JSON.stringify(verbose(transcription)) };
  }
}
