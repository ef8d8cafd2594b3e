// The text of a transcript as it grows.

import { textOf } from "../decode/text/words.ts";
import type { Heard } from "./listener.ts";
import { isOrdered, type OutputFormat, type Printer, type PrinterOptions, printerFor } from "./printers.ts";
import { cueWords } from "./subtitles.ts";

export class Transcript {
  private readonly printer: Printer;
  /** Utterances of several channels that wait for their order, where the form needs one. */
  private readonly waiting: Heard[] | null;
  private readonly maxLength: number | undefined;

  constructor(format: OutputFormat, options: PrinterOptions) {
    this.printer = printerFor(format, options);
    this.maxLength = options.maxLength;
    this.waiting = options.hasSpeakers && isOrdered(format) ? [] : null;
  }

  get header(): string {
    return this.printer.header;
  }

  /** What these utterances add. */
  add(heard: readonly Heard[]): string {
    if (!this.waiting) return heard.map(({ result, speaker }) => this.printer.final(result, speaker)).join("");
    // By cues: those of people who talk at the same time come in turns.
    for (const { result, speaker } of heard) {
      for (const words of cueWords(result, this.maxLength)) {
        this.waiting.push({ result: { text: textOf(words), result: words }, speaker });
      }
    }
    return "";
  }

  /** What is left when the audio has ended. */
  end(): string {
    const startOf = ({ result }: Heard) => result.result[0]?.start ?? 0;
    const sorted = [...(this.waiting ?? [])].sort((a, b) => startOf(a) - startOf(b));
    return sorted.map(({ result, speaker }) => this.printer.final(result, speaker)).join("") + this.printer.end();
  }
}
