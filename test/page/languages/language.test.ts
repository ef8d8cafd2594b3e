// The page's words: the same keys and blanks in every language, and English as it stands in the HTML.

import { readFileSync } from "node:fs";
import { Window } from "happy-dom";
import { describe, expect, it } from "vitest";
import { de } from "../../../web/page/languages/de.ts";
import { en, type Texts } from "../../../web/page/languages/en.ts";
import { es } from "../../../web/page/languages/es.ts";
import { fr } from "../../../web/page/languages/fr.ts";
import { chooseLanguage } from "../../../web/page/languages/language.ts";

const html = readFileSync(new URL("../../../web/index.html", import.meta.url), "utf8");
const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each(Object.entries({ de, es, fr }))("%s", (_, texts: Texts) => {
  it.each(Object.keys(en) as (keyof Texts)[])("says %s with the same blanks", (key) => {
    expect(texts[key]).not.toBe("");
    expect(blanks(texts[key])).toEqual(blanks(en[key]));
  });
});

it("has the HTML's texts in English", () => {
  const { document } = new Window();
  document.write(html);
  const texts: Record<string, string> = en;
  const found = [...document.querySelectorAll("[data-text]")];
  expect(found.length).toBeGreaterThan(40);
  for (const one of found) {
    const key = one.getAttribute("data-text")!;
    expect(one.textContent!.replace(/\s+/g, " ").trim(), key).toBe(texts[key]);
  }
  for (const one of document.querySelectorAll("[data-label]")) {
    expect(one.getAttribute("aria-label")).toBe(texts[one.getAttribute("data-label")!]);
  }
});

it("chooses the first language that there is", () => {
  expect(chooseLanguage(["pt-BR", "fr-CA", "de"])).toBe("fr");
  expect(chooseLanguage(["ja"])).toBe("en");
});
