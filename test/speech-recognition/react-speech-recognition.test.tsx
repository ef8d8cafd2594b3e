// react-speech-recognition, unchanged, on foldvox: its polyfill hook gets foldvox's class, and a component the words.

import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import SpeechRecognition, { useSpeechRecognition } from "react-speech-recognition";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FoldvoxError } from "../../src/errors.ts";
import { defineSpeechRecognition } from "../../src/speech-recognition/speech-recognition.ts";
import { createWorkerRecognizer } from "../../src/worker/worker-recognizer.ts";
import { bytesOf, engineModule, recognizer } from "../support/engines.ts";
import { localWorker } from "../support/local-worker.ts";
import { readWav } from "../support/wav.ts";
import { FakeMicrophone } from "./support.ts";

// Before React is imported: a document, and what the library asks for before it takes a polyfill. Everything else stays Node's.
await vi.hoisted(async () => {
  const { Window } = await import("happy-dom");
  const window = Object.assign(new Window(), { AudioContext: class {} });
  Object.defineProperty(window.navigator, "mediaDevices", { value: { getUserMedia: () => {} } });
  vi.stubGlobal("window", window);
  vi.stubGlobal("document", window.document);
  vi.stubGlobal("navigator", window.navigator);
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
});

const model = bytesOf("models/commands.safetensors");
const digits = readWav(bytesOf("examples/digits.wav"));

function nodeWords(): string {
  const stream = recognizer("simd", model).createStream();
  stream.acceptWaveform(16000, digits);
  stream.inputFinished();
  return stream
    .results()
    .map(({ text }) => text)
    .join(" ");
}

let hooks: ReturnType<typeof useSpeechRecognition>;
const commands = vi.fn();

function Component() {
  hooks = useSpeechRecognition({ commands: [{ command: "* zero *", callback: commands }] });
  return <p>{hooks.transcript}</p>;
}

describe("react-speech-recognition", () => {
  let root: Root;
  let microphone: FakeMicrophone;
  const container = document.createElement("div");

  beforeEach(() => {
    microphone = new FakeMicrophone();
    const Polyfill = defineSpeechRecognition({
      createRecognizer: () =>
        createWorkerRecognizer({ model, wasm: engineModule("simd"), worker: localWorker(), maxStreams: 2 }),
      openMicrophone: microphone.open,
    });
    SpeechRecognition.applyPolyfill(Polyfill as unknown as Parameters<typeof SpeechRecognition.applyPolyfill>[0]);
    root = createRoot(container);
    act(() => root.render(<Component />));
  });

  afterEach(() => act(() => root.unmount()));

  const until = async (condition: () => boolean) => {
    const deadline = Date.now() + 20_000;
    while (!condition() && Date.now() < deadline) {
      await act(() => new Promise((resolve) => setTimeout(resolve, 10)));
    }
    expect(condition()).toBe(true);
  };

  it("takes the class, shows interim words, and ends with the words that the recognizer hears", async () => {
    expect(hooks.browserSupportsSpeechRecognition).toBe(true);
    expect(hooks.browserSupportsContinuousListening).toBe(true);
    await act(() => SpeechRecognition.startListening({ continuous: true, language: "en-US" }));
    await until(() => microphone.options !== null);
    expect(hooks.listening).toBe(true);
    for (let at = 0; at < digits.length; at += 320) microphone.options!.onSamples(digits.slice(at, at + 320));
    await until(() => hooks.interimTranscript !== "" || hooks.finalTranscript !== "");
    await act(() => SpeechRecognition.stopListening());
    await until(() => hooks.finalTranscript === nodeWords());
    expect(container.textContent).toBe(nodeWords());
    expect(hooks.listening).toBe(false);
    expect(microphone.closed).toBe(1);
    expect(commands).toHaveBeenCalled();
  });

  it("goes on after resetTranscript in continuous mode, and after an abort can be started again", async () => {
    await act(() => SpeechRecognition.startListening({ continuous: true }));
    await until(() => microphone.opened === 1);
    act(() => hooks.resetTranscript());
    await until(() => microphone.opened === 2);
    expect(hooks.listening).toBe(true);
    await act(() => SpeechRecognition.abortListening());
    await until(() => microphone.closed === 2);
    expect(hooks.listening).toBe(false);
    await act(() => SpeechRecognition.startListening());
    await until(() => microphone.opened === 3);
    await act(() => SpeechRecognition.abortListening());
  });

  it("learns that the microphone is not allowed", async () => {
    microphone.refusal = new FoldvoxError("not-allowed", "No.");
    await act(() => SpeechRecognition.startListening());
    await until(() => !hooks.isMicrophoneAvailable);
  });
});
