// The channels of a recording: which of them are heard, and whether mixing them leaves anything.

import { mixed } from "../audio/pcm.ts";
import { FoldvoxError } from "../errors.ts";

/** What is heard of several channels: their mean, one of them, or each on its own. */
export type ChannelChoice = "mix" | "each" | "left" | "right" | number;

/** As many streams are opened for each on its own. */
export const MOST_CHANNELS = 8;

/** A channel's name in a transcript. */
export function speakerOf(channel: number, count: number): string {
  return count <= 2 ? ["left", "right"][channel]! : `channel ${channel + 1}`;
}

/** The signals to hear, out of all channels. Errors: bad-argument if there is no such channel, or too many. */
export function chosen(channels: readonly Float32Array[], choice: ChannelChoice): readonly Float32Array[] {
  if (choice === "mix") return [mixed(channels)];
  if (choice === "each") {
    if (channels.length <= MOST_CHANNELS) return channels;
    throw new FoldvoxError(
      "bad-argument",
      `there are ${channels.length} channels; --channel each takes up to ${MOST_CHANNELS}. Choose one by its number.`,
    );
  }
  const index = choice === "left" ? 0 : choice === "right" ? 1 : choice - 1;
  const one = channels[index];
  if (one) return [one];
  const there = channels.length === 1 ? "is one channel" : `are ${channels.length} channels`;
  throw new FoldvoxError("bad-argument", `there ${there}, so --channel ${choice} is not among them.`);
}

/** Energy a sample below which there is no sound to judge by: -60 dB. */
const QUIET = 1e-6;
/** What is left of the channels' energy in their sum where they cancel out: -20 dB. */
const CANCELLED = 0.01;

/** Looks whether two channels are each other's opposite, as by a crossed wire: their mean is silence then. */
export class PhaseWatch {
  private samples = 0;
  private channelEnergy = 0;
  private sumEnergy = 0;

  accept(channels: readonly Float32Array[]): void {
    const [left, right, ...others] = channels;
    if (!left || !right || others.length > 0) return;
    for (let i = 0; i < left.length; i++) {
      const [a, b] = [left[i]!, right[i]!];
      this.channelEnergy += a * a + b * b;
      this.sumEnergy += (a + b) * (a + b);
    }
    this.samples += left.length;
  }

  get isOpposite(): boolean {
    return this.channelEnergy > QUIET * this.samples && this.sumEnergy < CANCELLED * this.channelEnergy;
  }
}
