// Filters beside each other, and the sums that they make of samples: all the work of resampling.
//
// The sums are those of `dot` in assembly/target/sums.ts: in f32, in four parts. So banks in JavaScript and in the engine
// (src/engine/engine-filters.ts) give the same bits.

const fround = Math.fround;

/** What a bank must hold. All are numbers of f32 values but the first two. */
export interface BankSize {
  /** Sets of filters, and filters in each. */
  readonly sets: number;
  readonly rows: number;
  /** Values of a filter, a multiple of four. */
  readonly taps: number;
  /** Samples from a group's window to the next group's. */
  readonly step: number;
  readonly window: number;
  readonly out: number;
}

export interface FilterBank {
  /** [sets][rows][taps]. */
  readonly filters: Float32Array;
  /** The samples that are filtered. */
  readonly window: Float32Array;
  /** The sums. */
  readonly out: Float32Array;
  /**
   * out[place + n * rows + r] = the sum over k of filters[set][r][k] window[at + n * step + k], for all rows r and n below
   * `groups`.
   */
  apply(set: number, at: number, groups: number, place: number): void;
}

/** Makes an empty bank. */
export type BankMaker = (size: BankSize) => FilterBank;

function dot(x: Float32Array, at: number, y: Float32Array, first: number, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = at, k = first, end = first + n; k < end; i += 4, k += 4) {
    s0 = fround(s0 + fround(x[i]! * y[k]!));
    s1 = fround(s1 + fround(x[i + 1]! * y[k + 1]!));
    s2 = fround(s2 + fround(x[i + 2]! * y[k + 2]!));
    s3 = fround(s3 + fround(x[i + 3]! * y[k + 3]!));
  }
  return fround(fround(s0 + s2) + fround(s1 + s3));
}

/** A bank in JavaScript. */
export const plainBank: BankMaker = ({ sets, rows, taps, step, window: windowSize, out: outSize }) => {
  const filters = new Float32Array(sets * rows * taps);
  const window = new Float32Array(windowSize);
  const out = new Float32Array(outSize);
  const apply = (set: number, at: number, groups: number, place: number): void => {
    const first = set * rows * taps;
    for (let n = 0, o = place; n < groups; n++) {
      for (let r = 0; r < rows; r++, o++) out[o] = dot(window, at + n * step, filters, first + r * taps, taps);
    }
  };
  return { filters, window, out, apply };
};

/** A bank that streams share, and which of its sets have been written. */
export interface SharedBank {
  readonly bank: FilterBank;
  readonly isWritten: Uint8Array;
}

/** Of more ratios than this nobody has use at a time. */
const MOST_BANKS = 8;

/** The banks of one kind, each for one ratio of rates. Streams take turns with them, and keep nothing in them but filters. */
export class FilterBanks {
  private readonly make: BankMaker;
  private readonly banks = new Map<string, SharedBank>();

  constructor(make: BankMaker) {
    this.make = make;
  }

  /** The bank of that name, of that size if it must be made. */
  bank(name: string, size: BankSize): SharedBank {
    const known = this.banks.get(name);
    if (known) return known;
    if (this.banks.size === MOST_BANKS) this.banks.clear();
    const made = { bank: this.make(size), isWritten: new Uint8Array(size.sets) };
    this.banks.set(name, made);
    return made;
  }
}

/** The banks in JavaScript. */
export const plainBanks = new FilterBanks(plainBank);
