// Places in memory, one after another and aligned for vectors.

export const ALIGNMENT = 16;
export const F32 = 4;

export const align = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Hands out aligned, successive places. */
export class Cursor {
  at: number;
  constructor(at: number) {
    this.at = align(at);
  }
  take(bytes: number): number {
    const place = this.at;
    this.at = align(place + bytes);
    return place;
  }
  floats(count: number): number {
    return this.take(count * F32);
  }
}
