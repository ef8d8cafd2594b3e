// Trials for the search of phrases: rows of a recording, a grammar, and what should be heard. Recordings of readers are cut into
// stretches of a few words, with grammars made up around them, so that real speech stands for commands.

import { PhraseGrammar } from "../../src/decode/phonemes/phrase-grammar.ts";
import type { Pronounce } from "../../src/decode/phonemes/pronounced-network.ts";
import { readGrammar } from "../../src/decode/scorers/grammar.ts";
import type { Recognizer } from "../../src/recognizer/recognizer.ts";
import { type Draw, draws } from "./draws.ts";
import { align, type Hearing, idealRows, readingsOf } from "./hear.ts";
import { LEVELS, type Recording } from "./recordings.ts";

export type Kind =
  | "command"
  | "order"
  | "word"
  | "within"
  | "other command"
  | "other order"
  | "other word"
  | "noise"
  | "chance";

export interface Trial {
  readonly kind: Kind;
  /** Decibels of noise. */
  readonly level: number;
  readonly grammar: PhraseGrammar;
  readonly rows: Float32Array;
  /** What is heard if all is well, in the form of `senseOf`; null if nothing of the grammar was said. */
  readonly sense: string | null;
}

export interface Material {
  readonly readings: readonly Recording[];
  readonly orders: readonly Recording[];
  /** The grammar of the orders. */
  readonly grammar: string;
  readonly noises: readonly Float32Array[];
  readonly recognizer: Recognizer;
  readonly pronounce: Pronounce;
  readonly hearing: Hearing;
}

/** Words of so many letters may be said or not; they are not compared. */
const SHORT_WORD = 3;
/** Seconds of noise in a trial, and trials of each noise and of chance. */
const NOISE_SECONDS = 4;
const NOISE_TRIALS = 6;
/** A reading whose words are further behind, in nats by phoneme, says something else than its transcript. */
const MOST_BEHIND = 1.5;
/** The words of a grammar of single words. */
const WORD_CHOICES = 20;

/** What is compared: meaning where there is some, else the longer words. */
export function senseOf(text: string, slots: object | undefined): string {
  if (slots && Object.keys(slots).length > 0) return JSON.stringify(Object.entries(slots).sort());
  return text
    .split(" ")
    .filter((word) => word.length > SHORT_WORD)
    .join(" ");
}

/** Makes the trials; the same ones every time. */
export function makeTrials(material: Material): Trial[] {
  const { readings, orders, noises, recognizer, pronounce, hearing } = material;
  const draw = draws(11);
  const spell = (text: string) => new PhraseGrammar(readGrammar(text).publicRules, pronounce);
  const orderGrammar = spell(material.grammar);
  const trials: Trial[] = [];
  for (const { text, rows } of orders) {
    const [ideal] = readingsOf(orderGrammar, idealRows(text, pronounce, hearing), hearing);
    if (!ideal) throw new RangeError(`no utterance of the grammar: ${text}`);
    const sense = senseOf(ideal.text, ideal.meaning?.slots);
    LEVELS.forEach((level, i) => {
      trials.push({ kind: "order", level, grammar: orderGrammar, rows: rows[i]!, sense });
    });
  }
  const words = [...new Set(readings.flatMap(({ text }) => text.split(" ")))].filter((word) => word.length > 2);
  const lists = new Lists(words, pronounce, draw);
  for (const { text, rows } of readings) {
    LEVELS.forEach((level, i) => {
      trials.push({ kind: "other order", level, grammar: orderGrammar, rows: rows[i]!, sense: null });
    });
    const said = align(spell(`public <x> = ${text};`), rows[0]!, hearing);
    if (!said || said.behindByPhoneme > MOST_BEHIND || said.words.length < 3) continue;
    const count = Math.min(said.words.length, 4 + draw(5));
    const from = draw(said.words.length - count + 1);
    const part = said.words.slice(from, from + count);
    // With the words beside it, as people say "well" and "please".
    const before = said.words[Math.max(0, from - 1)]!;
    const behind = said.words[Math.min(said.words.length, from + count + 1) - 1]!;
    const commands = spell(lists.around(part.map(({ word }) => word)));
    const others = spell(lists.without(text));
    const sense = senseOf(part.map(({ word }) => word).join(" "), undefined);
    const long = part.filter(({ word }) => word.length > SHORT_WORD);
    const one = long[draw(Math.max(1, long.length))];
    const choices = one && lists.choices(one.word, text);
    const withIt = choices && spell(`public <x> = ${choices.join(" | ")};`);
    const withoutIt = choices && spell(`public <x> = ${choices.slice(1).join(" | ")};`);
    LEVELS.forEach((level, i) => {
      const cut = cutRows(rows[i]!, part[0]!.from, part[part.length - 1]!.to, hearing);
      trials.push({ kind: "command", level, grammar: commands, rows: cut, sense });
      trials.push({ kind: "other command", level, grammar: others, rows: cut, sense: null });
      const around = cutRows(rows[i]!, before.from, behind.to, hearing);
      if (count < said.words.length) trials.push({ kind: "within", level, grammar: commands, rows: around, sense });
      if (!one || !withIt || !withoutIt) return;
      const single = cutRows(rows[i]!, one.from, one.to, hearing);
      trials.push({ kind: "word", level, grammar: withIt, rows: single, sense: one.word });
      trials.push({ kind: "other word", level, grammar: withoutIt, rows: single, sense: null });
    });
  }
  const level = Number.NEGATIVE_INFINITY;
  const made = trials.filter(({ kind }) => kind === "word" || kind === "command");
  const anyGrammar = () => (draw(2) === 0 || made.length === 0 ? orderGrammar : made[draw(made.length)]!.grammar);
  for (const noise of noises) {
    for (let i = 0; i < NOISE_TRIALS; i++) {
      const length = Math.min(noise.length, NOISE_SECONDS * 16_000);
      const from = draw(noise.length - length + 1);
      const gain = 10 ** -draw(3);
      const waveform = noise.slice(from, from + length).map((value) => value * gain);
      const rows = recognizer.encode({ waveform }).output;
      trials.push({ kind: "noise", level, grammar: anyGrammar(), rows, sense: null });
    }
  }
  for (let i = 0; i < NOISE_TRIALS * 4; i++) {
    trials.push({ kind: "chance", level, grammar: anyGrammar(), rows: chanceRows(draw, hearing), sense: null });
  }
  return trials;
}

/** Rows of a stretch, with silence around them. */
function cutRows(rows: Float32Array, from: number, to: number, { tokens, blank }: Hearing): Float32Array {
  const silence = 10;
  const stretch = rows.subarray(Math.max(0, from - 1) * tokens, Math.min(rows.length, (to + 2) * tokens));
  const cut = new Float32Array(stretch.length + 2 * silence * tokens).fill(-15);
  for (let row = 0; row < silence; row++) {
    cut[row * tokens + blank] = 0;
    cut[cut.length - (row + 1) * tokens + blank] = 0;
  }
  cut.set(stretch, silence * tokens);
  return cut;
}

/** Rows of a model that has learnt nothing: any tokens, more or less sharply. */
function chanceRows(draw: Draw, { tokens }: Hearing): Float32Array {
  const rows = new Float32Array((50 + draw(150)) * tokens);
  const sharpness = 1 + draw(5);
  for (let at = 0; at < rows.length; at += tokens) {
    let total = 0;
    for (let token = 0; token < tokens; token++) {
      rows[at + token] = (sharpness * draw(1000)) / 1000;
      total += Math.exp(rows[at + token]!);
    }
    for (let token = 0; token < tokens; token++) rows[at + token]! -= Math.log(total);
  }
  return rows;
}

/** Makes up lists of words that sound about as long. */
class Lists {
  private readonly words: readonly string[];
  private readonly draw: Draw;
  private readonly length: (word: string) => number;

  constructor(words: readonly string[], pronounce: Pronounce, draw: Draw) {
    this.words = words;
    this.draw = draw;
    const lengths = new Map<string, number>();
    this.length = (word) => {
      if (!lengths.has(word)) lengths.set(word, pronounce(word)[0]!.length);
      return lengths.get(word)!;
    };
  }

  /** The word, and others that `text` does not hold. */
  choices(word: string, text: string, count = WORD_CHOICES): string[] {
    const said = new Set(text.split(" "));
    const chosen = [word];
    for (let tries = 0; chosen.length < count && tries < 1000; tries++) {
      const other = this.words[this.draw(this.words.length)]!;
      const isAlike = Math.abs(this.length(other) - this.length(word)) <= 2;
      if (isAlike && !said.has(other) && !chosen.includes(other)) chosen.push(other);
    }
    return chosen;
  }

  /** A grammar in which words may be others, and some may be left out. */
  around(words: readonly string[]): string {
    const parts = words.map((word) => {
      if (word.length <= SHORT_WORD) return this.draw(3) > 0 ? word : `[${word}]`;
      const choice = `(${this.choices(word, word, 2 + this.draw(5)).join(" | ")})`;
      return this.draw(4) > 0 ? choice : `[${choice}]`;
    });
    return `public <x> = ${parts.join(" ")};`;
  }

  /** A grammar of phrases none of whose words is in `text`. */
  without(text: string): string {
    const said = new Set(text.split(" "));
    const words = this.words.filter((word) => !said.has(word));
    const phrase = () => Array.from({ length: 2 + this.draw(3) }, () => words[this.draw(words.length)]!).join(" ");
    return `public <x> = ${Array.from({ length: 40 }, phrase).join(" | ")};`;
  }
}
