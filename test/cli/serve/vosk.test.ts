// src/cli/serve/vosk.ts

import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { configured, voskResult } from "../../../src/cli/serve/vosk.ts";
import { errorOf } from "../../support/errors.ts";
import {
  digitsFile,
  expectedResults,
  expectedText,
  ORDERS,
  OTHER_ORDERS,
  pythonClient,
  pythonWith,
  rawDigits,
  TestServer,
  textOf,
  VoskClient,
} from "./support.ts";

const DEFAULTS = { sampleRate: 16000, phrases: null, words: true, alternatives: 0 };

describe("configured", () => {
  it("takes what vosk-server takes, and passes over what nobody knows", () => {
    const message = {
      sample_rate: 8000.0,
      phrase_list: ["one two", "[unk]"],
      words: 0,
      max_alternatives: 3,
      model: "x",
    };
    expect(configured(DEFAULTS, message)).toEqual({
      sampleRate: 8000,
      phrases: ["one two", "[unk]"],
      words: false,
      alternatives: 3,
    });
    expect(configured(DEFAULTS, { phrase_list: [" "] }).phrases).toBeNull();
    expect(configured({ ...DEFAULTS, words: false }, { words: true, sample_rate: "16000" })).toEqual(DEFAULTS);
  });

  it.each([
    ["no object", 7],
    ["a rate that is none", { sample_rate: "fast" }],
    ["a rate beyond audio", { sample_rate: 1e9 }],
    ["phrases that are none", { phrase_list: "one two" }],
    ["phrases that are numbers", { phrase_list: [1] }],
    ["too many alternatives", { max_alternatives: 1000 }],
    ["half an alternative", { max_alternatives: 0.5 }],
  ])("refuses %s", (_, message) => {
    expect(errorOf(() => configured(DEFAULTS, message)).code).toBe("bad-argument");
  });
});

describe("voskResult", () => {
  const word = { word: "one", start: 0, end: 0.5, conf: 0.9 };
  const final = { text: "one", result: [word] };

  it("has text and words, the words only where there are any and they are wanted", () => {
    expect(voskResult([final], DEFAULTS)).toEqual({ result: [word], text: "one" });
    expect(voskResult([], DEFAULTS)).toEqual({ text: "" });
    expect(voskResult([final], { ...DEFAULTS, words: false })).toEqual({ text: "one" });
  });

  it("tells what an utterance means, where the grammar says so", () => {
    const meant = { ...final, intent: "count", slots: { number: "one" } };
    expect(voskResult([meant], DEFAULTS)).toEqual({
      result: [word],
      text: "one",
      intent: "count",
      slots: { number: "one" },
    });
  });

  it("makes one result of several utterances", () => {
    expect(voskResult([final, final], DEFAULTS)).toEqual({ result: [word, word], text: "one one" });
  });

  it("has alternatives alone where they are asked for", () => {
    const readings = [
      { text: "one", confidence: 0.8, result: [word] },
      { text: "", confidence: 0.1, result: [] },
    ];
    const config = { ...DEFAULTS, alternatives: 2 };
    expect(voskResult([{ ...final, alternatives: readings }], config)).toEqual({
      alternatives: [
        { confidence: 0.8, result: [word], text: "one" },
        { confidence: 0.1, text: "" },
      ],
    });
    expect(voskResult([], config)).toEqual({ alternatives: [{ confidence: 1, text: "" }] });
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

  it("answers each piece once, whatever its length, with words and times as without a server", async () => {
    const expected = expectedResults();
    // 3201 bytes end within a sample.
    for (const bytes of [3200, 3201, 32000, rawDigits.length]) {
      const client = new VoskClient(server.socketUrl);
      const answers = await client.transcribe(rawDigits, bytes);
      expect(answers).toHaveLength(Math.ceil(rawDigits.length / bytes) + 1);
      expect(textOf(answers)).toBe(expected.map(({ text }) => text).join(" "));
      const words = answers.flatMap(({ result = [] }) => result);
      expect(words).toEqual(expected.flatMap(({ result }) => result));
      expect((await client.closed).code).toBe(1000);
    }
  });

  it("tells what is being said", async () => {
    const answers = await new VoskClient(server.socketUrl).transcribe(rawDigits, 3200);
    const partials = answers.flatMap(({ partial }) => (partial ? [partial] : []));
    expect(partials[0]).toBe("three");
    expect(partials).toContain("three one nine zero");
  });

  it("hears nothing but the phrases of its client", async () => {
    const order = await new VoskClient(server.socketUrl).transcribe(rawDigits, 8000, { phrase_list: ORDERS });
    expect(textOf(order)).toBe(expectedText());
    const other = await new VoskClient(server.socketUrl).transcribe(rawDigits, 8000, {
      phrase_list: [...OTHER_ORDERS, "[unk]"],
    });
    expect(textOf(other)).toBe(expectedText({ grammar: OTHER_ORDERS }));
    expect(textOf(other)).not.toBe(expectedText());
  });

  it("tells alternatives, and texts without words", async () => {
    const alternatives = await new VoskClient(server.socketUrl).transcribe(rawDigits, 8000, { max_alternatives: 3 });
    const last = alternatives.at(-1)!;
    expect(last.text).toBeUndefined();
    expect(last.alternatives!.length).toBeGreaterThan(1);
    expect(last.alternatives![0]!.text).toBe(expectedResults().at(-1)!.text);
    const plain = await new VoskClient(server.socketUrl).transcribe(rawDigits, 8000, { words: 0 });
    expect(plain.at(-1)).toEqual({ text: expectedResults().at(-1)!.text });
  });

  it("takes audio at another rate", async () => {
    const half = new Int16Array(rawDigits.length / 4);
    const view = new DataView(rawDigits.buffer, rawDigits.byteOffset, rawDigits.length);
    for (let i = 0; i < half.length; i++) half[i] = (view.getInt16(4 * i, true) + view.getInt16(4 * i + 2, true)) / 2;
    const bytes = new Uint8Array(half.buffer);
    expect(textOf(await new VoskClient(server.socketUrl).transcribe(bytes, 1600, { sample_rate: 8000 }))).toBe(
      expectedText(),
    );
  });

  it("agrees to the subprotocol that Asterisk asks for", async () => {
    const socket = new WebSocket(server.socketUrl, "ws");
    await new Promise((resolve) => socket.once("open", resolve));
    expect(socket.protocol).toBe("ws");
    socket.terminate();
  });

  it("answers an end without audio", async () => {
    const client = await new VoskClient(server.socketUrl).open();
    client.send({ eof: 1 });
    expect(await client.next()).toEqual({ text: "" });
    expect((await client.closed).code).toBe(1000);
  });

  it("says what is wrong, and why it hangs up", async () => {
    const refusals: [Uint8Array | string, RegExp][] = [
      ["hello", /no JSON/],
      ["{}", /neither config nor eof/],
      ["null", /neither config nor eof/],
      ['{"config": {"sample_rate": 1}}', /sample rate/i],
    ];
    for (const [message, reason] of refusals) {
      const client = await new VoskClient(server.socketUrl).open();
      client.socket.send(message);
      const closed = await client.closed;
      expect(closed.code).toBe(1008);
      expect(closed.reason).toMatch(reason);
    }
    const large = await new VoskClient(server.socketUrl).open();
    large.send(new Uint8Array(2 ** 20 + 1));
    expect((await large.closed).code).toBe(1009);
    const client = await new VoskClient(server.socketUrl).open();
    client.send({ config: { phrase_list: ["xylophone concert"] } });
    client.send(rawDigits.subarray(0, 3200));
    expect((await client.closed).reason).toMatch(/xylophone/);
  });
});

const python = pythonWith("vosk");
const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;
const missing = python === null || !hasFfmpeg;

describe.skipIf(missing)("the vosk package's own client (skipped without Python's vosk and ffmpeg)", () => {
  it("transcribes the example, and an order", async () => {
    const orders = join(mkdtempSync(join(tmpdir(), "foldvox-serve-")), "orders.txt");
    writeFileSync(orders, OTHER_ORDERS.join("\n"));
    for (const [args, expected] of [
      [[], expectedText()],
      [["--grammar", orders], expectedText({ grammar: OTHER_ORDERS })],
    ] as const) {
      const server = await TestServer.start(args);
      const heard = await pythonClient(python!, "vosk_client.py", [server.socketUrl, digitsFile]);
      expect((heard as { text: string }).text.trim().replaceAll("\n", " ")).toBe(expected);
      await server.stop();
    }
  });
});
