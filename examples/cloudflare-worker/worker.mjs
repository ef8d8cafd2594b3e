// Speech over HTTP: POST raw 16-bit samples, one channel, at 16 kHz or at ?rate=HZ; the answer is a list of utterances.
//   curl --data-binary @audio.raw http://localhost:8787/?rate=16000
// Cloudflare gives WebAssembly compiled modules only, which wrangler makes of imported .wasm files.

import { createRecognizer } from "foldvox";
import wasm from "foldvox/foldvox.simd.wasm";
import model from "foldvox/models/commands.safetensors";

const MAX_BYTES = 10_000_000;
/** One recognizer for all requests of this isolate, and one stream for each that it works on. */
let recognizer = null;

export default {
  async fetch(request) {
    if (request.method !== "POST")
      return new Response("POST 16-bit audio.\n", { status: 405, headers: { allow: "POST" } });
    const rate = Number(new URL(request.url).searchParams.get("rate") ?? 16000);
    const audio = await request.arrayBuffer();
    if (audio.byteLength > MAX_BYTES) return new Response("Too long.\n", { status: 413 });
    recognizer ??= createRecognizer({ wasm, model });
    const stream = (await recognizer).createStream();
    try {
      stream.acceptWaveform(rate, new Int16Array(audio, 0, audio.byteLength >> 1));
      stream.inputFinished();
      return Response.json(stream.results());
    } catch (error) {
      return Response.json({ error: error.message, code: error.code }, { status: 400 });
    } finally {
      // From here to createStream nothing waits, so one stream is enough however many requests come.
      stream.free();
    }
  },
};
