// The main thread's end of a session: audio goes in, and each piece is answered by what has been heard in it.

import { sampleBytes } from "../../audio/pcm.ts";
import { FoldvoxError } from "../../errors.ts";
import type { Failure, Heard, Request, SessionFormat, Told } from "./messages.ts";

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
  left(session: Session): void;
  /** Seconds from a piece's arrival to its answer. */
  answered(seconds: number): void;
}

const failureError = ({ code, message }: Failure) =>
  code === "internal" ? new Error(message) : new FoldvoxError(code, message);

/** One stream of audio through a recognition thread. */
export class Session {
  readonly id: number;
  private readonly host: SessionHost;
  private readonly bytesPerSecond: number;
  private readonly asked: Asked[] = [];
  private pendingBytes = 0;
  private acceptedBytes = 0;
  private state: "open" | "finishing" | "closed" = "open";
  private failure: Error | null = null;
  /** Of a file: who is told what is heard, and how much has been read. */
  private listener: ((told: Told) => void) | null = null;
  private fileSeconds = 0;

  constructor(id: number, host: SessionHost, format: SessionFormat) {
    this.id = id;
    this.host = host;
    this.bytesPerSecond = sampleBytes(format.encoding) * format.channels * format.sampleRate;
    host.send({ kind: "open", session: id, format });
  }

  /** Seconds of audio that were handed over and are not answered yet. */
  get pendingSeconds(): number {
    return this.pendingBytes / this.bytesPerSecond;
  }

  /** Seconds of audio handed over, or read from a file. */
  get audioSeconds(): number {
    return this.fileSeconds + this.acceptedBytes / this.bytesPerSecond;
  }

  /**
   * Hands over audio of the session's format, in pieces that may end within a sample; resolves when all of it has been heard.
   * Rejects with what the recognizer says, or an Error if its thread has died.
   */
  accept(bytes: Uint8Array): Promise<Heard> {
    this.acceptedBytes += bytes.length;
    return this.ask(bytes.length, () => {
      // A copy of its own, which moves to the thread: the bytes are a view of whatever the socket has read.
      this.host.send({ kind: "audio", session: this.id, bytes: new Uint8Array(bytes) });
    });
  }

  /**
   * Takes all audio from a file, which the thread reads and decodes, whatever the session's format says. `listener` is told what is
   * heard as it goes; resolves at the end, when the session's place is free again. Errors: those of the file and the recognizer,
   * bad-argument if it is longer than `limitSeconds`.
   */
  hearFile(path: string, limitSeconds: number, listener: (told: Told) => void): Promise<Heard> {
    this.listener = listener;
    const end = this.ask(0, () => this.host.send({ kind: "file", session: this.id, path, limitSeconds }));
    if (this.state === "open") this.state = "finishing";
    return end;
  }

  /** The audio has ended: resolves with the last of what was said, and the session's place is free again. */
  finish(): Promise<Heard> {
    const end = this.ask(0, () => this.host.send({ kind: "finish", session: this.id }));
    if (this.state === "open") this.state = "finishing";
    return end;
  }

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
    this.pendingBytes -= asked.bytes;
    if (!this.listener) this.host.answered((performance.now() - asked.at) / 1000);
    if (this.state === "finishing" && this.asked.length === 0) this.leave(new Error("The session has ended."));
    asked.resolve(heard);
  }

  /** Told by the thread. @internal */
  told(told: Told): void {
    if (this.state === "closed") return;
    this.fileSeconds = told.seconds;
    this.listener?.(told);
  }

  /** Told by the thread, or when it has died. @internal */
  failed(failure: Failure): void {
    this.leave(failureError(failure));
  }

  private ask(bytes: number, send: () => void): Promise<Heard> {
    if (this.state !== "open") return Promise.reject(this.failure ?? new Error("The session has ended."));
    return new Promise((resolve, reject) => {
      this.asked.push({ bytes, at: performance.now(), resolve, reject });
      this.pendingBytes += bytes;
      send();
    });
  }

  private leave(reason: Error): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.failure = reason;
    this.pendingBytes = 0;
    this.host.left(this);
    for (const { reject } of this.asked.splice(0)) reject(reason);
  }
}
