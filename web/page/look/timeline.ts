// The spectrogram of what was heard, and under it each word at its true place, which a click plays again. It follows the sound;
// what has left the picture can be scrolled back to.

import type { WordResult } from "../../../src/worker/worker-recognizer.ts";
import { element, makeButton } from "../elements.ts";
import { ColumnStore } from "./column-store.ts";
import { Spectrum } from "./spectrum.ts";
import { WordRows } from "./word-rows.ts";

const BANDS = 56;
/** Fewer seconds where there is less room, in which words would stand over one another. */
const PIXELS_PER_SECOND = 88;
const LEAST_SECONDS = 4;
/** A character's width and a label's padding, for the choice of rows. */
const CHARACTER_WIDTH = 7.4;
const LABEL_PADDING = 12;

interface PlacedWord {
  readonly word: WordResult;
  readonly button: HTMLButtonElement;
}

export class Timeline {
  private readonly canvas = element<HTMLCanvasElement>("spectrogram");
  private readonly spoken = element("spoken");
  private readonly scroll = element<HTMLInputElement>("scroll");
  private readonly picture = document.createElement("canvas");
  private readonly columns = new ColumnStore(BANDS, Spectrum.rate);
  private readonly replay: (word: WordResult) => void;
  private spectrum = new Spectrum(BANDS);
  private finished: readonly WordResult[] = [];
  private current: readonly WordResult[] = [];
  private placed: PlacedWord[] = [];
  /** The second at which the picture begins where the user has scrolled; null where it follows the sound. */
  private heldAt: number | null = null;
  private waiting = false;

  /** `replay` is called with a word that was clicked. */
  constructor(replay: (word: WordResult) => void) {
    this.replay = replay;
    this.picture.height = BANDS;
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    this.scroll.addEventListener("input", () => {
      this.heldAt = this.scroll.value === this.scroll.max ? null : Number(this.scroll.value);
      this.redraw();
    });
  }

  clear(): void {
    this.spectrum = new Spectrum(BANDS);
    this.columns.clear();
    this.finished = [];
    this.current = [];
    this.heldAt = null;
    this.scroll.hidden = true;
    this.placeWords();
  }

  /** 16 kHz samples as they are heard. */
  accept(samples: Float32Array): void {
    for (const column of this.spectrum.push(samples)) this.columns.push(column);
    this.redraw();
  }

  /** The words of the utterance that is going on. */
  words(words: readonly WordResult[]): void {
    this.current = words;
    this.placeWords();
  }

  /** The words of an utterance that is complete. */
  finish(words: readonly WordResult[]): void {
    this.finished = [...this.finished, ...words];
    this.current = [];
    this.placeWords();
  }

  /** The run is over: what is further back can be scrolled to. */
  rest(): void {
    const most = this.heard - this.seconds;
    this.scroll.hidden = most <= 0;
    this.scroll.max = most.toFixed(1);
    this.scroll.value = this.scroll.max;
  }

  private get heard(): number {
    return this.columns.count / Spectrum.rate;
  }

  /** Seconds in the picture. */
  private get seconds(): number {
    return Math.max(LEAST_SECONDS, this.canvas.clientWidth / PIXELS_PER_SECOND);
  }

  private placeWords(): void {
    const old = new Map(this.placed.map((placed) => [keyOf(placed.word), placed.button]));
    const perSecond = this.canvas.clientWidth / this.seconds;
    const rows = new WordRows();
    this.placed = [...this.finished, ...this.current].map((word) => {
      const button = old.get(keyOf(word)) ?? makeButton(shownAs(word), "word", () => this.replay(word));
      old.delete(keyOf(word));
      const width = word.word.length * CHARACTER_WIDTH + LABEL_PADDING;
      button.style.setProperty("--row", String(rows.place(word.start * perSecond, width)));
      button.style.setProperty("--length", `${(word.end - word.start) * perSecond}px`);
      button.classList.toggle("unknown", word.word === "[unk]");
      return { word, button };
    });
    for (const button of old.values()) button.remove();
    this.redraw();
  }

  private redraw(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  private draw(): void {
    const { seconds, heard } = this;
    const from = this.heldAt ?? Math.max(0, heard - seconds);
    this.drawSound(from, seconds);
    const perSecond = this.canvas.clientWidth / seconds;
    // In their order, which is that of the tab key; those that stay are not moved, and keep the focus.
    let next = this.spoken.firstElementChild;
    for (const { word, button } of this.placed) {
      const isSeen = word.end > from && word.start < from + seconds;
      if (button === next) next = next.nextElementSibling;
      else if (isSeen) this.spoken.insertBefore(button, next);
      if (isSeen) button.style.translate = `${(word.start - from) * perSecond}px 0`;
      else button.remove();
    }
  }

  private drawSound(from: number, seconds: number): void {
    const { canvas, picture, columns } = this;
    const width = Math.round(canvas.clientWidth * devicePixelRatio);
    const height = Math.round(canvas.clientHeight * devicePixelRatio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const context = canvas.getContext("2d")!;
    const count = Math.ceil(seconds * Spectrum.rate);
    if (picture.width !== count) picture.width = count;
    const first = Math.round(from * Spectrum.rate);
    // Only opacity is kept: the colour is the page's when it is drawn.
    const pixels = new ImageData(count, BANDS);
    for (let band = 0; band < BANDS; band++) {
      const row = (BANDS - 1 - band) * count;
      for (let column = 0; column < count; column++) {
        const value = columns.value(first + column, band) / 255;
        pixels.data[(row + column) * 4 + 3] = 255 * value * Math.sqrt(value);
      }
    }
    picture.getContext("2d")!.putImageData(pixels, 0, 0);
    context.globalCompositeOperation = "copy";
    context.drawImage(picture, 0, 0, count, BANDS, 0, 0, (count / (seconds * Spectrum.rate)) * width, height);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent");
    context.fillRect(0, 0, width, height);
  }
}

/** Speech that is none of the phrases is a word that nobody knows. */
const shownAs = ({ word }: WordResult) => (word === "[unk]" ? "?" : word);

const keyOf = ({ word, start, end }: WordResult) => `${start} ${end} ${word}`;
