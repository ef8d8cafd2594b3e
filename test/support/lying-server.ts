// Servers that lie, each in a way of its own: written to the socket by hand, for no library would send what some of them do.

import { createServer, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";

/** What a lie has to work with. */
export interface Asked {
  readonly socket: Socket;
  readonly method: string;
  /** Where the range that is asked for begins; null if the whole file is. */
  readonly from: number | null;
  /** The file that an honest server would send. */
  readonly file: Uint8Array;
  readonly port: number;
  /** How many requests came before. */
  readonly count: number;
}

export type Lie = (asked: Asked) => void;

type Headers = Readonly<Record<string, string | number>>;

function head(status: number | string, headers: Headers = {}): string {
  const lines = Object.entries({ etag: '"new"', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Something\r\nconnection: close\r\n${lines.join("")}\r\n`;
}

function send(
  { socket, method }: Asked,
  status: number | string,
  headers: Headers,
  body: Uint8Array | string = "",
): void {
  socket.write(head(status, { "content-length": body.length, ...headers }));
  socket.end(method === "HEAD" ? "" : body);
}

const html = "<!doctype html><title>Log in</title><p>Welcome to this network.".padEnd(3000, " ");
const portal: Headers = { "content-type": "text/html" };

/** Sends as long as anybody listens. */
function endlessly(socket: Socket, bytes: Uint8Array | string): void {
  const timer = setInterval(() => {
    for (let i = 0; i < 20 && socket.writable && socket.writableLength < 1e6; i++) socket.write(bytes);
  }, 1);
  socket.on("close", () => clearInterval(timer));
}

const status =
  (code: number): Lie =>
  (asked) =>
    send(asked, code, {}, code === 204 || code === 304 ? "" : html);

const raw =
  (text: string | ((asked: Asked) => string | Uint8Array)): Lie =>
  (asked) =>
    void asked.socket.end(typeof text === "string" ? text : text(asked));

/** A whole answer with a body made of the file. */
const body =
  (change: (file: Uint8Array) => Uint8Array, headers: Headers = {}): Lie =>
  (asked) =>
    send(asked, 200, headers, change(asked.file));

/** A part, of which it says something. */
const part =
  (range: (from: number, file: Uint8Array) => string | null, start = (from: number) => from): Lie =>
  (asked) => {
    const from = asked.from ?? 0;
    const told = range(from, asked.file);
    send(asked, 206, told === null ? {} : { "content-range": told }, asked.file.subarray(start(from)));
  };

/** The head, and then something else than a body and its end. */
const then =
  (go: (asked: Asked) => void): Lie =>
  (asked) => {
    asked.socket.write(head(200, { "content-length": asked.file.length }));
    if (asked.method === "HEAD") asked.socket.end();
    else go(asked);
  };

const flipped = (at: (file: Uint8Array) => number) => (file: Uint8Array) => {
  const copy = file.slice();
  copy[at(file)]! ^= 1;
  return copy;
};

const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

const STATUSES = [
  201, 202, 204, 205, 300, 304, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 413, 414, 416, 418, 421, 425,
  429, 451, 500, 501, 502, 503, 504, 507, 511, 599,
];

/** By name. */
export const LIES: Readonly<Record<string, Lie>> = {
  ...Object.fromEntries(STATUSES.map((code) => [`status ${code}`, status(code)])),
  "a page in place of the file": (asked) => send(asked, 200, portal, html),
  "a page without length or tag": raw((asked) => `HTTP/1.0 200 OK\r\n\r\n${asked.method === "HEAD" ? "" : html}`),
  "a page as long as the file": body((file) => Buffer.from(html.padEnd(file.length).slice(0, file.length))),
  "a page that says it is authoritative no more": (asked) => send(asked, 203, portal, html),
  "a redirect to a page": (asked) => send(asked, 302, { location: `http://127.0.0.1:${asked.port}/page` }, ""),
  "a redirect in a circle": (asked) => send(asked, 307, { location: "/model.safetensors" }, ""),
  "a redirect to a host that does not exist": (asked) => send(asked, 301, { location: "http://nowhere.invalid/m" }, ""),
  "a redirect to a file": (asked) => send(asked, 302, { location: "file:///etc/hostname" }, ""),
  "a redirect to nowhere": (asked) => send(asked, 302, {}, ""),
  "a redirect to nonsense": (asked) => send(asked, 302, { location: "http://:::/" }, ""),
  "a redirect to a port that is closed": (asked) => send(asked, 302, { location: "http://127.0.0.1:1/" }, ""),
  "a part that was not asked for": part((from, file) => `bytes ${from}-${file.length - 1}/${file.length}`),
  "a part that begins elsewhere": part(
    (from, file) => `bytes ${from + 100}-${file.length - 1}/${file.length}`,
    (from) => from + 100,
  ),
  "a part that does not say where it begins": part(() => null),
  "a part that talks nonsense": part(() => "bytes all/of it"),
  "a part of a file of unknown length": part((from, file) => `bytes ${from}-${file.length - 1}/*`),
  "a part of a longer file": part((from, file) => `bytes ${from}-${file.length - 1}/${file.length + 1000}`),
  "a part of a shorter file": part((from, file) => `bytes ${from}-${file.length - 1001}/${file.length - 1000}`),
  "parts in many parts": (asked) =>
    send(asked, 206, { "content-type": "multipart/byteranges; boundary=x" }, `--x\r\n\r\n${html}\r\n--x--`),
  "a window of a thousand bytes": (asked) => {
    const { from, file } = asked;
    const start = from ?? 0;
    const range = { "content-range": `bytes ${start}-${start + 999}/${file.length}` };
    send(asked, 206, range, file.subarray(start, start + 1000));
  },
  "the whole as a part": part(
    (_, file) => `bytes 0-${file.length - 1}/${file.length}`,
    () => 0,
  ),
  "the part's bytes of another place": part(
    (from, file) => `bytes ${from}-${file.length - 1}/${file.length}`,
    (from) => from + 8,
  ),
  "no body": body(() => new Uint8Array(0)),
  "one byte": body((file) => file.subarray(0, 1)),
  "the header's length alone": body((file) => file.subarray(0, 8)),
  "half a header": body((file) => file.subarray(0, 500)),
  "all but the last byte": body((file) => file.subarray(0, -1)),
  "one byte too many": body((file) => joined(file, new Uint8Array(1))),
  "the file twice": body((file) => joined(file, file)),
  noise: body((file) => file.map((_, i) => (i * 7919) >> 3)),
  zeros: body((file) => new Uint8Array(file.length)),
  "a flipped bit in the data": body(flipped((file) => file.length - 5)),
  "a flipped bit in the header": body(flipped(() => 200)),
  "a header of four gigabytes": body((file) => joined(Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0), file.subarray(8))),
  "a header of four megabytes": body((file) => joined(Uint8Array.of(0, 0, 64, 0, 0, 0, 0, 0), file.subarray(8))),
  JSON: (asked) => send(asked, 200, { "content-type": "application/json" }, '{"error":"no such model"}'),
  "a longer file than it sends": (asked) => {
    asked.socket.write(head(200, { "content-length": asked.file.length + 1000 }));
    asked.socket.end(asked.method === "HEAD" ? "" : asked.file);
  },
  "a shorter file than it sends": (asked) => {
    asked.socket.write(head(200, { "content-length": 1000 }));
    asked.socket.end(asked.method === "HEAD" ? "" : asked.file);
  },
  "a length of nonsense": raw(
    (asked) => `${head(200, { "content-length": "many" })}${asked.method === "HEAD" ? "" : html}`,
  ),
  "a negative length": raw(() => head(200, { "content-length": -5 })),
  "two lengths": raw(() => "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 500\r\n\r\nhello"),
  "gzip that is none": body((file) => file, { "content-encoding": "gzip" }),
  "gzip that ends early": body((file) => new Uint8Array(gzipSync(file).subarray(0, 2000)), {
    "content-encoding": "gzip",
  }),
  "gzip of a hundred megabytes": body(() => bomb, { "content-encoding": "gzip" }),
  "an encoding that nobody knows": body((file) => file, { "content-encoding": "x-folded" }),
  "brotli that is none": body((file) => file, { "content-encoding": "br" }),
  "a tag that changes with every answer": (asked) =>
    send(asked, 200, { etag: `"${asked.count}"` }, asked.file.subarray(0, -3)),
  "a tag of ten kilobytes": body((file) => flipped(() => 3000)(file), { etag: `"${"x".repeat(10_000)}"` }),
  "a tag of control characters": raw(
    (asked) => `HTTP/1.1 200 OK\r\netag: \x01\x02\r\n\r\n${asked.method === "HEAD" ? "" : html}`,
  ),
  "nothing at all": () => {},
  "nothing after the head": then(() => {}),
  "nothing after a byte": then(({ socket, file }) => void socket.write(file.subarray(0, 1))),
  "nothing after the header": then(({ socket, file }) => void socket.write(file.subarray(0, 4000))),
  "zeros without end": then(({ socket }) => endlessly(socket, new Uint8Array(1000))),
  "the file, and then zeros without end": ({ socket, method, file }) => {
    socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
    if (method === "HEAD") {
      socket.end();
      return;
    }
    socket.write(file);
    endlessly(socket, new Uint8Array(1000));
  },
  "headers without end": ({ socket }) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    endlessly(socket, `x-header: ${"x".repeat(50)}\r\n`);
  },
  "headers of a megabyte": raw(() => head(200, { "x-much": "x".repeat(1_000_000) })),
  "hints without end": ({ socket }) => endlessly(socket, "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
  "another protocol": raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
  "a connection that is closed at once": ({ socket }) => void socket.end(),
  "a connection that is reset at once": ({ socket }) => void socket.resetAndDestroy(),
  "a connection that is closed after the head": then(({ socket }) => void socket.end()),
  "a connection that is reset after a thousand bytes": then(({ socket, file }) => {
    socket.write(file.subarray(0, 1000), () => socket.resetAndDestroy());
  }),
  "a connection that is closed after all but a byte": then(({ socket, file }) => void socket.end(file.subarray(0, -1))),
  "no HTTP": raw("220 mail.example.com ESMTP\r\n"),
  "HTTP of another time": raw(({ file }) => file),
  "a status that is none": raw("HTTP/1.1 abc\r\n\r\n"),
  "a status of five digits": raw("HTTP/1.1 20000 OK\r\n\r\n"),
  "chunks that are none": raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzzz\r\nhello"),
  "a chunk of terabytes": raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffff\r\nhello"),
  "chunks that end early": raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"),
  "a chunked file of a certain length": raw(
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 9\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  ),
};

const bomb = new Uint8Array(gzipSync(new Uint8Array(100_000_000)));

/** A server for one file, which tells lies when it is told to. */
export class LyingServer {
  file: Uint8Array;
  etag = '"old"';
  /** Of HEAD requests, and of others; null is the truth. */
  headLie: Lie | null = null;
  lie: Lie | null = null;
  requests = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => this.listen(socket));
  private port = 0;

  constructor(file: Uint8Array) {
    this.file = file;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.port = (this.server.address() as { port: number }).port;
    return `http://127.0.0.1:${this.port}/model.safetensors`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private listen(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => {});
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      const [method = ""] = text.split(" ");
      const range = /^range: bytes=(\d+)-/im.exec(text);
      text = "";
      this.answer({
        socket,
        method,
        from: range ? Number(range[1]) : null,
        file: this.file,
        port: this.port,
        count: this.requests++,
      });
    });
  }

  private answer(asked: Asked): void {
    const lie = asked.method === "HEAD" ? this.headLie : this.lie;
    if (lie) {
      lie(asked);
      return;
    }
    const { file, from } = asked;
    const range = { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` };
    if (from !== null && from < file.length) send(asked, 206, { etag: this.etag, ...range }, file.subarray(from));
    else send(asked, 200, { etag: this.etag, "content-length": file.length }, file);
  }
}
