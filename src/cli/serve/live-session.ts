// A session that is fed from a socket: a client that sends faster than can be recognized, or does not read what it is told, is
// not read from for as long; one that gives no sign of life, or goes on too long, is ended.

import { FoldvoxError } from "../../errors.ts";
import type { Heard, SessionFormat } from "./messages.ts";
import type { ServerState } from "./server-state.ts";
import type { Session } from "./session.ts";

/** Audio handed over and not answered, in seconds, at which a socket is left alone, and at which it is read again. */
const BEHIND_SECONDS = 2;
const CAUGHT_UP_SECONDS = 1;

/** A socket that can be left alone. */
export interface Source {
  pause(): void;
  resume(): void;
}

/** Keeps a socket paused while there is any reason to. */
export class Valve {
  private readonly source: Source;
  private readonly reasons = new Set<string>();

  constructor(source: Source) {
    this.source = source;
  }

  set(reason: string, holds: boolean): void {
    const before = this.reasons.size;
    if (holds) this.reasons.add(reason);
    else this.reasons.delete(reason);
    if (before === 0 && this.reasons.size > 0) this.source.pause();
    if (before > 0 && this.reasons.size === 0) this.source.resume();
  }
}

/** One session of a conversation. */
export class LiveSession {
  private readonly session: Session;
  private readonly valve: Valve;
  private readonly limitSeconds: number;

  /** Takes a place. Errors: stream-limit. */
  constructor(server: ServerState, format: SessionFormat, valve: Valve) {
    this.session = server.pool.open(format);
    this.valve = valve;
    this.limitSeconds = server.limits.seconds;
  }

  get audioSeconds(): number {
    return this.session.audioSeconds;
  }

  /** Whether the client waits for us. */
  get owesAnswers(): boolean {
    return this.session.pendingSeconds > 0;
  }

  /** Whether it has had as much audio as a client may send. */
  get isOverlong(): boolean {
    return this.session.audioSeconds > this.limitSeconds;
  }

  /** Hands audio over; resolves when it has been heard. Errors: those of Session.accept. */
  async hear(bytes: Uint8Array): Promise<Heard> {
    const heard = this.session.accept(bytes);
    if (this.session.pendingSeconds > BEHIND_SECONDS) this.valve.set("behind", true);
    try {
      return await heard;
    } finally {
      if (this.session.pendingSeconds < CAUGHT_UP_SECONDS) this.valve.set("behind", false);
    }
  }

  /** The audio has ended. Errors: those of Session.finish. */
  finish(): Promise<Heard> {
    return this.session.finish();
  }

  close(): void {
    this.session.close();
  }
}

/**
 * Calls back when a client has given no sign of life for so long, and does not itself wait for us. The time is taken in halves:
 * where the event loop was held up, what a client has sent is read before the second.
 */
export class IdleTimer {
  private readonly timer: NodeJS.Timeout;
  private isHalf = false;

  constructor(seconds: number, isWaitedFor: () => boolean, idle: () => void) {
    this.timer = setTimeout(() => {
      if (this.isHalf && !isWaitedFor()) return idle();
      this.isHalf = true;
      this.timer.refresh();
    }, seconds * 500);
  }

  refresh(): void {
    this.isHalf = false;
    this.timer.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

/** What a client is told when something goes wrong: what foldvox says, but nothing of the server's inner life. */
export function problemText(error: unknown): string {
  const isTheirs = error instanceof FoldvoxError && error.code !== "io";
  return isTheirs ? error.message : "The server failed; try again.";
}
