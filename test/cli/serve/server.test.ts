// src/cli/serve/server.ts and what protocols share: limits, health, metrics, an orderly end.

import { spawnSync } from "node:child_process";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { expectedText, rawDigits, TestServer, textOf, VoskClient } from "./support.ts";

/** The value of a metric's sample. */
function sample(text: string, name: string): number {
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`there is no ${name} in\n${text}`);
  return Number(line.slice(name.length));
}

const connected = (socket: Socket) => new Promise((resolve) => socket.once("connect", resolve));
const closed = (socket: Socket) => new Promise((resolve) => socket.once("close", resolve));

describe("health and metrics", () => {
  it("tell what is going on", async () => {
    const server = await TestServer.start();
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({
      ...{ status: "ok", threadsAlive: 2, threadsWanted: 2, streams: 0, streamsMost: 16 },
    });
    const open = await new VoskClient(server.socketUrl).open();
    open.send(rawDigits.subarray(0, 32000));
    await open.next();
    expect(textOf(await new VoskClient(server.socketUrl).transcribe(rawDigits))).toBe(expectedText());
    const metrics = await server.metrics();
    expect(metrics).toMatch(/^# HELP foldvox_threads .*\n# TYPE foldvox_threads gauge\nfoldvox_threads 2\n/);
    expect(sample(metrics, "foldvox_streams")).toBe(1);
    expect(sample(metrics, 'foldvox_conversations_total{protocol="vosk",outcome="finished"}')).toBe(1);
    const seconds = rawDigits.length / 32000;
    expect(sample(metrics, 'foldvox_conversation_audio_seconds_total{protocol="vosk"}')).toBeCloseTo(seconds, 3);
    const perThread = (name: string) => [0, 1].map((thread) => sample(metrics, `${name}{thread="${thread}"}`));
    const [first, second] = perThread("foldvox_audio_seconds_total");
    expect(first! + second!).toBeCloseTo(seconds + 1, 3);
    for (const factor of perThread("foldvox_real_time_factor")) expect(factor).toBeLessThan(1);
    // One answer for each piece.
    expect(sample(metrics, "foldvox_reply_seconds_count")).toBe(Math.ceil(rawDigits.length / 3200) + 2);
    expect(sample(metrics, 'foldvox_reply_seconds_bucket{le="+Inf"}')).toBe(
      sample(metrics, "foldvox_reply_seconds_count"),
    );
    expect(sample(metrics, 'foldvox_memory_bytes{thread="0",region="weights"}')).toBeGreaterThan(100_000);
    expect(sample(metrics, 'foldvox_memory_bytes{thread="0",region="streams"}')).toBeGreaterThan(8 * 100_000);
    // A sample a line, each of a metric whose type was told; no sample twice.
    const samples = metrics
      .trimEnd()
      .split("\n")
      .filter((line) => !line.startsWith("#"));
    for (const line of samples) expect(line).toMatch(/^foldvox_[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+-]+$/);
    expect(new Set(samples.map((line) => line.slice(0, line.lastIndexOf(" ")))).size).toBe(samples.length);
    open.socket.terminate();
    expect(await server.stop()).toBe(0);
  });
});

describe("limits", () => {
  it("hold for streams: who comes too late is told so, and served when there is room again", async () => {
    const server = await TestServer.start(["--streams", "2", "--threads", "1"]);
    const holders = [new VoskClient(server.socketUrl), new VoskClient(server.socketUrl)];
    for (const holder of holders) {
      await holder.open();
      holder.send(rawDigits.subarray(0, 3200));
      await holder.next();
    }
    const late = await new VoskClient(server.socketUrl).open();
    late.send(rawDigits.subarray(0, 3200));
    expect(await late.closed).toMatchObject({ code: 1013, reason: expect.stringMatching(/All 2 streams/) });
    const response = await fetch(`${server.url}/v1/audio/transcriptions`, { method: "POST", body: new FormData() });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    holders[0]!.socket.terminate();
    await expect.poll(async () => sample(await server.metrics(), "foldvox_streams")).toBe(1);
    expect(textOf(await new VoskClient(server.socketUrl).transcribe(rawDigits))).toBe(expectedText());
    await server.stop();
  });

  it("hold for connections", async () => {
    const server = await TestServer.start(["--max-connections", "2"]);
    const sockets = [connect(server.port, "127.0.0.1"), connect(server.wyomingPort, "127.0.0.1")];
    await Promise.all(sockets.map(connected));
    const third = connect(server.port, "127.0.0.1");
    third.on("error", () => {});
    await closed(third);
    sockets[0]!.destroy();
    await expect.poll(() => server.metrics().catch(() => "")).toMatch(/foldvox_refused_connections_total.* [1-9]/);
    for (const socket of sockets) socket.destroy();
    await server.stop();
  });

  it("hold for audio: what was heard until then is told", async () => {
    const server = await TestServer.start(["--max-seconds", "2"]);
    const client = await new VoskClient(server.socketUrl).open();
    // The third piece, the last that is heard, ends between two words.
    for (let at = 0; at < rawDigits.length; at += 29600) client.send(rawDigits.subarray(at, at + 29600));
    const messages = [];
    for (let message = await client.next(); message; message = await client.next()) messages.push(message);
    expect(textOf(messages)).toMatch(/^three one nine/);
    expect(expectedText().startsWith(textOf(messages))).toBe(true);
    expect(await client.closed).toMatchObject({ code: 1008, reason: "The conversation is too long." });
    await server.stop();
  });

  it("hold for patience: who says nothing is let go with what was heard", async () => {
    const server = await TestServer.start(["--idle", "1"]);
    const client = await new VoskClient(server.socketUrl).open();
    client.send(rawDigits.subarray(0, 64000));
    expect((await client.next())!.partial).toMatch(/^three/);
    const silent = connect(server.wyomingPort, "127.0.0.1");
    const slow = connect(server.port, "127.0.0.1");
    slow.write("POST /v1/audio/transcriptions HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n");
    const startedAt = performance.now();
    await Promise.all([closed(silent.resume()), closed(slow.resume())]);
    expect((await client.next())!.text).toMatch(/^three one/);
    expect((await client.closed).code).toBe(1001);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await server.stop();
  });
});

describe("the end", () => {
  it("lets what is being said be finished, and turns away who comes later", async () => {
    const server = await TestServer.start();
    const speaking = await new VoskClient(server.socketUrl).open();
    const idle = await new VoskClient(server.socketUrl).open();
    speaking.send(rawDigits.subarray(0, 64000));
    expect((await speaking.next())!.partial).toMatch(/^three/);
    const stopped = server.stop();
    await server.heard("ending");
    // Nothing was being said here.
    expect(await idle.next()).toEqual({ text: "" });
    expect((await idle.closed).code).toBe(1001);
    const late = await new VoskClient(server.socketUrl).open();
    expect((await late.closed).code).toBe(1006);
    const rest = rawDigits.subarray(64000);
    for (let at = 0; at < rest.length; at += 3200) speaking.send(rest.subarray(at, at + 3200));
    // The utterance ends with silence, and the conversation with it.
    for (let i = 0; i < 30; i++) speaking.send(new Uint8Array(3200));
    const messages = [];
    for (let message = await speaking.next(); message; message = await speaking.next()) messages.push(message);
    expect(textOf(messages)).toBe(expectedText());
    expect((await speaking.closed).code).toBe(1001);
    expect(await stopped).toBe(0);
  });

  it("cuts short what takes too long, and tells what was heard", async () => {
    const server = await TestServer.start(["--grace", "1"]);
    const client = await new VoskClient(server.socketUrl).open();
    client.send(rawDigits.subarray(0, 64000));
    expect((await client.next())!.partial).toMatch(/^three/);
    const stopped = server.stop();
    expect((await client.next())!.text).toMatch(/^three one/);
    expect((await client.closed).code).toBe(1001);
    expect(await stopped).toBe(0);
  });

  it("comes at once when it is asked for twice", async () => {
    const server = await TestServer.start(["--grace", "60"]);
    const client = await new VoskClient(server.socketUrl).open();
    client.send(rawDigits.subarray(0, 64000));
    await client.next();
    server.child.kill("SIGTERM");
    await server.heard("ending");
    expect(await server.stop("SIGINT")).toBe(1);
  });
});

describe("starting", () => {
  it("says why it cannot", async () => {
    const taken = await TestServer.start();
    const run = (args: string[], env = {}) =>
      spawnSync(process.execPath, ["build/cli.js", "serve", "--threads", "1", ...args], {
        ...{ encoding: "utf8", timeout: 20_000, env: { ...process.env, ...env } },
      });
    const busy = run(["--port", String(taken.port), "--wyoming-port", "0"]);
    expect(busy.status).toBe(1);
    expect(busy.stderr).toMatch(/something else listens there.*\(io\)/);
    const model = run(["--port", "0", "-m", "LICENSE"]);
    expect(model.status).toBe(1);
    expect(model.stderr).toMatch(/\(bad-model\)/);
    const open = run(["--host", "0.0.0.0", "--port", "0"], { FOLDVOX_TOKEN: "x" });
    expect(open.status).toBe(1);
    expect(open.stderr).toMatch(/cannot show a token/);
    await taken.stop();
  });
});
