// What the examples are compared with, and how they are run.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FinalResult } from "../../src/index.ts";
import { bytesOf, recognizer } from "../support/engines.ts";
import { readWav } from "../support/wav.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const digits = readWav(bytesOf("examples/digits.wav"));

/** The example recording as raw 16-bit samples. */
export const rawDigits = readFileSync(new URL("../../examples/digits.wav", import.meta.url)).subarray(44);

/** What the recognizer hears in the example recording. */
export function expectedResults(): FinalResult[] {
  const stream = recognizer("simd", bytesOf("models/commands.safetensors")).createStream();
  stream.acceptWaveform(16000, digits);
  stream.inputFinished();
  return stream.results();
}

/** Runs an example with Node. */
export function run(
  path: string,
  env: Record<string, string> = {},
  options: string[] = [],
  args: string[] = [],
): ChildProcess {
  return spawn(process.execPath, [...options, path, ...args], { cwd: root, env: { ...process.env, ...env } });
}

export async function outputOf(child: ChildProcess): Promise<string> {
  let output = "";
  let errors = "";
  child.stdout!.on("data", (data) => {
    output += data;
  });
  child.stderr!.on("data", (data) => {
    errors += data;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`the example ended with ${code}: ${errors}`);
  return output;
}
