// npm run bench:profile [MODEL.safetensors ...]: where a step's time goes, by function of the engine. V8's sampling profiler over a build that
// keeps its names; what the compiler has inlined counts to its caller. Without arguments: the bundled models, and base size.

import { Session } from "node:inspector/promises";
import { BUNDLED } from "./bundled.ts";
import { read, recognizerOf, stepsCase, stepsFor } from "./engines.ts";
import { BASE, modelFile } from "./models.ts";
import type { Case } from "./rounds.ts";
import { format, type Table } from "./table.ts";

const SAMPLE_MICROS = 100;
const WARM_SECONDS = 1;
const SECONDS = 4;
const SHOWN = 0.005;

const named = new WebAssembly.Module(read("build/foldvox.profile.wasm"));

/** Runs for that much time of this process, whatever else the machine does; microseconds a run. */
function runFor(seconds: number, run: Case["run"]): number {
  const before = process.cpuUsage();
  for (let runs = 1; ; runs++) {
    run();
    const { user, system } = process.cpuUsage(before);
    if (user + system > 1e6 * seconds) return (user + system) / runs;
  }
}

async function profile(title: string, model: Uint8Array): Promise<Table> {
  const recognizer = recognizerOf(model, { wasm: named });
  const { run, units } = stepsCase(title, recognizer, stepsFor(recognizer));
  // Long enough for V8 to have compiled everything for good.
  runFor(WARM_SECONDS, run);
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_MICROS });
  await session.post("Profiler.start");
  const micros = runFor(SECONDS, run) / units;
  const { nodes } = (await session.post("Profiler.stop")).profile;
  session.disconnect();
  const hits = new Map<string, number>();
  let all = 0;
  for (const { callFrame, hitCount = 0 } of nodes) {
    const name = callFrame.url.startsWith("wasm:") ? callFrame.functionName.replace(/^assembly\//, "") : "(host)";
    hits.set(name, (hits.get(name) ?? 0) + hitCount);
    all += hitCount;
  }
  const shares = [...hits].map(([name, count]) => ({ name, share: count / all }));
  return {
    title: `${title}: ${micros.toFixed(0)} µs a step`,
    columns: ["function", "share", "µs"],
    rows: shares
      .filter(({ share }) => share > SHOWN)
      .sort((a, b) => b.share - a.share)
      .map(({ name, share }) => [name, share, share * micros]),
  };
}

const files = process.argv.slice(2);
const models: [string, Uint8Array][] =
  files.length > 0
    ? files.map((file) => [file, read(file)])
    : [
        ...BUNDLED.map((name): [string, Uint8Array] => [name, read(`models/${name}.safetensors`)]),
        ["base size", modelFile(BASE)],
      ];
for (const [name, bytes] of models) console.log(format(await profile(name, bytes)));
