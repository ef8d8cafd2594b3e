import type { Finding, Runtime } from "./list.mjs";

export function disagreements(runtime: Runtime, findings: readonly Finding[], reference: readonly Finding[]): string[];
