// What may steer a search beside the sound: hotwords, a grammar, a language model. Each looks at words and scores them;
// scores are natural logarithms, and those of a hypothesis add up.

/** `State` is what a scorer knows of a hypothesis: immutable, shared by hypotheses. */
export interface Scorer<State = unknown> {
  readonly start: State;
  /** A word is complete: the state behind it and what it scores; null if no hypothesis may go on so. */
  word(state: State, word: string): ScoredStep<State> | null;
  /** Score of a word that has begun with these letters and may yet grow; -Infinity if no word may begin so. */
  beginning(state: State, letters: string): number;
  /** Score if the utterance ended here; -Infinity if it must not. */
  end(state: State): number;
}

export interface ScoredStep<State> {
  readonly state: State;
  readonly score: number;
}

/** A scorer of whatever state, for those that only hand states around. */
// biome-ignore lint/suspicious/noExplicitAny: each scorer gets back only states that it made.
export type AnyScorer = Scorer<any>;

/** Several scorers as one: scores add up. */
export class CombinedScorer implements Scorer<readonly unknown[]> {
  readonly start: readonly unknown[];
  private readonly scorers: readonly AnyScorer[];

  constructor(scorers: readonly AnyScorer[]) {
    this.scorers = scorers;
    this.start = scorers.map(({ start }) => start);
  }

  word(state: readonly unknown[], word: string): ScoredStep<readonly unknown[]> | null {
    let score = 0;
    const states: unknown[] = [];
    for (let i = 0; i < this.scorers.length; i++) {
      const step = this.scorers[i]!.word(state[i], word);
      if (!step) return null;
      score += step.score;
      states.push(step.state);
    }
    return { state: states, score };
  }

  beginning(state: readonly unknown[], letters: string): number {
    return this.scorers.reduce((sum, scorer, i) => sum + scorer.beginning(state[i], letters), 0);
  }

  end(state: readonly unknown[]): number {
    return this.scorers.reduce((sum, scorer, i) => sum + scorer.end(state[i]), 0);
  }
}
