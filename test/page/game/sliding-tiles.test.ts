// The rules of the game that is played by voice.

import { expect, it } from "vitest";
import { isOver, newBoard, slide, type Tiles, withNewTile } from "../../../web/page/game/sliding-tiles.ts";

const board = (...rows: string[]): Tiles => ({ cells: rows.flatMap((row) => row.split(" ").map(Number)), score: 0 });

it("slides tiles to a side and joins equal ones once", () => {
  const before = board("2 2 2 2", "0 4 0 4", "2 0 4 2", "0 0 0 0");
  expect(slide(before, "left")).toEqual({ ...board("4 4 0 0", "8 0 0 0", "2 4 2 0", "0 0 0 0"), score: 16 });
  expect(slide(before, "right")!.cells).toEqual(board("0 0 4 4", "0 0 0 8", "0 2 4 2", "0 0 0 0").cells);
  expect(slide(before, "up")!.cells).toEqual(board("4 2 2 2", "0 4 4 4", "0 0 0 2", "0 0 0 0").cells);
  expect(slide(before, "down")!.cells).toEqual(board("0 0 0 0", "0 0 0 2", "0 2 2 4", "4 4 4 2").cells);
});

it("moves nothing where nothing can move, and is over then", () => {
  expect(slide(board("2 4 8 2", "0 0 0 0", "0 0 0 0", "0 0 0 0"), "up")).toBeNull();
  expect(isOver(board("2 4 2 4", "4 2 4 2", "2 4 2 4", "4 2 4 2"))).toBe(true);
  expect(isOver(board("2 4 2 4", "4 2 4 2", "2 4 2 4", "4 2 4 4"))).toBe(false);
});

it("puts new tiles into empty cells", () => {
  const draws = [0.99, 0.95];
  const tiles = withNewTile(board("2 2 2 2", "2 2 2 2", "2 2 2 2", "2 2 0 0"), () => draws.shift()!);
  expect(tiles.cells.slice(-2)).toEqual([0, 4]);
  expect(newBoard(() => 0.5).cells.filter((value) => value > 0)).toEqual([2, 2]);
});
