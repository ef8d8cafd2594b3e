// The runtimes that are compared, and how their processes are started. Each worker answers as workers/protocol.mjs says.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

export interface Runtime {
  readonly name: string;
  readonly precision: "fp32" | "int8";
  readonly threads: number;
  /** Program and arguments that come before and after the protocol's. */
  readonly program: string;
  readonly worker: string;
  readonly kind?: string;
  /** What runs it: a process of Node's or Python's can be compared with an idle one. */
  readonly host: "node" | "python" | "browser";
  /** What it is given to load. */
  readonly modelFile: string;
  /** False for models that it cannot run. */
  readonly runs: (model: string) => boolean;
}

/** Where Debian has it. */
const chromium = process.env.FOLDVOX_CHROMIUM ?? "/usr/bin/chromium";
const python = process.env.FOLDVOX_PYTHON ?? "python3";
/** torchaudio wants an older PyTorch than the newest: it may have a Python of its own. */
export const torchaudioPython = process.env.FOLDVOX_TORCHAUDIO_PYTHON ?? python;

const worker = (name: string) => new URL(`../bench/peers/workers/${name}`, import.meta.url).pathname;

function onNode(
  name: string,
  file: string,
  precision: "fp32" | "int8",
  { kind = "", threads = 1 }: { kind?: string; threads?: number } = {},
): Runtime {
  return {
    name,
    precision,
    threads,
    program: process.execPath,
    worker: worker(file),
    kind,
    host: "node",
    modelFile: kind !== "" && kind !== "foldvox" ? `step.${precision}.onnx` : `model.${precision}.safetensors`,
    runs: () => true,
  };
}

function onPython(name: string, program: string, kind: string, runs: (model: string) => boolean): Runtime {
  return {
    name,
    precision: "fp32",
    threads: 1,
    program,
    worker: worker("pytorch.py"),
    kind,
    host: "python",
    modelFile: "model.fp32.safetensors",
    runs,
  };
}

/** As far as the browser is there: its memory is not looked at, and its processors' time not known. */
function inChromium(): Runtime[] {
  if (!existsSync(chromium)) {
    console.log("no Chromium: set FOLDVOX_CHROMIUM to where it is\n");
    return [];
  }
  const inPage = (kind: string) => (precision: "fp32" | "int8") => ({
    ...onNode(`${kind} in Chromium`, "chromium.mjs", precision, { kind }),
    host: "browser" as const,
  });
  return [inPage("foldvox"), inPage("onnxruntime")].flatMap((make) => [make("int8"), make("fp32")]);
}

function has(program: string, module: string): boolean {
  return spawnSync(program, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0;
}

/** Ours in int8 is first: the others' ratios are to it. torchaudio knows no folds and no relative position. */
export function runtimes(): Runtime[] {
  const torchaudio = has(torchaudioPython, "torchaudio");
  if (!torchaudio) console.log("no torchaudio: set FOLDVOX_TORCHAUDIO_PYTHON to a Python that has it\n");
  const precisions = ["int8", "fp32"] as const;
  return [
    ...precisions.map((precision) => onNode("foldvox", "foldvox.mjs", precision)),
    ...[1, 2].flatMap((threads) =>
      precisions.map((precision) => onNode("onnxruntime-web", "onnxruntime.mjs", precision, { kind: "web", threads })),
    ),
    ...[1, 2].flatMap((threads) =>
      precisions.map((precision) =>
        onNode("onnxruntime-node", "onnxruntime.mjs", precision, { kind: "node", threads }),
      ),
    ),
    ...inChromium(),
    onNode("tfjs-backend-wasm", "tfjs.mjs", "fp32"),
    onPython("PyTorch, eager", python, "torch", () => true),
    onPython("torchaudio", torchaudioPython, "torchaudio", (model) => torchaudio && ["6x144", "base"].includes(model)),
  ];
}

export function label({ name, precision, threads }: Runtime): string {
  return `${name} ${precision}${threads > 1 ? `, ${threads} threads` : ""}`;
}
