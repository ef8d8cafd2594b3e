// What all protocols of a server share: its threads, limits, counts and log, and the conversations that are going on.

import type { DecodingOptions } from "../../decode/decoding-options.ts";
import type { Log } from "../log.ts";
import { Counter, type Histogram } from "./metrics.ts";
import type { RecognitionPool } from "./recognition-pool.ts";

export type Protocol = "vosk" | "wyoming" | "openai";

/** What a client may ask for at most. */
export interface Limits {
  /** Sockets open at the same time, over all protocols. */
  readonly connections: number;
  /** Of one conversation's audio. */
  readonly seconds: number;
  /** Of an uploaded file. */
  readonly uploadBytes: number;
  /** Seconds without a sign of life. */
  readonly idleSeconds: number;
}

/** Something that the end of the server waits for. */
export interface Conversation {
  /** Ends as soon as nothing is being said. */
  windDown(): void;
  /** Ends now, with what has been heard so far. */
  cutShort(): void;
}

export class ServerState {
  readonly pool: RecognitionPool;
  readonly limits: Limits;
  readonly log: Log;
  /** The server's own; a client's phrases replace the grammar. */
  readonly decoding: DecodingOptions | undefined;
  readonly token: string | null;
  readonly conversationsEnded = new Counter();
  readonly audioSeconds = new Counter();
  readonly refusals = new Counter();
  /** Sockets that are open. */
  connections = 0;
  readonly replySeconds: Histogram;
  private readonly conversations = new Set<Conversation>();
  private whenEmpty: (() => void) | null = null;
  private ending = false;

  constructor(parts: Pick<ServerState, "pool" | "limits" | "log" | "decoding" | "token" | "replySeconds">) {
    this.pool = parts.pool;
    this.limits = parts.limits;
    this.log = parts.log;
    this.decoding = parts.decoding;
    this.token = parts.token;
    this.replySeconds = parts.replySeconds;
  }

  /** Whether the server takes no more work. */
  get isEnding(): boolean {
    return this.ending;
  }

  enter(conversation: Conversation): void {
    this.conversations.add(conversation);
    if (this.ending) conversation.windDown();
  }

  leave(conversation: Conversation): void {
    this.conversations.delete(conversation);
    if (this.conversations.size === 0) this.whenEmpty?.();
  }

  /** Counts and logs a conversation's end; `outcome` is one of a few words, `problem` says more of one that failed. */
  ended(protocol: Protocol, outcome: string, audioSeconds: number, problem: string | null = null): void {
    this.conversationsEnded.add({ protocol, outcome });
    this.audioSeconds.add({ protocol }, audioSeconds);
    const fields = { protocol, outcome, audioSeconds: Math.round(audioSeconds * 1000) / 1000 };
    if (problem === null) this.log.info("conversation", fields);
    else this.log.warn("conversation", { ...fields, problem });
  }

  /** Lets what is being said be finished, for so many seconds at most; then cuts it short. Resolves when all has ended. */
  async windDown(graceSeconds: number): Promise<void> {
    this.ending = true;
    const empty = new Promise<void>((resolve) => {
      this.whenEmpty = resolve;
      if (this.conversations.size === 0) resolve();
    });
    for (const conversation of [...this.conversations]) conversation.windDown();
    const cut = setTimeout(() => {
      for (const conversation of [...this.conversations]) conversation.cutShort();
    }, graceSeconds * 1000);
    await Promise.race([empty, new Promise((resolve) => setTimeout(resolve, (graceSeconds + 5) * 1000).unref())]);
    clearTimeout(cut);
  }
}
