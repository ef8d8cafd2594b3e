// The two halves of making a lexicon from the words that training/product/make_words.py has written:
//   npm run lexicon -- align words.json aligned.json                            for training/product/train_sounds.py
//   npm run lexicon -- pack words.json sounds.safetensors models/english.lexicon

import { readFileSync, writeFileSync } from "node:fs";
import { readLexicon } from "../../src/pronounce/lexicon.ts";
import { PARTS } from "../../src/pronounce/lexicon-file.ts";
import { alignWords } from "./align-words.ts";
import { type About, type ListedWord, lettersIn, writeLexicon } from "./lexicon-writer.ts";
import { packSounds } from "./pack-sounds.ts";

interface WordList extends About {
  readonly words: readonly [word: string, level: number, kind: number, pronunciations: readonly string[]][];
}

function readWords(path: string): { list: ListedWord[]; about: About } {
  const { words, ...about }: WordList = JSON.parse(readFileSync(path, "utf8"));
  const list = words.map(([word, level, kind, said]) => ({
    word,
    level,
    kind,
    pronunciations: said.map((text) => text.split(" ")),
  }));
  return { list, about };
}

function align(input: string, output: string): void {
  const { list, about } = readWords(input);
  const letters = lettersIn(list);
  const { chunks, aligned } = alignWords(list, letters, about.phonemes);
  const words = list.map(({ word }, n) => [word, aligned[n]!.filter((said) => said !== null)]);
  writeFileSync(output, JSON.stringify({ letters, phonemes: about.phonemes, chunks, words }));
}

function pack(input: string, sounds: string, output: string): void {
  const { list, about } = readWords(input);
  const bytes = writeLexicon(list, about, packSounds(new Uint8Array(readFileSync(sounds))));
  const lexicon = readLexicon(bytes);
  const textOf = (said: ArrayLike<number>) => Array.from(said, (i) => lexicon.header.phonemes[i]).join(" ");
  for (const { word, pronunciations } of list) {
    const read = lexicon.pronunciations(lexicon.find(word)).map(textOf).join(", ");
    const expected = pronunciations.map((said) => said.join(" ")).join(", ");
    if (read !== expected) throw new Error(`"${word}" is read back as ${read} in place of ${expected}`);
  }
  writeFileSync(output, bytes);
  for (const part of PARTS) console.log(`${part.padEnd(10)}${String(lexicon.header.parts[part]).padStart(8)} bytes`);
  console.log(`${output}: ${lexicon.size} words, ${bytes.length} bytes`);
}

const [command, ...paths] = process.argv.slice(2);
if (command === "align" && paths.length === 2) align(paths[0]!, paths[1]!);
else if (command === "pack" && paths.length === 3) pack(paths[0]!, paths[1]!, paths[2]!);
else throw new Error("usage: npm run lexicon -- align WORDS ALIGNED, or: pack WORDS SOUNDS LEXICON");
