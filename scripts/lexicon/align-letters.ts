// Which phonemes of a pronunciation each letter of its word stands for: learnt from all words together by expectation and
// maximization over joint pairs of letter and chunk (Bisani and Ney, Speech Communication 50, 2008, with one letter a pair).

/** Phonemes that one letter may stand for at most. */
const LONGEST = 2;

/** A word's letters and one of its pronunciations, as numbers. */
export interface Spelled {
  readonly letters: Uint8Array;
  readonly phonemes: Uint8Array;
}

/** Learns pairs of letter and chunk, and aligns words by them. A chunk is a number: 0 nothing, then single phonemes, then pairs. */
export class LetterAligner {
  private readonly phonemes: number;
  private readonly chunks: number;
  /** Probability of each pair [letter][chunk]. */
  private weights: Float64Array;

  constructor(letters: number, phonemes: number) {
    this.phonemes = phonemes;
    this.chunks = 1 + phonemes + phonemes * phonemes;
    this.weights = new Float64Array(letters * this.chunks).fill(1);
  }

  /** The number of the chunk of `length` phonemes that begins at `from`. */
  private chunkAt(phonemes: Uint8Array, from: number, length: number): number {
    if (length === 0) return 0;
    if (length === 1) return 1 + phonemes[from]!;
    return 1 + this.phonemes * (1 + phonemes[from]!) + phonemes[from + 1]!;
  }

  /** The phonemes of a chunk. */
  phonemesOf(chunk: number): number[] {
    if (chunk === 0) return [];
    if (chunk <= this.phonemes) return [chunk - 1];
    const pair = chunk - 1 - this.phonemes;
    return [Math.floor(pair / this.phonemes), pair % this.phonemes];
  }

  /** One round: counts expected pairs over all words and takes their shares as probabilities. */
  learn(words: readonly Spelled[]): void {
    const counts = new Float64Array(this.weights.length);
    for (const word of words) this.count(word, counts);
    const total = counts.reduce((sum, count) => sum + count, 0);
    this.weights = counts.map((count) => count / total);
  }

  /** Adds the expected number of each pair in one word. Words with more phonemes than letters can hold add nothing. */
  private count({ letters, phonemes }: Spelled, counts: Float64Array): void {
    const width = phonemes.length + 1;
    const forward = new Float64Array((letters.length + 1) * width);
    const backward = new Float64Array(forward.length);
    const steps = (visit: (from: number, to: number, pair: number) => void, reverse: boolean) => {
      for (let n = 0; n < letters.length; n++) {
        const i = reverse ? letters.length - 1 - n : n;
        for (let j = 0; j < width; j++) {
          for (let length = 0; length <= LONGEST && j + length < width; length++) {
            const pair = letters[i]! * this.chunks + this.chunkAt(phonemes, j, length);
            visit(i * width + j, (i + 1) * width + j + length, pair);
          }
        }
      }
    };
    forward[0] = 1;
    backward[backward.length - 1] = 1;
    steps((from, to, pair) => {
      forward[to]! += forward[from]! * this.weights[pair]!;
    }, false);
    steps((from, to, pair) => {
      backward[from]! += backward[to]! * this.weights[pair]!;
    }, true);
    const all = forward[forward.length - 1]!;
    if (!(all > 0)) return;
    steps((from, to, pair) => {
      counts[pair]! += (forward[from]! * this.weights[pair]! * backward[to]!) / all;
    }, false);
  }

  /** The likeliest chunk of each letter, of those allowed; null if none fit. */
  align({ letters, phonemes }: Spelled, isAllowed: (chunk: number) => boolean): number[] | null {
    const width = phonemes.length + 1;
    const best = new Float64Array((letters.length + 1) * width).fill(Number.NEGATIVE_INFINITY);
    const lengths = new Int8Array(best.length);
    best[0] = 0;
    for (let i = 0; i < letters.length; i++) {
      for (let j = 0; j < width; j++) {
        const here = best[i * width + j]!;
        if (here === Number.NEGATIVE_INFINITY) continue;
        for (let length = 0; length <= LONGEST && j + length < width; length++) {
          const chunk = this.chunkAt(phonemes, j, length);
          const weight = this.weights[letters[i]! * this.chunks + chunk]!;
          if (!(weight > 0) || !isAllowed(chunk)) continue;
          const to = (i + 1) * width + j + length;
          if (here + Math.log(weight) <= best[to]!) continue;
          best[to] = here + Math.log(weight);
          lengths[to] = length;
        }
      }
    }
    if (best[best.length - 1] === Number.NEGATIVE_INFINITY) return null;
    const chunks = new Array<number>(letters.length);
    for (let i = letters.length, j = phonemes.length; i > 0; i--) {
      const length = lengths[i * width + j]!;
      j -= length;
      chunks[i - 1] = this.chunkAt(phonemes, j, length);
    }
    return chunks;
  }
}
