// The server's HTTP side: transcriptions, the list of models, health and metrics; a request to upgrade becomes a conversation in
// Vosk's protocol.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { mayEnter } from "./access.ts";
import { sendJson, sendProblem } from "./http-replies.ts";
import { TranscriptionRequest } from "./openai.ts";
import { metricsText } from "./server-metrics.ts";
import type { ServerState } from "./server-state.ts";
import { LARGEST_MESSAGE, VoskConversation } from "./vosk.ts";

/** Time for a request's headers, and for all of it. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 600_000;

/** What the model is called and speaks. */
export interface ModelName {
  readonly name: string;
  /** As BCP 47 has it. */
  readonly language: string;
}

/** English for a language's tag, as Whisper's answers have it. */
function languageName(tag: string): string {
  if (tag === "") return "unknown";
  return (new Intl.DisplayNames(["en"], { type: "language" }).of(tag) ?? tag).toLowerCase();
}

async function answer(request: IncomingMessage, response: ServerResponse, server: ServerState, model: ModelName) {
  const path = (request.url ?? "/").split("?")[0]!;
  const route = `${request.method} ${path}`;
  if (route === "GET /health") {
    const { threadsAlive, threadsWanted, streams, streamsMost } = server.pool;
    const isWell = threadsAlive > 0 && !server.isEnding;
    const status = server.isEnding ? "ending" : isWell ? "ok" : "no recognition thread is alive";
    return sendJson(response, isWell ? 200 : 503, { status, threadsAlive, threadsWanted, streams, streamsMost });
  }
  if (!mayEnter(request, server.token)) {
    response.setHeader("www-authenticate", "Bearer");
    return sendProblem(response, 401, "The access token is missing or wrong.", "invalid_api_key");
  }
  if (route === "GET /metrics") {
    const body = await metricsText(server);
    return void response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(body);
  }
  if (route === "GET /v1/models") {
    return sendJson(response, 200, {
      object: "list",
      data: [{ id: model.name, object: "model", owned_by: "foldvox" }],
    });
  }
  if (route === "POST /v1/audio/transcriptions") {
    if (server.isEnding) return sendProblem(response, 503, "The server is ending.", "ending");
    return new TranscriptionRequest(request, response, server, languageName(model.language)).run();
  }
  const served = "GET /health, /metrics and /v1/models, POST /v1/audio/transcriptions, and WebSockets";
  return sendProblem(response, 404, `There is no ${route.slice(0, 100)}; there are ${served}.`, "not_found");
}

/** A refusal of an upgrade: no response object is there. */
function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** The server, not yet listening. */
export function httpServer(server: ServerState, model: ModelName): Server {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE, perMessageDeflate: false });
  const http = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }, (request, response) => {
    answer(request, response, server, model).catch((error: Error) => {
      server.log.error("request", { problem: error.message });
      response.destroy();
    });
  });
  http.setTimeout(server.limits.idleSeconds * 1000, (socket) => socket.destroy());
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    if (server.isEnding) return refuse(socket, "503 Service Unavailable");
    if (!mayEnter(request, server.token)) return refuse(socket, "401 Unauthorized");
    sockets.handleUpgrade(request, socket, head, (webSocket) => new VoskConversation(webSocket, server));
  });
  return http;
}
