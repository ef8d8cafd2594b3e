// examples/websocket-server.mjs

import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import WebSocket from "ws";
import { expectedResults, rawDigits, run } from "./support.ts";

let server: ChildProcess;
let url: string;

beforeAll(async () => {
  server = run("examples/websocket-server.mjs", { PORT: "0" });
  const line = await new Promise<string>((resolve) => server.stdout!.once("data", (data) => resolve(String(data))));
  url = line.split(",")[0]!;
});

afterAll(() => server.kill());

/** What the server says to a client that sends the example in real chunks; partials and finals apart, and the closing code. */
async function transcribe() {
  const socket = new WebSocket(url);
  await new Promise((resolve) => socket.once("open", resolve));
  const messages: { partial?: string; text?: string }[] = [];
  socket.on("message", (data) => messages.push(JSON.parse(String(data))));
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  // An odd number of bytes: messages end within samples.
  for (let at = 0; at < rawDigits.length; at += 3201) {
    socket.send(rawDigits.subarray(at, at + 3201));
    // What arrives at once is decoded at once, with one partial.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  socket.send("end");
  const code = await closed;
  return {
    code,
    finals: messages.filter(({ text }) => text !== undefined),
    partials: messages.filter(({ partial }) => partial),
  };
}

it("streams to many clients at a time", async () => {
  const expected = expectedResults();
  for (const { code, finals, partials } of await Promise.all([transcribe(), transcribe(), transcribe()])) {
    expect(code).toBe(1000);
    expect(finals).toEqual(expected);
    expect(partials.length).toBeGreaterThan(expected.length);
  }
});

it("refuses what is too much, serves on, and gives streams back", async () => {
  const sockets = Array.from({ length: 32 }, () => new WebSocket(url));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("open", resolve))));
  expect((await transcribe()).code).toBe(1013);
  await Promise.all(
    sockets.map((socket) => {
      socket.close();
      return new Promise((resolve) => socket.once("close", resolve));
    }),
  );
  expect((await transcribe()).finals).toEqual(expectedResults());
});

it("loses nothing of what came before sound behind the end", async () => {
  const socket = new WebSocket(url);
  await new Promise((resolve) => socket.once("open", resolve));
  const finals: unknown[] = [];
  socket.on("message", (data) => {
    const message = JSON.parse(String(data));
    if ("text" in message) finals.push(message);
  });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  socket.send(rawDigits);
  socket.send("end");
  socket.send(rawDigits.subarray(0, 3200));
  expect(await closed).toBe(1000);
  expect(finals).toEqual(expectedResults());
});

it("gives the places of those who send nothing, or no longer answer, to others, and not of those who are only silent", async () => {
  const strict = run("examples/websocket-server.mjs", { PORT: "0", IDLE_MS: "600" });
  const line = await new Promise<string>((resolve) => strict.stdout!.once("data", (data) => resolve(String(data))));
  /** One that has said something, and then is silent. */
  const silent = async (options: { autoPong: boolean }) => {
    const socket = new WebSocket(line.split(",")[0]!, options);
    const texts: string[] = [];
    socket.on("message", (data) => texts.push((JSON.parse(String(data)) as { text?: string }).text ?? ""));
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send(rawDigits.subarray(0, 64000));
    return { socket, texts, closed };
  };
  const honest = await silent({ autoPong: true });
  const vanished = await silent({ autoPong: false });
  expect(await vanished.closed).toBe(1001);
  const codes = Array.from({ length: 31 }, () => {
    const socket = new WebSocket(line.split(",")[0]!);
    return new Promise<number>((resolve) => socket.once("close", resolve));
  });
  expect(new Set(await Promise.all(codes))).toEqual(new Set([1001]));
  // Long after the others it goes on where it was.
  expect(honest.socket.readyState).toBe(WebSocket.OPEN);
  honest.socket.send(rawDigits.subarray(64000));
  honest.socket.send("end");
  expect(await honest.closed).toBe(1000);
  expect(honest.texts.filter((text) => text !== "")).toEqual(expectedResults().map(({ text }) => text));
  strict.kill();
});
