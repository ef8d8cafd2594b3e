// The code that the page offers: it can be parsed, and holds what the page is set to.

import { transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { checkDecoding, type DecodingOptions } from "../../../src/decode/decoding-options.ts";
import { type Settings, type SnippetKind, snippet } from "../../../web/page/code/snippets.ts";
import { STARTING_PHRASES, toGrammar, withOther } from "../../../web/page/modes/phrase-text.ts";

const grammar = withOther(toGrammar(STARTING_PHRASES));
const SETTINGS: readonly Settings[] = [
  {
    mode: "phrases",
    model: "english",
    options: { decoding: { grammar, keywords: ["hey `computer` ${1}"] }, endpoint: { silenceAfterSpeech: 0.4 } },
  },
  { mode: "dictation", model: "english", options: { decoding: { hotwords: ["Siobhan"], text: { digits: true } } } },
  { mode: "words", model: "commands", options: {} },
];

/** What the code gives to the recognizer that it makes. */
function optionsOf(code: string, kind: SnippetKind): { model?: string; decoding?: DecodingOptions } {
  const body = code.replaceAll(/^import .*;$/gm, "");
  // React's are a constant; the others' an argument, of the first call.
  const source =
    kind === "react"
      ? `${body.slice(0, body.indexOf("let loading"))} return options;`
      : `${body.slice(0, body.indexOf(");\n\n") + 2).replace("await ", "")} return recognizer;`;
  const make = (options = {}) => options;
  return new Function("createRecognizer", "createWorkerRecognizer", source)(make, make);
}

describe.each(["page", "node", "react", "worker"] as SnippetKind[])("%s", (kind) => {
  it.each(SETTINGS)("$mode", (settings) => {
    const code = snippet(kind, settings);
    transformSync(code, { loader: "jsx", format: "esm", target: "es2022" });
    const { model = "commands", decoding = {} } = optionsOf(code, kind);
    expect(model).toBe(settings.model);
    checkDecoding(decoding);
    const plain = (grammar: unknown) => String(grammar).replaceAll(/\s+/g, " ").trim();
    expect(plain(decoding.grammar)).toBe(plain(settings.options.decoding?.grammar));
    expect(decoding.keywords).toEqual(settings.options.decoding?.keywords);
  });
});
