// npm run bench:pages: writes docs/benchmarks.md, the tables of docs/scale.md and build/bench.html anew, of bench/results/.

import { writeScale } from "./scale.ts";
import { writePages } from "./write.ts";

writePages();
writeScale();
