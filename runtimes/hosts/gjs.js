// GJS, whose WebAssembly is synchronous only.

import GLib from "gi://GLib";
import System from "system";
import { examineSync } from "./sync.js";

const [root, ...models] = System.programArgs;
const read = (path) => GLib.file_get_contents(`${root}/${path}`)[1];
examineSync(models, read, print, () => GLib.get_monotonic_time() / 1000);
