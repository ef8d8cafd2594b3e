// The spectrogram of the last seconds, with each word under the sound in which it was heard. Where the user wants less motion,
// it is filled from left to right instead of moving.

import type { WordResult } from "../../src/worker/worker-recognizer.ts";
import { element } from "./elements.ts";
import { Spectrum } from "./spectrum.ts";

/** Seconds in the picture: fewer on a phone, where words would stand over one another. */
const SECONDS = innerWidth < 600 ? 5 : 8;
const BANDS = 56;
/** Height of the line of words, in CSS pixels. */
const WORDS_HEIGHT = 24;

export class Spectrogram {
  private readonly canvas = element<HTMLCanvasElement>("spectrogram");
  private readonly picture = document.createElement("canvas");
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly columns = SECONDS * Spectrum.rate;
  private spectrum = new Spectrum(BANDS);
  /** Columns since the run began. */
  private drawn = 0;
  /** Words of finished utterances that are still in the picture, and those of the one that is going on. */
  private finished: WordResult[] = [];
  private current: readonly WordResult[] = [];
  private waiting = false;

  constructor() {
    this.picture.width = this.columns;
    this.picture.height = BANDS;
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }

  clear(): void {
    this.spectrum = new Spectrum(BANDS);
    this.drawn = 0;
    this.finished = [];
    this.current = [];
    this.picture.getContext("2d")!.clearRect(0, 0, this.columns, BANDS);
    this.redraw();
  }

  /** 16 kHz samples as they are heard. */
  accept(samples: Float32Array): void {
    const context = this.picture.getContext("2d")!;
    for (const column of this.spectrum.push(samples)) {
      // Only opacity is kept: the colour is the page's when it is drawn.
      const pixels = context.createImageData(1, BANDS);
      for (let band = 0; band < BANDS; band++) pixels.data[(BANDS - 1 - band) * 4 + 3] = 255 * column[band]! ** 1.5;
      context.putImageData(pixels, this.drawn % this.columns, 0);
      this.drawn++;
    }
    this.redraw();
  }

  /** The words of the utterance that is going on. */
  words(words: readonly WordResult[]): void {
    this.current = words;
    this.redraw();
  }

  /** The words of an utterance that is complete. */
  finish(words: readonly WordResult[]): void {
    const oldest = this.drawn / Spectrum.rate - SECONDS;
    this.finished = [...this.finished.filter(({ end }) => end > oldest), ...words];
    this.current = [];
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
    const { canvas, columns } = this;
    const ratio = devicePixelRatio;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight - WORDS_HEIGHT;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    const context = canvas.getContext("2d")!;
    context.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    // Where the newest column stands: at the right edge, or where the filling has come to.
    const head = this.drawn % columns;
    const newest = this.still.matches || this.drawn < columns ? head : columns;
    const scale = width / columns;
    const shift = newest - head;
    context.drawImage(this.picture, 0, 0, columns, BANDS, shift * scale, 0, width, height);
    if (shift > 0) context.drawImage(this.picture, 0, 0, columns, BANDS, (shift - columns) * scale, 0, width, height);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = style.getPropertyValue("--accent");
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = "source-over";
    this.drawWords(context, style, scale, newest, height);
  }

  private drawWords(
    context: CanvasRenderingContext2D,
    style: CSSStyleDeclaration,
    scale: number,
    newest: number,
    top: number,
  ): void {
    context.font = "600 13px Inter, system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = style.getPropertyValue("--text");
    for (const { word, start, end } of [...this.finished, ...this.current]) {
      const age = this.drawn - ((start + end) / 2) * Spectrum.rate;
      if (age < this.columns) context.fillText(word, (newest - age) * scale, top + WORDS_HEIGHT / 2);
    }
  }
}
