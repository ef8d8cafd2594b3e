// The figures that page and document are made of.

import type { Table } from "../table.ts";

export interface Part {
  /** What else the figures depend on, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly tables: readonly Table[];
}

/** A part with when and where it was run. */
export type Dated = Part & { readonly date: string; readonly machine: string };

export type Report = Readonly<Record<string, Dated>>;
