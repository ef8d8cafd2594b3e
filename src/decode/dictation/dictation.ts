// Everything that dictation needs beside a model of phonemes: a language model and the lexicon that pronounces its words. Prepared
// once for all streams; what users add makes another tree of words and other scores.

import { FoldvoxError, shown } from "../../errors.ts";
import { ArpaReader } from "../../ngrams/arpa-reader.ts";
import { type NgramFile, readNgramFile, UNKNOWN } from "../../ngrams/ngram-file.ts";
import { NgramModel } from "../../ngrams/ngram-model.ts";
import { wordsOf } from "../../ngrams/ngram-words.ts";
import { writeNgrams } from "../../ngrams/ngram-writer.ts";
import type { WordTree } from "../../pronounce/word-tree.ts";
import type { Pronounce } from "../phonemes/pronounced-network.ts";
import { DEFAULT_BOOST, type Hotword } from "../scorers/hotwords.ts";
import type { LanguageModelSource } from "../scorers/language-model.ts";
import { DictationScorer, type MixedModel, type WordWeights } from "./dictation-scorer.ts";
import { type HotPhrase, HotPhrases } from "./hot-phrases.ts";
import { lookAhead } from "./look-ahead.ts";
import { spokenWords, withAdded } from "./spoken-words.ts";
import { type AddedWord, type SpokenWords, Vocabulary } from "./vocabulary.ts";

/** What users add to the words and their scores. */
export interface DictationAdditions {
  readonly hotwords: readonly (string | Hotword)[];
  readonly languageModel: string | LanguageModelSource | undefined;
}

/** What a search walks through and is scored by. */
export interface PreparedWords {
  readonly vocabulary: Vocabulary;
  readonly tree: WordTree;
  readonly ahead: Float32Array;
  readonly scorer: DictationScorer;
}

/** Share of a user's language model that does not tell its weight. */
const DEFAULT_SHARE = 0.5;
/** Words that a user may add. */
const MOST_ADDED = 100_000;

export class Dictation {
  readonly ngrams: NgramFile;
  private readonly lexicon: SpokenWords;
  private readonly model: NgramModel;
  private base: { readonly vocabulary: Vocabulary; readonly tree: WordTree } | null = null;

  /** Errors: bad-model where lexicon and language model do not belong together. */
  constructor(ngrams: NgramFile, lexicon: SpokenWords) {
    // What does not fit is told when it is loaded, not when somebody speaks.
    wordsOf(ngrams, lexicon);
    this.ngrams = ngrams;
    this.lexicon = lexicon;
    this.model = new NgramModel(ngrams);
  }

  /** Errors: bad-argument for what users add. */
  prepare(weights: WordWeights, { hotwords, languageModel }: DictationAdditions, pronounce: Pronounce): PreparedWords {
    this.base ??= this.prepareBase();
    let { vocabulary, tree } = this.base;
    const added = new AddedWords(vocabulary, pronounce);
    const phrases = hotwords.map((hotword) => hotPhrase(hotword, added));
    const own = languageModel === undefined ? null : readOwn(languageModel);
    for (const name of own?.names ?? []) added.numberOf(name);
    if (added.words.length > 0) {
      vocabulary = vocabulary.with(added.words);
      tree = withAdded(tree, vocabulary.modelWords, added.words);
    }
    const mixed = own && mix(own, vocabulary.modelWords + added.words.length, added);
    const scorer = new DictationScorer(this.model, weights, mixed, phrases.length > 0 ? new HotPhrases(phrases) : null);
    return { vocabulary, tree, scorer, ahead: lookAhead(tree, (word) => scorer.ahead(word)) };
  }

  private prepareBase() {
    const { ngrams, lexicon } = this;
    return { vocabulary: Vocabulary.of(ngrams, lexicon), tree: spokenWords(ngrams, lexicon) };
  }
}

/** Words that are looked up in the vocabulary, and added to it where they are not there. */
class AddedWords {
  readonly words: AddedWord[] = [];
  private readonly vocabulary: Vocabulary;
  private readonly pronounce: Pronounce;
  private readonly numbers = new Map<string, number>();

  constructor(vocabulary: Vocabulary, pronounce: Pronounce) {
    this.vocabulary = vocabulary;
    this.pronounce = pronounce;
  }

  numberOf(written: string): number {
    const key = written.toLowerCase();
    const known = this.numbers.get(key) ?? this.vocabulary.find(key);
    if (known >= 0) return known;
    if (this.words.length === MOST_ADDED)
      throw new FoldvoxError("bad-argument", `More than ${MOST_ADDED} words are new to the lexicon.`);
    const pronunciations = this.pronounce(written);
    if (pronunciations.every(({ length }) => length === 0)) {
      throw new FoldvoxError(
        "bad-argument",
        `${shown(written)} cannot be pronounced; write it as it is spoken, or give its pronunciation.`,
      );
    }
    const number = this.vocabulary.modelWords + this.words.push({ written, pronunciations }) - 1;
    this.numbers.set(key, number);
    return number;
  }
}

function hotPhrase(given: string | Hotword, added: AddedWords): HotPhrase {
  const { phrase, boost = DEFAULT_BOOST }: Hotword = typeof given === "string" ? { phrase: given } : given;
  return {
    words: phrase
      .trim()
      .split(/\s+/)
      .map((word) => added.numberOf(word)),
    boost,
  };
}

/** A user's language model. */
interface OwnModel {
  readonly model: NgramModel;
  readonly names: readonly string[];
  readonly share: number;
}

function readOwn(source: string | LanguageModelSource): OwnModel {
  const { arpa, weight = DEFAULT_SHARE }: LanguageModelSource = typeof source === "string" ? { arpa: source } : source;
  if (!(typeof weight === "number" && weight > 0 && weight < 1)) {
    throw new FoldvoxError(
      "bad-argument",
      `languageModel.weight is ${shown(weight)}; give the share of your model, above 0 and below 1.`,
    );
  }
  const reader = new ArpaReader();
  for (const line of arpa.split("\n")) reader.push(line);
  const about = { name: "own", language: "", licence: "", attribution: [] };
  const file = readNgramFile(writeNgrams(reader.finish(), about, null).bytes);
  const words = wordsOf(file, { size: 0, sha256: "" });
  return { model: new NgramModel(file), names: "names" in words ? words.names : [], share: weight };
}

function mix({ model, names, share }: OwnModel, words: number, added: AddedWords): MixedModel {
  const wordOf = new Uint16Array(words).fill(UNKNOWN);
  names.forEach((name, i) => {
    wordOf[added.numberOf(name)] = UNKNOWN + 1 + i;
  });
  return { model, share, wordOf };
}
