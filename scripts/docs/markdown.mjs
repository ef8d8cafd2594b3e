// Markdown as HTML: headings that can be linked to, links to where things are on the site, coloured code, tables that scroll.

import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import MarkdownIt from "markdown-it";

hljs.registerLanguage("ts", typescript);
hljs.registerLanguage("json", json);
hljs.registerLanguage("sh", bash);
hljs.registerLanguage("html", xml);
const ALIASES = {
  typescript: "ts",
  js: "ts",
  javascript: "ts",
  tsx: "ts",
  jsx: "ts",
  bash: "sh",
  vue: "html",
  svelte: "html",
};

function highlight(text, language) {
  const known = ALIASES[language] ?? language;
  return hljs.getLanguage(known) ? hljs.highlight(text, { language: known }).value : "";
}

const markdown = new MarkdownIt({ html: true, highlight });

/** As GitHub makes them, so that links within pages work in both places. */
export const slug = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");

const textOf = (inline) => (inline.children ?? []).map(({ content }) => content).join("");

/**
 * The page's HTML, its title, and its sections as { id, title, level, text } for the list beside it and for the search. `link` says
 * where a link leads, `image` gives HTML for a picture, or null for a plain one.
 */
export function renderMarkdown(source, { link, image }) {
  const tokens = markdown.parse(source.replaceAll(/<!--[\s\S]*?-->/g, ""), {});
  const used = new Set();
  const sections = [{ id: "", title: "", level: 1, text: "" }];
  let heading = null;
  tokens.forEach((token, index) => {
    if (token.type === "heading_open") {
      const title = textOf(tokens[index + 1]);
      let id = slug(title);
      for (let n = 1; used.has(id); n++) id = `${slug(title)}-${n}`;
      used.add(id);
      token.attrSet("id", id);
      const level = Number(token.tag.slice(1));
      if (level === 1) sections[0] = { id: "", title, level, text: "" };
      else sections.push({ id, title, level, text: "" });
      heading = index + 1;
    }
    if (token.type === "inline") {
      // Headings are titles already.
      if (index !== heading) sections.at(-1).text += ` ${textOf(token)}`;
      for (const child of token.children ?? []) {
        if (child.type === "link_open") child.attrSet("href", link(child.attrGet("href")));
        if (child.type === "image") {
          const drawn = image(child.attrGet("src"), child.content);
          child.attrSet("src", link(child.attrGet("src")));
          if (drawn !== null) Object.assign(child, { type: "html_inline", content: drawn, children: null });
        }
      }
    }
    if (token.type === "fence") sections.at(-1).text += ` ${token.content}`;
  });
  const html = markdown.renderer
    .render(tokens, { ...markdown.options, highlight }, {})
    // Wide ones scroll by themselves, and can be reached by keys.
    // The page's policy allows no styles of elements.
    .replaceAll(/ style="text-align:(left|right|center)"/g, ' class="$1"')
    .replaceAll(/<th( class="\w+")?><\/th>/g, "<td></td>")
    .replaceAll("<table>", '<div class="scrolls" role="group" aria-label="Table" tabindex="0"><table>')
    .replaceAll("</table>", "</table></div>")
    .replaceAll("<pre>", '<pre tabindex="0">');
  return { html, title: sections[0].title, sections };
}
