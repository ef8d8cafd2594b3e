// Pictures of the Markdown that are drawn anew from their data, so that they follow light and dark; vector pictures are put in as
// they are. Others stay pictures.

import { readFileSync } from "node:fs";
import { barChart, plot } from "./charts.mjs";

const read = (path) => readFileSync(path, "utf8");

function readCsv(path) {
  const [head, ...lines] = read(path).trim().split("\n");
  const columns = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [columns[i], Number(cell)])));
}

/** How a model was trained: errors against minutes. */
function trainingCurve(csv) {
  const rows = readCsv(csv);
  const line = (name, column) => ({ name, points: rows.map((row) => [row.minutes, 100 * row[column]]) });
  return plot({
    title: "Errors while training, on speakers held out",
    x: "minutes",
    y: "%",
    series: [
      line("word error rate, joined streams", "valid_wer_joined"),
      { name: "single words wrong", points: rows.map((row) => [row.minutes, 100 * (1 - row.valid_single)]) },
    ],
  });
}

/** Plans of the fold study: errors against bytes. */
function foldingSizes(json) {
  const { plans } = JSON.parse(read(json));
  const points = plans.map(({ name, about, cost, wer }) => [
    cost.bytes / 1000,
    100 * wer,
    `${name}: ${about}, ${Math.round(cost.bytes / 1000)} kB, ${(100 * wer).toFixed(2)} %`,
  ]);
  return plot({
    title: "Word error rate against bytes, one point a plan",
    x: "kB as int8",
    y: "% of words",
    series: [{ points }],
    lines: false,
    zero: false,
  });
}

/** What each plan of folding costs: points of errors above the baseline, the cheapest first. */
function foldingPrices(json) {
  const { plans } = JSON.parse(read(json));
  const [baseline, ...others] = plans;
  const folded = others.filter(({ about }) => /folded/.test(about) && !/control/.test(about));
  const bars = folded.map(({ name, wer, cost }) => ({
    label: `${name}, ${Math.round(100 * (cost.bytes / baseline.cost.bytes - 1))} % bytes`,
    value: 100 * (wer - baseline.wer),
    ours: false,
  }));
  return barChart({
    title: "Points of word error rate above the baseline, short trainings; shorter is better",
    bars: bars.sort((a, b) => a.value - b.value),
    unit: "points",
  });
}

/** A vector picture of light colours in those of the page. */
const inPageColours = (svg) =>
  svg
    .replace(/<\?xml[^>]*\?>/, "")
    .replace(/<rect [^>]*rx="12" fill="#ffffff"\/>/, "")
    .replaceAll('fill="#111827"', 'fill="currentColor"')
    .replaceAll('"#6b7280"', '"var(--muted)"')
    .replaceAll('"#374151"', '"currentColor"')
    .replace(/<svg [^>]*?(viewBox="[^"]*")[^>]*>/, '<svg $1 role="img">');

/** The drawing of a picture that lies there, or null where there is none. */
export function drawPicture(path) {
  if (path.endsWith(".svg")) return `<figure class="drawing">${inPageColours(read(path))}</figure>`;
  if (/^models\/commands(-tiny)?\.png$/.test(path)) return trainingCurve(path.replace(".png", ".csv"));
  if (/^docs\/folding\/.*size\.png$/.test(path)) return foldingSizes(path.replace("size.png", "results.json"));
  if (path === "docs/folding/sensitivity.png") return foldingPrices("docs/folding/results.json");
  return null;
}
