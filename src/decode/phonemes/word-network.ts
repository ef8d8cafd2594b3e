// A grammar written out: states, and arcs that are words, marks, or nothing (Thompson 1968). Marks say where rules begin and
// end and what tags say; they make meaning of a path. Nothing here knows how words sound.

import { FoldvoxError, shortened } from "../../errors.ts";
import type { Expansion, Place, Rule } from "../scorers/jsgf-rules.ts";
import { IntList } from "./int-list.ts";
import { readTag, type Tag } from "./tags.ts";

/** What a path passes that takes no time. */
export type Mark =
  | { readonly kind: "open" | "close"; readonly rule: string; readonly isPublic: boolean }
  | { readonly kind: "tag"; readonly tag: Tag };

/** Arcs leave the states in the order in which the grammar names them. */
export interface WordNetwork {
  readonly states: number;
  readonly start: number;
  readonly end: number;
  /** The arcs of state s are those from firstArc[s] up to firstArc[s + 1]. */
  readonly firstArc: Int32Array;
  readonly arcFrom: Int32Array;
  readonly arcTo: Int32Array;
  /** A word's index, NOTHING, or a mark (markOf). */
  readonly arcLabel: Int32Array;
  /** Natural logarithm of how likely an alternative is against the likeliest; null where the grammar has no weights. */
  readonly arcWeight: Float32Array | null;
  readonly words: readonly string[];
  /** Where each word stands first. */
  readonly places: readonly Place[];
  readonly marks: readonly Mark[];
}

/** The label of an arc that is passed freely. */
export const NOTHING = -1;

/** The mark that a label stands for; undefined for words and NOTHING. */
export function markOf(network: WordNetwork, label: number): Mark | undefined {
  return label < NOTHING ? network.marks[NOTHING - 1 - label] : undefined;
}

/** Whether an arc can be left out by itself, as in brackets. */
export function isOptional({ firstArc, arcFrom, arcTo, arcLabel }: WordNetwork, arc: number): boolean {
  const from = arcFrom[arc]!;
  for (let other = firstArc[from]!; other < firstArc[from + 1]!; other++) {
    if (arcTo[other] === arcTo[arc] && arcLabel[other] === NOTHING) return true;
  }
  return false;
}

/** Rules that refer to rules are written out; this many arcs are some ten megabytes. */
const MOST_ARCS = 400_000;
/** Parts that are written out, those that make no arc too: an expansion may double without making any. */
const MOST_PARTS = 1_000_000;
/** Words in a row: more than anybody says in one breath. */
const MOST_WORDS = 1000;

interface Task {
  readonly expansion: Expansion | null;
  readonly from: number;
  readonly to: number;
  /** A rule that has been written out; instead of an expansion. */
  readonly closes?: Rule;
}

class Writer {
  private readonly from = new IntList();
  private readonly to = new IntList();
  private readonly label = new IntList();
  /** Weights that are not 0, by arc. */
  private readonly weight = new Map<number, number>();
  private readonly words = new Map<string, number>();
  private readonly places: Place[] = [];
  private readonly marks: Mark[] = [];
  private readonly marksOfRules = new Map<Rule, { open: number; close: number }>();
  private readonly open = new Set<Rule>();
  private tasks: Task[] = [];
  private states = 2;
  private parts = 0;

  /** Writes rules out from state 0 to state 1, the first ones first. */
  write(rules: readonly Rule[]): WordNetwork {
    for (let i = rules.length - 1; i >= 0; i--) {
      this.tasks.push({ expansion: { kind: "rule", rule: rules[i]!, line: 1, column: 1 }, from: 0, to: 1 });
    }
    for (let task = this.tasks.pop(); task; task = this.tasks.pop()) {
      if (task.closes) this.open.delete(task.closes);
      if (task.expansion) this.expand(task.expansion, task.from, task.to);
    }
    return this.network();
  }

  /** Fragments add arcs out of `from` and into `to`, and nothing that leads back to `from` or on from `to`. */
  private expand(expansion: Expansion, from: number, to: number): void {
    if (++this.parts > MOST_PARTS) throw tooLarge(`${MOST_PARTS} parts, when its rules are written out`);
    switch (expansion.kind) {
      case "word":
        this.arc(from, to, this.word(expansion.word, expansion));
        break;
      case "tag":
        this.arc(from, to, this.mark({ kind: "tag", tag: readTag(expansion.tag, expansion) }));
        break;
      case "sequence":
        this.sequence(expansion.parts, from, to);
        break;
      case "choice":
        this.choice(expansion.parts, expansion.weights, from, to);
        break;
      case "repeat": {
        const loop = this.states++;
        this.arc(from, loop, NOTHING);
        this.arc(loop, to, NOTHING);
        this.tasks.push({ expansion: expansion.part, from: loop, to: loop });
        break;
      }
      case "some": {
        const [first, last] = [this.states++, this.states++];
        this.arc(from, first, NOTHING);
        this.arc(last, first, NOTHING);
        this.arc(last, to, NOTHING);
        this.tasks.push({ expansion: expansion.part, from: first, to: last });
        break;
      }
      case "rule":
        this.rule(expansion.rule, expansion, from, to);
    }
  }

  private sequence(parts: readonly Expansion[], from: number, to: number): void {
    if (parts.length > MOST_WORDS) {
      const { line, column } = placeOf(parts);
      throw new FoldvoxError(
        "bad-argument",
        `Line ${line}, column ${column} of the grammar: ${parts.length} words in a row are more than anybody says; the most are ${MOST_WORDS}.`,
      );
    }
    if (parts.length === 0) this.arc(from, to, NOTHING);
    const between = this.states - 1;
    this.states += Math.max(0, parts.length - 1);
    const begin = (i: number) => (i === 0 ? from : between + i);
    const end = (i: number) => (i === parts.length - 1 ? to : between + i + 1);
    if (parts.every(({ kind }) => kind === "word")) {
      for (let i = 0; i < parts.length; i++) this.expand(parts[i]!, begin(i), end(i));
      return;
    }
    for (let i = parts.length - 1; i >= 0; i--) this.tasks.push({ expansion: parts[i]!, from: begin(i), to: end(i) });
  }

  private choice(parts: readonly Expansion[], weights: readonly number[] | undefined, from: number, to: number): void {
    const largest = weights ? weights.reduce((most, weight) => Math.max(most, weight), 0) : 1;
    for (let i = parts.length - 1; i >= 0; i--) {
      const weight = weights?.[i] ?? largest;
      // A weight of nothing, as JSGF says, is never spoken.
      if (weight === 0) continue;
      let begin = from;
      if (weight !== largest) {
        begin = this.states++;
        this.arc(from, begin, NOTHING, Math.log(weight / largest));
      }
      this.tasks.push({ expansion: parts[i]!, from: begin, to });
    }
  }

  private rule(rule: Rule, { line, column }: Place, from: number, to: number): void {
    if (this.open.has(rule)) {
      throw new FoldvoxError(
        "bad-argument",
        `Line ${line}, column ${column}: the grammar's rule <${shortened(rule.name)}> refers to itself; use * or + instead.`,
      );
    }
    this.open.add(rule);
    let begin = from;
    let end = to;
    if (rule.name !== "" && !rule.name.startsWith("_")) {
      const { open, close } = this.marksOf(rule);
      begin = this.states++;
      end = this.states++;
      this.arc(from, begin, open);
      this.arc(end, to, close);
    }
    this.tasks.push({ expansion: null, from, to, closes: rule });
    this.tasks.push({ expansion: rule.expansion, from: begin, to: end });
  }

  private marksOf(rule: Rule): { open: number; close: number } {
    const known = this.marksOfRules.get(rule);
    if (known) return known;
    const { name, isPublic } = rule;
    const simple = name.slice(name.lastIndexOf(".") + 1);
    const marks = {
      open: this.mark({ kind: "open", rule: simple, isPublic }),
      close: this.mark({ kind: "close", rule: simple, isPublic }),
    };
    this.marksOfRules.set(rule, marks);
    return marks;
  }

  private mark(mark: Mark): number {
    return NOTHING - this.marks.push(mark);
  }

  private word(word: string, { line, column }: Place): number {
    const known = this.words.get(word);
    if (known !== undefined) return known;
    this.places.push({ line, column });
    this.words.set(word, this.words.size);
    return this.words.size - 1;
  }

  private arc(from: number, to: number, label: number, weight = 0): void {
    if (from === to && label === NOTHING) return;
    if (this.from.length === MOST_ARCS)
      throw tooLarge(`${MOST_ARCS} words and branches, when its rules are written out`);
    this.from.push(from);
    this.to.push(to);
    this.label.push(label);
    if (weight !== 0) this.weight.set(this.to.length - 1, weight);
  }

  /** Sorts the arcs by the states that they leave. */
  private network(): WordNetwork {
    const count = this.from.length;
    const firstArc = new Int32Array(this.states + 1);
    for (let i = 0; i < count; i++) firstArc[this.from.values[i]! + 1]!++;
    for (let state = 0; state < this.states; state++) firstArc[state + 1]! += firstArc[state]!;
    const next = firstArc.slice();
    const arcFrom = new Int32Array(count);
    const arcTo = new Int32Array(count);
    const arcLabel = new Int32Array(count);
    const arcWeight = this.weight.size > 0 ? new Float32Array(count) : null;
    for (let i = 0; i < count; i++) {
      const arc = next[this.from.values[i]!]!++;
      arcFrom[arc] = this.from.values[i]!;
      arcTo[arc] = this.to.values[i]!;
      arcLabel[arc] = this.label.values[i]!;
      if (arcWeight) arcWeight[arc] = this.weight.get(i) ?? 0;
    }
    const words = [...this.words.keys()];
    const { states, places, marks } = this;
    return { states, start: 0, end: 1, firstArc, arcFrom, arcTo, arcLabel, arcWeight, words, places, marks };
  }
}

const tooLarge = (most: string) =>
  new FoldvoxError("bad-argument", `The grammar is too large: more than ${most}. Write it smaller.`);

const placeOf = (parts: readonly Expansion[]): Place => {
  for (const part of parts) if ("line" in part) return part;
  return { line: 1, column: 1 };
};

/**
 * Writes out what may be said. Errors: bad-argument for a rule that refers to itself, a wrong tag, or more than can be written
 * out.
 */
export function wordNetwork(rules: readonly Rule[]): WordNetwork {
  return new Writer().write(rules);
}
