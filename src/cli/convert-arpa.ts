// foldvox convert arpa: an n-gram model in ARPA text becomes a file that is searched in place.

import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { type ArpaContent, ArpaReader } from "../ngrams/arpa-reader.ts";
import { writeNgrams } from "../ngrams/ngram-writer.ts";
import { numberedBy } from "../ngrams/tree-packer.ts";
import { readLexicon } from "../pronounce/lexicon.ts";
import { readWhole, writeWhole } from "./files.ts";
import { ioError } from "./io-error.ts";

interface ConvertArpaOptions {
  lexicon?: string;
  name?: string;
  language: string;
  licence: string;
  attribution?: string[];
}

const grouped = (value: number) => value.toLocaleString("en-US");

async function readArpa(path: string): Promise<ArpaContent> {
  const reader = new ArpaReader();
  try {
    const input = createReadStream(path);
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) reader.push(line);
  } catch (cause) {
    throw ioError(path, cause);
  }
  return reader.finish();
}

export async function convertFromArpa(arpa: string, output: string, options: ConvertArpaOptions): Promise<void> {
  const { language, licence, attribution = [], name = basename(output).replace(/\.ngrams$/, "") } = options;
  const content = await readArpa(arpa);
  const lexicon = options.lexicon === undefined ? null : numberedBy(readLexicon(await readWhole(options.lexicon)));
  const { bytes, header, leftOut } = writeNgrams(content, { name, language, licence, attribution }, lexicon);
  await writeWhole(output, bytes);
  const { words, contexts, leaves, trigrams } = header.counts;
  const lines = [
    `${output}: ${grouped(bytes.length)} bytes, ${grouped(words)} words and marks, ${grouped(contexts + leaves)} bigrams, ${grouped(trigrams)} trigrams`,
  ];
  if (leftOut.words + leftOut.grams > 0) {
    lines.push(
      `left out: ${grouped(leftOut.words)} words that the lexicon lacks, and ${grouped(leftOut.grams)} n-grams with them`,
    );
  }
  if (content.skippedOrder > 0) lines.push(`n-grams of 4 to ${content.skippedOrder} words are left out`);
  process.stderr.write(`${lines.join("\n")}\n`);
}
