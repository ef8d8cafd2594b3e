// A prefix of the CTC search: a token sequence with the probability of all paths that spell it, as a node of a tree.

import type { AnyScorer } from "../scorers/scorer.ts";
import type { Spelling } from "../text/spelling.ts";
import type { Run } from "./run.ts";

/** Runs of a path, newest first. */
export interface RunLink extends Run {
  readonly before: RunLink | null;
}

/** One single path: its probability, and the runs along it. */
interface Path {
  readonly probability: number;
  readonly run: RunLink | null;
}

const NO_PATH: Path = { probability: 0, run: null };

const likelier = (a: Path, b: Path) => (b.probability > a.probability ? b : a);

/** What the paths of a prefix come to, by how they end: in a blank or in the prefix' last token. */
class Mass {
  blank = 0;
  label = 0;
  blankPath = NO_PATH;
  labelPath = NO_PATH;

  get total(): number {
    return this.blank + this.label;
  }

  get path(): Path {
    return likelier(this.blankPath, this.labelPath);
  }

  clear(): void {
    this.blank = 0;
    this.label = 0;
    this.blankPath = NO_PATH;
    this.labelPath = NO_PATH;
  }
}

/** What the scorers know of a prefix: its open word's letters, and the state and score of its words before that. */
interface Spelled {
  readonly letters: string;
  readonly state: unknown;
  readonly wordScore: number;
  /** With what the open word scores so far. */
  readonly score: number;
}

export class Prefix {
  readonly parent: Prefix | null;
  /** Its last token; of a root, the token whose run the root may still be in, or -1. */
  readonly token: number;
  readonly depth: number;
  readonly spelled: Spelled;
  /** The rows so far, and those with the next row, which is being made. */
  now = new Mass();
  next = new Mass();
  private readonly children = new Map<number, Prefix>();

  private constructor(parent: Prefix | null, token: number, spelled: Spelled) {
    this.parent = parent;
    this.token = token;
    this.depth = parent ? parent.depth + 1 : 0;
    this.spelled = spelled;
  }

  /**
   * The empty prefix at a row. After an utterance that was cut, `before` is what was heard last: its token may still go on
   * without being said again.
   */
  static root(scorer: AnyScorer, row: number, before: Prefix | null): Prefix {
    const root = new Prefix(null, before?.token ?? -1, { letters: "", state: scorer.start, wordScore: 0, score: 0 });
    const label = before ? before.now.label / before.now.total : 0;
    root.now.blank = 1 - label;
    root.now.label = label;
    root.now.blankPath = { probability: 1 - label, run: null };
    const run = { token: root.token, firstRow: row, rows: 0, probability: 0, before: null };
    root.now.labelPath = { probability: label, run };
    return root;
  }

  get score(): number {
    return this.spelled.score;
  }

  /** The prefix with one more token, or null where a scorer lets none go on so. */
  child(token: number, spelling: Spelling, scorer: AnyScorer): Prefix | null {
    const known = this.children.get(token);
    if (known) return known;
    const { text, starts, ends } = spelling.tokens[token]!;
    let { letters, state, wordScore } = this.spelled;
    const close = () => {
      if (letters === "") return true;
      const step = scorer.word(state, letters);
      if (!step) return false;
      state = step.state;
      wordScore += step.score;
      letters = "";
      return true;
    };
    if (starts && !close()) return null;
    letters += text;
    if (ends && !close()) return null;
    const score = letters === "" ? wordScore : wordScore + scorer.beginning(state, letters);
    if (score === Number.NEGATIVE_INFINITY) return null;
    const made = new Prefix(this, token, { letters, state, wordScore, score });
    this.children.set(token, made);
    return made;
  }

  /** Score of the prefix as a whole utterance; -Infinity where it cannot be one. */
  finalScore(scorer: AnyScorer): number {
    const { letters, state, wordScore } = this.spelled;
    if (letters === "") return wordScore + scorer.end(state);
    const step = scorer.word(state, letters);
    return step ? wordScore + step.score + scorer.end(step.state) : Number.NEGATIVE_INFINITY;
  }

  /** The next row is a blank. */
  stay(probability: number): void {
    const { now, next } = this;
    const path = now.path;
    next.blank += now.total * probability;
    next.blankPath = { probability: path.probability * probability, run: path.run };
  }

  /** The next row is the last token again, in the same run. */
  repeat(probability: number): void {
    const { now, next } = this;
    next.label += now.label * probability;
    const through = now.labelPath.probability * probability;
    if (through <= next.labelPath.probability) return;
    const run = now.labelPath.run!;
    const longer = { ...run, rows: run.rows + 1, probability: run.probability + Math.min(1, probability) };
    next.labelPath = { probability: through, run: longer };
  }

  /** The next row begins a run of the child's token. The same token again needs a blank in between. */
  extend(child: Prefix, probability: number, row: number): void {
    const { now } = this;
    const again = child.token === this.token;
    child.next.label += (again ? now.blank : now.total) * probability;
    const path = again ? now.blankPath : now.path;
    const through = path.probability * probability;
    if (through <= child.next.labelPath.probability) return;
    const run = { token: child.token, firstRow: row, rows: 1, probability: Math.min(1, probability), before: path.run };
    child.next.labelPath = { probability: through, run };
  }

  /** The next row becomes this one; all masses times `scale`, all paths times `pathScale`. */
  advance(scale: number, pathScale: number): void {
    const made = this.next;
    made.blank *= scale;
    made.label *= scale;
    made.blankPath = { ...made.blankPath, probability: made.blankPath.probability * pathScale };
    made.labelPath = { ...made.labelPath, probability: made.labelPath.probability * pathScale };
    this.next = this.now;
    this.next.clear();
    this.now = made;
  }

  /** Takes the prefix out of the search, and out of the tree what has become useless with it. */
  drop(isKept: (prefix: Prefix) => boolean): void {
    this.now.clear();
    this.next.clear();
    for (let at: Prefix = this; at.parent && at.children.size === 0 && !isKept(at); at = at.parent) {
      at.parent.children.delete(at.token);
    }
  }

  /** Runs of its tokens along the likeliest path, oldest first; a prefix that has left the search has none. */
  runs(): Run[] {
    const runs: Run[] = [];
    for (let run = this.now.path.run; run && runs.length < this.depth; run = run.before) runs.push(run);
    return runs.reverse();
  }

  /** The run of its token number `depth` along the likeliest path; null if it has none. */
  runAt(depth: number): RunLink | null {
    let { run } = this.now.path;
    for (let left = this.depth; run && left > depth; left--) run = run.before;
    return run;
  }

  /** The row behind the last one in which the likeliest path tells a token; null if it tells none. */
  lastRow(): number | null {
    const { run } = this.now.path;
    return run ? run.firstRow + run.rows : null;
  }
}

/** The longest prefix that all the given ones begin with. */
export function commonPrefix(prefixes: readonly Prefix[]): Prefix {
  return prefixes.reduce((a, b) => {
    let left = a;
    let right = b;
    while (left !== right) {
      if (left.depth >= right.depth) left = left.parent!;
      else right = right.parent!;
    }
    return left;
  });
}
