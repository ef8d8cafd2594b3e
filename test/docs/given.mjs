// What the pages' code takes as given: sound, and a server that has a model.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const root = new URL("../../", import.meta.url);
const wav = readFileSync(new URL("examples/digits.wav", root));

/** examples/digits.wav, 16 kHz. @type {Float32Array} */
export const samples = Float32Array.from(
  { length: (wav.length - 44) / 2 },
  (_, i) => wav.readInt16LE(44 + 2 * i) / 32768,
);

/** The same in pieces of 100 ms. @type {Float32Array[]} */
export const chunks = Array.from({ length: Math.ceil(samples.length / 1600) }, (_, i) =>
  samples.subarray(1600 * i, 1600 * (i + 1)),
);

const model = readFileSync(new URL("models/commands-tiny.safetensors", root));
const server = createServer((_, response) => response.setHeader("etag", '"1"').end(model));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
server.unref();

/** A model to download. @type {string} */
export const modelUrl = `http://127.0.0.1:${server.address().port}/commands-tiny.safetensors`;
