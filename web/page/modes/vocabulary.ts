// The words that the model can hear; each lights up when it is heard. For models of word pieces the list stays empty.

import { element, make } from "../elements.ts";

const LIT_MS = 900;

export class Vocabulary {
  private readonly list = element("vocabulary");
  private readonly items = new Map<string, HTMLElement>();

  show(words: readonly string[]): void {
    this.items.clear();
    for (const word of words) this.items.set(word, make("li", word));
    this.list.replaceChildren(...this.items.values());
    this.list.parentElement!.hidden = words.length === 0;
  }

  heard(word: string): void {
    const item = this.items.get(word);
    item?.classList.add("heard");
    setTimeout(() => item?.classList.remove("heard"), LIT_MS);
  }
}
