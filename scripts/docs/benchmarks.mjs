// The page of benchmarks: charts whose headlines say what was found, what was missed told plainly behind them, and every table
// folded below. Drawn from docs/benchmarks.md, which the benchmarks write.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { barChart, shown } from "./charts.mjs";
import { readTables, tableOf } from "./tables.mjs";
import { escaped } from "./template.mjs";

const isOurs = (runtime) => runtime.startsWith("foldvox");

/** What a browser or a server would use: the best of each runtime, on one thread. */
function bestOf(rows, column) {
  const best = new Map();
  for (const row of rows) {
    const value = Number(row[column]);
    const name = row.runtime.replace(/ (int8|fp32).*$/, "").replace(/ \(.*\)$/, "");
    if (/threads/.test(row.runtime) || !Number.isFinite(value)) continue;
    if (!best.has(name) || value < best.get(name)) best.set(name, value);
  }
  return [...best].map(([label, value]) => ({ label, value, ours: isOurs(label) })).sort((a, b) => a.value - b.value);
}

const timesOurs = (bars, name) => {
  const ours = bars.find(({ label }) => label === "foldvox").value;
  return bars.find(({ label }) => label === name).value / ours;
};

function stepChart(tables, size, words) {
  const bars = bestOf(tableOf(tables, `encoder step: ${size}`), "ms");
  const [web, node] = ["onnxruntime-web", "onnxruntime-node"].map((name) => shown(timesOurs(bars, name)));
  return `<h2 id="${words.id}">${words.title(web, node)}</h2>${barChart({
    title: `${words.what}, milliseconds; shorter is faster`,
    bars,
    unit: "ms",
    caption:
      "One thread, the faster of int8 and fp32 of each runtime. PyTorch and onnxruntime-node use the processor’s wider instructions.",
  })}`;
}

/** What is downloaded today, which changes more often than the others are measured. */
function ownDownload() {
  const bytes = ["build/index.js", "build/foldvox.relaxed.wasm"].map((file) => gzipSync(readFileSync(file)).length);
  return bytes.reduce((sum, size) => sum + size, 0) / 1000;
}

function downloadChart(tables) {
  const bars = tableOf(tables, "download: scripts and WebAssembly, gzip, without the model")
    .filter(({ runtime }) => runtime !== "foldvox, minified")
    .map(({ runtime, KB }) => ({
      label: runtime.replace(", as published", ""),
      value: isOurs(runtime) ? ownDownload() : Number(KB),
      ours: isOurs(runtime),
    }));
  const ours = bars.find(({ ours }) => ours).value;
  const other = bars.find(({ label }) => label.startsWith("onnxruntime")).value;
  return `<h2 id="download">It is ${Math.round(other / ours)} times smaller to download than onnxruntime-web</h2>${barChart(
    {
      title: "Scripts and WebAssembly with gzip, without a model",
      bars,
      unit: "KB",
    },
  )}`;
}

function memoryChart(tables) {
  const title = "memory: 20 layers of 512, base size";
  const bars = bestOf(tableOf(tables, title), "above idle and file");
  return `<h2 id="memory">A large model takes ${shown(timesOurs(bars, "onnxruntime-web"))} times less memory than in onnxruntime-web</h2>${barChart(
    {
      title: "Peak of the process above an idle one and the model’s file; 20 layers of 512",
      bars,
      unit: "MB",
    },
  )}`;
}

function widthChart(tables) {
  const rows = tableOf(tables, "cost against width: a step of 4 layers, int8");
  const fastest = rows.reduce((best, row) =>
    Number(row["GOP/s of its products"]) > Number(best["GOP/s of its products"]) ? row : best,
  );
  return `<h2 id="width">Products run at up to ${shown(Number(fastest["GOP/s of its products"]))} billion operations a second</h2>${barChart(
    {
      title: "int8 products of four layers by their width, billions of operations a second; longer is faster",
      bars: rows.map((row) => ({
        label: `${row.width} wide`,
        value: Number(row["GOP/s of its products"]),
        ours: row === fastest,
      })),
      unit: "GOP/s",
    },
  )}`;
}

/** Goals as they stand, those that were missed in full. */
function goals(tables) {
  const rows = tableOf(tables, "Goals");
  const missed = rows.filter(({ reached }) => reached === "no");
  const items = missed.map((row) => `<li><b>${escaped(row.what)}:</b> ${row.measured}; the goal was ${row.goal}.</li>`);
  return `<h2 id="missed">What was missed</h2>
<p>Of ${rows.length} goals that were set before measuring, ${rows.length - missed.length} were reached. These were not:</p>
<ul>${items.join("\n")}</ul>`;
}

/** The tables of the page, each folded under its heading. */
function folded(html) {
  const parts = html.split(/(?=<h[23] )/);
  return parts
    .map((part) => {
      const heading = /^<h([23]) id="([^"]*)">([\s\S]*?)<\/h[23]>/.exec(part);
      if (!heading || !part.includes("<table>"))
        return part.replace(/^<h2 /, '<h3 class="of-tables" ').replace(/<\/h2>/, "</h3>");
      return `<details id="table-${heading[2]}"><summary>${heading[3]}</summary>${part.slice(heading[0].length)}</details>`;
    })
    .join("\n");
}

/** The page's HTML in place of the tables alone. */
export function benchmarkPage(source, rendered) {
  const tables = readTables(source);
  const introduction = /<h1[\s\S]*?<\/h1>\s*(<p>[\s\S]*?<\/p>)/.exec(rendered)?.[1] ?? "";
  const body = rendered.slice(rendered.indexOf("<h2"));
  return `<h1 id="benchmarks">Benchmarks</h1>
${introduction}
${stepChart(tables, "commands, the shipped model", {
  id: "step",
  what: "A step of the encoder: 160 ms of sound",
  title: (web, node) =>
    `A step of the small model is ${web} times as fast as in onnxruntime-web, ${node} times as in onnxruntime-node`,
})}
${downloadChart(tables)}
${stepChart(tables, "20 layers of 512, base size", {
  id: "base",
  what: "A step of 20 layers of 512",
  title: (web, node) =>
    `A large model is ${web} times as fast as in onnxruntime-web, ${node} times as in onnxruntime-node`,
})}
${memoryChart(tables)}
${widthChart(tables)}
${goals(tables)}
<h2 id="tables">Every table</h2>
${folded(body)}`;
}
