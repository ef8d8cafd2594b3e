// The standard's list of grammars. A model of phonemes hears what they allow, and nothing else.

import type { GrammarSource } from "../decode/scorers/grammar.ts";
import { FoldvoxError } from "../errors.ts";

/** A grammar of the list; `weight` is kept, as the standard asks, and has no effect. */
export interface SpeechGrammar {
  src: string;
  weight: number;
}

/** JSGF texts, as strings or behind addresses. */
export class SpeechGrammarList {
  private readonly grammars: SpeechGrammar[] = [];

  get length(): number {
    return this.grammars.length;
  }

  /** The grammar at this index. */
  item(index: number): SpeechGrammar | undefined {
    return this.grammars[index];
  }

  /** Adds the address of a JSGF text, which is fetched when recognition starts. */
  addFromURI(src: string, weight = 1): void {
    this.grammars.push({ src, weight });
  }

  /** Adds a JSGF text. */
  addFromString(string: string, weight = 1): void {
    this.grammars.push({ src: `data:application/xml,${encodeURIComponent(string)}`, weight });
  }

  /** The texts of all grammars, and phrases beside them. Errors: io where one cannot be fetched. @internal */
  async source(phrases: readonly string[]): Promise<GrammarSource> {
    return [...(await Promise.all(this.grammars.map(({ src }) => textAt(src)))), ...phrases];
  }
}

async function textAt(src: string): Promise<string> {
  try {
    const response = await fetch(src);
    if (response.ok) return await response.text();
    throw new Error(`status ${response.status}`);
  } catch (cause) {
    throw new FoldvoxError("io", `The grammar at ${src.slice(0, 200)} could not be fetched.`, { cause });
  }
}
