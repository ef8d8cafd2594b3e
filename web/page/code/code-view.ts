// Shows the code for the page's settings, and copies it.

import { element } from "../elements.ts";
import type { Language } from "../languages/language.ts";
import { type Settings, type SnippetKind, snippet } from "./snippets.ts";

/** How long a button says that it has copied. */
const COPIED_MS = 1500;

export class CodeView {
  private readonly code = element("snippet");
  private readonly buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-snippet]")];
  private kind: SnippetKind = "page";

  constructor(language: Language, settings: () => Settings) {
    for (const button of this.buttons) {
      button.addEventListener("click", () => {
        this.kind = button.dataset.snippet as SnippetKind;
        for (const other of this.buttons) other.setAttribute("aria-pressed", String(other === button));
        this.show(settings());
      });
    }
    copies(element("copy-code"), () => this.code.textContent ?? "", language);
    copies(element("copy-install"), () => element("install").textContent ?? "", language);
  }

  show(settings: Settings): void {
    this.code.textContent = snippet(this.kind, settings);
  }
}

function copies(button: HTMLElement, text: () => string, language: Language): void {
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = language.say("copied");
      setTimeout(() => {
        button.textContent = language.say("copy");
      }, COPIED_MS);
    } catch {
      // Refused: the text stands there to be selected.
    }
  });
}
