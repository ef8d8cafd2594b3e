// Node, Deno and Bun: the package as it is imported there.

import { readFileSync } from "node:fs";
import { createRecognizer } from "../../build/index.js";
import { examine, filesOf, optionsOf } from "../suite.js";

/** Processor time, which other work on the machine does not lengthen. */
const now = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const file = (path) => readFileSync(new URL(`../../${path}`, import.meta.url));

for (const model of process.argv.slice(2)) {
  const recognizer = await createRecognizer(optionsOf(filesOf(model).map(file)));
  console.log(JSON.stringify({ model, ...examine(recognizer, file("examples/digits.wav"), now) }));
}
