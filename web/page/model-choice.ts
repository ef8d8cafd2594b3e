// Which models the modes load: those of the page, and one of the visitor's own.

import { element } from "./elements.ts";
import type { OwnModel } from "./files.ts";
import type { Load } from "./modes/mode.ts";
import { listModels, type ModelEntry, type ModeName, megabytes } from "./modes/models.ts";

const ENGLISH = "english";

export class ModelChoice {
  private readonly select = element<HTMLSelectElement>("model");
  private entries: readonly ModelEntry[] = [];
  private own: OwnModel | null = null;
  private ownNumber = 0;

  /** `changed` is told when another model of words was chosen. */
  constructor(changed: () => void) {
    this.select.addEventListener("change", () => {
      if (!this.select.value.startsWith("own ")) this.dropOwn();
      changed();
    });
  }

  /** Learns which there are. Errors: where the list cannot be loaded. */
  async read(): Promise<void> {
    this.entries = await listModels();
    const words = this.entries.filter(({ name }) => name !== ENGLISH);
    for (const { name, bytes } of words) this.select.add(new Option(`${name} (${megabytes(bytes)})`, name));
  }

  /** The name that code gives to createRecognizer. */
  nameFor(mode: ModeName): string {
    return mode === "words" ? this.select.value || "commands" : ENGLISH;
  }

  /** What the mode would load with the page's own models. */
  bytesFor(mode: ModeName): number {
    const entry = this.entries.find(({ name }) => name === this.nameFor(mode));
    if (!entry) return 0;
    return { phrases: entry.phrasesBytes, dictation: entry.dictationBytes, words: entry.bytes }[mode] ?? entry.bytes;
  }

  /** Tells on each tab what its mode loads. */
  showSizes(): void {
    for (const mode of ["phrases", "dictation", "words"] as const) {
      element(`size-${mode}`).textContent = megabytes(this.bytesFor(mode));
    }
  }

  /** A model of the visitor's own takes the place of the page's in all modes, until another is chosen. */
  setOwn(own: OwnModel, label: string): void {
    this.own = own;
    this.ownNumber++;
    this.select.add(new Option(label, `own ${this.ownNumber}`, true, true));
  }

  /** The visitor's model is used no more. */
  dropOwn(): void {
    this.own = null;
    for (const option of [...this.select.options]) if (option.value.startsWith("own ")) option.remove();
  }

  load(mode: ModeName, grammar?: string): Load {
    const decoding = grammar === undefined ? {} : { decoding: { grammar: [grammar] } };
    if (this.own && (mode !== "words" || this.select.value.startsWith("own "))) {
      const { model, lexicon, ngrams } = this.own;
      const sides = { ...(lexicon && { lexicon }), ...(ngrams && { ngrams }) };
      return { key: `own ${this.ownNumber} ${mode}`, bytes: model.size, options: { model, ...sides, ...decoding } };
    }
    const name = this.nameFor(mode);
    const url = this.entries.find((entry) => entry.name === name)?.url ?? `./models/${name}.safetensors`;
    return { key: `${name} ${mode}`, bytes: this.bytesFor(mode), options: { model: url, ...decoding } };
  }
}
