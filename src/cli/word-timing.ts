// How long after they were spoken the words of a manifest were told, and how far off their times are.

import type { WordResult } from "../decode/text/results.ts";
import type { LatencyEvent } from "../recognizer/latency.ts";
import type { ManifestRow } from "./manifest.ts";
import { percentile } from "./word-errors.ts";

/** When a word showed first and when it was committed: seconds of audio, with the computing. */
export interface Told {
  readonly shown: number;
  readonly committed: number;
  /** Milliseconds of computing between the audio that decided the word and its being shown. */
  readonly computeMs: number;
}

/** Of a word, in milliseconds: from its end to its being shown and committed, and the errors of its times. */
export interface WordTiming extends Told {
  readonly begin: number | null;
  readonly end: number;
}

/** In milliseconds; null where nothing was measured. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
}

/** When the words of the first utterance of these events were told; takes its events away. */
export function toldOf(events: LatencyEvent[]): Told[] {
  const own = events.splice(0, events.findIndex(({ kind }) => kind === "final") + 1);
  const of = (wanted: LatencyEvent["kind"]) => own.filter(({ kind }) => kind === wanted);
  const at = ({ heardSeconds, computeMs }: LatencyEvent) => heardSeconds + computeMs / 1000;
  const committed = of("committed").map(at);
  return of("word").map((event, i) => {
    const shown = at(event);
    return { shown, committed: committed[i] ?? shown, computeMs: event.computeMs };
  });
}

/** Where the words heard are the words spoken: elsewhere it is not sure which belongs to which. */
export function timingOf(
  { words }: ManifestRow,
  heard: readonly (Pick<WordResult, "word" | "start" | "end"> & { readonly told: Told })[],
): WordTiming[] {
  if (words.length !== heard.length || words.some(({ word }, i) => word !== heard[i]!.word)) return [];
  return words.map(({ begin, end }, i) => {
    const { told, ...own } = heard[i]!;
    return {
      shown: (told.shown - end) * 1000,
      committed: (told.committed - end) * 1000,
      computeMs: told.computeMs,
      begin: begin === null ? null : (own.start - begin) * 1000,
      end: (own.end - end) * 1000,
    };
  });
}

/** By how much times are off, either way. */
export function offBy(timing: readonly WordTiming[], which: "begin" | "end"): number[] {
  return timing.flatMap((word) => (word[which] === null ? [] : [Math.abs(word[which])]));
}

export function quantiles(values: readonly number[]): Quantiles {
  const at = (share: number) => {
    const value = percentile(values, share);
    return value === null ? null : Number(value.toFixed(1));
  };
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}
