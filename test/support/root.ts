// Where the repository lies: two folders up from here, and from build/soak, into which scripts are bundled.

import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
