// The WebSocket protocol of vosk-server. A client may send {"config": {...}}, then binary PCM of 16 bits, mono; each piece is
// answered by {"partial"} or, where an utterance has ended, {"text", "result"}. {"eof": 1} is answered by the last result.

import type { WebSocket } from "ws";
import { checkSampleRate } from "../../audio/samples.ts";
import type { DecodingOptions } from "../../decode/decoding-options.ts";
import type { FinalResult, WordResult } from "../../decode/text/results.ts";
import { FoldvoxError, shown } from "../../errors.ts";
import { IdleTimer, LiveSession, problemText, Valve } from "./live-session.ts";
import type { Heard } from "./messages.ts";
import type { Conversation, ServerState } from "./server-state.ts";

/** The largest message, as vosk-server has it: a connection may hold one of them in memory before it has a stream. */
export const LARGEST_MESSAGE = 2 ** 20;
/** Of a configuration, whose phrases are compiled while other streams wait. */
const LARGEST_CONFIG = 256 * 2 ** 10;
/** Bytes of replies that a client has not read at which it is no longer listened to. */
const UNREAD_BYTES = 256 * 2 ** 10;
/** In Hz, where a client does not say. */
const DEFAULT_RATE = 16000;

/** How a client wants to be answered. */
interface VoskConfig {
  readonly sampleRate: number;
  readonly phrases: readonly string[] | null;
  readonly words: boolean;
  /** 0 for text and words alone. */
  readonly alternatives: number;
}

const bad = (message: string) => new FoldvoxError("bad-argument", message);

/** The configuration with what a message changes in it; fields that nobody knows are passed over. Errors: bad-argument. */
export function configured(before: VoskConfig, message: unknown): VoskConfig {
  if (typeof message !== "object" || message === null) throw bad(`The config is ${shown(message)}; give an object.`);
  const given = message as Record<string, unknown>;
  const config = { ...before };
  if ("sample_rate" in given) {
    config.sampleRate = Number(given.sample_rate);
    checkSampleRate(config.sampleRate);
  }
  if ("words" in given) config.words = Boolean(given.words);
  if ("max_alternatives" in given) {
    config.alternatives = Number(given.max_alternatives);
    if (!Number.isInteger(config.alternatives) || config.alternatives < 0 || config.alternatives > 100) {
      throw bad(`max_alternatives is ${shown(given.max_alternatives)}; give a whole number from 0 to 100.`);
    }
  }
  if ("phrase_list" in given) {
    const list = given.phrase_list;
    if (!Array.isArray(list) || !list.every((phrase) => typeof phrase === "string")) {
      throw bad(`phrase_list is ${shown(list)}; give a list of phrases.`);
    }
    const phrases = list.filter((phrase: string) => phrase.trim() !== "");
    config.phrases = phrases.length > 0 ? phrases : null;
  }
  return config;
}

const vosk = ({ conf, end, start, word }: WordResult) => ({ conf, end, start, word });

/** Words where they are wanted and there are any. */
const withWords = (words: readonly WordResult[], wanted: boolean) =>
  wanted && words.length > 0 ? { result: words.map(vosk) } : {};

/** What a grammar says that it means; Vosk has nothing like it. */
const understood = ({ intent, slots }: FinalResult) => ({ ...(intent ? { intent } : {}), ...(slots ? { slots } : {}) });

/** Finals as the one result that Vosk has for a piece of audio. */
export function voskResult(finals: readonly FinalResult[], { words, alternatives }: VoskConfig): object {
  const text = finals.map((final) => final.text).join(" ");
  const all = finals.flatMap(({ result }) => result);
  const [only] = finals;
  if (alternatives === 0) return { ...withWords(all, words), text, ...(finals.length === 1 ? understood(only!) : {}) };
  const readings =
    finals.length === 1 && only!.alternatives ? only!.alternatives : [{ text, confidence: 1, result: all }];
  return {
    alternatives: readings.map(({ text, confidence, result }) => ({ confidence, ...withWords(result, words), text })),
  };
}

/** A reason for closing, which may take 123 bytes. */
const closingReason = (text: string) =>
  Buffer.from(text)
    .subarray(0, 120)
    .toString()
    .replace(/\uFFFD+$/, "");

/** A client's connection. */
export class VoskConversation implements Conversation {
  private readonly socket: WebSocket;
  private readonly server: ServerState;
  private readonly valve: Valve;
  private readonly idle: IdleTimer;
  private config: VoskConfig = { sampleRate: DEFAULT_RATE, phrases: null, words: true, alternatives: 0 };
  private live: LiveSession | null = null;
  private isSpeaking = false;
  private isWindingDown = false;
  private state: "open" | "ending" | "over" = "open";
  private audioSeconds = 0;

  constructor(socket: WebSocket, server: ServerState) {
    this.socket = socket;
    this.server = server;
    this.valve = new Valve(socket);
    this.idle = new IdleTimer(
      server.limits.idleSeconds,
      () => this.live?.owesAnswers === true,
      () => this.end("idle"),
    );
    socket.on("message", (data: Buffer, isBinary: boolean) => this.take(data, isBinary));
    socket.on("ping", () => this.idle.refresh());
    socket.on("close", () => this.over("left"));
    // What is wrong with the frames; the library closes the connection.
    socket.on("error", () => {});
    server.enter(this);
  }

  windDown(): void {
    this.isWindingDown = true;
    if (!this.isSpeaking) this.end("server");
  }

  cutShort(): void {
    this.end("server");
  }

  private take(data: Buffer, isBinary: boolean): void {
    if (this.state !== "open") return;
    this.idle.refresh();
    try {
      if (isBinary) this.hear(data);
      else this.command(data);
    } catch (error) {
      this.fail(error);
    }
  }

  private command(data: Buffer): void {
    if (data.length > LARGEST_CONFIG) {
      throw bad(`The message has ${data.length} bytes; send at most ${LARGEST_CONFIG} as text, and audio as binary.`);
    }
    let message: unknown;
    try {
      message = JSON.parse(data.toString());
    } catch {
      throw bad("The text is no JSON; send {config}, {eof: 1}, and audio as binary.");
    }
    const { config, eof } = Object(message) as Record<string, unknown>;
    if (config !== undefined) this.config = configured(this.config, config);
    else if (eof !== undefined) this.end("finished");
    else throw bad("The message is neither config nor eof.");
  }

  private hear(data: Buffer): void {
    this.live ??= new LiveSession(this.server, { ...this.format(), partials: true }, this.valve);
    const live = this.live;
    this.isSpeaking = true;
    live.hear(data).then(
      (heard) => this.answer(heard),
      (error) => this.fail(error),
    );
    if (live.isOverlong) this.end("too-long");
  }

  private format() {
    const { sampleRate, phrases, alternatives } = this.config;
    const own: DecodingOptions = this.server.decoding ?? {};
    const decoding = {
      ...own,
      ...(phrases ? { grammar: phrases } : {}),
      ...(alternatives > 0 ? { alternatives } : {}),
    };
    const isOwn = phrases === null && alternatives === 0;
    return { encoding: "s16le" as const, channels: 1, sampleRate, ...(isOwn ? {} : { decoding }) };
  }

  private answer({ finals, partial }: Heard): void {
    if (this.state === "over") return;
    this.idle.refresh();
    this.send(finals.length > 0 ? voskResult(finals, this.config) : { partial: partial?.partial ?? "" });
    this.isSpeaking = partial !== null && partial.partial !== "";
    if (this.isWindingDown && !this.isSpeaking) this.end("server");
  }

  private send(message: object): void {
    this.socket.send(JSON.stringify(message), () => this.valve.set("unread", this.isUnread));
    this.valve.set("unread", this.isUnread);
  }

  private get isUnread(): boolean {
    return this.socket.bufferedAmount > UNREAD_BYTES;
  }

  /** The last result, and goodbye. */
  private end(why: "finished" | "server" | "idle" | "too-long"): void {
    if (this.state !== "open") return;
    this.state = "ending";
    const live = this.live;
    this.live = null;
    this.audioSeconds = live?.audioSeconds ?? 0;
    const last = live ? live.finish() : Promise.resolve({ finals: [], partial: null });
    last.then(
      ({ finals }) => {
        if (this.state === "over") return;
        this.socket.send(JSON.stringify(voskResult(finals, this.config)));
        const [code, reason] = CLOSING[why];
        this.socket.close(code, reason);
        this.over(why);
      },
      (error) => this.fail(error),
    );
  }

  private fail(error: unknown): void {
    if (this.state === "over") return;
    const code = error instanceof FoldvoxError ? error.code : "internal";
    const isFull = code === "stream-limit";
    this.socket.close(isFull ? 1013 : code === "internal" ? 1011 : 1008, closingReason(problemText(error)));
    this.over(code, (error as Error).message);
  }

  private over(outcome: string, problem: string | null = null): void {
    if (this.state === "over") return;
    this.state = "over";
    this.idle.stop();
    this.audioSeconds = this.live?.audioSeconds ?? this.audioSeconds;
    this.live?.close();
    this.live = null;
    // A client that does not answer the goodbye, or never reads what is left for it.
    setTimeout(() => this.socket.terminate(), 5000).unref();
    this.server.ended("vosk", outcome, this.audioSeconds, problem);
    this.server.leave(this);
  }
}

const CLOSING = {
  finished: [1000, ""],
  server: [1001, "The server is ending."],
  idle: [1001, "Nothing has come for too long."],
  "too-long": [1008, "The conversation is too long."],
} as const;
