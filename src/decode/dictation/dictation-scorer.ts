// What words of dictation score: by the language model, by a model of the user's mixed in, and by phrases that are preferred. A
// state is one number for the states of all three.

import { END, UNKNOWN } from "../../ngrams/ngram-file.ts";
import type { NgramModel } from "../../ngrams/ngram-model.ts";
import type { HotPhrases, HotStep } from "./hot-phrases.ts";
import type { ScoredWord, WordScorer } from "./word-scorer.ts";

/** How much the parts count. Found by measurement. */
export interface WordWeights {
  /** Power to which the language model's probabilities are raised. */
  readonly languageModel: number;
  /** Natural logarithm that every word brings. */
  readonly wordBonus: number;
}

/** A user's language model beside the other. */
export interface MixedModel {
  readonly model: NgramModel;
  /** Its share, above 0 and below 1. */
  readonly share: number;
  /** Its number of each word of the tree; UNKNOWN where it has none. */
  readonly wordOf: Uint16Array;
}

/** Natural logarithm of the probability of a word that a user has added, before its boost. */
const ADDED_WORD = -11;

export class DictationScorer implements WordScorer {
  readonly start: number;
  readonly middle: number;
  private readonly model: NgramModel;
  private readonly mixed: MixedModel | null;
  private readonly hot: HotPhrases | null;
  private readonly weights: WordWeights;
  private readonly modelShare: number;
  private readonly mixedShare: number;
  private readonly places: number;
  private readonly hotStep: HotStep = { gain: 0, place: 0 };
  private readonly mixedStep: ScoredWord = { score: 0, state: 0 };

  constructor(model: NgramModel, weights: WordWeights, mixed: MixedModel | null, hot: HotPhrases | null) {
    this.model = model;
    this.weights = weights;
    this.mixed = mixed;
    this.hot = hot;
    this.places = hot?.places ?? 1;
    this.modelShare = mixed ? Math.log(1 - mixed.share) : 0;
    this.mixedShare = mixed ? Math.log(mixed.share) : 0;
    this.start = this.joined(model.start, 0, mixed?.model.start ?? 0);
    this.middle = this.joined(UNKNOWN, 0, mixed ? UNKNOWN : 0);
  }

  step(state: number, word: number, into: ScoredWord): void {
    const { model, mixed, hot, weights, places } = this;
    const modelState = state % model.states;
    const others = (state - modelState) / model.states;
    if (word < model.words) model.step(modelState, word, into);
    else {
      into.score = ADDED_WORD;
      into.state = UNKNOWN;
    }
    if (!mixed && !hot) {
      into.score = weights.languageModel * into.score + weights.wordBonus;
      return;
    }
    const place = others % places;
    let mixedState = 0;
    if (mixed) {
      mixed.model.step((others - place) / places, mixed.wordOf[word]!, this.mixedStep);
      mixedState = this.mixedStep.state;
      into.score = this.mix(into.score, this.mixedStep.score);
    }
    into.score = weights.languageModel * into.score + weights.wordBonus;
    let next = 0;
    if (hot) {
      hot.step(place, word, this.hotStep);
      into.score += this.hotStep.gain;
      next = this.hotStep.place;
    }
    into.state = this.joined(into.state, next, mixedState);
  }

  end(state: number): number {
    const { model, mixed, hot, weights, places } = this;
    const modelState = state % model.states;
    const others = (state - modelState) / model.states;
    const place = others % places;
    model.step(modelState, END, this.mixedStep);
    let score = this.mixedStep.score;
    if (mixed) {
      mixed.model.step((others - place) / places, END, this.mixedStep);
      score = this.mix(score, this.mixedStep.score);
    }
    return weights.languageModel * score + (hot?.end(place) ?? 0);
  }

  ahead(word: number): number {
    const { model, mixed, hot, weights } = this;
    const alone = word < model.words ? model.unigram(word) : ADDED_WORD;
    const best = mixed ? this.mix(alone, mixed.model.unigram(mixed.wordOf[word]!)) : alone;
    return weights.languageModel * best + weights.wordBonus + (hot?.boost(word) ?? 0);
  }

  /** The mixture of two probabilities as the larger of its parts: logarithms of sums would differ from engine to engine. */
  private mix(model: number, mixed: number): number {
    return Math.max(model + this.modelShare, mixed + this.mixedShare);
  }

  private joined(modelState: number, place: number, mixedState: number): number {
    return (mixedState * this.places + place) * this.model.states + modelState;
  }
}
