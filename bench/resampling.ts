// Other sample rates: what bringing a second of them to the model's costs, beside the smallest model's engine.

import { plainBanks } from "../src/audio/filter-bank.ts";
import { Resampler } from "../src/audio/resampler.ts";
import { filterBanks } from "../src/engine/engine-filters.ts";
import type { EngineExports } from "../src/engine/exports.ts";
import { BUILDS, moduleOf, read, recognizerOf } from "./engines.ts";
import { compare } from "./rounds.ts";
import type { Table } from "./table.ts";

const RATES = [8000, 22050, 24000, 32000, 44100, 48000, 96000];
const MODEL = "commands-tiny";
const CHUNK_SECONDS = 0.08;

/** Cost does not depend on what is heard. */
const second = (rate: number) => Float32Array.from({ length: rate }, (_, i) => Math.sin(i * i * 0.37) * 0.1);

/** Constant levels: of silence, below the smallest float that is normal, and where the front end's squares are. */
const LEVELS = [0, 1e-40, 1e-20, 1e-14];

function chunks(samples: Float32Array, rate: number): Float32Array[] {
  const size = Math.round(rate * CHUNK_SECONDS);
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, i) => samples.subarray(i * size, (i + 1) * size));
}

/** A stream of the smallest model, and a function that lets it hear a second. */
function listener(rate: number, samples: Float32Array): () => void {
  const stream = recognizerOf(read(`models/${MODEL}.safetensors`)).createStream();
  const parts = chunks(samples, rate);
  return () => {
    for (const part of parts) stream.acceptWaveform(rate, part);
  };
}

export async function resampling(): Promise<Table> {
  const listen = listener(16000, second(16000));
  const banks = filterBanks(moduleOf(BUILDS[0]!), {} as EngineExports);
  const rows = [];
  for (const rate of RATES) {
    const parts = chunks(second(rate), rate);
    const [fast, plain] = [new Resampler(rate, 16000, banks), new Resampler(rate, 16000, plainBanks)];
    const through = (resampler: Resampler) => () => {
      for (const part of parts) resampler.process(part);
    };
    const [engine, own, slow] = await compare(String(rate), [
      { name: MODEL, units: 1, run: listen },
      { name: "engine", units: 1, run: through(fast) },
      { name: "JavaScript", units: 1, run: through(plain) },
    ]);
    rows.push([rate, 1e3 / own!.rate, 1e3 / slow!.rate, 1e3 / engine!.rate, 1 / own!.ratio]);
  }
  return {
    title: "other sample rates, to 16 kHz",
    note: `Milliseconds for a second of audio, ${1000 * CHUNK_SECONDS} ms at a time: resampled in the ${BUILDS[0]} build, and in JavaScript (the same bits); ${MODEL} from samples to words at 16 kHz.`,
    columns: ["Hz", "resampled, ms", "in JavaScript, ms", `${MODEL}, ms`, `resampled, of ${MODEL}`],
    rows,
  };
}

/** Numbers near 1e-38 cost processors many times the time, so too faint samples are silence. */
export async function faint(): Promise<Table> {
  const rows = [];
  for (const rate of [16000, 48000]) {
    const cases = LEVELS.map((level) => {
      return { name: String(level), units: 1, run: listener(rate, new Float32Array(rate).fill(level)) };
    });
    const timings = await compare(`faint, ${rate} Hz`, cases);
    rows.push([rate, ...timings.map(({ rate }) => 1e3 / rate)]);
  }
  return {
    title: "samples near zero",
    note: `Milliseconds for a second of audio of one level, ${MODEL} from samples to words.`,
    columns: ["Hz", ...LEVELS.map((level) => (level === 0 ? "silence, ms" : `${level}, ms`))],
    rows,
  };
}
