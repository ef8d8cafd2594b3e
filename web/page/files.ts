// Files from the visitor: dropped on the page, or chosen.

import { element } from "./elements.ts";

/** A model of the visitor's own, with what lies beside it. */
export interface OwnModel {
  readonly model: File;
  readonly lexicon: File | undefined;
  readonly ngrams: File | undefined;
}

export interface FileTakers {
  audio(file: File): void;
  model(own: OwnModel): void;
}

const withEnding = (files: readonly File[], ending: string) => files.find(({ name }) => name.endsWith(ending));

function take(files: readonly File[], takers: FileTakers): void {
  const model = withEnding(files, ".safetensors");
  const first = files[0];
  if (model) {
    takers.model({ model, lexicon: withEnding(files, ".lexicon"), ngrams: withEnding(files, ".ngrams") });
  } else if (first) takers.audio(first);
}

/** Connects the button, the field and the whole page as a place to drop on. */
export function acceptFiles(takers: FileTakers): void {
  const input = element<HTMLInputElement>("file");
  element("open").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    take(files, takers);
  });
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") ?? false;
  const show = (isOver: boolean) => document.documentElement.toggleAttribute("data-dropping", isOver);
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(true);
  });
  addEventListener("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) show(false);
  });
  addEventListener("drop", (event) => {
    show(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    take([...event.dataTransfer!.files], takers);
  });
}
