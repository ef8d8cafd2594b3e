// foldvox inspect: what a model is and what it takes, from its header alone.

import { arenaBytes, planArena } from "../engine/arena.ts";
import { modelCost } from "../model/cost.ts";
import { NGRAM_MAGIC, readNgramFile } from "../ngrams/ngram-file.ts";
import { beginsWith, modelPath, readHeaderOf, readWhole } from "./files.ts";
import { linesOfNgrams } from "./inspect-ngrams.ts";
import { printable } from "./printable.ts";

const grouped = (value: number) => Math.round(value).toLocaleString("en-US");

export async function inspect(model: string, options: { json?: boolean }): Promise<void> {
  const path = modelPath(model);
  if (await beginsWith(path, NGRAM_MAGIC)) {
    const file = readNgramFile(await readWhole(path));
    const told = options.json
      ? JSON.stringify({ ...file.header, fileBytes: file.bytes.length }, null, 2)
      : linesOfNgrams(file).join("\n");
    process.stdout.write(`${told}\n`);
    return;
  }
  const header = await readHeaderOf(path);
  const { config } = header;
  const cost = modelCost(header);
  const { regions } = planArena(header);
  if (options.json) {
    const { fileBytes, sha256, tensors } = header;
    const arena = { bytes: arenaBytes(header), regions };
    process.stdout.write(`${JSON.stringify({ config, fileBytes, sha256, tensors, cost, arena }, null, 2)}\n`);
    return;
  }
  const { encoder, features } = config;
  const tokenMs = (encoder.stride * features.hopSamples * 1000) / features.sampleRate;
  // Layers of a Conformer's kind: the width of a first feed-forward, and the tokens that their filters span.
  const conformer = encoder.layers.some(({ firstFeedForward, kernel }) => firstFeedForward || kernel);
  const { inputKernel } = encoder;
  const lines = [
    `${config.name}: ${config.language || "no language"}, ${config.head.type} over ${config.tokens.length} ${config.tokenUnit}s, licence ${config.licence || "not stated"}`,
    ...config.attribution.map((text) => `  ${text}`),
    ...(["lexicon", "ngrams"] as const).flatMap((name) => {
      const side = config[name];
      return side ? [`${name}, a file beside the model: ${side.file}, ${grouped(side.bytes)} bytes`] : [];
    }),
    "",
    `tokens of ${tokenMs} ms${inputKernel ? `, each made of ${inputKernel} frames` : ""}; segment ${encoder.segment}, right context ${encoder.rightContext}, left context ${encoder.leftContext}, memory bank ${encoder.memory}`,
    `width ${encoder.width}, ${encoder.activation}, ${grouped(cost.parameters)} parameters, ${grouped(cost.bytes)} bytes`,
    "",
    "layer  attention fold  heads  feed-forward fold  width  parameters      bytes   MACs/step  of them attention" +
      (conformer ? "   first  kernel" : ""),
    ...cost.layers.map(({ config: layer, parameters, bytes, macs }, i) =>
      [
        String(i).padStart(5),
        String(layer.attentionFold).padStart(16),
        String(layer.heads).padStart(7),
        String(layer.feedForwardFold).padStart(19),
        String(layer.feedForward).padStart(7),
        grouped(parameters).padStart(12),
        grouped(bytes).padStart(11),
        grouped(macs.linear + macs.attention + macs.filters).padStart(12),
        grouped(macs.attention).padStart(19),
        ...(conformer
          ? [String(layer.firstFeedForward ?? 0), String(layer.kernel ?? 0)].map((text) => text.padStart(8))
          : []),
      ].join(""),
    ),
    "",
    `${grouped(cost.macsPerSecond)} MACs per second of audio in ${cost.stepsPerSecond} steps`,
    ...(cost.search
      ? [
          `search, beside this: ${grouped(cost.search.joiner)} MACs a token and hypothesis (joiner), ${grouped(cost.search.predictor)} a piece said (predictor)`,
        ]
      : []),
    ...(cost.filterBytes ? [`past rows of convolutions: ${grouped(cost.filterBytes)} bytes a stream`] : []),
    `left-context keys and values: ${grouped(cost.keyValueBytes)} bytes a stream`,
    ...cost.energy.map(({ placement, milliwatts }) => `energy estimate, ${placement}: ${milliwatts.toFixed(3)} mW`),
    "  (an estimate from published constants: Horowitz, ISSCC 2014, 45 nm)",
    "",
    "arena for one stream, bytes",
    ...regions.map(
      ({ name, offset, bytes }) => `  ${name.padEnd(16)}${grouped(bytes).padStart(12)}  at ${grouped(offset)}`,
    ),
    `  ${"total".padEnd(16)}${grouped(arenaBytes(header)).padStart(12)}`,
  ];
  process.stdout.write(`${lines.map(printable).join("\n")}\n`);
}
