// docs/benchmarks.md.

import { cell, type Table } from "../table.ts";
import { goals } from "./goals.ts";
import type { Dated, Report } from "./report.ts";

function tableMarkdown({ title, note, measured, columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, i) => (i === 0 ? "---" : "--:"));
  const lines = [line(columns), line(rule), ...rows.map((row) => line(row.map(cell)))];
  const about = [note, measured && `Measured ${measured}.`].filter(Boolean);
  return [`### ${title}`, ...about, lines.join("\n")].join("\n\n");
}

const HEADINGS: Record<string, { title: string; command: string; text: string }> = {
  ours: {
    title: "foldvox alone",
    command: "npm run bench",
    text:
      "Times are of one thread. The C loop is the int8 product of assembly/kernels/matmul-int8.ts with the same tiles in C, in 128-bit " +
      "instructions: SSE4.1, or their three-operand AVX forms, which V8 emits as well. The peak is what pmaddwd and paddd " +
      "reach on registers alone.",
  },
  peers: {
    title: "Beside other runtimes",
    command: "npm run bench:peers",
    text:
      "Each runtime has a process of its own and is given the same model: exported from PyTorch to ONNX (training/product/export_onnx.py), " +
      "fp32, and dynamically quantized to int8 by onnxruntime (per channel, MatMulInteger). Only runtimes whose log-probs over 48 steps " +
      "agree with our fp32 engine's to 1e-4 are timed; the last two columns say how well they agree. int8 has no such limit; its relative error " +
      "is that of quantization. The graphs have fixed shapes, which helps them; onnxruntime runs at its highest optimization level. One " +
      "thread unless said. PyTorch and onnxruntime-node use AVX2 and AVX-512 where the processor has them, WebAssembly 128 bits.",
  },
  dictation: {
    title: "Dictation beside others",
    command: "npm run bench:dictation",
    text:
      "Each recognizer has a process of its own, at its defaults, and all share one processor; they take turns, utterance by utterance. " +
      "foldvox and PocketSphinx hear 80 ms at a time; Moonshine and Whisper hear an utterance when it has ended. Words are counted as " +
      "Whisper's own normaliser writes them, for all of them.",
  },
};

function partMarkdown(name: string, { date, machine, versions, tables }: Dated): string {
  const { title, command, text } = HEADINGS[name]!;
  const others = Object.entries(versions).map(([what, version]) => `${what} ${version}`);
  const about = `\`${command}\`, ${date}, on ${[machine, ...others].join(", ")}.`;
  return [`## ${title}`, about, text, ...tables.map(tableMarkdown)].join("\n\n");
}

export function markdown(report: Report): string {
  return `${[
    "<!-- Made of bench/results/ by `npm run bench:pages` and every bench: do not edit. -->",
    "# Benchmarks",
    "Medians of interleaved rounds: every round times each case once, and ratios are taken within rounds, because machines are shared and " +
      "their speed drifts. Only ratios carry over to other machines, and they roughly.",
    tableMarkdown(goals(report)).replace(/^###/, "##"),
    ...["ours", "peers", "dictation"].filter((name) => report[name]).map((name) => partMarkdown(name, report[name]!)),
  ].join("\n\n")}\n`;
}
