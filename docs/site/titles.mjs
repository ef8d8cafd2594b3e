// A TypeDoc plugin: modules are called by what one imports.

import { Converter, ReflectionKind } from "typedoc";

const MODULES = {
  index: "foldvox",
  "worker/worker-recognizer": "foldvox/worker",
  "microphone/microphone": "foldvox/microphone",
  "speech-recognition/speech-recognition": "foldvox/speech-recognition",
};

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_, declaration) => {
    if (declaration.kindOf(ReflectionKind.Module)) declaration.name = MODULES[declaration.name] ?? declaration.name;
  });
}
