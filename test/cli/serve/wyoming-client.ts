// A client of Wyoming that can misbehave.

import { connect, type Socket } from "node:net";
import { type WyomingEvent, WyomingReader } from "../../../src/cli/serve/wyoming-events.ts";

/** How the example recording is written. */
export const WYOMING_FORMAT = { rate: 16000, width: 2, channels: 1 };

export class RawClient {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  private readonly events: WyomingEvent[] = [];
  private tell: (() => void) | null = null;

  constructor(port: number) {
    const reader = new WyomingReader();
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("data", (bytes) => {
      this.events.push(...reader.push(bytes));
      this.tell?.();
    });
    this.socket.on("error", () => {});
    this.ended = new Promise((resolve) => this.socket.once("close", () => resolve()));
  }

  send(type: string, data: object = {}, payload: Uint8Array = new Uint8Array(0)): void {
    this.socket.write(`${JSON.stringify({ type, data, payload_length: payload.length })}\n`);
    this.socket.write(payload);
  }

  speak(audio: Uint8Array): void {
    this.send("audio-start", WYOMING_FORMAT);
    for (let at = 0; at < audio.length; at += 2048)
      this.send("audio-chunk", WYOMING_FORMAT, audio.subarray(at, at + 2048));
    this.send("audio-stop");
  }

  async next(): Promise<WyomingEvent> {
    while (this.events.length === 0) {
      await new Promise<void>((resolve) => {
        this.tell = resolve;
      });
    }
    return this.events.shift()!;
  }
}
