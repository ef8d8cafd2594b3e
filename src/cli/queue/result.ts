// The result of a job: one JSON document, and what else is wanted beside it.

import { version } from "../../../package.json";
import type { FinalResult } from "../../decode/text/results.ts";
import { printerFor } from "../printers.ts";
import type { Form } from "./bullmq.ts";

/** A recording's transcript. */
export interface ResultDocument {
  readonly input: string;
  readonly audioSeconds: number;
  /** What transcribed it. */
  readonly foldvox: string;
  readonly modelSha256: string;
  readonly text: string;
  readonly utterances: readonly FinalResult[];
}

export function resultDocument(
  input: string,
  audioSeconds: number,
  modelSha256: string,
  utterances: readonly FinalResult[],
): ResultDocument {
  const text = utterances.map((one) => one.text).join(" ");
  return {
    input,
    audioSeconds: Math.round(audioSeconds * 1000) / 1000,
    foldvox: version,
    modelSha256,
    text,
    utterances,
  };
}

/** The transcript in another form. */
export function formOf(form: Form, utterances: readonly FinalResult[]): string {
  const printer = printerFor(form);
  return [printer.header, ...utterances.map((one) => printer.final(one)), printer.end()].join("");
}

/** Where a form lies: beside the document talk.mp3.json, talk.mp3.srt. */
export const besideDocument = (output: string, form: Form) => `${output.replace(/\.json$/, "")}.${form}`;
