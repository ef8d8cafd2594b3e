// One engine: a WebAssembly instance in its arena, with a model loaded. Owns the memory; hands out streams.

import type { FilterBanks } from "../audio/filter-bank.ts";
import { FoldvoxError } from "../errors.ts";
import type { ModelHeader } from "../model/header.ts";
import type { WasmModule } from "../web-types.ts";
import { STATIC_BYTES } from "./arena.ts";
import type { Arena } from "./arena-memory.ts";
import type { ArenaPlan } from "./arena-plan.ts";
import { writeDescriptor } from "./descriptor/descriptor.ts";
import { filterBanks } from "./engine-filters.ts";
import { EngineStream } from "./engine-stream.ts";
import { type Build, buildOf, type EngineAccess, type EngineExports } from "./exports.ts";
import { Helpers } from "./helpers.ts";
import { type EngineMemory, reportMemory } from "./memory-report.ts";

/** The engine imports nothing but its memory. */
const importsOf = ({ memory }: Arena) => ({ env: { memory: memory as WebAssembly.Memory } });

/** What an engine has until it is freed. */
interface Running {
  readonly arena: Arena;
  readonly access: EngineAccess;
}

export class Engine {
  readonly build: Build;
  readonly plan: ArenaPlan;
  readonly header: ModelHeader;
  /** Resamples for all its streams. */
  readonly filters: FilterBanks;
  private readonly vacant: number[];
  private running: Running | null;
  private helpers: Helpers | null = null;

  private constructor(arena: Arena, module: WasmModule, exports: EngineExports) {
    if (typeof exports.initModel !== "function") {
      throw new FoldvoxError("wasm-failed", "The wasm option is a WebAssembly module, but not foldvox's engine.");
    }
    if (exports.staticEnd() > STATIC_BYTES) throw new RangeError("the module's static data reach into the arena");
    this.build = buildOf(exports);
    this.plan = arena.plan;
    this.header = arena.header;
    this.filters = filterBanks(module, exports);
    arena.prepareScratch();
    const memory = arena.memory.buffer;
    const model = writeDescriptor(memory, this.plan, arena.header);
    exports.initModel(model);
    this.running = { arena, access: { exports, memory, model } };
    this.vacant = [...this.plan.streams].reverse();
  }

  /**
   * Starts the engine, and the threads that the arena has places for, in an arena whose tensors have all been placed.
   * Errors: wasm-failed.
   */
  static async start(arena: Arena, module: WasmModule): Promise<Engine> {
    const { memory, plan } = arena;
    const { exports } = await WebAssembly.instantiate(module as WebAssembly.Module, importsOf(arena));
    const engine = new Engine(arena, module, exports as unknown as EngineExports);
    // Last: nobody would end them if anything failed after them.
    if (plan.threads) {
      engine.helpers = new Helpers(module, memory as WebAssembly.Memory, plan.threads);
      engine.helpers.endWith(engine);
    }
    return engine;
  }

  /** The same without asynchronous steps. */
  static startSync(arena: Arena, module: WasmModule): Engine {
    const { exports } = new WebAssembly.Instance(module as WebAssembly.Module, importsOf(arena));
    return new Engine(arena, module, exports as unknown as EngineExports);
  }

  /** Opens a stream in a vacant state block. Errors: stream-limit, freed. */
  openStream(): EngineStream {
    const access = () => this.open().access;
    access();
    const address = this.vacant.pop();
    if (address === undefined) {
      throw new FoldvoxError(
        "stream-limit",
        `All ${this.plan.streams.length} streams of this recognizer are in use. Free one, or create the recognizer with a larger maxStreams.`,
      );
    }
    return new EngineStream(access, this.plan, this.header, address, () => this.vacant.push(address));
  }

  /** Errors: freed. */
  memoryReport(): EngineMemory {
    return reportMemory(this.open().arena, 1 + (this.helpers?.count ?? 0));
  }

  /** Drops the memory and ends the threads. The engine and its streams throw `freed` from then on. */
  free(): void {
    this.helpers?.end();
    this.helpers = null;
    this.running = null;
  }

  private open(): Running {
    if (!this.running) throw new FoldvoxError("freed", "The recognizer has been freed; create a new one.");
    return this.running;
  }
}
