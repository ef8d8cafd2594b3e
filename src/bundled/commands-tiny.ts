// foldvox/commands-tiny: where the model lies, written out so that bundlers see and copy it. What it exports are options of a recognizer.

import { own } from "./own.ts";

/** The model. */
export const model: URL = own(
  () => new URL("../models/commands-tiny.safetensors", import.meta.url),
  "commands-tiny.safetensors",
);
