// The one suite that every runtime runs: what a recognizer hears in the example recording, the bits of its output, its memory, and
// its speed. It needs nothing of its host but a loaded recognizer, the bytes of the recording and a clock.

const DIGITS = "public <digits> = (zero | one | two | three | four | five | six | seven | eight | nine)+;";

/** The files of a model: its weights, and the lexicon if it hears phonemes. */
export function filesOf(model) {
  return [`models/${model}.safetensors`, ...(model === "english" ? ["models/english.lexicon"] : [])];
}

/** What a recognizer is made with, from the bytes of these files. */
export function optionsOf([model, lexicon]) {
  return lexicon ? { model, lexicon, decoding: { grammar: DIGITS } } : { model };
}

/** Measuring goes on for that long; longer, but not that much longer, where runs are few by then. */
const ENOUGH_MS = 1000;
const TOO_LONG_MS = 20_000;
const RUNS = 3;

/** The samples of a canonical WAV file, 16 bits, one channel, 16 kHz. */
export function samplesOf(wav) {
  // Node's own slice() would not copy.
  return new Int16Array(Uint8Array.prototype.slice.call(wav, 44).buffer);
}

/** Words as they come from audio in pieces of 100 ms. Confidences are left out: they use the host's exp and decide nothing. */
export function transcribe(recognizer, samples) {
  const stream = recognizer.createStream();
  for (let at = 0; at < samples.length; at += 1600) stream.acceptWaveform(16000, samples.subarray(at, at + 1600));
  stream.inputFinished();
  const words = [];
  for (const { result } of stream.results()) {
    for (const { word, start, end } of result) words.push({ word, start, end });
  }
  stream.free();
  return words;
}

/** FNV-1a over the bytes of all log-probs. */
function checksumOf(recognizer, samples) {
  const waveform = Float32Array.from(samples, (sample) => sample / 32768);
  const { output } = recognizer.encode({ waveform });
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(output.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** What `work` gives and the median of its times in milliseconds, or null without a clock. It runs several times. */
function timed(work, now) {
  if (!now) return { result: work(), milliseconds: null };
  const times = [];
  const start = now();
  let result;
  for (let passed = 0; passed < ENOUGH_MS || (times.length < RUNS && passed < TOO_LONG_MS); passed = now() - start) {
    const begun = now();
    result = work();
    times.push(now() - begun);
  }
  times.sort((a, b) => a - b);
  return { result, milliseconds: times[times.length >> 1] };
}

/**
 * What must be the same in every runtime, and under `host` what need not. Without a clock (workerd's stands still while it
 * computes) there is no real-time factor.
 */
export function examine(recognizer, wav, now) {
  const samples = samplesOf(wav);
  const { result: words, milliseconds } = timed(() => transcribe(recognizer, samples), now);
  const rtf = milliseconds === null ? null : milliseconds / (samples.length / 16);
  const checksum = checksumOf(recognizer, samples);
  const { regions, arenaBytes, memoryBytes, scratchHighWater } = recognizer.memoryReport();
  return {
    words,
    checksum,
    memory: { regions, arenaBytes, memoryBytes },
    host: { build: recognizer.build, scratchHighWater, rtf },
  };
}
