// A page of the documentation around its text.

export const escaped = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

/** The list of pages. `root` leads from the page to the documentation's folder. */
function navigation(sections, current, root) {
  return sections
    .map(([title, pages]) => {
      const items = pages.map(([name, label]) => {
        const here = name === current ? ' aria-current="page"' : "";
        return `<li><a href="${root}${name}.html"${here}>${escaped(label)}</a></li>`;
      });
      return `<section><h2>${escaped(title)}</h2><ul>${items.join("")}</ul></section>`;
    })
    .join("\n");
}

/** Where one may go on a long page. */
function contents(html) {
  const items = [...html.matchAll(/<h2 id="([^"]*)">([\s\S]*?)<\/h2>/g)];
  if (items.length < 3) return "";
  const links = items.map(([, id, title]) => `<li><a href="#${id}">${title.replaceAll(/<\/?a[^>]*>/g, "")}</a></li>`);
  return `<nav class="contents" aria-labelledby="contents-title"><h2 id="contents-title">On this page</h2><ul>${links.join("")}</ul></nav>`;
}

/** The pages before and after. */
function neighbours(sections, current, root) {
  const all = sections.flatMap(([, pages]) => pages);
  const at = all.findIndex(([name]) => name === current);
  const link = (page, word, rel) =>
    page
      ? `<a rel="${rel}" href="${root}${page[0]}.html"><small>${word}</small> ${escaped(page[1])}</a>`
      : "<span></span>";
  if (at < 0) return "";
  return `<nav class="neighbours" aria-label="Pages before and after">${link(all[at - 1], "Before", "prev")}${link(all[at + 1], "Next", "next")}</nav>`;
}

/** A place for the live example of a mode (web/docs/live.ts). */
const LIVE = {
  phrases: ["turn on the kitchen light", "phrases.wav"],
  dictation: ["a sentence", "dictation.wav"],
  words: ["a few digits, or up, down, left, right", "digits.wav"],
};

function live(mode) {
  if (!mode) return "";
  const [said] = LIVE[mode];
  return `<section class="live" data-mode="${mode}" aria-labelledby="live-title">
<h2 id="live-title">Try it here</h2>
<p>Press Listen and say ${said}; or run the recording.</p>
<p class="buttons"><button class="primary" type="button" data-do="listen">Listen</button> <button type="button" data-do="play">Run the recording</button></p>
<p class="heard" role="log" aria-live="polite"></p>
<p class="note" role="status"></p>
</section>`;
}

/** The whole page. `name` has folders where it lies in some. */
export function pageOf({ name, title, html, sections, mode, site }) {
  const root = "../".repeat(name.split("/").length - 1);
  const home = `${root}../`;
  const isStart = name === "index";
  const description = sections
    .map(({ text }) => text.trim())
    .find((text) => text.length > 40)
    ?.slice(0, 155);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<title>${escaped(title)}${isStart ? "" : " · foldvox"}</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
<meta name="description" content="${escaped(description ?? title)}" />
<meta name="color-scheme" content="light dark" />
<meta http-equiv="Content-Security-Policy" content="${POLICY}" />
<link rel="icon" href="${home}icon.svg" type="image/svg+xml" />
<link rel="stylesheet" href="${root}docs.css" />
<script type="module" src="${root}docs.js"></script>
</head>
<body data-root="${root}">
<a class="skip" href="#text">Skip to the text</a>
<header class="top">
<a class="brand" href="${home}"><img src="${home}icon.svg" alt="" width="32" height="32" /> foldvox</a>
<div class="search" role="search">
<label class="visually-hidden" for="search">Search the documentation</label>
<input id="search" type="search" placeholder="Search" autocomplete="off" spellcheck="false" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list" />
<ul id="found" role="listbox" aria-label="Found" hidden></ul>
</div>
<nav aria-label="Site"><a href="${home}">Try it</a> <a href="https://www.npmjs.com/package/foldvox">npm</a></nav>
</header>
<div class="columns">
<details class="pages"><summary>Pages</summary><nav aria-label="Documentation">
${navigation(site, name, root)}
</nav></details>
<main id="text">
${html}
${live(mode)}
${neighbours(site, name, root)}
</main>
${contents(html)}
</div>
</body>
</html>
`;
}
