// The page: ties models, buttons, runs of listening and what is shown of them together.

import { createWorkerRecognizer, type WorkerRecognizer } from "../src/worker/worker-recognizer.ts";
import { decodeClip } from "./page/clip.ts";
import { CommittedWords } from "./page/committed-words.ts";
import { element } from "./page/elements.ts";
import { Figures } from "./page/figures.ts";
import { clipSource, Listening, type ListeningViews, microphoneSource } from "./page/listening.ts";
import { MemoryGauge } from "./page/memory-gauge.ts";
import { listModels, type ModelEntry } from "./page/models.ts";
import { Spectrogram } from "./page/spectrogram.ts";
import { TranscriptView } from "./page/transcript-view.ts";
import { Vocabulary } from "./page/vocabulary.ts";
import { VoiceControl } from "./page/voice-control.ts";

type PageState = "loading" | "ready" | "opening" | "listening" | "stopping" | "failed";

const microphoneButton = element<HTMLButtonElement>("microphone");
const exampleButton = element<HTMLButtonElement>("example");
const openButton = element<HTMLButtonElement>("open");
const fileInput = element<HTMLInputElement>("file");
const aloudBox = element<HTMLInputElement>("aloud");
const modelSelect = element<HTMLSelectElement>("model");

const transcript = new TranscriptView();
const spectrogram = new Spectrogram();
const figures = new Figures();
const vocabulary = new Vocabulary();
const memory = new MemoryGauge();
const control = new VoiceControl();
const committed = new CommittedWords();

let models: ModelEntry[] = [];
let recognizer: WorkerRecognizer | null = null;
let listening: Listening | null = null;

function setState(state: PageState, status: string): void {
  document.documentElement.dataset.state = state;
  element("status").textContent = status;
  const active = state === "listening";
  element("microphone-label").textContent = active ? "Stop" : "Start microphone";
  microphoneButton.disabled = state !== "ready" && !active;
  for (const control of [exampleButton, openButton, modelSelect]) control.disabled = state !== "ready";
  // After a model that failed, another may be tried.
  if (state === "failed") modelSelect.disabled = models.length < 2;
}

function showError(cause: unknown): void {
  const error = element("error");
  error.textContent = cause instanceof Error ? cause.message : String(cause);
  error.hidden = false;
}

function heard(words: readonly string[]): void {
  for (const word of words) {
    vocabulary.heard(word);
    control.obey(word);
  }
}

async function showMemory(): Promise<void> {
  if (recognizer) memory.show(await recognizer.memoryReport());
}

const views: ListeningViews = {
  started(realTime) {
    spectrogram.clear();
    figures.start(realTime);
  },
  samples: (samples) => spectrogram.accept(samples),
  partial(result) {
    transcript.partial(result);
    spectrogram.words(result.partial_result);
    heard(committed.partial(result));
  },
  final(result) {
    transcript.final(result);
    spectrogram.finish(result.result);
    heard(committed.final(result));
  },
  progress: (progress) => figures.progress(progress),
  wordShown: (latencyMs) => figures.wordShown(latencyMs),
  ended(cause) {
    listening = null;
    setState("ready", "Ready.");
    if (cause !== undefined) showError(cause);
    void showMemory();
  },
};

/** Begins a run; `prepare` may wait for a permission or a file. */
async function listen(status: string, prepare: () => Promise<Parameters<typeof Listening.start>[1]>): Promise<void> {
  if (!recognizer || listening) return;
  element("error").hidden = true;
  setState("opening", status);
  try {
    const source = await prepare();
    listening = await Listening.start(recognizer, source, views);
    setState("listening", "Listening. Press Stop or Escape to end.");
  } catch (cause) {
    setState("ready", "Ready.");
    showError(cause);
  }
}

async function stop(): Promise<void> {
  if (document.documentElement.dataset.state !== "listening") return;
  setState("stopping", "Finishing…");
  await listening?.stop();
}

async function loadModel({ name, url }: ModelEntry): Promise<void> {
  setState("loading", `Loading the model ${name}…`);
  element("error").hidden = true;
  recognizer?.free();
  recognizer = null;
  try {
    recognizer = await createWorkerRecognizer({ model: url });
    const { tokens, tokenUnit, head, attribution } = recognizer.config;
    vocabulary.show(tokenUnit === "word" ? tokens.filter((_, token) => token !== head.blank) : []);
    element("licence").textContent = attribution.join(". ");
    await showMemory();
    setState("ready", "Ready.");
  } catch (cause) {
    setState("failed", "The model could not be loaded.");
    showError(cause);
  }
}

/** After the first load the page works without a network. */
async function goOffline(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("./service-worker.js");
  await navigator.serviceWorker.ready;
  element("offline").textContent = "Now works offline.";
}

async function exampleBytes(): Promise<ArrayBuffer> {
  const response = await fetch("./digits.wav");
  if (!response.ok) throw new Error("The example recording could not be loaded.");
  return response.arrayBuffer();
}

function connect(): void {
  microphoneButton.addEventListener("click", () => {
    if (listening) void stop();
    else void listen("Waiting for the microphone…", async () => microphoneSource());
  });
  exampleButton.addEventListener("click", () => {
    void listen("Opening the example…", async () =>
      clipSource(await decodeClip(await exampleBytes()), aloudBox.checked),
    );
  });
  openButton.addEventListener("click", () => fileInput.click());
  fileInput.addEventListener("change", () => {
    const file = fileInput.files?.[0];
    fileInput.value = "";
    if (!file) return;
    void listen(`Opening ${file.name}…`, async () =>
      clipSource(await decodeClip(await file.arrayBuffer()), aloudBox.checked),
    );
  });
  element("clear").addEventListener("click", () => transcript.clear());
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") void stop();
  });
  modelSelect.addEventListener("change", () => void loadModel(models[modelSelect.selectedIndex]!));
  // A page that is left must not keep the microphone.
  addEventListener("pagehide", () => void listening?.stop());
}

async function main(): Promise<void> {
  connect();
  try {
    models = await listModels();
  } catch (cause) {
    setState("failed", "The list of models could not be loaded.");
    return showError(cause);
  }
  for (const { name, bytes } of models) modelSelect.add(new Option(`${name} (${(bytes / 1e6).toFixed(1)} MB)`, name));
  await loadModel(models[0]!);
  if (recognizer)
    element("loaded").textContent = `Ready ${Math.round(performance.now())} ms after the page was opened.`;
  await goOffline().catch(() => {
    element("offline").textContent = "Needs a connection: this browser keeps no offline copy.";
  });
}

void main();
