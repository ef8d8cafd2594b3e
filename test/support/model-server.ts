// An HTTP server for downloads that go wrong: on this machine, on a port of its own.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server does next; each answer takes the first of `faults`, and behaves once there are none. */
export type Fault =
  | { readonly cutAfter: number }
  | { readonly status: number; readonly location?: string }
  | { readonly hang: true };

export class ModelServer {
  content: Uint8Array;
  /** Files beside the model, by name; one that is not there is answered by 404. */
  readonly beside = new Map<string, Uint8Array>();
  etag: string | null = '"one"';
  hasRanges = true;
  /** What becomes of HEAD requests. */
  heads: "answer" | "hang" = "answer";
  faults: Fault[] = [];
  /** Method, path and range of every request. */
  readonly requests: string[] = [];
  bytesSent = 0;
  private readonly server = createServer((request, response) => this.answer(request, response));

  constructor(content: Uint8Array) {
    this.content = content;
  }

  /** On a port of its own, or the one that it had. */
  async start(port: number | string = 0): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(Number(port), "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/model.safetensors`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const name = request.url!.slice(1).replace(/\?.*/, "");
    if (name !== "model.safetensors") {
      this.requests.push(`${request.method} ${name}`);
      const file = this.beside.get(name);
      if (file) response.setHeader("content-length", file.length);
      else response.writeHead(404);
      response.end(request.method === "HEAD" ? undefined : file);
      return;
    }
    const { range, "if-range": ifRange } = request.headers;
    this.requests.push(`${request.method}${range ? ` ${range}` : ""}`);
    if (this.etag) response.setHeader("etag", this.etag);
    if (request.method === "HEAD") {
      if (this.heads === "hang") return;
      response.setHeader("content-length", this.content.length);
      response.end();
      return;
    }
    const fault = this.faults.shift();
    if (fault && "hang" in fault) return;
    if (fault && "status" in fault) {
      response.writeHead(fault.status, fault.location ? { location: fault.location } : {}).end();
      return;
    }
    const asked = range && this.hasRanges && (ifRange === undefined || ifRange === this.etag);
    const from = asked ? Number(/bytes=(\d+)-/.exec(range)![1]) : 0;
    if (from >= this.content.length) {
      response.writeHead(416).end();
      return;
    }
    const body = this.content.subarray(from);
    response.setHeader("content-length", body.length);
    if (asked) {
      response.setHeader("content-range", `bytes ${from}-${this.content.length - 1}/${this.content.length}`);
      response.writeHead(206);
    }
    const sent = fault ? body.subarray(0, fault.cutAfter) : body;
    this.bytesSent += sent.length;
    response.write(sent, () => {
      // A moment for the bytes to arrive before the connection goes.
      if (fault) setTimeout(() => response.destroy(), 20);
      else response.end();
    });
  }
}
