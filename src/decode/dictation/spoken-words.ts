// How the words of dictation are pronounced, as a tree: read from the language model's file, or made where that cannot know.

import { FoldvoxError } from "../../errors.ts";
import { type NgramFile, UNKNOWN } from "../../ngrams/ngram-file.ts";
import { wordsOf } from "../../ngrams/ngram-words.ts";
import { CollectedPronunciations } from "../../pronounce/collected-pronunciations.ts";
import { pronunciationsOf, type WordTree, wordTree } from "../../pronounce/word-tree.ts";
import type { AddedWord, SpokenWords } from "./vocabulary.ts";

/** The tree of a language model's words. Errors: bad-model if none can be pronounced, or the lexicon is another one. */
export function spokenWords(ngrams: NgramFile, lexicon: SpokenWords): WordTree {
  const words = wordsOf(ngrams, lexicon);
  if (ngrams.tree) return withTokens(ngrams.tree, lexicon);
  const collected = new CollectedPronunciations();
  const names = "names" in words ? words.names : [];
  names.forEach((name, i) => {
    const word = name.toLowerCase();
    const number = lexicon.find(word);
    const pronunciations = number >= 0 ? lexicon.pronunciations(number) : lexicon.guess(word);
    for (const sounds of pronunciations) collected.add(UNKNOWN + 1 + i, sounds);
  });
  const tree = wordTree(collected.all());
  if (tree.word.length > 0) return tree;
  throw new FoldvoxError(
    "bad-model",
    "The language model has no word that can be pronounced. Give it a lexicon of its language.",
  );
}

/** The tree with words that users add, whose numbers begin with `first`. */
export function withAdded(tree: WordTree, first: number, added: readonly AddedWord[]): WordTree {
  const collected = new CollectedPronunciations(pronunciationsOf(tree));
  added.forEach(({ pronunciations }, i) => {
    for (const sounds of pronunciations) collected.add(first + i, sounds);
  });
  return wordTree(collected.all());
}

/** A tree of the lexicon's phonemes as one of the model's tokens. */
function withTokens(tree: WordTree, lexicon: SpokenWords): WordTree {
  const phoneme = new Uint8Array(tree.nodes);
  for (let node = 1; node < tree.nodes; node++) {
    const token = lexicon.tokenOf(tree.phoneme[node]!);
    if (token === undefined) {
      throw new FoldvoxError("bad-model", "The language model has phonemes that its lexicon lacks. Get both anew.");
    }
    phoneme[node] = token;
  }
  return { ...tree, phoneme };
}
