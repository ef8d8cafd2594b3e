// The main thread's end of a session: audio goes in, in pieces or as a file, and what has been heard in it comes back.

import { sampleBytes } from "../../audio/pcm.ts";
import { FoldvoxError } from "../../errors.ts";
import type { Failure, Heard, Request, SessionFile, SessionFormat, Told } from "./messages.ts";

/** A piece of audio, or the end, that has not been answered yet. */
interface Asked {
  readonly bytes: number;
  readonly at: number;
  resolve(heard: Heard): void;
  reject(error: Error): void;
}

/** Why a piece of audio is not answered: its session was given up meanwhile. */
export class SessionClosed extends Error {}

/** What a session needs of the thread that it lives in. */
export interface SessionHost {
  send(request: Request): void;
  /** The session has given its place back. */
  left(session: AnySession): void;
  /** Seconds from a piece's arrival to its answer. */
  answered(seconds: number): void;
}

const failureError = ({ code, message }: Failure) =>
  code === "internal" ? new Error(message) : new FoldvoxError(code, message);

/** One stream of audio through a recognition thread, wherever the audio comes from. */
abstract class AnySession {
  readonly id: number;
  protected readonly host: SessionHost;
  private readonly asked: Asked[] = [];
  private bytes = 0;
  private state: "open" | "finishing" | "closed" = "open";
  private failure: Error | null = null;

  constructor(id: number, host: SessionHost) {
    this.id = id;
    this.host = host;
  }

  /** Seconds of audio heard, or handed over to be heard. */
  abstract get audioSeconds(): number;

  /** Gives up: what has not been answered is dropped. Closing twice is harmless. */
  close(): void {
    if (this.state === "closed") return;
    this.host.send({ kind: "close", session: this.id });
    this.leave(new SessionClosed("The session was closed."));
  }

  /** Told by the thread. @internal */
  heard(heard: Heard): void {
    const asked = this.asked.shift();
    if (!asked) return;
    this.bytes -= asked.bytes;
    this.answered((performance.now() - asked.at) / 1000);
    if (this.state === "finishing" && this.asked.length === 0) this.leave(new Error("The session has ended."));
    asked.resolve(heard);
  }

  /** Told by the thread: what has been heard of a file so far. @internal */
  told(_: Told): void {}

  /** Told by the thread, or when it has died. @internal */
  failed(failure: Failure): void {
    this.leave(failureError(failure));
  }

  /** Bytes that are not answered yet. */
  protected get pendingBytes(): number {
    return this.bytes;
  }

  protected get isClosed(): boolean {
    return this.state === "closed";
  }

  /** An answer has come so many seconds after it was asked for. */
  protected abstract answered(seconds: number): void;

  /** Sends a request that gets one reply; none may follow the last. */
  protected ask(bytes: number, isLast: boolean, send: () => void): Promise<Heard> {
    if (this.state !== "open") return Promise.reject(this.failure ?? new Error("The session has ended."));
    if (isLast) this.state = "finishing";
    return new Promise((resolve, reject) => {
      this.asked.push({ bytes, at: performance.now(), resolve, reject });
      this.bytes += bytes;
      send();
    });
  }

  private leave(reason: Error): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.failure = reason;
    this.bytes = 0;
    this.host.left(this);
    for (const { reject } of this.asked.splice(0)) reject(reason);
  }
}

export type { AnySession };

/** Audio in pieces. */
export class Session extends AnySession {
  private readonly bytesPerSecond: number;
  private acceptedBytes = 0;

  constructor(id: number, host: SessionHost, format: SessionFormat) {
    super(id, host);
    this.bytesPerSecond = sampleBytes(format.encoding) * format.channels * format.sampleRate;
    host.send({ kind: "open", session: id, format });
  }

  /** Seconds of audio that were handed over and are not answered yet. */
  get pendingSeconds(): number {
    return this.pendingBytes / this.bytesPerSecond;
  }

  get audioSeconds(): number {
    return this.acceptedBytes / this.bytesPerSecond;
  }

  /**
   * Hands over audio of the session's format, in pieces that may end within a sample; resolves when all of it has been heard.
   * Rejects with what the recognizer says, or an Error if its thread has died.
   */
  accept(bytes: Uint8Array): Promise<Heard> {
    this.acceptedBytes += bytes.length;
    return this.ask(bytes.length, false, () => {
      // A copy of its own, which moves to the thread: the bytes are a view of whatever the socket has read.
      this.host.send({ kind: "audio", session: this.id, bytes: new Uint8Array(bytes) });
    });
  }

  /** The audio has ended: resolves with the last of what was said, and the session's place is free again. */
  finish(): Promise<Heard> {
    return this.ask(0, true, () => this.host.send({ kind: "finish", session: this.id }));
  }

  protected answered(seconds: number): void {
    this.host.answered(seconds);
  }
}

/** Audio that is a file, which the thread reads and decodes. */
export class FileSession extends AnySession {
  private readonly file: SessionFile;
  private listener: (told: Told) => void = () => {};
  private seconds = 0;

  constructor(id: number, host: SessionHost, file: SessionFile) {
    super(id, host);
    this.file = file;
  }

  get audioSeconds(): number {
    return this.seconds;
  }

  /**
   * Takes all audio from the file. `listener` is told what is heard as it goes; resolves at the end, when the session's place is free
   * again. Errors: those of the file and the recognizer, bad-argument if it is longer than the limit.
   */
  hear(listener: (told: Told) => void): Promise<Heard> {
    this.listener = listener;
    return this.ask(0, true, () => this.host.send({ kind: "file", session: this.id, file: this.file }));
  }

  override told(told: Told): void {
    if (this.isClosed) return;
    this.seconds = told.seconds;
    this.listener(told);
  }

  /** How long a file takes says nothing of how soon a listener is answered. */
  protected answered(): void {}
}
