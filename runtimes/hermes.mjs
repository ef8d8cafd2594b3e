// Hermes, whose scripts know the clock's time but not the processor's, which is measured from outside.

import { stat } from "node:fs/promises";
import { plainScript } from "./bundles.mjs";
import { outputOf } from "./processes.mjs";

const RUNS = 2;

/** What Hermes prints for a model, and the processor time that it took in seconds, with so many transcriptions besides. */
async function hear(program, model, extraRuns) {
  const script = await plainScript([model], extraRuns);
  const timed = 'TIMEFORMAT="%U %S"; { time "$@" 2>/dev/null; } 2>&1';
  const output = await outputOf("bash", ["-c", timed, "-", program, "-O", "-w", script]);
  const lines = output.trim().split("\n");
  const [user, system] = lines.pop().split(" ").map(Number);
  return { found: JSON.parse(lines[0]), seconds: user + system };
}

export async function findingsOfHermes(program, models) {
  const length = ((await stat("examples/digits.wav")).size - 44) / 32000;
  const findings = [];
  for (const model of models) {
    const { found, seconds } = await hear(program, model, 0);
    const more = await hear(program, model, RUNS);
    findings.push({ ...found, host: { ...found.host, rtf: (more.seconds - seconds) / RUNS / length } });
  }
  return findings;
}
