// Damaged lexicons and n-gram models whose checksum fits, so that what stands behind it is looked at: what is taken is searched, and
// every answer must be one.

import { FoldvoxError } from "../../src/errors.ts";
import { sha256 } from "../../src/model/sha256.ts";
import { ArpaReader } from "../../src/ngrams/arpa-reader.ts";
import { readNgramFile, UNKNOWN } from "../../src/ngrams/ngram-file.ts";
import { NgramModel } from "../../src/ngrams/ngram-model.ts";
import { wordsOf } from "../../src/ngrams/ngram-words.ts";
import { writeNgrams } from "../../src/ngrams/ngram-writer.ts";
import { numberedBy } from "../../src/ngrams/tree-packer.ts";
import { readLexicon } from "../../src/pronounce/lexicon.ts";
import { pronunciationsOf, type WordTree, wordTree } from "../../src/pronounce/word-tree.ts";
import { ARPA } from "../ngrams/support.ts";
import { lexiconOf, listed, manyWords } from "../support/lexicon.ts";
import type { Draw } from "./draw.ts";
import { mutateBytes, mutateJson, mutateText } from "./mutations.ts";
import type { Reader } from "./readers.ts";

const HASHED_FROM = 40;
const HEADER_AT = 44;

/** The file damaged in its header, its parts or anywhere, most of the time with a right checksum. */
function damaged(draw: Draw, file: Uint8Array): Uint8Array {
  const header = file.subarray(HEADER_AT, HEADER_AT + new DataView(file.buffer).getUint32(HASHED_FROM, true));
  const parts = file.subarray(HEADER_AT + header.length);
  let [head, body] = [header, parts];
  if (draw.chance(0.3)) {
    head = new TextEncoder().encode(JSON.stringify(mutateJson(draw, JSON.parse(new TextDecoder().decode(header)))));
  }
  if (head === header || draw.chance(0.3)) {
    body = parts.slice();
    for (let i = draw.between(1, 4); i > 0; i--) body[draw.below(body.length)] = draw.below(256);
  }
  const made = new Uint8Array(HEADER_AT + head.length + body.length);
  made.set(file.subarray(0, 8));
  new DataView(made.buffer).setUint32(HASHED_FROM, head.length, true);
  made.set(head, HEADER_AT);
  made.set(body, HEADER_AT + head.length);
  const digest = sha256().update(made.subarray(HASHED_FROM)).digestHex();
  for (let i = 0; i < 32; i++) made[8 + i] = Number.parseInt(digest.slice(2 * i, 2 * i + 2), 16);
  return draw.chance(0.1) ? mutateBytes(draw, made) : made;
}

const NGRAMS = [
  null,
  {
    size: 4,
    sha256: "ab".repeat(32),
    find: (word: string) => ["bad", "cab", "dad", "fed"].indexOf(word),
    // Two that begin alike, two that sound the same, and one that begins another.
    phonemesOf: (word: number) =>
      [
        [
          [1, 2, 3],
          [1, 2],
        ],
        [[1, 4], [5]],
        [[1, 4]],
        [[6]],
      ][word]!,
  },
].map((lexicon) => {
  const reader = new ArpaReader();
  for (const line of ARPA.split("\n")) reader.push(line);
  return writeNgrams(
    reader.finish(),
    { name: "a", language: "en", licence: "b", attribution: ["c"] },
    lexicon && numberedBy(lexicon),
  ).bytes;
});

/** Every node is below another that comes before it, and every word is one of the model's. */
function checkTree(tree: WordTree, words: number): void {
  const { sounds, first, word } = pronunciationsOf(tree);
  if (first.length !== word.length + 1 || sounds.length !== first.at(-1)) throw new Error("sounds of no word");
  if (!word.every((number) => number > UNKNOWN && number < words)) throw new Error("a word that is none");
  if (wordTree({ sounds, first, word }).word.length !== word.length) throw new Error("words that got lost");
}

const ngrams: Reader = {
  name: "ngrams",
  share: 10,
  run: (draw) => {
    const file = readNgramFile(damaged(draw, draw.pick(NGRAMS)));
    wordsOf(file, { size: 4, sha256: "ab".repeat(32) });
    const model = new NgramModel(file);
    const step = { score: 0, state: model.start };
    for (let i = 0; i < 20; i++) {
      model.step(step.state, draw.below(model.words), step);
      if (!Number.isFinite(step.score) || !(step.state >= 0 && step.state < model.states)) {
        throw new Error(`a step to state ${step.state} with ${step.score}`);
      }
    }
    if (file.tree) checkTree(file.tree, model.words);
  },
};

const LEXICON = lexiconOf([...manyWords(), listed("ga", "w ɪ dʒ ɪ t s ɪ z ɡ oʊ ɪ ŋ")]);
const PROBES = ["bad", "dog", "ga", "zzz", "a", "bäd", "", "gone"];

const lexicon: Reader = {
  name: "lexicon",
  share: 10,
  run: (draw) => {
    const read = readLexicon(damaged(draw, LEXICON));
    const number = read.find(draw.pick(PROBES));
    if (!(number >= -1 && number < read.size)) throw new Error(`a word of number ${number}`);
    for (let i = 0; i < 3; i++) {
      const asked = draw.below(read.size);
      if (typeof read.written(asked) !== "string" || !Number.isFinite(read.logProbability(asked))) {
        throw new Error("a word that is none");
      }
      for (const sounds of read.pronunciations(asked)) {
        for (const sound of Array.from(sounds)) if (!(sound >= 0 && sound < 255)) throw new Error(`a sound ${sound}`);
      }
    }
    read.guess(draw.pick(PROBES));
  },
};

const ARPA_PIECES = [
  "\\data\\",
  "ngram 2=9",
  "\\2-grams:",
  "\\end\\",
  "-1.0",
  "<s>",
  "\t",
  "1e99",
  "nan",
  "\\4-grams:",
];

const arpa: Reader = {
  name: "arpa",
  share: 4,
  run: (draw) => {
    const reader = new ArpaReader();
    for (const line of mutateText(draw, ARPA, ARPA_PIECES).split("\n")) reader.push(line);
    const about = { name: "a", language: "", licence: "", attribution: [] };
    const { bytes } = writeNgrams(reader.finish(), about, null);
    try {
      readNgramFile(bytes);
    } catch (error) {
      // What is written must be read, but for probabilities that no model has.
      if (!(error instanceof FoldvoxError) || !/probability/.test(error.message))
        throw new Error("what was written is not read");
    }
  },
};

export const LANGUAGE_READERS: readonly Reader[] = [ngrams, lexicon, arpa];
