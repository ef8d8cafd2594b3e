// An input of transcribe: a recording or a part of it, with what is known of it.

import { type RawFormat, readChannels } from "./audio-file.ts";
import { excerpt } from "./excerpt.ts";

/** What of a recording is wanted. */
export interface Part {
  /** Seconds to pass over. */
  readonly offset: number;
  /** Seconds from there on; null for all that follows. */
  readonly duration: number | null;
}

export class AudioInput {
  readonly path: string;
  /** Hz, and the seconds of the part, null where they are not known; both once samples have come. */
  sampleRate = 16000;
  seconds: number | null = null;
  private readonly part: Part;
  private readonly raw: RawFormat | undefined;

  constructor(path: string, part: Part, raw?: RawFormat) {
    this.path = path;
    this.part = part;
    this.raw = raw;
  }

  /** The channels of the part, in pieces. Errors: those of readChannels. */
  chunks(): AsyncGenerator<Float32Array[]> {
    const { offset, duration } = this.part;
    const onFormat = ({ sampleRate, frames }: { sampleRate: number; frames: number | null }) => {
      this.sampleRate = sampleRate;
      const rest = frames === null ? null : Math.max(0, frames / sampleRate - offset);
      this.seconds = rest === null || duration === null ? (rest ?? duration) : Math.min(rest, duration);
    };
    const channels = readChannels(this.path, { onFormat }, this.raw);
    return excerpt(channels, () => {
      const start = Math.round(offset * this.sampleRate);
      const end = duration === null ? Number.POSITIVE_INFINITY : start + Math.round(duration * this.sampleRate);
      return { start, end };
    });
  }
}
