// The language of the page's own words: English stands in its HTML, others are loaded when they are wanted.

import { en, type Texts } from "./en.ts";

export type LanguageCode = "en" | "de" | "es" | "fr";

const CODES: readonly LanguageCode[] = ["en", "de", "es", "fr"];

/** The first of the visitor's languages that there is; else English. */
export function chooseLanguage(wanted: readonly string[]): LanguageCode {
  for (const tag of wanted) {
    const code = CODES.find((known) => tag.toLowerCase().split("-")[0] === known);
    if (code) return code;
  }
  return "en";
}

async function load(code: LanguageCode): Promise<Texts> {
  if (code === "de") return (await import("./de.ts")).de;
  if (code === "es") return (await import("./es.ts")).es;
  if (code === "fr") return (await import("./fr.ts")).fr;
  return en;
}

export class Language {
  private texts: Texts = en;
  private current: LanguageCode = "en";
  private readonly listeners: (() => void)[] = [];

  get code(): LanguageCode {
    return this.current;
  }

  /** A text, with values in place of the names in braces. */
  say(key: keyof Texts, values: Readonly<Record<string, string | number>> = {}): string {
    return this.texts[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  }

  /** Is told when the language has changed. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Takes another language, and writes the page's texts in it. */
  async set(code: LanguageCode): Promise<void> {
    this.texts = await load(code);
    this.current = code;
    document.documentElement.lang = code;
    for (const found of document.querySelectorAll<HTMLElement>("[data-text]")) {
      found.textContent = this.say(found.dataset.text as keyof Texts);
    }
    for (const found of document.querySelectorAll<HTMLElement>("[data-label]")) {
      found.setAttribute("aria-label", this.say(found.dataset.label as keyof Texts));
    }
    for (const listener of this.listeners) listener();
  }
}
