// Tables for the terminal, for JSON and for documents.

export type Cell = string | number | null;

export interface Table {
  readonly title: string;
  /** What a reader must know to understand the figures. */
  readonly note?: string;
  /** When and where, if not with the rest. */
  readonly measured?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly plot?: Plot;
}

/** How a page shows a table: one mark for each row and column of `y`. */
export interface Plot {
  /** Bars of a category (the first column's texts), or lines over numbers in the first column. */
  readonly mark: "bar" | "line";
  /** Columns to draw, all of the same unit. */
  readonly y: readonly string[];
  readonly unit: string;
  /** Logarithmic axes. */
  readonly log?: boolean;
}

export function cell(value: Cell): string {
  if (value === null) return "-";
  if (typeof value === "string") return value;
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) < 1e-3) return value.toExponential(1);
  // Three digits, and never an exponent where it hides thousands.
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

export function format({ title, note, columns, rows }: Table): string {
  const lines = [columns, ...rows.map((row) => row.map(cell))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const text = lines.map((line) =>
    line.map((value, i) => (i === 0 ? value.padEnd(widths[i]!) : value.padStart(widths[i]!))).join("  "),
  );
  return [title, ...(note ? [`  ${note}`] : []), ...text.map((line) => `  ${line}`), ""].join("\n");
}
