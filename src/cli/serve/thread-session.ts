// A session as its recognition thread has it: a stream, and the audio that waits for it.

import { PcmDecoder, sampleBytes } from "../../audio/pcm.ts";
import type { FinalResult } from "../../decode/text/results.ts";
import type { Stream } from "../../recognizer/stream.ts";
import type { Heard, PcmAudio, SessionWishes } from "./messages.ts";

/** Seconds of audio that a session is given in a round. */
const SLICE_SECONDS = 0.5;
/** Seconds by which a live stream may be ahead of the clock: clients send in bursts. */
const LIVE_LEAD_SECONDS = 2;

/** How pieces become samples. */
interface PieceReader {
  readonly decoder: PcmDecoder;
  readonly sampleRate: number;
  readonly frameBytes: number;
}

/** A session's stream and the audio that waits for it. */
export class ThreadSession {
  readonly stream: Stream;
  /** Whether the audio comes of a file, and who waits for it to be used up. */
  readonly isFile: boolean;
  private usedUp = () => {};
  private readonly partials: boolean;
  /** Null until it is known how the audio is written. */
  private reader: PieceReader | null = null;
  private readonly startedAt = performance.now();
  /** Pieces not yet taken up, and how far the first has been; null asks for the end. */
  private readonly waiting: (Uint8Array | null)[] = [];
  private offset = 0;
  private finals: FinalResult[] = [];
  /** Whether the end has been taken up. */
  isFinished = false;

  constructor(stream: Stream, { partials }: SessionWishes, isFile: boolean) {
    this.stream = stream;
    this.partials = partials;
    this.isFile = isFile;
  }

  /** Says how pieces are written, before the first. */
  begin({ encoding, channels, sampleRate }: PcmAudio): void {
    const decoder = new PcmDecoder(encoding, channels);
    this.reader = { decoder, sampleRate, frameBytes: sampleBytes(encoding) * channels };
  }

  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** Whether it has sent no more than could have been spoken since it was opened. */
  get isLive(): boolean {
    return this.stream.audioSeconds - (performance.now() - this.startedAt) / 1000 <= LIVE_LEAD_SECONDS;
  }

  push(piece: Uint8Array | null): void {
    this.waiting.push(piece);
  }

  /** Resolves when all that was pushed has been taken up, or the session is closed. */
  untilUsedUp(): Promise<void> {
    return new Promise((resolve) => {
      this.usedUp = resolve;
      if (!this.isWaiting) resolve();
    });
  }

  close(): void {
    this.stream.free();
    this.usedUp();
  }

  /** Gives the stream its slice; returns how many requests that completes. Errors: those of acceptWaveform. */
  takeSlice(): number {
    // A file without audio ends before it is known how that is written.
    const { decoder, sampleRate, frameBytes } = this.reader ?? { decoder: null, sampleRate: 0, frameBytes: 0 };
    let left = Math.max(1, Math.round(SLICE_SECONDS * sampleRate)) * frameBytes;
    let completed = 0;
    while (this.waiting.length > 0) {
      const [piece] = this.waiting;
      if (piece === null) {
        // The end has a reply of its own.
        if (completed > 0) break;
        this.stream.inputFinished();
        this.waiting.shift();
        this.isFinished = true;
        return 1;
      }
      if (left <= 0 && piece!.length > 0) break;
      const bytes = piece!.subarray(this.offset, this.offset + left);
      const samples = decoder!.decode(bytes);
      if (samples.length > 0) this.stream.acceptWaveform(sampleRate, samples);
      left -= bytes.length;
      this.offset += bytes.length;
      if (this.offset < piece!.length) break;
      this.waiting.shift();
      this.offset = 0;
      completed++;
    }
    if (!this.isWaiting) this.usedUp();
    return completed;
  }

  /** What the completed requests are told: the last of them everything, those before it nothing. */
  replies(completed: number): Heard[] {
    this.finals.push(...this.stream.results());
    if (completed === 0) return [];
    const partial = this.partials ? this.stream.partial() : null;
    const heard = { finals: this.finals, partial };
    this.finals = [];
    return [...Array.from({ length: completed - 1 }, () => ({ finals: [], partial })), heard];
  }
}
