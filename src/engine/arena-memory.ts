// The memory of an arena, from the moment its size is known.

import { FoldvoxError } from "../errors.ts";
import type { ModelHeader, ModelTensor } from "../model/header.ts";
import type { WasmMemory } from "../web-types.ts";
import { type ArenaOptions, planArena } from "./arena.ts";
import type { ArenaPlan, Region } from "./arena-plan.ts";

/** What scratch holds before it is first written: no float the engine makes has these bits. */
const UNTOUCHED = 0xfe;

/** What an arena must hold, and whether threads share its memory. */
export interface ArenaNeeds extends ArenaOptions {
  readonly shared?: boolean;
}

/**
 * The arena while the model's data arrive: the memory exists and tensors can be placed, but no code runs yet.
 * Errors: out-of-memory if the runtime cannot allocate it.
 */
export class Arena {
  readonly plan: ArenaPlan;
  readonly header: ModelHeader;
  readonly memory: WasmMemory;

  constructor(header: ModelHeader, needs: ArenaNeeds = {}) {
    this.header = header;
    this.plan = planArena(header, needs);
    const pages = this.plan.bytes / 65536;
    try {
      this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: needs.shared ?? false });
    } catch (cause) {
      throw new FoldvoxError(
        "out-of-memory",
        `The model needs ${this.plan.bytes} bytes of WebAssembly memory, which this runtime does not give. Ask fitsIn() first, or use a smaller model or fewer streams.`,
        { cause },
      );
    }
  }

  /**
   * Fills scratch with a pattern. Called after the model has been checked, because memory takes no room in the system until it is
   * written.
   */
  prepareScratch(): void {
    const { offset, bytes } = this.scratch;
    new Uint8Array(this.memory.buffer, offset, bytes).fill(UNTOUCHED);
  }

  /** Where a tensor's bytes go. */
  destination(tensor: ModelTensor): Uint8Array {
    return new Uint8Array(this.memory.buffer, this.plan.tensors.get(tensor.name)!, tensor.bytes);
  }

  get scratch(): Region {
    return this.plan.regions.find((region) => region.name === "scratch")!;
  }

  /** Bytes of scratch from its start to the last one ever written. */
  scratchHighWater(): number {
    const { offset, bytes } = this.scratch;
    const scratch = new Uint8Array(this.memory.buffer, offset, bytes);
    let end = bytes;
    while (end > 0 && scratch[end - 1] === UNTOUCHED) end--;
    return end;
  }
}
