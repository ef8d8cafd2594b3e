// A grammar: the word sequences that an utterance may be. Rules become a nondeterministic automaton (Thompson 1968), of which
// the search builds the deterministic one as far as it goes.

import { FoldvoxError, shortened, shown } from "../../errors.ts";
import type { Spelling } from "../text/spelling.ts";
import type { WordChain } from "../text/word-chain.ts";
import { parseJsgf, parsePhrase } from "./grammar-jsgf.ts";
import type { Expansion, Jsgf, Rule } from "./jsgf-rules.ts";
import { DICTATION } from "./jsgf-tokens.ts";
import type { ScoredStep, Scorer } from "./scorer.ts";

/**
 * What may be said: phrases, of which an utterance is any sequence, or the text of a JSGF grammar, of which an utterance is
 * one match of a public rule. A phrase may have alternatives and optional parts, as in a rule: `turn [the] light (on | off)`.
 * A list may hold JSGF texts too, each with its header #JSGF. Silence is always allowed.
 */
export type GrammarSource = readonly string[] | string;

/** Whether the text of a grammar lets any words be dictated, as far as can be told before it is read. */
export const namesDictation = (source: GrammarSource) =>
  [source].flat().some((text) => typeof text === "string" && text.includes(DICTATION));

/** Words that lead on, and states that are reached without a word. */
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
  /** The words that may come next, sorted, so that one with given first letters is found at once. */
  sorted: string[] | null;
}

/** Rules that refer to rules are written out; this many states are some hundred megabytes. */
const MOST_STATES = 500_000;
/** Parts that are written out, those without a state of their own too; an expansion may double without making any. */
const MOST_PARTS = 2 * MOST_STATES;
/** States that places may list together before those found so far are forgotten: some tens of megabytes. */
const MOST_LISTED = 4_000_000;

/** Something left to do while a grammar is written out. */
type Task = () => void;

/** Writes rules out as states. What is left to do is a list, not the stack: rules and groups may nest as deep as they like. */
class Builder {
  private readonly spelling: Spelling;
  private readonly open = new Set<Rule>();
  private readonly tasks: Task[] = [];
  private states = 0;
  private parts = 0;
  /** Where what has just been written out leads. */
  private at: State;

  constructor(spelling: Spelling) {
    this.spelling = spelling;
    this.at = this.state();
  }

  state(): State {
    if (++this.states > MOST_STATES) throw tooLarge(`${MOST_STATES} states`);
    return { words: new Map(), free: [], number: this.states };
  }

  /** Adds what leads from `from` through the expansion; returns where it leads. */
  add(expansion: Expansion, from: State): State {
    this.at = from;
    this.tasks.push(() => this.write(expansion));
    for (let task = this.tasks.pop(); task; task = this.tasks.pop()) task();
    return this.at;
  }

  /** Goes on from `at` through the expansion. Nothing it adds leads back to the state it began at. */
  private write(expansion: Expansion): void {
    if (++this.parts > MOST_PARTS) throw tooLarge(`${MOST_PARTS} parts, when its rules are written out`);
    const from = this.at;
    switch (expansion.kind) {
      case "word": {
        const { line, column } = expansion;
        if (expansion.word === DICTATION) {
          throw new FoldvoxError(
            "unsupported",
            `Line ${line}, column ${column} of the grammar: ${DICTATION} needs a model of phonemes, such as english.`,
          );
        }
        const word = this.spelling.demand(expansion.word, `Line ${line}, column ${column} of the grammar holds`);
        this.at = this.state();
        const targets = from.words.get(word);
        if (targets) targets.push(this.at);
        else from.words.set(word, [this.at]);
        break;
      }
      case "sequence":
        this.each(expansion.parts, (part) => this.write(part));
        break;
      case "choice": {
        const to = this.state();
        this.tasks.push(() => {
          this.at = to;
        });
        this.each(expansion.parts, (part) => {
          this.at = from;
          this.tasks.push(() => this.at.free.push(to));
          this.write(part);
        });
        break;
      }
      case "repeat":
      case "some": {
        const loop = this.state();
        from.free.push(loop);
        this.at = loop;
        this.tasks.push(() => {
          this.at.free.push(loop);
          // Nothing may lead on from the loop itself: what comes next would begin anew with every round.
          const to = this.state();
          (expansion.kind === "some" ? this.at : loop).free.push(to);
          this.at = to;
        });
        this.tasks.push(() => this.write(expansion.part));
        break;
      }
      case "rule":
        this.rule(expansion.rule);
        break;
      case "tag":
    }
  }

  /** Does it for the parts in turn, each when all that the one before has led to is done. */
  private each(parts: readonly Expansion[], action: (part: Expansion) => void): void {
    let next = 0;
    const step = () => {
      if (next === parts.length) return;
      this.tasks.push(step);
      action(parts[next++]!);
    };
    this.tasks.push(step);
  }

  private rule(rule: Rule): void {
    if (this.open.has(rule)) {
      throw new FoldvoxError(
        "bad-argument",
        `The grammar's rule <${shortened(rule.name)}> refers to itself; use * or + instead.`,
      );
    }
    this.open.add(rule);
    this.tasks.push(() => this.open.delete(rule));
    this.tasks.push(() => this.write(rule.expansion));
  }
}

const tooLarge = (most: string) =>
  new FoldvoxError("bad-argument", `The grammar is too large: more than ${most}. Write it smaller.`);

/** The rules of a source. Errors: bad-argument. */
export function readGrammar(source: GrammarSource): Jsgf {
  if (typeof source === "string") return parseJsgf(source);
  if (Array.isArray(source)) return listRules(source);
  throw new FoldvoxError("bad-argument", `The grammar is ${shown(source)}; give a list of phrases or a JSGF text.`);
}

/** The rules of a list: any sequence of its phrases; or a match of one of the grammars in it. Errors: bad-argument. */
function listRules(list: readonly unknown[]): Jsgf {
  const parts: Expansion[] = [];
  const publicRules: Rule[] = [];
  list.forEach((text, i) => {
    if (typeof text !== "string" || text.trim() === "") {
      throw new FoldvoxError("bad-argument", `A phrase of the grammar is ${shown(text)}; give words.`);
    }
    if (/^\s*#JSGF/.test(text)) publicRules.push(...parseJsgf(text).publicRules);
    else parts.push(parsePhrase(text, i + 1));
  });
  if (list.length === 0) throw new FoldvoxError("bad-argument", "The grammar allows no phrase; leave it out.");
  const expansion: Expansion = { kind: "repeat", part: { kind: "choice", parts } };
  return { publicRules: [...publicRules, ...(parts.length > 0 ? [{ name: "", isPublic: true, expansion }] : [])] };
}

/** Where words lead in a grammar. */
interface Followed {
  /** Null where they are no beginning of an allowed utterance. */
  readonly place: Place | null;
  /** How many of them, from the first on, make the longest allowed utterance. */
  readonly allowed: number;
}

/** Lets through only the beginnings of allowed utterances. */
export class Grammar implements Scorer<Place> {
  readonly start: Place;
  private readonly found = new Map<string, Place>();
  private readonly followed = new WeakMap<WordChain, Followed>();
  private listed = 0;
  private readonly last: State;

  /** Errors: bad-argument for a malformed grammar, or a word that the model's tokens cannot spell. */
  constructor(source: GrammarSource, spelling: Spelling) {
    const { publicRules } = readGrammar(source);
    const builder = new Builder(spelling);
    const first = builder.state();
    this.last = builder.state();
    // Nothing said is always allowed: silence and noise must not be forced into a phrase.
    first.free.push(this.last);
    for (const rule of publicRules) {
      builder.add({ kind: "rule", rule, line: 1, column: 1 }, first).free.push(this.last);
    }
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
    place.sorted ??= [...place.next.keys()].sort();
    const { sorted } = place;
    let low = 0;
    for (let high = sorted.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < letters) low = middle + 1;
      else high = middle;
    }
    return sorted[low]?.startsWith(letters) ? 0 : Number.NEGATIVE_INFINITY;
  }

  end(place: Place): number {
    return place.accepts ? 0 : Number.NEGATIVE_INFINITY;
  }

  /** Where words lead. Chains that begin alike are followed once. */
  follow(words: WordChain | null): Followed {
    const links: WordChain[] = [];
    let link = words;
    for (; link && !this.followed.has(link); link = link.before) links.push(link);
    let { place, allowed } = (link && this.followed.get(link)) ?? { place: this.start, allowed: 0 };
    for (const next of links.reverse()) {
      place = place && (this.word(place, next.word.word)?.state ?? null);
      if (place?.accepts) allowed = next.count;
      this.followed.set(next, { place, allowed });
    }
    return { place, allowed };
  }

  /** All that can be reached freely from the states, as one place. */
  private place(from: readonly State[]): Place {
    const reached = new Set(from);
    for (const state of reached) for (const next of state.free) reached.add(next);
    // The others have done their part. Without them all ends of phrases are one place, and not one each.
    const leading = [...reached].filter((state) => state.words.size > 0 || state === this.last);
    const key = leading
      .map(({ number }) => number)
      .sort((a, b) => a - b)
      .join(",");
    const known = this.found.get(key);
    if (known) return known;
    const next = new Map<string, State[]>();
    for (const { words } of leading) {
      for (const [word, targets] of words) {
        const all = next.get(word);
        if (!all) next.set(word, [...targets]);
        else for (const target of targets) all.push(target);
      }
    }
    const place = { accepts: reached.has(this.last), next, places: new Map(), sorted: null };
    this.remember(key, place, reached.size);
    return place;
  }

  /** Some grammars have more places than can be kept: then all are forgotten, and found again as they are needed. */
  private remember(key: string, place: Place, states: number): void {
    this.listed += states;
    if (this.listed > MOST_LISTED) {
      for (const { places } of this.found.values()) places.clear();
      this.found.clear();
      this.listed = states;
    }
    this.found.set(key, place);
  }
}
