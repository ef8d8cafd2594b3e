// The list of kept transcripts, and the buttons that save the one that is shown.

import type { FinalResult } from "../../../src/index.ts";
import { element, make, makeButton } from "../elements.ts";
import type { Language } from "../languages/language.ts";
import { EXPORTS, type ExportKind, exportText, saveFile } from "./export.ts";
import { type Recent, Recents } from "./recents.ts";

/** The browser's storage; null where it is refused. */
function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

export class RecentsView {
  private readonly recents = new Recents(storage());
  private readonly list = element("recents");
  private readonly forget = element<HTMLButtonElement>("forget");
  private readonly exports = [...document.querySelectorAll<HTMLButtonElement>("[data-export]")];
  private readonly language: Language;
  private readonly open: (recent: Recent) => void;
  private current: Recent | null = null;

  /** `open` shows a transcript that was chosen from the list. */
  constructor(language: Language, open: (recent: Recent) => void) {
    this.language = language;
    this.open = open;
    this.forget.addEventListener("click", () => {
      this.recents.clear();
      this.show();
    });
    for (const button of this.exports) {
      const kind = button.dataset.export as ExportKind;
      button.addEventListener("click", () => this.save(kind));
    }
    language.onChange(() => this.show());
    this.show();
  }

  /** A run begins; a file's name, or empty. */
  begin(source: string): void {
    this.current = { time: Date.now(), source, finals: [] };
    this.show();
  }

  add(final: FinalResult): void {
    if (!this.current) return;
    this.current = { ...this.current, finals: [...this.current.finals, final] };
    this.show();
  }

  /** The run is over: what was heard is kept. */
  end(): void {
    if (this.current && this.current.finals.length > 0) this.recents.put(this.current);
    this.show();
  }

  /** Nothing is shown any more. */
  clear(): void {
    this.current = null;
    this.show();
  }

  private save(kind: ExportKind): void {
    if (!this.current) return;
    const name = this.current.source.replace(/\.[^.]*$/, "") || "transcript";
    saveFile(`${name}.${kind}`, EXPORTS[kind], exportText(kind, this.current.finals));
  }

  private show(): void {
    const { list } = this.recents;
    for (const button of this.exports) button.disabled = !this.current || this.current.finals.length === 0;
    this.forget.hidden = list.length === 0;
    this.list.replaceChildren(...list.map((recent) => this.item(recent)));
  }

  private item(recent: Recent): HTMLElement {
    const item = make("li");
    const text = recent.finals.map(({ text }) => text).join(" ");
    const opening = makeButton("", "recent", () => {
      this.current = recent;
      this.show();
      this.open(recent);
    });
    const when = new Date(recent.time).toLocaleString(this.language.code, { dateStyle: "short", timeStyle: "short" });
    opening.append(
      make("span", text, "recent-text"),
      make("small", recent.source === "" ? when : `${recent.source} · ${when}`),
    );
    const remove = makeButton("×", "quiet remove", () => {
      this.recents.remove(recent.time);
      this.show();
      // The button that had the focus is gone.
      (this.list.querySelector("button") ?? element("saved-title")).focus();
    });
    remove.setAttribute("aria-label", this.language.say("remove", { text: text.slice(0, 40) }));
    item.append(opening, remove);
    return item;
  }
}
