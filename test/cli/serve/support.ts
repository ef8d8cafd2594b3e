// A real server in a process of its own, what clients send it, and what they should hear.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import WebSocket from "ws";
import type { DecodingOptions, FinalResult } from "../../../src/index.ts";
import { bytesOf, recognizer } from "../../support/engines.ts";
import { root } from "../../support/root.ts";
import { readWav } from "../../support/wav.ts";

export const digitsFile = join(root, "examples/digits.wav");

/** The example recording as raw 16-bit samples at 16 kHz. */
export const rawDigits: Uint8Array = readFileSync(digitsFile).subarray(44);

/** Phrases of which the recording is a sequence, and others. */
export const ORDERS = ["three one nine zero", "seven two five", "eight four six zero", "go left", "stop"];

/** Phrases that the recording does not follow: what is heard must be theirs all the same. */
export const OTHER_ORDERS = ["one two three", "four five", "six seven", "yes", "no"];

/** What the recognizer hears in the recording without any server. */
export function expectedResults(decoding?: DecodingOptions): FinalResult[] {
  const loaded = recognizer("simd", bytesOf("models/commands.safetensors"));
  const stream = loaded.createStream(decoding ? { decoding } : {});
  stream.acceptWaveform(16000, readWav(bytesOf("examples/digits.wav")));
  stream.inputFinished();
  const results = stream.results();
  stream.free();
  return results;
}

export const expectedText = (decoding?: DecodingOptions) =>
  expectedResults(decoding)
    .map(({ text }) => text)
    .join(" ");

type LogLine = Readonly<Record<string, unknown>> & { readonly event: string };

/** A server that listens on ports of its own. */
export class TestServer {
  readonly child: ChildProcess;
  readonly log: LogLine[] = [];
  port = 0;
  wyomingPort = 0;
  private readonly waiting: { readonly event: string; resolve(line: LogLine): void }[] = [];

  private constructor(child: ChildProcess) {
    this.child = child;
    let rest = "";
    child.stderr!.on("data", (data) => {
      const lines = (rest + data).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.take(JSON.parse(line) as LogLine);
    });
  }

  static async start(args: readonly string[] = [], env: Record<string, string> = {}): Promise<TestServer> {
    const all = [
      "build/cli.js",
      "serve",
      "--port",
      "0",
      "--wyoming-port",
      "0",
      "--threads",
      "2",
      "--streams",
      "16",
      ...args,
    ];
    const server = new TestServer(spawn(process.execPath, all, { cwd: root, env: { ...process.env, ...env } }));
    const { port, wyomingPort } = await server.heard("listening");
    server.port = port as number;
    server.wyomingPort = wyomingPort as number;
    return server;
  }

  /** The next log line of an event, or the first there was. */
  heard(event: string): Promise<LogLine> {
    const known = this.log.find((line) => line.event === event);
    return known ? Promise.resolve(known) : new Promise((resolve) => this.waiting.push({ event, resolve }));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get socketUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  /** The exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.child.once("close", resolve));
    if (this.child.exitCode !== null) return this.child.exitCode;
    this.child.kill(signal);
    return ended;
  }

  private take(line: LogLine): void {
    this.log.push(line);
    for (let i = this.waiting.length - 1; i >= 0; i--) {
      if (this.waiting[i]!.event === line.event) this.waiting.splice(i, 1)[0]!.resolve(line);
    }
  }
}

/** A message of Vosk's protocol. */
export interface VoskMessage {
  readonly partial?: string;
  readonly text?: string;
  readonly result?: readonly { word: string; start: number; end: number; conf: number }[];
  readonly alternatives?: readonly { text: string; confidence: number }[];
}

/** A client of Vosk's protocol that goes message by message, as vosk-server's own do. */
export class VoskClient {
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  private readonly messages: VoskMessage[] = [];
  private readonly waiting: ((message: VoskMessage | null) => void)[] = [];

  constructor(url: string, options: WebSocket.ClientOptions = {}) {
    this.socket = new WebSocket(url, options);
    this.socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as VoskMessage;
      const first = this.waiting.shift();
      if (first) first(message);
      else this.messages.push(message);
    });
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        for (const tell of this.waiting.splice(0)) tell(null);
        resolve({ code, reason: String(reason) });
      });
    });
    this.socket.on("error", () => {});
  }

  async open(): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING) {
      await new Promise((resolve) => {
        this.socket.once("open", resolve);
        this.socket.once("close", resolve);
      });
    }
    return this;
  }

  send(message: Uint8Array | object): void {
    this.socket.send(message instanceof Uint8Array ? message : JSON.stringify(message));
  }

  /** The next message; null when the connection has ended. */
  next(): Promise<VoskMessage | null> {
    const message = this.messages.shift();
    if (message) return Promise.resolve(message);
    if (this.socket.readyState >= WebSocket.CLOSING) return Promise.resolve(null);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Sends audio in pieces, each of which is answered by one message, then the end; returns all answers. */
  async transcribe(audio: Uint8Array, pieceBytes = 3200, config?: object): Promise<VoskMessage[]> {
    await this.open();
    if (config) this.send({ config });
    const answers: VoskMessage[] = [];
    const ask = async (message: Uint8Array | object) => {
      this.send(message);
      const answer = await this.next();
      if (answer) answers.push(answer);
    };
    for (let at = 0; at < audio.length; at += pieceBytes) await ask(audio.subarray(at, at + pieceBytes));
    await ask({ eof: 1 });
    return answers;
  }
}

export const textOf = (answers: readonly VoskMessage[]) =>
  answers
    .map(({ text }) => text ?? "")
    .filter((text) => text !== "")
    .join(" ");

const venv = join(root, "build/venv/bin/python");

/** A Python that has the package; null if there is none (.ci/run makes it). */
export function pythonWith(name: string): string | null {
  const path = existsSync(venv) ? venv : "python3";
  return spawnSync(path, ["-c", `import ${name}`]).status === 0 ? path : null;
}

/** What one of the Python clients beside this file prints, from JSON. */
export async function pythonClient(python: string, script: string, args: readonly string[]): Promise<unknown> {
  const child = spawn(python, [join(root, "test/cli/serve/clients", script), ...args], { cwd: root });
  let output = "";
  let errors = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${errors}`);
  return JSON.parse(output);
}
