// Attention of one stream. In the threads build its heads may be divided among threads; each is computed as it would be by one.

import { attend } from "../kernels/attention";
import { threadsOf } from "../threading/thread-pool";
import { THREADS } from "../target/build";
import { Scratch } from "./scratch";
import { SharedWork, attendTogether, dividesHeads } from "./shared-work";

/** out[M][d] = what s.attention says. */
export function attendHeads(s: Scratch, out: usize): void {
  if (THREADS && s.pool && dividesHeads(s.attention)) {
    const p = changetype<SharedWork>(s.pool);
    if (threadsOf(p) > 1) return attendTogether(p, s, out);
  }
  attend(s.attention, out, s.scores);
}
