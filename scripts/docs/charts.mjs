// Charts as SVG in the page's colours, so that they follow light and dark. Drawn from data; text in them is text.

import { escaped } from "./template.mjs";

const round = (value) => Number(value.toFixed(2));

/** A number with three digits that matter. */
export const shown = (value) => {
  if (value >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
};

/**
 * Horizontal bars, the shortest first where it is best. `bars` are { label, value, ours }; `unit` stands behind each number.
 * On a logarithmic scale where the longest is more than 30 times the shortest, which the caption says.
 */
export function barChart({ title, bars, unit, caption = "" }) {
  const values = bars.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const isLog = most / least > 30;
  const share = (value) => (isLog ? 0.08 + (0.92 * Math.log(value / least)) / Math.log(most / least) : value / most);
  const rows = bars.map(({ label, value, ours }) => {
    const width = round(share(value) * 100);
    return `<div class="bar${ours ? " ours" : ""}"><span class="label">${escaped(label)}</span>
<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="10" /></svg>
<span class="value">${shown(value)} ${escaped(unit)}</span></div>`;
  });
  const scale = isLog ? "Bars are on a logarithmic scale." : "";
  const text = [caption, scale].filter((part) => part !== "").join(" ");
  return `<figure class="bars"><figcaption>${escaped(title)}</figcaption>\n${rows.join("\n")}\n${text ? `<p class="note">${escaped(text)}</p>` : ""}</figure>`;
}

/** About five round numbers over a range. */
function ticks(from, to) {
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step + 1e-9) + 1 }, (_, i) =>
    Number((first + i * step).toPrecision(12)),
  );
}

const WIDTH = 640;
const HEIGHT = 320;
const EDGES = { left: 52, right: 16, top: 16, bottom: 44 };

/**
 * Lines or points over two axes. `series` are { name, points: [x, y, label?][] }; `lines`: whether points are joined.
 */
export function plot({ title, x, y, series, lines = true, zero = true }) {
  const all = series.flatMap(({ points }) => points);
  const range = (index, fromZero) => {
    const values = all.map((point) => point[index]);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const margin = (most - least) * 0.06;
    return [fromZero ? 0 : least - margin, most + margin];
  };
  const [xs, ys] = [range(0, lines), range(1, zero)];
  const left = (value) => round(EDGES.left + ((value - xs[0]) / (xs[1] - xs[0])) * (WIDTH - EDGES.left - EDGES.right));
  const top = (value) =>
    round(HEIGHT - EDGES.bottom - ((value - ys[0]) / (ys[1] - ys[0])) * (HEIGHT - EDGES.top - EDGES.bottom));
  const grid = ticks(...ys).map(
    (value) =>
      `<line class="grid" x1="${EDGES.left}" x2="${WIDTH - EDGES.right}" y1="${top(value)}" y2="${top(value)}" /><text x="${EDGES.left - 8}" y="${top(value) + 4}" text-anchor="end">${value}</text>`,
  );
  const marks = ticks(...xs).map(
    (value) => `<text x="${left(value)}" y="${HEIGHT - EDGES.bottom + 18}" text-anchor="middle">${value}</text>`,
  );
  const drawn = series.map(({ points }, index) => {
    const path = points.map(([px, py]) => `${left(px)},${top(py)}`).join(" ");
    const line = lines ? `<polyline class="line s${index}" points="${path}" />` : "";
    const dots = points
      .filter(() => !lines || points.length < 25)
      .map(([px, py, label]) => {
        const name = label ? `<title>${escaped(label)}</title>` : "";
        return `<circle class="dot s${index}" cx="${left(px)}" cy="${top(py)}" r="${lines ? 3 : 5}">${name}</circle>`;
      });
    return line + dots.join("");
  });
  const named = series.filter(({ name }) => name);
  const legend = named.map(({ name }, index) => `<span class="key s${index}">${escaped(name)}</span>`).join(" ");
  return `<figure class="plot"><figcaption>${escaped(title)}</figcaption>
${legend ? `<p class="legend">${legend}</p>` : ""}
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">
${grid.join("")}${marks.join("")}${drawn.join("\n")}
<text x="${WIDTH - EDGES.right}" y="${HEIGHT - 8}" text-anchor="end">${escaped(x)}</text>
<text x="${EDGES.left}" y="12" text-anchor="start">${escaped(y)}</text>
</svg></figure>`;
}
