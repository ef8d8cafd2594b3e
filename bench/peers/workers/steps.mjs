// What a step is, and a runtime that takes them one by one. Knows neither Node nor pages.

/** Milliseconds that `work` takes, and those that it takes of all processors, which a page does not know: 0. */
export async function timed(work) {
  const busy = globalThis.process?.cpuUsage();
  const start = performance.now();
  await work();
  const wall = performance.now() - start;
  if (!busy) return [wall, 0];
  const { user, system } = process.cpuUsage(busy);
  return [wall, (user + system) / 1000];
}

/** The input that all runtimes are given: a folder as make_models.py writes it, read by `read(name)` into bytes. */
export class Steps {
  constructor(shapes, features, initial) {
    Object.assign(this, shapes);
    this.features = features;
    /** States after the warm steps by the graph's names, `states` being their shapes. */
    this.initial = initial;
  }

  static async read(read) {
    const shapes = JSON.parse(new TextDecoder().decode(await read("step.json")));
    // A copy: bytes of a pool may begin anywhere.
    const floats = async (name) => new Float32Array(new Uint8Array(await read(`${name}.f32`)).buffer);
    const initial = {};
    for (const name of Object.keys(shapes.states)) initial[name] = await floats(name);
    return new Steps(shapes, await floats("features"), initial);
  }

  /** Frames of step `i`, counted from where the left context is full; they begin again where they end. */
  framesOf(i) {
    const first = ((this.warm + (i % this.steps)) * this.advance - this.before) * this.mels;
    return this.features.subarray(first, first + this.frames * this.mels);
  }
}

/**
 * A runtime that is given a step's frames and keeps the state: `warm` puts it to where the left context is full, `step`
 * returns log-probs. Either may be asynchronous.
 */
export class Stepwise {
  constructor(steps, { warm, step }) {
    this.steps = steps;
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

  run(count) {
    return timed(async () => {
      for (let i = 0; i < count; i++) await this.step(this.steps.framesOf(this.next++));
    });
  }
}
