// The encoder alone over a whole input.

import { checkSamples } from "../audio/samples.ts";
import type { Engine } from "../engine/engine.ts";
import { FoldvoxError } from "../errors.ts";
import { isFloat32Array } from "../kinds.ts";

/** Checks normalised frames [T][mels]. Errors: bad-argument, bad-audio. */
function checkFeatures(features: Float32Array, mels: number): Float32Array {
  if (!isFloat32Array(features) || features.length % mels !== 0) {
    throw new FoldvoxError("bad-argument", `The features are not a Float32Array of frames of ${mels} values each.`);
  }
  // A loop: findIndex called its function 15 ns a value, a third of a step of commands-tiny; this takes 0.9.
  for (let i = 0; i < features.length; i++) {
    if (Number.isFinite(features[i])) continue;
    const where = `Frame ${Math.floor(i / mels)}, value ${i % mels}`;
    throw new FoldvoxError("bad-audio", `${where} of the features is ${features[i]}; every value must be finite.`);
  }
  return features;
}

/** Recognizer.encode: the rows of a whole input, [tokens][dim]. Errors: bad-argument, bad-audio, stream-limit, freed. */
export function encodeWhole(
  engine: Engine,
  input: { features: Float32Array } | { waveform: Float32Array },
): { output: Float32Array; tokens: number; dim: number } {
  const stream = engine.openStream();
  const rows: Float32Array[] = [];
  let tokens = 0;
  const collect = (output: Float32Array, count: number) => {
    rows.push(output.slice());
    tokens += count;
  };
  try {
    if ("features" in input) {
      const features = checkFeatures(input.features, engine.header.config.features.mels);
      stream.encodeFrames(features, collect);
    } else {
      stream.acceptSamples(checkSamples(input.waveform), collect);
      stream.finish(collect);
    }
  } finally {
    stream.free();
  }
  const dim = engine.plan.outputDim;
  const output = new Float32Array(tokens * dim);
  let at = 0;
  for (const row of rows) {
    output.set(row, at);
    at += row.length;
  }
  return { output, tokens, dim };
}
