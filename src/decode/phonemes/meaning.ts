// What an utterance means: marks on a way through the grammar become intent and slots.
//
// The intent is the name of the public rule, or the value of a tag that stands in it. Every other rule on the way is a slot:
// its value is what was said within it, or the value of a tag that stands in it. A tag with a name is a slot of that name, and
// goes before a rule's; {intent=...} names the intent. A rule whose name begins with an underscore is no slot. What a rule says
// twice is joined with a space.

import { DICTATION } from "../scorers/jsgf-tokens.ts";
import { type Step, stepsTo } from "./phrase-reader.ts";
import type { Tag } from "./tags.ts";
import { type Mark, markOf, NOTHING, type WordNetwork } from "./word-network.ts";

/** What an utterance means, as its grammar says. */
export interface Meaning {
  /** The public rule's name, or what a tag says in its place. */
  readonly intent: string;
  /** What rules and tags say, by their names. */
  readonly slots: Readonly<Record<string, string>>;
}

/** A rule that has been entered and not left. */
interface OpenRule {
  readonly name: string;
  readonly isPublic: boolean;
  readonly words: string[];
  value: string | null;
}

export class MeaningReader {
  private readonly network: WordNetwork;
  /** Marks between a state and an arc, or the end, as far as they have been asked for. */
  private readonly known = new Map<number, readonly Mark[]>();

  constructor(network: WordNetwork) {
    this.network = network;
  }

  /**
   * The meaning of an utterance's words. One that is going on means what it would if all open rules ended here. Null where the
   * grammar has no rules with names, as a list has none. `dictated`: the words that were dictated in a step.
   */
  meaning(last: Step | null, isWhole: boolean, dictated: (step: Step) => readonly string[]): Meaning | null {
    const { network } = this;
    if (network.marks.length === 0) return null;
    const told = new Telling();
    let at = network.start;
    for (const step of stepsTo(last)) {
      const { state, arc } = step;
      for (const mark of this.between(state, arc)) told.pass(mark);
      const word = network.words[network.arcLabel[arc]!]!;
      for (const said of word === DICTATION ? dictated(step) : [word]) told.say(said);
      at = network.arcTo[arc]!;
    }
    if (isWhole) for (const mark of this.between(at, network.arcLabel.length)) told.pass(mark);
    return told.meaning();
  }

  /** Marks on the best free way from a state to the state that an arc leaves; or to the end, for the number behind all arcs. */
  private between(state: number, arc: number): readonly Mark[] {
    const { arcFrom, end } = this.network;
    const key = state * (arcFrom.length + 1) + arc;
    let marks = this.known.get(key);
    if (!marks) {
      marks = this.find(state, arc < arcFrom.length ? arcFrom[arc]! : end);
      this.known.set(key, marks);
    }
    return marks;
  }

  private find(from: number, to: number): readonly Mark[] {
    const { firstArc, arcTo, arcLabel, arcWeight, arcFrom } = this.network;
    const weight = new Map([[from, 0]]);
    const through = new Map<number, number>();
    const reached = [from];
    for (let i = 0; i < reached.length; i++) {
      const state = reached[i]!;
      for (let arc = firstArc[state]!; arc < firstArc[state + 1]!; arc++) {
        if (arcLabel[arc]! > NOTHING) continue;
        const its = weight.get(state)! + (arcWeight?.[arc] ?? 0);
        if (!(its > (weight.get(arcTo[arc]!) ?? Number.NEGATIVE_INFINITY))) continue;
        weight.set(arcTo[arc]!, its);
        through.set(arcTo[arc]!, arc);
        reached.push(arcTo[arc]!);
      }
    }
    const marks: Mark[] = [];
    for (let state = to; state !== from; ) {
      const arc = through.get(state)!;
      const mark = markOf(this.network, arcLabel[arc]!);
      if (mark) marks.push(mark);
      state = arcFrom[arc]!;
    }
    return marks.reverse();
  }
}

/** Walks along marks and words. */
class Telling {
  private readonly open: OpenRule[] = [];
  private readonly rules = new Map<string, string>();
  private readonly tags = new Map<string, string>();
  private intent: string | null = null;

  say(word: string): void {
    for (const rule of this.open) rule.words.push(word);
  }

  pass(mark: Mark): void {
    if (mark.kind === "open") {
      this.open.push({ name: mark.rule, isPublic: mark.isPublic, words: [], value: null });
    } else if (mark.kind === "tag") this.tag(mark.tag);
    else this.close();
  }

  meaning(): Meaning {
    while (this.open.length > 0) this.close();
    const { intent: named, ...slots } = Object.fromEntries([...this.rules, ...this.tags]) as Record<string, string>;
    return { intent: named ?? this.intent ?? "", slots };
  }

  private tag({ name, value }: Tag): void {
    const rule = this.open[this.open.length - 1];
    if (name !== null) join(this.tags, name, value);
    else if (rule) rule.value = rule.value === null ? value : `${rule.value} ${value}`;
  }

  private close(): void {
    const { name, isPublic, words, value } = this.open.pop()!;
    if (isPublic && this.open.length === 0) this.intent = value ?? name;
    else if (value !== null || words.length > 0) join(this.rules, name, value ?? words.join(" "));
  }
}

function join(slots: Map<string, string>, name: string, value: string): void {
  const before = slots.get(name);
  slots.set(name, before === undefined ? value : `${before} ${value}`);
}
