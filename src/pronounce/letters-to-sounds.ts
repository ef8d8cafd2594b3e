// Pronunciations of words that no lexicon has: a small network chooses the chunk of phonemes that each letter stands for, from left to
// right. training/product/train_sounds.py teaches it and tells how often it errs.
//
// Its part of the file: f32 values, then int8 weights, matrices row by row.
//   f32   table scales [rows], table bias [width], hidden scales and biases [width] each, output scales and biases [chunks] each
//   int8  table [rows][width], hidden [width][width], output [chunks][width]
// The table has a row for each letter and chunk at each place that is seen: letters 5 before to 5 behind (0 for none, then the
// alphabet), and the last 3 chunks (the number of chunks for none).

import { exponential } from "../exponential.ts";

/** Letters seen on either side, and chunks seen behind. */
const WINDOW = 5;
const BACK = 3;
/** Pronunciations followed at the same time, and how likely each is at least, against the likeliest. */
const BEAM = 8;
const LEAST_SHARE = 0.01;

export interface SoundsShape {
  /** Letters of the alphabet. */
  readonly letters: number;
  readonly chunks: number;
  /** Width of the hidden layers. */
  readonly width: number;
}

const rowsOf = ({ letters, chunks }: SoundsShape) => (2 * WINDOW + 1) * (letters + 1) + BACK * (chunks + 1);

const floatsOf = (shape: SoundsShape) => rowsOf(shape) + 3 * shape.width + 2 * shape.chunks;

/** Bytes of a network of this shape. */
export function soundsBytes(shape: SoundsShape): number {
  const { chunks, width } = shape;
  return 4 * floatsOf(shape) + (rowsOf(shape) + width + chunks) * width;
}

/** A pronunciation in the making: the chunks of the letters so far, and its probability. */
interface Said {
  readonly chunks: readonly number[];
  readonly probability: number;
}

/** The network, over the bytes of its part. */
export class LettersToSounds {
  private readonly shape: SoundsShape;
  private readonly scales: Float32Array;
  private readonly tableBias: Float32Array;
  private readonly hiddenScales: Float32Array;
  private readonly hiddenBias: Float32Array;
  private readonly outputScales: Float32Array;
  private readonly outputBias: Float32Array;
  private readonly table: Int8Array;
  private readonly hidden: Int8Array;
  private readonly output: Int8Array;
  private readonly first: Float64Array;
  private readonly second: Float64Array;
  private readonly probabilities: Float64Array;

  constructor(bytes: Uint8Array, shape: SoundsShape) {
    this.shape = shape;
    const { chunks, width } = shape;
    const rows = rowsOf(shape);
    const count = floatsOf(shape);
    // Copied, because floats may lie at no multiple of four.
    const floats = new Float32Array(bytes.slice(0, 4 * count).buffer);
    let at = 0;
    const take = (length: number) => {
      at += length;
      return floats.subarray(at - length, at);
    };
    this.scales = take(rows);
    this.tableBias = take(width);
    this.hiddenScales = take(width);
    this.hiddenBias = take(width);
    this.outputScales = take(chunks);
    this.outputBias = take(chunks);
    const matrix = (start: number, length: number) =>
      new Int8Array(bytes.buffer, bytes.byteOffset + 4 * count + start * width, length * width);
    this.table = matrix(0, rows);
    this.hidden = matrix(rows, width);
    this.output = matrix(rows + width, chunks);
    this.first = new Float64Array(width);
    this.second = new Float64Array(width);
    this.probabilities = new Float64Array(chunks);
  }

  /**
   * The likeliest pronunciations of a word of numbered letters, as chunks with their probability, the best first. Different chunks
   * may come to the same phonemes.
   */
  candidates(letters: ArrayLike<number>): readonly Said[] {
    let beam: Said[] = [{ chunks: [], probability: 1 }];
    for (let i = 0; i < letters.length; i++) {
      const next: Said[] = [];
      for (const said of beam) {
        if (said.probability < LEAST_SHARE * beam[0]!.probability) break;
        this.look(letters, said.chunks);
        this.probabilities.forEach((probability, chunk) => {
          const whole = said.probability * probability;
          // Sorted as they come: few of a hundred are likely enough to be looked at.
          if (next.length === BEAM && whole <= next[BEAM - 1]!.probability) return;
          const place = next.findIndex((other) => other.probability < whole);
          next.splice(place < 0 ? next.length : place, 0, { chunks: [...said.chunks, chunk], probability: whole });
          if (next.length > BEAM) next.pop();
        });
      }
      // Long words would become too unlikely for a number otherwise.
      const most = next[0]!.probability;
      beam =
        most > 1e-100 ? next : next.map(({ chunks, probability }) => ({ chunks, probability: probability / most }));
    }
    return beam;
  }

  /** Probabilities of the chunk of the letter that follows those whose chunks are given. */
  private look(letters: ArrayLike<number>, said: readonly number[]): void {
    const { chunks } = this.shape;
    const { first, second, probabilities } = this;
    this.sumRows(letters, said);
    multiply(this.hidden, first, this.hiddenScales, this.hiddenBias, second);
    for (let i = 0; i < first.length; i++) second[i] = first[i]! + Math.max(0, second[i]!);
    multiply(this.output, second, this.outputScales, this.outputBias, probabilities);
    const most = probabilities.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (let i = 0; i < chunks; i++) {
      probabilities[i] = exponential(probabilities[i]! - most);
      sum += probabilities[i]!;
    }
    for (let i = 0; i < chunks; i++) probabilities[i]! /= sum;
  }

  /** The first layer: the sum of the rows of what is seen. */
  private sumRows(letters: ArrayLike<number>, said: readonly number[]): void {
    const { first } = this;
    const { letters: alphabet, chunks, width } = this.shape;
    const here = said.length;
    first.set(this.tableBias);
    const add = (row: number) => {
      const scale = this.scales[row]!;
      const start = row * width;
      for (let i = 0; i < width; i++) first[i]! += scale * this.table[start + i]!;
    };
    let base = 0;
    for (let i = here - WINDOW; i <= here + WINDOW; i++) {
      add(base + (letters[i] ?? 0));
      base += alphabet + 1;
    }
    for (let back = 1; back <= BACK; back++) {
      add(base + (said[here - back] ?? chunks));
      base += chunks + 1;
    }
    for (let i = 0; i < width; i++) first[i] = Math.max(0, first[i]!);
  }
}

/** output[r] = scales[r] (matrix[r] . input) + bias[r]. */
function multiply(
  matrix: Int8Array,
  input: Float64Array,
  scales: Float32Array,
  bias: Float32Array,
  output: Float64Array,
): void {
  const width = input.length;
  for (let row = 0; row < output.length; row++) {
    let sum = 0;
    for (let i = 0, at = row * width; i < width; i++) sum += matrix[at + i]! * input[i]!;
    output[row] = scales[row]! * sum + bias[row]!;
  }
}
