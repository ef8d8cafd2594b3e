// Code that does what the page is set to, to be copied.

import type { WorkerStreamOptions } from "../../../src/worker/worker-recognizer.ts";
import type { ModeName } from "../modes/models.ts";

export type SnippetKind = "page" | "node" | "react" | "worker";

/** What the code is to do. */
export interface Settings {
  readonly mode: ModeName;
  /** The name of a model that comes with foldvox. */
  readonly model: string;
  readonly options: WorkerStreamOptions;
}

/** Values as source text: an object a line where it is long, multi-line text as a template. */
function literal(value: unknown, indent = ""): string {
  if (typeof value === "string") {
    if (!value.includes("\n")) return JSON.stringify(value);
    // The page's own header stands on the first rule's line, to keep the box's line numbers.
    const text = value.replace(/^(#JSGF [^;]*;) (grammar [^;]*;) /, "$1\n$2\n").replace(/[\\`]|\$\{/g, "\\$&");
    return `\`\n${text}\n\``;
  }
  if (Array.isArray(value)) return `[${value.map((entry) => literal(entry, indent)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const inner = `${indent}  `;
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${literal(field, inner)}`);
  const short = `{ ${fields.join(", ")} }`;
  if (!short.includes("\n") && short.length < 60) return short;
  return `{\n${fields.map((field) => `${inner}${field},\n`).join("")}${indent}}`;
}

/** What is done with a final result. */
const USE: Readonly<Record<ModeName, string>> = {
  phrases: "({ intent, slots, confidence }) => console.log(intent, slots, confidence)",
  dictation: "({ text }) => console.log(text)",
  words: "({ text }) => console.log(text)",
};

/** The options with which a recognizer is made: all its streams listen so. */
function recognizerOptions({ model, options }: Settings): string {
  const given = { ...(model !== "commands" && { model }), ...options };
  return Object.keys(given).length === 0 ? "" : literal(given);
}

function pageCode(settings: Settings): string {
  return `import { openMicrophone } from "foldvox/microphone";
import { createWorkerRecognizer } from "foldvox/worker";

const recognizer = await createWorkerRecognizer(${recognizerOptions(settings)});

// On a click, as browsers ask for one:
const stream = await recognizer.createStream({
  onPartial: ({ partial }) => console.log("…", partial),
  onFinal: ${USE[settings.mode]},
});
const microphone = await openMicrophone({
  onSamples: (samples) => stream.acceptWaveform(16000, samples),
});

// To stop:
// await microphone.close();
// await stream.inputFinished();
`;
}

function nodeCode(settings: Settings): string {
  return `// arecord -q -t raw -f S16_LE -r 16000 | node listen.mjs
import { createRecognizer } from "foldvox";

const recognizer = await createRecognizer(${recognizerOptions(settings)});
const heard = ${USE[settings.mode]};

for await (const result of recognizer.transcribe(process.stdin, { sampleRate: 16000, format: "s16le" })) {
  if ("text" in result) heard(result);
}
recognizer.free();
`;
}

function reactCode(settings: Settings): string {
  const options = literal({ ...(settings.model !== "commands" && { model: settings.model }), ...settings.options });
  return `import { useState } from "react";
import { openMicrophone } from "foldvox/microphone";
import { createWorkerRecognizer } from "foldvox/worker";

const options = ${options};
// Loaded once, when it is first needed.
let loading;

export function Listen() {
  const [results, setResults] = useState([]);
  const [stop, setStop] = useState(null);

  async function start() {
    loading ??= createWorkerRecognizer(options);
    const recognizer = await loading;
    const stream = await recognizer.createStream({
      onFinal: (result) => setResults((before) => [...before, result]),
    });
    const microphone = await openMicrophone({
      onSamples: (samples) => stream.acceptWaveform(16000, samples),
    });
    setStop(() => async () => {
      await microphone.close();
      await stream.inputFinished();
      await stream.free();
      setStop(null);
    });
  }

  return (
    <>
      <button onClick={() => (stop ? stop() : start())}>{stop ? "Stop" : "Listen"}</button>
      {results.map((result, i) => (
        <p key={i}>${settings.mode === "phrases" ? "{result.intent} {JSON.stringify(result.slots)}" : "{result.text}"}</p>
      ))}
    </>
  );
}
`;
}

function workerCode(settings: Settings): string {
  return `// In a worker of your own: samples come as messages, results go as messages.
import { createRecognizer } from "foldvox";

const recognizer = await createRecognizer(${recognizerOptions(settings)});

const stream = recognizer.createStream();
addEventListener("message", ({ data: samples }) => {
  stream.acceptWaveform(16000, samples);
  postMessage({ partial: stream.partial(), finals: stream.results() });
});
`;
}

const CODE = { page: pageCode, node: nodeCode, react: reactCode, worker: workerCode };

/** The code of one kind for the settings. */
export const snippet = (kind: SnippetKind, settings: Settings): string => CODE[kind](settings);
