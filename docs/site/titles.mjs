// A TypeDoc plugin: pages are called by their first heading, modules by what one imports.

import { Converter, ReflectionKind } from "typedoc";

const MODULES = {
  index: "foldvox",
  "worker/worker-recognizer": "foldvox/worker",
  "microphone/microphone": "foldvox/microphone",
  "speech-recognition/speech-recognition": "foldvox/speech-recognition",
};

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const text = document.content.map((part) => part.text).join("");
    const heading = /^# (.+)$/m.exec(text);
    if (heading) document.name = heading[1].replaceAll("`", "");
  });
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_, declaration) => {
    if (declaration.kindOf(ReflectionKind.Module)) declaration.name = MODULES[declaration.name] ?? declaration.name;
  });
  // The project's name stands above it already.
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    const [first] = project.readme ?? [];
    if (first) first.text = first.text.replace(/^# .*\n/, "");
  });
}
