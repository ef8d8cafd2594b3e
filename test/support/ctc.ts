// Rows of CTC probabilities for tests of decoders.

import { CtcBeamDecoder } from "../../src/decode/ctc/beam-decoder.ts";
import { ctcDecoders } from "../../src/decode/ctc/ctc-decoders.ts";
import type { CtcOptions } from "../../src/decode/ctc/run.ts";
import type { Decoder } from "../../src/decode/decoder.ts";
import { checkDecoding, type DecodingOptions } from "../../src/decode/decoding-options.ts";
import type { TokenUnit } from "../../src/decode/text/words.ts";
import { generator } from "./random.ts";

export const SECONDS = 0.04;

export function ctcOptions(tokens: readonly string[], tokenUnit: TokenUnit = "word", delay = 0): CtcOptions {
  return { tokens, tokenUnit, blank: 0, tokenSeconds: SECONDS, delay, startRow: 0 };
}

/** As the recognizer makes it: the options are checked first. */
export function decoderOf(options: DecodingOptions, ctc: CtcOptions): Decoder {
  checkDecoding(options);
  return ctcDecoders(options, ctc)();
}

export function beamOf(options: DecodingOptions, ctc: CtcOptions): CtcBeamDecoder {
  const decoder = decoderOf(options, ctc);
  if (!(decoder instanceof CtcBeamDecoder)) throw new Error("these options decode greedily");
  return decoder;
}

/** Log-probabilities of rows given as probabilities. */
export const logRows = (rows: readonly (readonly number[])[]) => Float32Array.from(rows.flat(), Math.log);

export function accept<T extends Decoder>(decoder: T, rows: readonly (readonly number[])[]): T {
  decoder.accept(logRows(rows), rows.length);
  return decoder;
}

/** Seeded rows of probabilities, peaked as a model's are. */
export function randomRows(count: number, width: number, seed: number): number[][] {
  const random = generator(seed);
  return Array.from({ length: count }, () => {
    const weights = Array.from({ length: width }, () => random() ** 4 + 1e-3);
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  });
}
