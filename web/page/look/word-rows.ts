// Which line a word stands on, so that words do not cover one another where they were spoken fast.

const ROWS = 3;
const GAP = 4;

export class WordRows {
  /** Where each row is free again. */
  private readonly ends = new Array<number>(ROWS).fill(0);

  /** The row for a word that reaches from `left` on, `width` wide; words come from left to right. */
  place(left: number, width: number): number {
    let row = this.ends.findIndex((end) => end <= left);
    // Where all are taken, the one that is free soonest.
    if (row < 0) row = this.ends.indexOf(Math.min(...this.ends));
    this.ends[row] = left + width + GAP;
    return row;
  }
}
