// The Wyoming protocol over TCP, which Home Assistant and its satellites speak: describe, ping, and any number of times
// transcribe, audio-start, audio-chunk ..., audio-stop, answered by transcript.

import type { Socket } from "node:net";
import { version } from "../../../package.json";
import type { PcmFormat } from "../../audio/pcm.ts";
import { checkSampleRate } from "../../audio/samples.ts";
import { FoldvoxError, shown } from "../../errors.ts";
import { IdleTimer, LiveSession, problemText, Valve } from "./live-session.ts";
import type { Heard, Hint, SessionFormat } from "./messages.ts";
import type { Conversation, ServerState } from "./server-state.ts";
import { SessionClosed } from "./session.ts";
import { type WyomingEvent, WyomingReader, wyomingBytes } from "./wyoming-events.ts";

/** Of words that a client hopes for. */
const MOST_HINTS = 1000;
/** The hotwords' default, and what names get, which the protocol puts before terms. */
const TERM_BOOST = 1.5;
const NAME_BOOST = 2.5;

const ENCODINGS: Readonly<Record<number, PcmFormat>> = { 1: "u8", 2: "s16le", 3: "s24le", 4: "s32le" };

const attribution = { name: "foldvox", url: "https://www.npmjs.com/package/foldvox" };

/** What the server is, for `info`: one program with one model. */
export function wyomingInfo(model: string, language: string) {
  const common = { attribution, installed: true, version };
  const program = {
    name: "foldvox",
    description: "Streaming speech recognition with folded attention",
    models: [{ name: model, description: `foldvox ${model}`, languages: [language], ...common }],
    supports_transcript_streaming: false,
    requires_external_vad: true,
    prefers_auto_gain_enabled: false,
    prefers_noise_reduction_enabled: false,
    ...common,
  };
  return { asr: [program], tts: [], handle: [], intent: [], wake: [], mic: [], snd: [] };
}

const words = (list: unknown, boost: number): Hint[] =>
  (Array.isArray(list) ? list : [])
    .filter((phrase): phrase is string => typeof phrase === "string" && phrase.trim() !== "")
    .slice(0, MOST_HINTS)
    .map((phrase) => ({ phrase, boost }));

/** The format that an event's data tell. Errors: bad-argument. */
export function wyomingFormat({ rate, width, channels }: WyomingEvent["data"]): SessionFormat {
  checkSampleRate(rate as number);
  const encoding = ENCODINGS[width as number];
  if (!encoding || !Number.isInteger(channels) || (channels as number) < 1 || (channels as number) > 64) {
    const problem = `Audio of width ${shown(width)} and ${shown(channels)} channels`;
    throw new FoldvoxError("bad-argument", `${problem} cannot be read; send 1 to 4 bytes a sample, 1 to 64 channels.`);
  }
  return { encoding, channels: channels as number, sampleRate: rate as number, partials: false };
}

/** One transcribe: its session, and what has been said so far. */
interface Utterance {
  readonly live: LiveSession;
  readonly texts: string[];
}

/** A client's connection. */
export class WyomingConversation implements Conversation {
  private readonly socket: Socket;
  private readonly server: ServerState;
  private readonly info: object;
  private readonly reader = new WyomingReader();
  private readonly valve: Valve;
  private readonly idle: IdleTimer;
  private hints: Hint[] = [];
  private current: Utterance | null = null;
  /** Utterances whose transcript is on its way. */
  private finishing = 0;
  private isWindingDown = false;
  private isOver = false;

  constructor(socket: Socket, server: ServerState, info: object) {
    this.socket = socket;
    this.server = server;
    this.info = info;
    this.valve = new Valve(socket);
    this.idle = new IdleTimer(
      server.limits.idleSeconds,
      () => this.finishing > 0 || this.current?.live.owesAnswers === true,
      () => this.over("idle"),
    );
    socket.on("data", (bytes: Buffer) => this.take(bytes));
    socket.on("drain", () => this.valve.set("unread", false));
    // A client may half-close and still wait for its transcript.
    socket.on("end", () => this.windDown());
    socket.on("close", () => this.over("left"));
    socket.on("error", () => this.over("left"));
    server.enter(this);
  }

  windDown(): void {
    this.isWindingDown = true;
    if (!this.current && this.finishing === 0) this.over("server");
    else if (this.socket.readableEnded) this.finish();
  }

  cutShort(): void {
    this.isWindingDown = true;
    if (this.current) this.finish();
    else if (this.finishing === 0) this.over("server");
  }

  private take(bytes: Uint8Array): void {
    if (this.isOver) return;
    this.idle.refresh();
    try {
      for (const event of this.reader.push(bytes)) this.handle(event);
    } catch (error) {
      this.fail(error);
    }
  }

  private handle({ type, data, payload }: WyomingEvent): void {
    switch (type) {
      case "describe":
        this.send("info", this.info);
        break;
      case "ping":
        this.send("pong", { text: data.text ?? null });
        break;
      case "transcribe":
        this.hints = [...words(data.transcript_names, NAME_BOOST), ...words(data.transcript_terms, TERM_BOOST)];
        break;
      case "audio-start":
        this.current?.live.close();
        this.current = this.begin(wyomingFormat(data));
        break;
      case "audio-chunk":
        this.hear(payload);
        break;
      case "audio-stop":
        this.finish();
        break;
      // Events of other services, and of versions to come, are passed over, as the protocol asks.
    }
  }

  private begin(format: SessionFormat): Utterance {
    return { live: new LiveSession(this.server, { ...format, hints: this.hints }, this.valve), texts: [] };
  }

  private hear(payload: Uint8Array): void {
    // What still comes after the longest utterance allowed.
    if (!this.current) return;
    const { live, texts } = this.current;
    live.hear(payload).then(
      (heard) => this.note(heard, texts),
      (error) => this.fail(error),
    );
    if (live.isOverlong) this.finish();
  }

  private note({ finals }: Heard, texts: string[]): void {
    this.idle.refresh();
    texts.push(...finals.map(({ text }) => text));
  }

  /** The audio has ended: its transcript. */
  private finish(): void {
    if (!this.current) return;
    const { live, texts } = this.current;
    this.current = null;
    this.finishing++;
    live.finish().then(
      (heard) => {
        this.note(heard, texts);
        this.finishing--;
        this.send("transcript", { text: texts.join(" ") });
        this.server.ended("wyoming", "finished", live.audioSeconds);
        if (this.isWindingDown && this.finishing === 0 && !this.current) this.over("server");
      },
      (error) => this.fail(error),
    );
  }

  private send(type: string, data: object): void {
    if (this.isOver || !this.socket.writable) return;
    if (!this.socket.write(wyomingBytes(type, data))) this.valve.set("unread", true);
  }

  private fail(error: unknown): void {
    // Of an utterance that its client has begun anew.
    if (error instanceof SessionClosed) return;
    const code = error instanceof FoldvoxError ? error.code : "internal";
    this.send("error", { text: problemText(error), code });
    this.over(code, (error as Error).message);
  }

  private over(outcome: string, problem: string | null = null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.idle.stop();
    const { current } = this;
    this.current = null;
    current?.live.close();
    this.socket.end();
    setTimeout(() => this.socket.destroy(), 5000).unref();
    // Transcripts that were sent have been counted.
    if (current || this.finishing > 0 || problem !== null) {
      this.server.ended("wyoming", outcome, current?.live.audioSeconds ?? 0, problem);
    }
    this.server.leave(this);
  }
}
