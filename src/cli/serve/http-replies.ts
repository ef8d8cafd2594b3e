// Whole replies over HTTP.

import type { ServerResponse } from "node:http";

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** An error as OpenAI's API has it: their clients read the message, and try again where the status says so. */
export function sendProblem(response: ServerResponse, status: number, message: string, code: string): void {
  if (status === 503) response.setHeader("retry-after", "1");
  const type = status < 500 ? "invalid_request_error" : "server_error";
  sendJson(response, status, { error: { message, type, param: null, code } });
}
