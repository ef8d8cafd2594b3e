// Clients that mean no good, or do no good, and honest ones among them.

import { connect, type Socket } from "node:net";
import WebSocket from "ws";
import { expectedText, rawDigits, type TestServer, textOf, VoskClient } from "./support.ts";

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A random source that repeats itself (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;

function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

const quiet = (socket: Socket) => socket.on("error", () => {});
const gone = (socket: Socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));

function opened(url: string): Promise<WebSocket | null> {
  const socket = new WebSocket(url);
  socket.on("error", () => {});
  return new Promise((resolve) => {
    socket.once("open", () => resolve(socket));
    socket.once("close", () => resolve(null));
  });
}

const closed = (socket: WebSocket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));

/** What a hostile client does with one connection; it may take as long as the server lets it. */
type Mischief = (server: TestServer, random: Random) => Promise<void>;

const MISCHIEF: Readonly<Record<string, Mischief>> = {
  /** Bytes of no protocol. */
  noise: async ({ port, wyomingPort }, random) => {
    const socket = connect(random() < 0.5 ? port : wyomingPort, "127.0.0.1");
    quiet(socket).resume();
    socket.write(randomBytes(random, 1 + Math.floor(random() * 5000)));
    await Promise.race([gone(socket), delay(2000)]);
    socket.destroy();
  },
  /** A WebSocket whose frames are none. */
  brokenFrames: async ({ port }, random) => {
    const socket = connect(port, "127.0.0.1");
    quiet(socket).resume();
    const head = [
      "GET / HTTP/1.1",
      "host: x",
      "connection: upgrade",
      "upgrade: websocket",
      "sec-websocket-version: 13",
    ];
    socket.write(`${[...head, "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=="].join("\r\n")}\r\n\r\n`);
    await delay(50);
    socket.write(randomBytes(random, 1000));
    await Promise.race([gone(socket), delay(2000)]);
    socket.destroy();
  },
  /** Text that is no message, or a message that makes no sense. */
  nonsense: async ({ socketUrl }, random) => {
    const socket = await opened(socketUrl);
    if (!socket) return;
    const texts = [
      "hello",
      "[]",
      '{"config":7}',
      '{"config":{"sample_rate":-1}}',
      '{"config":{"phrase_list":["qqq"]}}',
    ];
    socket.send(texts[Math.floor(random() * texts.length)]!);
    socket.send(randomBytes(random, 3201));
    await Promise.race([closed(socket), delay(2000)]);
    socket.terminate();
  },
  /** Noise as audio, faster than anybody speaks, until it has been enough. */
  tooFast: async ({ socketUrl }, random) => {
    const socket = await opened(socketUrl);
    if (!socket) return;
    const noise = randomBytes(random, 32000);
    for (let i = 0; i < 60 && socket.readyState === WebSocket.OPEN; i++) {
      socket.send(noise);
      if (socket.bufferedAmount > 2 ** 20) await delay(50);
    }
    await Promise.race([closed(socket), delay(1000)]);
    socket.terminate();
  },
  /** Audio in pieces, whose answers are never read. */
  deaf: async ({ socketUrl }) => {
    const socket = await opened(socketUrl);
    if (!socket) return;
    socket.pause();
    for (let i = 0; i < 2000 && socket.readyState === WebSocket.OPEN && socket.bufferedAmount < 2 ** 20; i++) {
      socket.send(rawDigits.subarray((i % 90) * 320, (i % 90) * 320 + 320));
      if (i % 100 === 0) await delay(10);
    }
    await delay(1000);
    socket.terminate();
  },
  /** In the midst of a word, without a goodbye. */
  vanishing: async ({ socketUrl }, random) => {
    const socket = await opened(socketUrl);
    if (!socket) return;
    socket.send(rawDigits.subarray(0, 2 * Math.floor(random() * 50_000)));
    await delay(random() * 500);
    socket.terminate();
  },
  /** A Wyoming event that announces what never comes. */
  halfEvent: async ({ wyomingPort }, random) => {
    const socket = connect(wyomingPort, "127.0.0.1");
    quiet(socket).resume();
    socket.write('{"type":"audio-start","data":{"rate":16000,"width":2,"channels":1}}\n');
    socket.write('{"type":"audio-chunk","data":{"rate":16000,"width":2,"channels":1},"payload_length":100000}\n');
    socket.write(randomBytes(random, 1000));
    await delay(1000 + random() * 1000);
    socket.resetAndDestroy();
  },
  /** A form that does not end, byte by byte. */
  slowForm: async ({ port }) => {
    const socket = connect(port, "127.0.0.1");
    quiet(socket).resume();
    const head = ["POST /v1/audio/transcriptions HTTP/1.1", "host: x", "content-length: 100000"];
    socket.write(`${[...head, "content-type: multipart/form-data; boundary=x"].join("\r\n")}\r\n\r\n`);
    for (let i = 0; i < 20 && !socket.destroyed; i++) {
      socket.write("-");
      await delay(100);
    }
    socket.destroy();
  },
};

export interface HostileOutcome {
  /** Conversations of honest clients that heard what they should. */
  readonly right: number;
  readonly wrong: readonly string[];
  /** Connections of hostile clients, by kind. */
  readonly mischief: Readonly<Record<string, number>>;
}

/** An honest client in real time: 100 ms of audio every 100 ms. */
async function honest({ socketUrl }: TestServer, expected: string): Promise<string | null> {
  const client = await new VoskClient(socketUrl).open();
  const answers = (async () => {
    const all = [];
    for (let message = await client.next(); message; message = await client.next()) all.push(message);
    return all;
  })();
  const startedAt = performance.now();
  for (let at = 0, piece = 1; at < rawDigits.length; at += 3200, piece++) {
    client.send(rawDigits.subarray(at, at + 3200));
    await delay(Math.max(0, startedAt + 100 * piece - performance.now()));
  }
  client.send({ eof: 1 });
  const text = textOf(await answers);
  const { code, reason } = await client.closed;
  return text === expected && code === 1000 ? null : `${code} ${reason}: ${text}`;
}

/** Lets so many clients of either kind at a server for so long. */
export async function besiege(
  server: TestServer,
  counts: { readonly honest: number; readonly hostile: number; readonly seconds: number },
): Promise<HostileOutcome> {
  const expected = expectedText();
  const until = performance.now() + counts.seconds * 1000;
  const kinds = Object.keys(MISCHIEF);
  const mischief = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  const wrong: string[] = [];
  let right = 0;
  const hostile = Array.from({ length: counts.hostile }, async (_, i) => {
    const random = randomFrom(i + 1);
    const kind = kinds[i % kinds.length]!;
    await delay(random() * 1000);
    while (performance.now() < until) {
      await MISCHIEF[kind]!(server, random);
      mischief[kind]!++;
    }
  });
  const good = Array.from({ length: counts.honest }, async (_, i) => {
    await delay((i * 1000) / counts.honest);
    do {
      const problem = await honest(server, expected);
      if (problem === null) right++;
      else wrong.push(problem);
    } while (performance.now() < until);
  });
  await Promise.all([...hostile, ...good]);
  return { right, wrong, mischief };
}
