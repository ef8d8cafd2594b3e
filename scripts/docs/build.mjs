// Builds the documentation's pages into build/web/docs: Markdown of the repository, and the API's from TypeDoc (build/api).

import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { build } from "esbuild";
import MiniSearch from "minisearch";
import { SEARCH_OPTIONS } from "../../web/docs/search-options.mjs";
import { shared } from "../esbuild-options.mjs";
import { benchmarkPage } from "./benchmarks.mjs";
import { renderMarkdown } from "./markdown.mjs";
import { SECTIONS } from "./pages.mjs";
import { drawPicture } from "./pictures.mjs";
import { pageOf } from "./template.mjs";

const OUT = "build/web/docs";
const API = "build/api";

const apiFiles = (await readdir(API, { recursive: true })).filter((file) => file.endsWith(".md"));
const apiName = (file) => `api/${file.replace(/\.md$/, "").replace(/(^|\/)README$/, "$1index")}`;

/** Every page by its file: its name, and the live example on it. */
const byFile = new Map();
const site = SECTIONS.map(([title, pages]) => {
  if (title !== "API") {
    for (const [file, name, , mode] of pages) byFile.set(file, { name, mode });
    return [title, pages.map(([, name, label]) => [name, label])];
  }
  const modules = apiFiles.filter((file) => /(^|\/)README\.md$/.test(file) && file !== "README.md");
  // A module is called by what one imports, and its folder as well.
  const labelled = modules.map((file) => [apiName(file), dirname(file)]);
  return [title, labelled.sort()];
});
for (const file of apiFiles) byFile.set(join(API, file), { name: apiName(file) });

const copied = new Set();

/** Where a link of a page leads on the site; files of the repository that are no pages are copied. */
async function linkFrom(file, name, href) {
  if (/^([a-z]+:|#)/.test(href)) return href;
  const [path, anchor] = href.split("#");
  const target = normalize(join(dirname(file), path));
  const up = "../".repeat(name.split("/").length - 1);
  const hash = anchor === undefined ? "" : `#${anchor}`;
  const page = byFile.get(target) ?? byFile.get(join(target, "README.md"));
  if (page) return `${up}${page.name}.html${hash}`;
  const isFile = await stat(target).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return null;
  copied.add(target);
  return `${up}files/${target}${hash}`;
}

async function linksOf(file, name, source) {
  const hrefs = [...source.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, href]) => href);
  return new Map(await Promise.all(hrefs.map(async (href) => [href, await linkFrom(file, name, href)])));
}

const documents = [];

async function buildPage(file, { name, mode }) {
  const source = await readFile(file, "utf8");
  const links = await linksOf(file, name, source);
  const rendered = renderMarkdown(source, {
    // A folder, or what lies outside of the repository: the text stays, the link leads to the page's own top.
    link: (href) => links.get(href) ?? (/^([a-z]+:|#)/.test(href) ? href : "#text"),
    image: (src) => drawPicture(normalize(join(dirname(file), src))),
  });
  const html = name === "benchmarks" ? benchmarkPage(source, rendered.html) : rendered.html;
  const { title, sections } = rendered;
  const page = pageOf({ name, title: name === "index" ? "foldvox documentation" : title, html, sections, mode, site });
  await mkdir(dirname(join(OUT, name)), { recursive: true });
  await writeFile(join(OUT, `${name}.html`), page);
  for (const section of sections) {
    documents.push({
      id: documents.length,
      url: `${name}.html${section.id === "" ? "" : `#${section.id}`}`,
      page: title,
      title: section.title || title,
      text: section.text.replaceAll(/\s+/g, " ").trim(),
    });
  }
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
for (const [file, page] of byFile) await buildPage(file, page);
for (const file of copied) {
  await mkdir(dirname(join(OUT, "files", file)), { recursive: true });
  await cp(file, join(OUT, "files", file));
}

const index = new MiniSearch(SEARCH_OPTIONS);
index.addAll(documents);
await writeFile(`${OUT}/search.json`, JSON.stringify(index));

await build({
  ...shared,
  minify: true,
  platform: "browser",
  outdir: OUT,
  entryPoints: { docs: "web/docs/main.ts" },
  splitting: true,
  chunkNames: "part-[hash]",
});
await build({ ...shared, minify: true, outdir: OUT, entryPoints: { docs: "web/docs/styles.css" } });
console.log(`${byFile.size} pages in ${OUT}`);
