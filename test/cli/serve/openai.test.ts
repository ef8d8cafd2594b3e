// src/cli/serve/openai.ts, upload.ts, transcription-formats.ts

import { createReadStream, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI, { APIError } from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { responseOf } from "../../../src/cli/serve/transcription-formats.ts";
import { root } from "../../support/root.ts";
import {
  digitsFile,
  expectedResults,
  expectedText,
  OTHER_ORDERS,
  pythonClient,
  pythonWith,
  TestServer,
} from "./support.ts";

const TOKEN = "correct horse";

describe("responseOf", () => {
  const whole = { finals: [], seconds: 1.25, language: "english", wantsWords: true };

  it("has every form of silence", () => {
    expect(responseOf("text", whole).body).toBe("\n");
    expect(responseOf("srt", whole).body).toBe("");
    expect(responseOf("vtt", whole).body).toBe("WEBVTT\n\n");
    expect(JSON.parse(responseOf("json", whole).body)).toEqual({ text: "", usage: { type: "duration", seconds: 2 } });
    expect(JSON.parse(responseOf("verbose_json", whole).body)).toMatchObject({
      ...{ task: "transcribe", language: "english", duration: 1.25, text: "", segments: [], words: [] },
    });
  });
});

const folder = mkdtempSync(join(tmpdir(), "foldvox-openai-"));
/** Uploads are removed when they have been answered. */
const noUploadIsLeft = () => expect.poll(() => readdirSync(folder)).toEqual([]);

describe("a server", () => {
  let server: TestServer;
  let client: OpenAI;
  beforeAll(async () => {
    server = await TestServer.start(["--max-upload", "1", "--max-seconds", "20"], {
      FOLDVOX_TOKEN: TOKEN,
      TMPDIR: folder,
    });
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: TOKEN, maxRetries: 0 });
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
  });

  const form = (fields: Record<string, string | Blob>) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    return { method: "POST", body, headers: { authorization: `Bearer ${TOKEN}` } };
  };
  const path = "/v1/audio/transcriptions";
  const wav = new Blob([readFileSync(digitsFile)]);

  it("answers npm's openai: text, subtitles, words with times, events, an order", async () => {
    const file = () => createReadStream(digitsFile);
    const model = "whisper-1";
    const { transcriptions } = client.audio;
    expect((await transcriptions.create({ file: file(), model })).text).toBe(expectedText());
    expect(await transcriptions.create({ file: file(), model, response_format: "text" })).toBe(`${expectedText()}\n`);
    expect(await transcriptions.create({ file: file(), model, response_format: "vtt" })).toMatch(/^WEBVTT\n\n00:00:00/);
    expect(await transcriptions.create({ file: file(), model, response_format: "srt" })).toMatch(/^1\n00:00:00,/);
    const verbose = await transcriptions.create({
      ...{ file: file(), model, response_format: "verbose_json", timestamp_granularities: ["word"] },
    });
    const words = expectedResults().flatMap(({ result }) => result);
    expect(verbose.words!.map(({ word }) => word)).toEqual(words.map(({ word }) => word));
    verbose.words!.forEach(({ start, end }, i) => {
      expect([start, end]).toEqual([words[i]!.start, words[i]!.end].map((time) => expect.closeTo(time, 3)));
    });
    expect(verbose).toMatchObject({ language: "english", duration: expect.closeTo(9.42, 2) });
    let streamed = "";
    for await (const event of await transcriptions.create({ file: file(), model, stream: true })) {
      if (event.type === "transcript.text.delta") streamed += event.delta;
      else expect(event).toMatchObject({ type: "transcript.text.done", text: expectedText() });
    }
    expect(streamed).toBe(expectedText());
    const grammar = { grammar: OTHER_ORDERS.join("\n") };
    const order = await transcriptions.create({ file: file(), model, ...grammar });
    expect(order.text).toBe(expectedText({ grammar: OTHER_ORDERS }));
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(["commands"]);
    await noUploadIsLeft();
  });

  it("reads compressed audio", async () => {
    const file = createReadStream(join(root, "test/cli/audio/speech.flac"));
    const { text } = await client.audio.transcriptions.create({ file, model: "whisper-1" });
    expect(text).not.toBe("");
  });

  it("refuses a wrong token, and none", async () => {
    const error = await new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "wrong" }).models.list().catch((e) => e);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: 401, code: "invalid_api_key" });
    expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
    expect((await fetch(`${server.url}/metrics?token=${encodeURIComponent(TOKEN)}`)).status).toBe(200);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  it.each<[string, number, RegExp, Record<string, string | Blob>]>([
    ["no file", 400, /no multipart form with an audio file/, { model: "x" }],
    ["a file in another field", 400, /in the field `file`/, { audio: wav }],
    ["a format that there is not", 400, /response_format is "odt"/, { file: wav, response_format: "odt" }],
    [
      "what is no audio",
      400,
      /does not begin as a WAV file/,
      { file: new Blob(["hello, hello, hello, hello, hello, hello"]) },
    ],
    ["a grammar that is none", 400, /JSGF/, { file: wav, grammar: "#JSGF V1.0; <a> = ;" }],
    ["a file that is too large", 413, /more than 1000000 bytes/, { file: new Blob([new Uint8Array(1_100_000)]) }],
  ])("refuses %s", async (_, status, message, fields) => {
    const response = await fetch(`${server.url}${path}`, form(fields));
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toMatch(message);
    await noUploadIsLeft();
  });

  it("refuses audio that goes on too long", async () => {
    const header = Buffer.from(readFileSync(digitsFile).subarray(0, 44));
    header.writeUInt32LE(16000, 24);
    header.writeUInt32LE(0, 40);
    // 8 kHz: 30 s in less than a megabyte.
    header.writeUInt32LE(8000, 24);
    header.writeUInt32LE(16000, 28);
    const file = new Blob([header, new Uint8Array(30 * 16000)]);
    const response = await fetch(`${server.url}${path}`, form({ file }));
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(/longer than 20 s/);
  });

  it("says what it serves where it is asked for something else", async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${server.url}/v1/audio/translations`, { method: "POST", headers })).status).toBe(404);
    const response = await fetch(`${server.url}${path}`, { method: "POST", headers, body: "hello" });
    expect(response.status).toBe(400);
  });
});

const python = pythonWith("openai");

describe.skipIf(python === null)("Python's openai (skipped where it is not installed)", () => {
  it("transcribes the example in every form, and an order", async () => {
    const server = await TestServer.start([], { FOLDVOX_TOKEN: TOKEN });
    const args = [server.url, TOKEN, digitsFile, OTHER_ORDERS.join("\n")];
    const told = (await pythonClient(python!, "openai_client.py", args)) as Record<string, unknown>;
    expect(told).toMatchObject({
      models: ["commands"],
      json: expectedText(),
      text: `${expectedText()}\n`,
      srt: expect.stringMatching(/^1\n00:00:00,/),
      vtt: expect.stringMatching(/^WEBVTT/),
      duration: expect.closeTo(9.42, 2),
      segments: expectedResults().map(({ text }) => text),
      streamed: expectedText(),
      done: expectedText(),
      order: expectedText({ grammar: OTHER_ORDERS }),
      refused: "invalid_api_key",
    });
    expect(told.words).toHaveLength(expectedText().split(" ").length);
    await server.stop();
  });
});
