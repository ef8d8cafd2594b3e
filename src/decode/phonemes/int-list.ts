// A list of 32-bit integers that grows: pushing to it costs a fraction of pushing to an array of JavaScript.

export class IntList {
  values: Int32Array;
  length = 0;

  constructor(capacity = 256) {
    this.values = new Int32Array(capacity);
  }

  /** Adds a value; returns the list's length. */
  push(value: number): number {
    if (this.length === this.values.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length] = value;
    return ++this.length;
  }

  /** A copy of the right length. */
  toArray(): Int32Array {
    return this.values.slice(0, this.length);
  }
}
