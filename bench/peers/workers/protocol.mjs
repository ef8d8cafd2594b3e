// What bench:peers asks of a runtime, which has a process of its own:
//
//   node WORKER.mjs first FOLDER PRECISION THREADS   prints how long it takes from bytes in memory to the end of the first step
//                                                    as milliseconds, and as those of all processors
//   node WORKER.mjs serve FOLDER PRECISION THREADS   prints "ready", then answers lines:
//     check PATH   writes the log-probs of the FOLDER's steps after the warm ones to PATH, as f32
//     run N        prints the milliseconds that a step took on average over N of them, and those of all processors

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Milliseconds that `work` takes, and those that it takes of processors. */
export async function timed(work) {
  const busy = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(busy);
  return [wall, (user + system) / 1000];
}

/** The f32 values of a file. */
export function floats(path) {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** What a step is, and the input that all runtimes are given. */
export class Steps {
  constructor(folder) {
    Object.assign(this, JSON.parse(readFileSync(join(folder, "step.json"), "utf8")));
    this.features = floats(join(folder, "features.f32"));
  }

  /** Frames of step `i`, counted from where the left context is full; they begin again where they end. */
  framesOf(i) {
    const first = (this.warm + (i % this.steps)) * this.advance * this.mels;
    return this.features.subarray(first, first + this.frames * this.mels);
  }
}

/**
 * A runtime that is given a step's frames and keeps the state: `warm` puts it to where the left context is full, `step`
 * returns log-probs. Either may be asynchronous.
 */
export class Stepwise {
  constructor(folder, { warm, step }) {
    this.steps = new Steps(folder);
    this.warm = warm;
    this.step = step;
    this.next = 0;
  }

  async first() {
    await this.warm();
    await this.step(this.steps.framesOf(0));
  }

  async check() {
    const { steps, output } = this.steps;
    await this.warm();
    const rows = new Float32Array(steps * output);
    for (let i = 0; i < steps; i++) rows.set(await this.step(this.steps.framesOf(i)), i * output);
    return rows;
  }

  async run(count) {
    return timed(async () => {
      for (let i = 0; i < count; i++) await this.step(this.steps.framesOf(this.next++));
    });
  }
}

/**
 * Answers as above. load(folder, precision, threads) reads all bytes into memory and returns a function that makes of them
 * something with first(), check() and run(count), like Stepwise.
 */
export async function answer(load, loadFromDisk = async (...what) => (await load(...what))()) {
  const [mode, folder, precision, threads] = process.argv.slice(2);
  const what = [folder, precision, Number(threads)];
  if (mode === "first") {
    const start = await load(...what);
    const [wall, busy] = await timed(async () => (await start()).first());
    console.log(`${wall} ${busy}`);
    process.exit(0);
  }
  const model = await loadFromDisk(...what);
  await model.first();
  console.log("ready");
  for await (const line of createInterface(process.stdin)) {
    const [question, argument] = line.split(" ");
    if (question === "check") {
      writeFileSync(argument, await model.check());
      console.log("checked");
    } else {
      const count = Number(argument);
      console.log((await model.run(count)).map((ms) => ms / count).join(" "));
    }
  }
  process.exit(0);
}
