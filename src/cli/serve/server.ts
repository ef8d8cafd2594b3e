// The server as a whole: threads, listeners, and an orderly end.

import type { Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { FoldvoxError } from "../../errors.ts";
import type { StreamOptions } from "../../recognizer/stream-options.ts";
import type { Log } from "../log.ts";
import { httpServer } from "./http-server.ts";
import { Histogram } from "./metrics.ts";
import { RecognitionPool } from "./recognition-pool.ts";
import { REPLY_BOUNDS } from "./server-metrics.ts";
import { type Limits, ServerState } from "./server-state.ts";
import { WyomingConversation, wyomingInfo } from "./wyoming.ts";

export interface ServerOptions {
  readonly model: string | undefined;
  /** What clients are told it is called. */
  readonly modelName: string;
  readonly streamOptions: StreamOptions;
  readonly host: string;
  /** Of HTTP and WebSockets; 0 for any that is free. */
  readonly port: number;
  /** Null for no Wyoming. */
  readonly wyomingPort: number | null;
  readonly threads: number;
  /** Streams at the same time, over all threads. */
  readonly streams: number;
  readonly limits: Limits;
  readonly token: string | null;
}

/** Whether only this machine can reach an address. */
const isLoopback = (host: string) => host === "localhost" || host === "::1" || host.startsWith("127.");

function listening(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === "EADDRINUSE" ? "something else listens there" : cause.message;
      reject(new FoldvoxError("io", `${host}:${port} cannot be listened to: ${reason}.`, { cause }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** A running server. */
export class SpeechServer {
  /** Where it listens. */
  readonly port: number;
  readonly wyomingPort: number | null;
  private readonly state: ServerState;
  private readonly http: HttpServer;
  private readonly wyoming: Server | null;
  private readonly sockets: Set<Socket>;

  private constructor(parts: {
    state: ServerState;
    http: HttpServer;
    wyoming: Server | null;
    sockets: Set<Socket>;
    port: number;
    wyomingPort: number | null;
  }) {
    this.state = parts.state;
    this.http = parts.http;
    this.wyoming = parts.wyoming;
    this.sockets = parts.sockets;
    this.port = parts.port;
    this.wyomingPort = parts.wyomingPort;
  }

  /** Loads the model and listens. Errors: those of createRecognizer, io, bad-argument. */
  static async start(options: ServerOptions, log: Log): Promise<SpeechServer> {
    const { host, token, wyomingPort: wantedWyoming } = options;
    if (token !== null && wantedWyoming !== null && !isLoopback(host)) {
      throw new FoldvoxError(
        "bad-argument",
        `Wyoming's clients cannot show a token, so ${host}:${wantedWyoming} would be open to all. Leave it out with --no-wyoming, or listen on 127.0.0.1 behind a proxy.`,
      );
    }
    if (token === null && !isLoopback(host)) log.warn("open", { host, advice: "set FOLDVOX_TOKEN, or use a proxy" });
    const replySeconds = new Histogram(REPLY_BOUNDS);
    const maxStreams = Math.ceil(options.streams / options.threads);
    const setup = {
      task: "serve",
      model: options.model,
      options: options.streamOptions,
      maxStreams,
    } as const;
    const pool = await RecognitionPool.start(options.threads, setup, {
      answered: (seconds) => replySeconds.observe(seconds),
      threadDied: (thread, reason) => log.error("thread-died", { thread, reason }),
      warned: (problem) => log.warn("audio", { problem }),
      threadStarted: (thread, { sha256, build }) => log.info("thread", { thread, build, model: sha256 }),
    });
    const state = new ServerState({
      pool,
      limits: options.limits,
      log,
      decoding: options.streamOptions.decoding,
      token,
      replySeconds,
    });
    const sockets = new Set<Socket>();
    const model = { name: options.modelName, language: pool.model?.language ?? "" };
    const http = httpServer(state, model);
    const info = wyomingInfo(model.name, model.language);
    const wyoming =
      wantedWyoming === null
        ? null
        : createServer(
            { allowHalfOpen: true, noDelay: true },
            (socket) => new WyomingConversation(socket, state, info),
          );
    // Before any protocol looks at a socket.
    for (const server of [http, wyoming]) {
      server?.prependListener("connection", (socket: Socket) => admit(socket, state, sockets));
    }
    try {
      const port = await listening(http, options.port, host);
      const wyomingPort = wyoming ? await listening(wyoming, wantedWyoming!, host) : null;
      log.info("listening", { host, port, wyomingPort, threads: options.threads, streams: pool.streamsMost });
      return new SpeechServer({ state, http, wyoming, sockets, port, wyomingPort });
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  /** Takes no more work, lets what is being said be finished for so many seconds at most, and ends. */
  async end(graceSeconds: number): Promise<void> {
    const { state, http, wyoming } = this;
    state.log.info("ending", { streams: state.pool.streams, graceSeconds });
    http.close();
    wyoming?.close();
    await state.windDown(graceSeconds);
    // Answers that are on their way to clients that read.
    http.closeIdleConnections();
    const until = performance.now() + 1000;
    while (this.sockets.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const socket of this.sockets) socket.destroy();
    await state.pool.end();
    state.log.info("ended");
  }
}

/** Counts a socket, or refuses it. */
function admit(socket: Socket, state: ServerState, sockets: Set<Socket>): void {
  if (state.connections >= state.limits.connections) {
    state.refusals.add({ reason: "connections" });
    socket.destroy();
    return;
  }
  state.connections++;
  sockets.add(socket);
  socket.on("close", () => {
    state.connections--;
    sockets.delete(socket);
  });
}
