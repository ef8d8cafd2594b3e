// Computing and energy saved by not running the encoder in silence.

import { type ModelCost, modelCost } from "../model/cost.ts";
import type { ModelHeader } from "../model/header.ts";

/** Savings by pausing in silence. */
export interface Savings {
  /** Seconds of audio accepted, and of those that the encoder skipped. */
  readonly audioSeconds: number;
  readonly skippedSeconds: number;
  /** Multiply-adds that the encoder would have done there. */
  readonly multiplyAdds: number;
  /** Estimated energy of these, for each placement of weights and states (`foldvox inspect`). */
  readonly energy: readonly { readonly placement: string; readonly millijoules: number }[];
}

export function savingsOf(header: ModelHeader, audioSeconds: number, skippedSeconds: number): Savings {
  const cost: ModelCost = modelCost(header);
  return {
    audioSeconds,
    skippedSeconds,
    multiplyAdds: Math.round(cost.macsPerSecond * skippedSeconds),
    energy: cost.energy.map(({ placement, milliwatts }) => ({ placement, millijoules: milliwatts * skippedSeconds })),
  };
}
