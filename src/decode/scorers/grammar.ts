// A grammar: the word sequences that an utterance may be. Rules become a nondeterministic automaton (Thompson 1968), of which
// the search builds the deterministic one as far as it goes.

import { FoldvoxError, shown } from "../../errors.ts";
import type { Spelling } from "../text/spelling.ts";
import { type Expansion, type Jsgf, parseJsgf, phrase } from "./grammar-jsgf.ts";
import type { ScoredStep, Scorer } from "./scorer.ts";

/**
 * What may be said: phrases, of which an utterance is any sequence, or the text of a JSGF grammar, of which an utterance is
 * one match of a public rule. Silence is always allowed.
 */
export type GrammarSource = readonly string[] | string;

interface State {
  readonly words: Map<string, State[]>;
  readonly free: State[];
  readonly number: number;
}

/** A set of states, found or not yet. */
interface Place {
  readonly accepts: boolean;
  readonly next: ReadonlyMap<string, State[]>;
  readonly places: Map<string, Place>;
  /** All beginnings of the words that may come next. */
  beginnings: Set<string> | null;
}

/** Rules that refer to rules are written out; this many states are some hundred megabytes. */
const MOST_STATES = 500_000;
/** Rules within rules and groups within groups: far beyond any grammar, and well within the stack. */
const DEEPEST = 2000;

class Builder {
  private readonly jsgf: Jsgf;
  private readonly spelling: Spelling;
  private readonly open = new Set<string>();
  private count = 0;
  private depth = 0;

  constructor(jsgf: Jsgf, spelling: Spelling) {
    this.jsgf = jsgf;
    this.spelling = spelling;
  }

  state(): State {
    if (++this.count > MOST_STATES) {
      throw new FoldvoxError("bad-argument", `The grammar is too large: more than ${MOST_STATES} states.`);
    }
    return { words: new Map(), free: [], number: this.count };
  }

  /** Adds what leads from `from` through the expansion; returns where it leads. */
  add(expansion: Expansion, from: State): State {
    if (++this.depth > DEEPEST) {
      throw new FoldvoxError("bad-argument", `The grammar nests more than ${DEEPEST} deep; write it flatter.`);
    }
    const to = this.lead(expansion, from);
    this.depth--;
    return to;
  }

  private lead(expansion: Expansion, from: State): State {
    switch (expansion.kind) {
      case "word": {
        const word = this.spelling.demand(expansion.word, "The grammar holds");
        const to = this.state();
        const targets = from.words.get(word);
        if (targets) targets.push(to);
        else from.words.set(word, [to]);
        return to;
      }
      case "sequence":
        return expansion.parts.reduce((at, part) => this.add(part, at), from);
      case "choice": {
        const to = this.state();
        for (const part of expansion.parts) this.add(part, this.freely(from)).free.push(to);
        return to;
      }
      case "repeat": {
        const loop = this.freely(from);
        this.add(expansion.part, loop).free.push(loop);
        return this.freely(loop);
      }
      case "rule":
        return this.rule(expansion.name, from);
    }
  }

  private freely(from: State): State {
    const to = this.state();
    from.free.push(to);
    return to;
  }

  private rule(name: string, from: State): State {
    const expansion = this.jsgf.rules.get(name);
    if (!expansion) throw new FoldvoxError("bad-argument", `The grammar uses ${name}, which it does not define.`);
    if (this.open.has(name)) {
      throw new FoldvoxError("bad-argument", `The grammar's rule ${name} refers to itself; use * or + instead.`);
    }
    this.open.add(name);
    const to = this.add(expansion, from);
    this.open.delete(name);
    return to;
  }
}

/** The rules of a list: any sequence of its phrases. Errors: bad-argument. */
function listRules(phrases: readonly unknown[]): Jsgf {
  const parts = phrases.map((text): Expansion => {
    if (typeof text === "string" && text.trim() !== "") return phrase(text);
    throw new FoldvoxError("bad-argument", `A phrase of the grammar is ${shown(text)}; give words.`);
  });
  if (parts.length === 0) throw new FoldvoxError("bad-argument", "The grammar allows no phrase; leave it out.");
  const rules = new Map<string, Expansion>([["<list>", { kind: "repeat", part: { kind: "choice", parts } }]]);
  return { rules, publicRules: ["<list>"] };
}

/** Lets through only the beginnings of allowed utterances. */
export class Grammar implements Scorer<Place> {
  readonly start: Place;
  private readonly found = new Map<string, Place>();
  private readonly last: State;

  /** Errors: bad-argument for a malformed grammar, or a word that the model's tokens cannot spell. */
  constructor(source: GrammarSource, spelling: Spelling) {
    if (typeof source !== "string" && !Array.isArray(source)) {
      throw new FoldvoxError("bad-argument", `The grammar is ${shown(source)}; give a list of phrases or a JSGF text.`);
    }
    const jsgf = typeof source === "string" ? parseJsgf(source) : listRules(source);
    const builder = new Builder(jsgf, spelling);
    const first = builder.state();
    this.last = builder.state();
    // Nothing said is always allowed: silence and noise must not be forced into a phrase.
    first.free.push(this.last);
    for (const name of jsgf.publicRules) builder.add({ kind: "rule", name }, first).free.push(this.last);
    this.start = this.place([first]);
  }

  word(place: Place, word: string): ScoredStep<Place> | null {
    const known = place.places.get(word);
    if (known) return { state: known, score: 0 };
    const targets = place.next.get(word);
    if (!targets) return null;
    const state = this.place(targets);
    place.places.set(word, state);
    return { state, score: 0 };
  }

  beginning(place: Place, letters: string): number {
    if (!place.beginnings) {
      place.beginnings = new Set();
      for (const word of place.next.keys()) {
        for (let end = 1; end <= word.length; end++) place.beginnings.add(word.slice(0, end));
      }
    }
    return place.beginnings.has(letters) ? 0 : Number.NEGATIVE_INFINITY;
  }

  end(place: Place): number {
    return place.accepts ? 0 : Number.NEGATIVE_INFINITY;
  }

  /** How many of the words, from the first on, make the longest allowed utterance. */
  allowed(words: readonly string[]): number {
    let place = this.start;
    let longest = 0;
    for (let i = 0; i < words.length; i++) {
      const step = this.word(place, words[i]!);
      if (!step) break;
      place = step.state;
      if (place.accepts) longest = i + 1;
    }
    return longest;
  }

  /** All that can be reached freely from the states, as one place. */
  private place(from: readonly State[]): Place {
    const reached = new Set(from);
    for (const state of reached) for (const next of state.free) reached.add(next);
    const key = Array.from(reached, ({ number }) => number)
      .sort((a, b) => a - b)
      .join(",");
    const known = this.found.get(key);
    if (known) return known;
    const next = new Map<string, State[]>();
    for (const { words } of reached) {
      for (const [word, targets] of words) {
        const all = next.get(word);
        if (all) all.push(...targets);
        else next.set(word, [...targets]);
      }
    }
    const place = { accepts: reached.has(this.last), next, places: new Map(), beginnings: null };
    this.found.set(key, place);
    return place;
  }
}
