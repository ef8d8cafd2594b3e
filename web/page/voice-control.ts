// The voice-control demo: a marker to move, a lamp to switch, a field to fill with digits.

import { element } from "./elements.ts";

const COLUMNS = 7;
const ROWS = 5;
const DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const MOVES: Record<string, readonly [number, number]> = {
  up: [0, -1],
  down: [0, 1],
  left: [-1, 0],
  right: [1, 0],
};

const within = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));

export class VoiceControl {
  private readonly board = element("board");
  private readonly marker = element("marker");
  private readonly lamp = element("lamp");
  private readonly lampState = element("lamp-state");
  private readonly field = element<HTMLInputElement>("digits");
  private column = Math.floor(COLUMNS / 2);
  private row = Math.floor(ROWS / 2);

  constructor() {
    this.move(0, 0);
  }

  /** Does what a word commands, if it commands anything. */
  obey(word: string): void {
    const move = MOVES[word];
    const digit = DIGITS.indexOf(word);
    if (move) this.move(...move);
    else if (word === "on" || word === "off") this.switchLamp(word);
    else if (digit >= 0) this.field.value += digit;
    else if (word === "no") this.field.value = this.field.value.slice(0, -1);
  }

  private move(columns: number, rows: number): void {
    this.column = within(this.column + columns, COLUMNS);
    this.row = within(this.row + rows, ROWS);
    this.marker.style.translate = `${this.column * 100}% ${this.row * 100}%`;
    this.board.setAttribute(
      "aria-label",
      `Marker in column ${this.column + 1} of ${COLUMNS}, row ${this.row + 1} of ${ROWS}`,
    );
  }

  private switchLamp(state: "on" | "off"): void {
    this.lamp.dataset.on = String(state === "on");
    this.lampState.textContent = state;
  }
}
