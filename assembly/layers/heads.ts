// Attention of one stream. In the threads build, several threads may share its heads; each head is computed as one thread would.

import { attend } from "../kernels/attention";
import { threadsOf } from "../threading/thread-pool";
import { THREADS } from "../target/build";
import { Scratch } from "./scratch";
import { SharedWork, attendTogether, dividesHeads } from "./shared-work";

/** out[M][d] = the attention that s.attention describes. */
export function attendHeads(s: Scratch, out: usize): void {
  if (THREADS && s.pool && dividesHeads(s.attention)) {
    const p = changetype<SharedWork>(s.pool);
    if (threadsOf(p) > 1) return attendTogether(p, s, out);
  }
  attend(s.attention, out, s.scores);
}
