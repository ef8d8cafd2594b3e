// Full-text search of the documentation: the index is loaded when it is first wanted, and nothing leaves the page.

import MiniSearch, { type SearchResult } from "minisearch";
import { SEARCH_OPTIONS } from "./search-options.mjs";

const MOST = 8;

export class Search {
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly root: string;
  private index: Promise<MiniSearch> | null = null;
  private chosen = -1;

  /** `root` leads from the page to the documentation's folder. */
  constructor(input: HTMLInputElement, list: HTMLElement, root: string) {
    this.input = input;
    this.list = list;
    this.root = root;
    input.addEventListener("focus", () => void this.load().catch(() => {}));
    input.addEventListener("input", () => void this.find());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && list.contains(relatedTarget))) this.show([]);
    });
    document.addEventListener("keydown", (event) => {
      const typing = event.target instanceof HTMLElement && /INPUT|TEXTAREA|SELECT/.test(event.target.tagName);
      if (event.key !== "/" || typing) return;
      event.preventDefault();
      input.focus();
    });
  }

  private load(): Promise<MiniSearch> {
    this.index ??= fetch(`${this.root}search.json`).then(async (response) => {
      if (!response.ok) throw new Error(`search.json: the server answered ${response.status}`);
      return MiniSearch.loadJSON(await response.text(), SEARCH_OPTIONS);
    });
    // What failed is tried again the next time.
    this.index.catch(() => {
      this.index = null;
    });
    return this.index;
  }

  private async find(): Promise<void> {
    const wanted = this.input.value.trim();
    if (wanted === "") return this.show([]);
    try {
      const index = await this.load();
      if (wanted === this.input.value.trim()) this.show(index.search(wanted).slice(0, MOST), wanted);
    } catch {
      this.show([], wanted);
    }
  }

  private show(results: readonly SearchResult[], wanted = ""): void {
    this.chosen = -1;
    this.list.replaceChildren(
      ...results.map((result, i) => {
        const item = document.createElement("li");
        item.id = `found-${i}`;
        item.role = "option";
        const link = document.createElement("a");
        link.href = `${this.root}${result.url}`;
        link.tabIndex = -1;
        const page = document.createElement("small");
        page.textContent = result.page === result.title ? "" : result.page;
        link.append(result.title, page);
        item.append(link);
        return item;
      }),
    );
    if (results.length === 0 && wanted !== "") {
      const none = document.createElement("li");
      none.role = "option";
      none.textContent = `Nothing found for “${wanted}”`;
      this.list.append(none);
    }
    const isOpen = this.list.childElementCount > 0;
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    this.choose(-1);
  }

  private choose(index: number): void {
    this.chosen = index;
    [...this.list.children].forEach((item, i) => {
      item.setAttribute("aria-selected", String(i === index));
    });
    if (index < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `found-${index}`);
  }

  private key(event: KeyboardEvent): void {
    const count = this.list.childElementCount;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && count > 0) {
      event.preventDefault();
      this.choose((this.chosen + step + count) % count);
    } else if (event.key === "Escape") this.show([]);
    else if (event.key === "Enter") this.list.children[Math.max(0, this.chosen)]?.querySelector("a")?.click();
  }
}
