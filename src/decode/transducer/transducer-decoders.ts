// The options of decoding as a transducer understands them.

import type { TransducerModel } from "../../engine/transducer-model.ts";
import { FoldvoxError } from "../../errors.ts";
import type { Decoder } from "../decoder.ts";
import type { DecodingOptions } from "../decoding-options.ts";
import { TransducerBeam } from "./beam-search.ts";
import { TransducerGreedy } from "./greedy-search.ts";
import { TransducerRuns } from "./run-search.ts";
import type { TransducerSearch } from "./search.ts";
import { TransducerDecoder, type TransducerOptions } from "./transducer-decoder.ts";

/** Where alternatives are asked for but no beam: what torchaudio's documentation uses. */
const DEFAULT_BEAM = 10;

function searchFor(model: TransducerModel, topology: "rnnt" | "ctc", beam: number): TransducerSearch {
  if (topology === "ctc") return new TransducerRuns(model, beam);
  return beam === 1 ? new TransducerGreedy(model) : new TransducerBeam(model, beam);
}

/** Hypotheses that a transducer keeps: 1, the default, is greedy. The arena has room for as many. */
export function transducerBeam({ beam, alternatives = 1 }: DecodingOptions): number {
  return beam ?? (alternatives === 1 ? 1 : DEFAULT_BEAM);
}

/**
 * Makes options that have been checked into decoders: each call of the result makes one for one stream. `room` is the beam
 * that the arena was made for. Errors: bad-argument for more than that; unsupported for what only CTC models can do.
 */
export function transducerDecoders(
  options: DecodingOptions,
  transducer: Omit<TransducerOptions, "alternatives"> & { readonly topology: "rnnt" | "ctc" },
  room: number,
): (model: TransducerModel) => Decoder {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || name === "beam" || name === "alternatives") continue;
    throw new FoldvoxError(
      "unsupported",
      `decoding.${name} is not there for a transducer; it takes beam and alternatives.`,
    );
  }
  const beam = transducerBeam(options);
  const { topology, ...own } = transducer;
  const { alternatives = 1 } = options;
  if (beam > room) {
    throw new FoldvoxError(
      "bad-argument",
      `decoding.beam is ${beam}, but the recognizer's memory is laid out for ${room}. Create the recognizer with decoding: { beam: ${beam} }.`,
    );
  }
  return (model) => {
    return new TransducerDecoder({ ...own, alternatives }, searchFor(model, topology, beam));
  };
}
