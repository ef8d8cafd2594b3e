// Browsers. A page cannot print, so it asks its server for an address that says what it found.

import { createRecognizer } from "../../build/index.js";
import { examine, filesOf, optionsOf } from "../suite.js";

const file = async (path) => new Uint8Array(await (await fetch(`../../${path}`)).arrayBuffer());
const print = (found) => fetch(`/found?${encodeURIComponent(JSON.stringify(found))}`);

try {
  for (const model of new URLSearchParams(location.search).getAll("model")) {
    const recognizer = await createRecognizer(optionsOf(await Promise.all(filesOf(model).map(file))));
    await print({ model, ...examine(recognizer, await file("examples/digits.wav"), () => performance.now()) });
  }
} catch (error) {
  await print({ error: String(error) });
}
