// Random numbers that are the same in every run: a linear congruential generator (Numerical Recipes).

/** Draws whole numbers from 0 up to `count`. */
export type Draw = (count: number) => number;

export function draws(seed: number): Draw {
  let state = seed;
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
}
