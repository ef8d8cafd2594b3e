// build/bench.html: the tables with plots, one file that needs nothing else.

import * as Plot from "@observablehq/plot";
import { Window } from "happy-dom";
import { cell, type Table } from "../table.ts";
import { goals } from "./goals.ts";
import type { Report } from "./report.ts";

const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-size: 14px; }
th, td { padding: 0.2rem 0.8rem; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; }`;

interface Point {
  readonly at: string | number;
  readonly series: string;
  readonly value: number;
}

function points({ columns, rows, plot }: Table): Point[] {
  return plot!.y.flatMap((series) => {
    const column = columns.indexOf(series);
    return rows.flatMap((row) => {
      const value = row[column];
      return typeof value === "number" ? [{ at: row[0]!, series, value }] : [];
    });
  });
}

function drawn(table: Table): string {
  const { mark, y, unit, log = false } = table.plot!;
  const data = points(table);
  const document = new Window().document as unknown as Document;
  const scale = log ? ("log" as const) : ("linear" as const);
  const common = { document, width: 860, color: { legend: y.length > 1, domain: [...y] } };
  const figure =
    mark === "line"
      ? Plot.plot({
          ...common,
          height: 360,
          grid: true,
          x: { type: scale, label: table.columns[0]!, ticks: table.rows.map((row) => row[0]!), tickFormat: String },
          y: { type: scale, label: unit, ...(!log && { zero: true }) },
          marks: [
            Plot.line(data, { x: "at", y: "value", stroke: "series" }),
            Plot.dot(data, { x: "at", y: "value", fill: "series" }),
          ],
        })
      : Plot.plot({
          ...common,
          marginLeft: 260,
          x: { type: scale, label: unit, grid: true },
          // A band of bars for each row, its name on the left.
          y: { axis: null, domain: y },
          fy: { axis: "left", label: null, domain: table.rows.map((row) => row[0]!), padding: 0.2 },
          marks: [Plot.barX(data, { x: "value", y: "series", fy: "at", fill: "series", ...(log && { x1: 0.1 }) })],
        });
  return figure.outerHTML;
}

function section(table: Table): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join("")}</tr>`;
  const rows = [row(table.columns, "th"), ...table.rows.map((values) => row(values.map(cell), "td"))];
  return [
    `<h2>${escaped(table.title)}</h2>`,
    ...(table.note ? [`<p>${escaped(table.note)}</p>`] : []),
    ...(table.plot ? [`<figure>${drawn(table)}</figure>`] : []),
    `<table>${rows.join("\n")}</table>`,
  ].join("\n");
}

export function page(report: Report): string {
  const parts = Object.values(report).map(({ date, machine, tables }) =>
    [`<p>${escaped(`${date}, ${machine}`)}</p>`, ...tables.map(section)].join("\n"),
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>foldvox: benchmarks</title><style>${STYLE}</style></head>
<body>
<h1>foldvox: benchmarks</h1>
${section(goals(report))}
${parts.join("\n")}
</body>
</html>
`;
}
