// A build without a model: its kernels over plain memory.

import { instantiateSync } from "@assemblyscript/loader";
import { type RecordLayout, type RecordValues, writeRecord } from "../../src/engine/records.ts";
import { type BUILDS, engineModule } from "./engines.ts";
import { randomFloats } from "./random.ts";

/** Kernels by name; arguments are addresses and sizes. */
export type Kernels = Record<string, (...args: number[]) => number>;

export class BareEngine {
  readonly call: Kernels;
  readonly memory: ArrayBuffer;
  private used: number;

  constructor(build: (typeof BUILDS)[number], pages = 64) {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.call = instantiateSync(engineModule(build), { env: { memory } }).exports as unknown as Kernels;
    this.memory = memory.buffer;
    this.used = this.call.staticEnd!();
  }

  /** Places values at a 16-byte-aligned address, with NaN behind them: reading too far shows. */
  place(values: Float32Array | Int8Array | Int32Array): number {
    const address = (this.used + 15) & ~15;
    new Uint8Array(this.memory, address, values.byteLength).set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
    new Uint8Array(this.memory, address + values.byteLength, 32).fill(0xff);
    this.used = address + values.byteLength + 32;
    return address;
  }

  /** Places a record of the engine. */
  record<Layout extends RecordLayout>(layout: Layout, values: RecordValues<NoInfer<Layout>>): number {
    const address = this.room(layout.bytes / 4);
    writeRecord(this.memory, address, layout, values);
    return address;
  }

  room(count: number): number {
    return this.place(new Float32Array(count).fill(Number.NaN));
  }

  random(count: number, seed: number, scale = 1): number {
    return this.place(randomFloats(count, seed, scale));
  }

  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.memory, address, count).slice();
  }
}
