// Draws the page's example of phrases as a moving picture for the README: its waveform, words at the times at which foldvox told
// them, and what was meant. Arguments: the folder that build:web has written, and the picture.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RecordedEvent } from "../../web/page/preview.ts";

const RATE = 16000;
const [WIDTH, HEIGHT] = [760, 250];
const EDGE = 24;
/** Seconds for which the whole is shown before it begins anew. */
const REST = 2.5;
const HEADER_BYTES = 44;
const BARS = 140;

const [folder, out] = process.argv.slice(2) as [string, string];
const wav = readFileSync(join(folder, "phrases.wav"));
const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + HEADER_BYTES, wav.byteOffset + wav.length));
const events: RecordedEvent[] = JSON.parse(readFileSync(join(folder, "phrases.events.json"), "utf8"));
const seconds = samples.length / RATE;
const loop = seconds + REST;
const left = (time: number) => EDGE + (time / seconds) * (WIDTH - 2 * EDGE);
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Shows from one time on, until another or the loop's end. */
function shownFrom(from: number, until = loop): string {
  const [a, b] = [from / loop, Math.min(0.9999, until / loop)].map((share) => share.toFixed(4));
  return `<animate attributeName="opacity" dur="${loop.toFixed(2)}s" repeatCount="indefinite" calcMode="discrete" keyTimes="0;${a};${b}" values="0;1;0" />`;
}

const bars = Array.from({ length: BARS }, (_, i) => {
  const part = samples.subarray((i * samples.length) / BARS, ((i + 1) * samples.length) / BARS);
  const peak = part.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) / 32768;
  const height = Math.max(2, peak * 150);
  const x = left((i / BARS) * seconds);
  return `<rect x="${x.toFixed(1)}" y="${(70 - height / 2).toFixed(1)}" width="3" height="${height.toFixed(1)}" rx="1.5" />`;
});

/** When each word was first told as it stayed. */
const finals = events.flatMap(({ at, final }) => (final ? [{ at, final }] : []));
const words = finals.flatMap(({ at, final }, f) =>
  final.result.map(({ word, start }, w) => {
    const isTold = ({ at: told, partial }: RecordedEvent) =>
      told > (finals[f - 1]?.at ?? 0) && partial?.partial_result[w]?.word === word;
    const from = events.find(isTold)?.at ?? at;
    const text = word === "[unk]" ? "?" : word;
    return `<text x="${left(start).toFixed(1)}" y="${152 + (w % 3) * 19}" opacity="0">${escaped(text)}${shownFrom(from)}</text>`;
  }),
);

const meanings = finals.map(({ at, final }, f) => {
  const slots = Object.entries(final.slots ?? {}).map(([name, value]) => `${name}: ${value}`);
  const text =
    final.text === "[unk]"
      ? "speech, but none of the phrases"
      : [final.intent, ...slots, `${Math.round((final.confidence ?? 0) * 100)} %`].join(" · ");
  const until = finals[f + 1]?.at ?? loop;
  return `<text class="meant" x="${EDGE}" y="228" opacity="0">${escaped(text)}${shownFrom(at, until)}</text>`;
});

const cursor = `<rect class="cursor" y="16" width="2" height="196"><animate attributeName="x" dur="${loop.toFixed(2)}s" repeatCount="indefinite" keyTimes="0;${(seconds / loop).toFixed(4)};1" values="${EDGE};${WIDTH - EDGE};${WIDTH - EDGE}" /></rect>`;

writeFileSync(
  out,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">
<title>Three sentences are spoken; words appear as they are heard, then what was meant</title>
<style>
svg { background: #fffefb; color: #1c2022; font: 15px system-ui, sans-serif; border-radius: 14px; --accent: #0d6b68; }
text { fill: currentcolor; }
rect { fill: var(--accent); }
.cursor { opacity: 0.35; }
.meant { font-size: 19px; font-weight: 600; fill: var(--accent); }
@media (prefers-color-scheme: dark) { svg { background: #1a1d20; color: #e8eaea; --accent: #58c9bd; } }
</style>
${[...bars, ...words, ...meanings, cursor].join("\n")}
</svg>
`,
);
