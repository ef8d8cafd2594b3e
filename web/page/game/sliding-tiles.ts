// A game of sliding tiles on a board of four by four: equal ones that meet become one of twice the value. After 2048 by Gabriele
// Cirulli. Only the rules: no page.

export const SIDE = 4;

export type Direction = "up" | "down" | "left" | "right";

export interface Tiles {
  /** Row by row; 0 is empty. */
  readonly cells: readonly number[];
  readonly score: number;
}

/** The indices of a line's cells, from the side to which tiles slide. */
function lineOf(direction: Direction, line: number): number[] {
  const steps = Array.from({ length: SIDE }, (_, step) => step);
  const at = (step: number) => {
    if (direction === "left") return line * SIDE + step;
    if (direction === "right") return line * SIDE + SIDE - 1 - step;
    return (direction === "up" ? step : SIDE - 1 - step) * SIDE + line;
  };
  return steps.map(at);
}

/** A line after sliding: each tile joins once. */
function slideLine(line: readonly number[]): { line: number[]; won: number } {
  const tiles = line.filter((value) => value > 0);
  const slid: number[] = [];
  let won = 0;
  for (let i = 0; i < tiles.length; i++) {
    const value = tiles[i]!;
    if (tiles[i + 1] === value) {
      slid.push(2 * value);
      won += 2 * value;
      i++;
    } else slid.push(value);
  }
  return { line: [...slid, ...new Array<number>(SIDE - slid.length).fill(0)], won };
}

/** The board after sliding, without a new tile; null where nothing moves. */
export function slide({ cells, score }: Tiles, direction: Direction): Tiles | null {
  const after = [...cells];
  let won = 0;
  for (let number = 0; number < SIDE; number++) {
    const indices = lineOf(direction, number);
    const slid = slideLine(indices.map((index) => cells[index]!));
    won += slid.won;
    indices.forEach((index, step) => {
      after[index] = slid.line[step]!;
    });
  }
  return after.every((value, index) => value === cells[index]) ? null : { cells: after, score: score + won };
}

/** The board with a tile in an empty cell, mostly a 2. `random` gives numbers in 0 ... 1, without 1. */
export function withNewTile({ cells, score }: Tiles, random: () => number): Tiles {
  const empty = cells.flatMap((value, index) => (value === 0 ? [index] : []));
  const chosen = empty[Math.floor(random() * empty.length)];
  const value = random() < 0.9 ? 2 : 4;
  return { cells: cells.map((old, index) => (index === chosen ? value : old)), score };
}

export function newBoard(random: () => number): Tiles {
  const none = { cells: new Array<number>(SIDE * SIDE).fill(0), score: 0 };
  return withNewTile(withNewTile(none, random), random);
}

export const isOver = (tiles: Tiles): boolean =>
  (["up", "down", "left", "right"] as const).every((direction) => slide(tiles, direction) === null);
