// What the figures were taken on.

import { cpus } from "node:os";

export function machine(): string {
  return `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node} (V8 ${process.versions.v8})`;
}
