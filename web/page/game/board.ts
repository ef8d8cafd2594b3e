// The game on the page: moved by spoken words, or by arrow keys.

import { element, make } from "../elements.ts";
import type { Language } from "../languages/language.ts";
import { type Direction, isOver, newBoard, SIDE, slide, type Tiles, withNewTile } from "./sliding-tiles.ts";

const KEYS: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};
const MOST_UNDO = 50;

export class Board {
  private readonly host = element("board");
  private readonly score = element("score");
  private readonly language: Language;
  private readonly random: () => number;
  private tiles: Tiles;
  private before: Tiles[] = [];

  constructor(language: Language, random: () => number = Math.random) {
    this.language = language;
    this.random = random;
    this.tiles = newBoard(random);
    this.host.addEventListener("keydown", (event) => {
      const direction = KEYS[event.key];
      if (!direction) return;
      event.preventDefault();
      this.obey(direction);
    });
    language.onChange(() => this.show());
    this.show();
  }

  /** Does what a word commands, if it commands anything. */
  obey(word: string): void {
    if (word === "go") this.begin(newBoard(this.random));
    else if (word === "no") this.tiles = this.before.pop() ?? this.tiles;
    else this.move(word as Direction);
    this.show();
  }

  private begin(tiles: Tiles): void {
    this.before = [];
    this.tiles = tiles;
  }

  private move(direction: Direction): void {
    if (!Object.values(KEYS).includes(direction)) return;
    const slid = slide(this.tiles, direction);
    if (!slid) return;
    this.before = [...this.before.slice(1 - MOST_UNDO), this.tiles];
    this.tiles = withNewTile(slid, this.random);
  }

  private show(): void {
    const { cells, score } = this.tiles;
    this.host.replaceChildren(
      ...cells.map((value) => {
        const tile = make("span", value === 0 ? "" : String(value), "tile");
        tile.dataset.value = String(Math.min(value, 2048));
        return tile;
      }),
    );
    const rows = Array.from({ length: SIDE }, (_, row) => cells.slice(row * SIDE, (row + 1) * SIDE).join(" "));
    this.host.setAttribute("aria-label", this.language.say("board", { rows: rows.join(", ") }));
    this.score.textContent = this.language.say(isOver(this.tiles) ? "over" : "score", { score });
  }
}
