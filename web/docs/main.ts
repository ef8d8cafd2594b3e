// A page of the documentation: its search, and the live example where there is one.

import { Search } from "./search.ts";

const root = document.body.dataset.root ?? "";
new Search(document.getElementById("search") as HTMLInputElement, document.getElementById("found")!, root);

// The list of pages is open where it has a column of its own.
const wide = matchMedia("(min-width: 1000px)");
const pages = document.querySelector<HTMLDetailsElement>(".pages")!;
const unfold = () => {
  pages.open = wide.matches;
};
wide.addEventListener("change", unfold);
unfold();

const live = document.querySelector<HTMLElement>(".live");
if (live) {
  const { LiveExample } = await import("./live.ts");
  new LiveExample(live, new URL(`${root}../`, location.href));
}
