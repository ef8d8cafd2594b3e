// src/cli/serve/wyoming.ts

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wyomingFormat } from "../../../src/cli/serve/wyoming.ts";
import { errorOf } from "../../support/errors.ts";
import { digitsFile, expectedText, OTHER_ORDERS, pythonClient, pythonWith, rawDigits, TestServer } from "./support.ts";
import { WYOMING_FORMAT as FORMAT, RawClient } from "./wyoming-client.ts";

describe("wyomingFormat", () => {
  it("reads one to four bytes a sample, and channels", () => {
    expect(wyomingFormat(FORMAT)).toMatchObject({ encoding: "s16le", channels: 1, sampleRate: 16000 });
    expect(wyomingFormat({ rate: 48000, width: 4, channels: 2 })).toMatchObject({ encoding: "s32le", channels: 2 });
  });

  it.each([
    {},
    { ...FORMAT, width: 5 },
    { ...FORMAT, channels: 0 },
    { ...FORMAT, channels: "1" },
    { ...FORMAT, rate: 1 },
  ])("refuses %j", (data) => {
    expect(errorOf(() => wyomingFormat(data)).code).toBe("bad-argument");
  });
});

describe("a server", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  it("transcribes one utterance after the other, also where the next begins before the last is answered", async () => {
    const client = new RawClient(server.wyomingPort);
    for (let i = 0; i < 3; i++) client.speak(rawDigits);
    for (let i = 0; i < 3; i++) {
      expect(await client.next()).toMatchObject({ type: "transcript", data: { text: expectedText() } });
    }
    client.socket.end();
    await client.ended;
  });

  it("answers a client that has closed its side already", async () => {
    const client = new RawClient(server.wyomingPort);
    client.speak(rawDigits);
    client.socket.end();
    expect((await client.next()).data.text).toBe(expectedText());
    await client.ended;
  });

  it("takes what was sent as all there is where a client closes its side without audio-stop", async () => {
    const client = new RawClient(server.wyomingPort);
    client.send("audio-start", FORMAT);
    client.send("audio-chunk", FORMAT, rawDigits);
    client.socket.end();
    expect((await client.next()).data.text).toBe(expectedText());
    await client.ended;
  });

  it("begins anew where a client does", async () => {
    const client = new RawClient(server.wyomingPort);
    client.send("audio-start", FORMAT);
    client.send("audio-chunk", FORMAT, rawDigits.subarray(0, 100_000));
    client.speak(rawDigits);
    expect((await client.next()).data.text).toBe(expectedText());
    client.socket.destroy();
  });

  it("passes over events that it does not know, and audio that nobody announced", async () => {
    const client = new RawClient(server.wyomingPort);
    client.send("detect", { names: ["ok"] });
    client.send("audio-chunk", FORMAT, rawDigits.subarray(0, 3200));
    client.send("ping", { text: "there?" });
    expect(await client.next()).toMatchObject({ type: "pong", data: { text: "there?" } });
    client.socket.destroy();
  });

  it("says what is wrong and hangs up", async () => {
    for (const [message, problem] of [
      ["GET / HTTP/1.1\r\n\r\n", /no JSON/],
      ['{"type":"audio-start","data":{"rate":16000,"width":9,"channels":1}}\n', /width 9/],
    ] as const) {
      const client = new RawClient(server.wyomingPort);
      client.socket.write(message);
      const event = await client.next();
      expect(event).toMatchObject({ type: "error", data: { code: "bad-argument" } });
      expect(event.data.text).toMatch(problem);
      await client.ended;
    }
  });
});

const python = pythonWith("wyoming");

describe.skipIf(python === null)("the wyoming package (skipped without Python's wyoming)", () => {
  interface Told {
    program: string;
    models: [string, string[]][];
    pong: string;
    texts: string[];
  }

  it("finds the server, and transcribes the example and an order", async () => {
    const orders = join(mkdtempSync(join(tmpdir(), "foldvox-serve-")), "orders.jsgf");
    const jsgf = `#JSGF V1.0; grammar home; public <order> = (${OTHER_ORDERS.join(" | ")})+;`;
    writeFileSync(orders, jsgf);
    for (const [args, expected] of [
      [[], expectedText()],
      [["--grammar", orders], expectedText({ grammar: jsgf })],
    ] as const) {
      const server = await TestServer.start(args);
      const port = String(server.wyomingPort);
      const names = "--names=seven,no such word";
      const told = (await pythonClient(python!, "wyoming_client.py", [port, names, digitsFile, digitsFile])) as Told;
      expect(told).toMatchObject({ program: "foldvox", models: [["commands", ["en"]]], pong: "there?" });
      expect(told.texts).toEqual([expected, expected]);
      await server.stop();
    }
  });
});
