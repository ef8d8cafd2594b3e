// Cloudflare's runtime as a server: it is given modules and asked over HTTP, and timed from outside.

import { copyFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { moduleBundle } from "./bundles.mjs";
import { workFolder } from "./cache.mjs";
import { start } from "./processes.mjs";

const FILES = {
  wasm: "build/foldvox.simd.wasm",
  wav: "examples/digits.wav",
  "commands-tiny": "models/commands-tiny.safetensors",
  commands: "models/commands.safetensors",
  english: "models/english.safetensors",
  lexicon: "models/english.lexicon",
};
const ROUNDS = 5;
const RUNS = 20;

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "localhost", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const config = (port) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "localhost:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [
    (name = "workerd.mjs", esModule = embed "workerd.mjs"),
${Object.keys(FILES)
  .map((name) => `    (name = "${name}", ${name === "wasm" ? "wasm" : "data"} = embed "${name}"),`)
  .join("\n")}
  ],
);
`;

/** The answer of a server that may not listen yet. */
async function answer(url, patience = 100) {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(await response.text());
    return response;
  } catch (error) {
    if (patience === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return answer(url, patience - 1);
  }
}

async function milliseconds(url) {
  const begun = performance.now();
  await (await answer(url)).arrayBuffer();
  return performance.now() - begun;
}

/** Time of one transcription: that of many, less that of a request. */
async function transcribing(url) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [none, many] = [await milliseconds(`${url}&runs=0`), await milliseconds(`${url}&runs=${RUNS}`)];
    times.push((many - none) / RUNS);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1];
}

export async function findingsOfWorkerd(program, models) {
  const folder = await workFolder("workerd");
  await moduleBundle("workerd", folder, Object.keys(FILES));
  for (const [name, path] of Object.entries(FILES)) await copyFile(path, join(folder, name));
  const length = ((await stat(FILES.wav)).size - 44) / 32;
  const port = await freePort();
  await writeFile(join(folder, "config.capnp"), config(port));
  const server = start(program, ["serve", join(folder, "config.capnp")]);
  try {
    const findings = [];
    for (const model of models) {
      const url = `http://localhost:${port}/?model=${model}`;
      const ended = server.ended.then(({ errors }) => Promise.reject(new Error(`workerd ended: ${errors}`)));
      const found = await Promise.race([answer(url).then((response) => response.json()), ended]);
      findings.push({ ...found, host: { ...found.host, rtf: (await transcribing(url)) / length } });
    }
    return findings;
  } finally {
    server.stop();
  }
}
