// The page's end of the line to a worker: every request gets its reply as a promise, every notice goes to its stream.

import { FoldvoxError } from "../errors.ts";
import {
  type CallName,
  type Calls,
  type LoadNotice,
  type Notice,
  type Port,
  type Reply,
  reviveError,
} from "./protocol.ts";

interface Waiting {
  resolve(value: never): void;
  reject(cause: Error): void;
}

export class Channel {
  private readonly port: Port;
  private readonly onLoading: (progress: LoadNotice["loading"]) => void;
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Map<number, (notice: Notice) => void>();
  private requests = 0;
  private streams = 0;
  private closed: Error | null = null;

  constructor(port: Port, onLoading: (progress: LoadNotice["loading"]) => void = () => {}) {
    this.port = port;
    this.onLoading = onLoading;
    port.addEventListener("message", ({ data }) => this.receive(data as Reply | Notice | LoadNotice));
  }

  /** Asks the worker. Rejects with the worker's error, or with what `close` was given. */
  call<Call extends CallName>(call: Call, request: Calls[Call]["request"]): Promise<Calls[Call]["reply"]> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(this.closed);
      const id = this.requests++;
      try {
        this.port.postMessage({ id, call, ...request });
        this.waiting.set(id, { resolve, reject });
      } catch (cause) {
        const message = `${call} was given something that cannot be handed to a worker: ${(cause as Error).message}.`;
        reject(new FoldvoxError("bad-argument", message, { cause }));
      }
    });
  }

  /** Whether anything may still come. */
  get isOpen(): boolean {
    return this.closed === null;
  }

  /** A number for a new stream, whose notices go to the listener. */
  listen(listener: (notice: Notice) => void): number {
    const stream = this.streams++;
    this.listeners.set(stream, listener);
    return stream;
  }

  forget(stream: number): void {
    this.listeners.delete(stream);
  }

  /** Nothing will come any more: all that wait, and all that ask later, get the error. */
  close(cause: Error): void {
    this.closed ??= cause;
    for (const { reject } of this.waiting.values()) reject(this.closed);
    this.waiting.clear();
    this.listeners.clear();
  }

  private receive(message: Reply | Notice | LoadNotice): void {
    if ("loading" in message) {
      this.onLoading(message.loading);
      return;
    }
    if ("stream" in message) {
      this.listeners.get(message.stream)?.(message);
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) waiting?.reject(reviveError(message.error));
    else waiting?.resolve(message.value as never);
  }
}
