// Microphone and Web Speech API in a real browser, when things get in the way: sound that is halted, a track that falls silent,
// words that are spoken before the model is there.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "../../scripts/serve.mjs";
import type * as MicrophoneModule from "../../src/microphone/microphone.ts";
import type * as SpeechModule from "../../src/speech-recognition/speech-recognition.ts";
import { launch, newPage, type Spied } from "./support/browsers.ts";

declare const spied: Spied;
/** What the page has imported. */
declare const foldvox: Pick<typeof MicrophoneModule, "openMicrophone"> & Pick<typeof SpeechModule, "SpeechRecognition">;

const MODEL_DELAY_MS = 2000;
let folder: string;
let server: Server;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "foldvox-microphone-"));
  mkdirSync(join(folder, "build"));
  for (const name of readdirSync("build")) {
    if (/^[\w.-]+\.(js|wasm)$/.test(name)) cpSync(join("build", name), join(folder, "build", name));
  }
  cpSync("models/commands.safetensors", join(folder, "models/commands.safetensors"));
  const script = `import { openMicrophone } from "./build/microphone.js";
import { SpeechRecognition } from "./build/speech-recognition.js";
globalThis.foldvox = { openMicrophone, SpeechRecognition };`;
  writeFileSync(
    join(folder, "index.html"),
    `<!doctype html><title>Microphone</title><script type="module">${script}</script>`,
  );
  server = await serve(folder);
  const [answer] = server.listeners("request") as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners("request");
  // A slow connection: the first words are over before the model is there.
  server.on("request", (request, response) => {
    setTimeout(() => answer!(request, response), request.url!.endsWith(".safetensors") ? MODEL_DELAY_MS : 0);
  });
  browser = await launch("chromium");
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open() {
  const opened = await newPage(browser);
  await opened.page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  await opened.page.waitForFunction(() => "foldvox" in globalThis);
  return opened;
}

describe("in chromium", () => {
  it("hears what was said while the model came, the first word too", async () => {
    const { page, close } = await open();
    const heard = await page.evaluate(async () => {
      const { SpeechRecognition } = foldvox;
      const recognition = new SpeechRecognition();
      recognition.continuous = true;
      let text = "";
      const ended = new Promise<void>((resolve) => recognition.addEventListener("end", () => resolve()));
      recognition.addEventListener("result", (event) => {
        const { results, resultIndex } = event as unknown as {
          results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }>;
          resultIndex: number;
        };
        for (let i = resultIndex; i < results.length; i++) {
          if (results[i]!.isFinal) text += ` ${results[i]![0]!.transcript}`;
          if (text.trim().split(" ").length >= 3) recognition.stop();
        }
      });
      recognition.start();
      setTimeout(() => recognition.stop(), 15_000);
      await ended;
      return text.trim().replace(/\s+/g, " ");
    });
    expect(heard).toMatch(/^three one nine/);
    await close();
  });

  it("goes on by itself after its context was suspended, and says so", async () => {
    const { page, close } = await open();
    const told = await page.evaluate(async () => {
      const { openMicrophone } = foldvox;
      const states: string[] = [];
      let samples = 0;
      const microphone = await openMicrophone({
        onSamples: (block) => {
          samples += block.length;
        },
        onStateChange: (state) => states.push(state),
      });
      const until = async (condition: () => boolean) => {
        while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
      };
      await until(() => samples > 1600);
      await spied.contexts[0]!.suspend();
      await until(() => states.includes("interrupted") && microphone.state === "listening");
      const before = samples;
      await until(() => samples > before + 1600);
      await microphone.close();
      await microphone.close();
      return states;
    });
    expect(told).toEqual(["interrupted", "listening", "closed"]);
    await close();
  });

  it("tells that a track is muted, and heard again", async () => {
    const { page, close } = await open();
    const told = await page.evaluate(async () => {
      const { openMicrophone } = foldvox;
      // A track from elsewhere: the browser mutes it while the other side sends nothing.
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
      near.onicecandidate = ({ candidate }) => void far.addIceCandidate(candidate ?? undefined);
      far.onicecandidate = ({ candidate }) => void near.addIceCandidate(candidate ?? undefined);
      const received = new Promise<MediaStreamTrack>((resolve) => {
        far.ontrack = ({ track }) => resolve(track);
      });
      const sender = near.addTrack(stream.getAudioTracks()[0]!, stream);
      const agree = async () => {
        await near.setLocalDescription(await near.createOffer());
        await far.setRemoteDescription(near.localDescription!);
        await far.setLocalDescription(await far.createAnswer());
        await near.setRemoteDescription(far.localDescription!);
      };
      await agree();
      const track = await received;
      const states: string[] = [];
      const microphone = await openMicrophone({
        onSamples: () => {},
        onStateChange: (state) => states.push(state),
        track,
      });
      const until = async (state: string) => {
        while (microphone.state !== state) await new Promise((resolve) => setTimeout(resolve, 20));
      };
      await until("listening");
      const [transceiver] = near.getTransceivers().filter((one) => one.sender === sender);
      transceiver!.direction = "inactive";
      await agree();
      await until("muted");
      transceiver!.direction = "sendonly";
      await agree();
      await until("listening");
      await microphone.close();
      near.close();
      far.close();
      return states.slice(-3);
    });
    expect(told).toEqual(["muted", "listening", "closed"]);
    await close();
  });

  it("ends a recognition to which no sound comes any more with audio-capture", async () => {
    const { page, close } = await open();
    const told = await page.evaluate(async () => {
      const { SpeechRecognition } = foldvox;
      const recognition = new SpeechRecognition();
      recognition.continuous = true;
      const problem = new Promise<string>((resolve) =>
        recognition.addEventListener("error", (event) => resolve((event as unknown as { error: string }).error)),
      );
      recognition.addEventListener("audiostart", () => {
        setTimeout(() => {
          const [context] = spied.contexts;
          // As where the system keeps the sound for itself.
          context!.resume = () => new Promise(() => {});
          void context!.suspend();
        }, 500);
      });
      recognition.start();
      return problem;
    });
    expect(told).toBe("audio-capture");
    await close();
  });
});
