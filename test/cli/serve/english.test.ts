// A model of phonemes behind each protocol, with a client's grammar and with the server's: what is heard is what the library hears.

import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRecognizer, type DecodingOptions, type Recognizer } from "../../../src/index.ts";
import { engineModule } from "../../support/engines.ts";
import { root } from "../../support/root.ts";
import { readWav } from "../../support/wav.ts";
import { digitsFile, ORDERS, rawDigits, TestServer, textOf, VoskClient } from "./support.ts";
import { RawClient } from "./wyoming-client.ts";

const model = join(root, "models/english.safetensors");
const DIGITS = join(root, "bench/digits.jsgf");
const jsgf = readFileSync(DIGITS, "utf8");

let recognizer: Recognizer;
beforeAll(async () => {
  recognizer = await createRecognizer({ model, wasm: engineModule("simd") });
});
afterAll(() => recognizer.free());

/** What the library hears in the recording. */
function expected(decoding: DecodingOptions): string {
  const stream = recognizer.createStream({ decoding });
  stream.acceptWaveform(16000, readWav(readFileSync(digitsFile)));
  stream.inputFinished();
  const texts = stream.results().map(({ text }) => text);
  stream.free();
  return texts.join(" ");
}

async function openai(server: TestServer, more: object): Promise<string> {
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none" });
  const file = createReadStream(digitsFile);
  return (await client.audio.transcriptions.create({ file, model: "english", ...more })).text;
}

async function wyoming(server: TestServer): Promise<string> {
  const client = new RawClient(server.wyomingPort);
  client.speak(rawDigits);
  const { type, data } = await client.next();
  expect(type).toBe("transcript");
  client.socket.destroy();
  return data.text as string;
}

describe("a server without a grammar", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start(["--model", model]);
  });
  afterAll(() => server.stop());

  it("hears the phrases of a Vosk client, and what is none of them", async () => {
    const ours = expected({ grammar: [...ORDERS, "[unk]"] });
    const told = await new VoskClient(server.socketUrl).transcribe(rawDigits, 8000, {
      phrase_list: [...ORDERS, "[unk]"],
    });
    expect(textOf(told)).toBe(ours);
    expect(ours).toMatch(/seven two five/);
  });

  it("hears the grammar of an OpenAI client's form, as JSGF and as phrases one a line", async () => {
    const ours = expected({ grammar: jsgf });
    expect(await openai(server, { grammar: jsgf })).toBe(ours);
    expect(ours.split(" ").length).toBeGreaterThan(8);
    expect(await openai(server, { grammar: ORDERS.join("\n") })).toBe(expected({ grammar: ORDERS }));
  });

  it("takes dictation from those who name no phrases, and beside those who do", async () => {
    const ours = expected({});
    const [dictated, ordered] = await Promise.all([openai(server, {}), openai(server, { grammar: jsgf })]);
    expect(dictated).toBe(ours);
    expect(ordered).toBe(expected({ grammar: jsgf }));
    expect(await wyoming(server)).toBe(ours);
  });

  it("says that a grammar is none", async () => {
    const client = await new VoskClient(server.socketUrl).open();
    client.send({ config: { phrase_list: ["( )"] } });
    client.send(rawDigits.subarray(0, 3200));
    expect((await client.closed).code).toBe(1008);
    await expect(openai(server, { grammar: "#JSGF V1.0; <a> = ;" })).rejects.toMatchObject({ status: 400 });
  });
});

it("hears the server's grammar through all three", async () => {
  const server = await TestServer.start(["--model", model, "--grammar", DIGITS]);
  const ours = expected({ grammar: jsgf });
  const told = await new VoskClient(server.socketUrl).transcribe(rawDigits, 8000);
  expect([textOf(told), await openai(server, {}), await wyoming(server)]).toEqual([ours, ours, ours]);
  await server.stop();
});
