// Bare, which has neither fetch nor performance.

import { readFileSync } from "bare-fs";
import { examineSync } from "./sync.js";

const [root, ...models] = Bare.argv.slice(2);
examineSync(models, (path) => readFileSync(`${root}/${path}`), console.log, Date.now);
