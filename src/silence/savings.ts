// What was saved by not running the encoder over silence.

import { type ModelCost, modelCost } from "../model/cost.ts";
import type { ModelHeader } from "../model/header.ts";

/** What pausing in silence has saved. */
export interface Savings {
  /** Audio accepted, and how much of it the encoder has not run over. */
  readonly audioSeconds: number;
  readonly skippedSeconds: number;
  /** Multiply-adds that the encoder would have done there. */
  readonly multiplyAdds: number;
  /** The energy of those by the model's estimate, by where weights and states are assumed to sit (`foldvox inspect`). */
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
