// Tables of Markdown as data.

/** Its sections, by their headings of the third level: { title, before, table: { columns, rows } }. Rows are objects by column. */
export function readTables(source) {
  const tables = new Map();
  let title = "";
  let columns = null;
  for (const line of source.split("\n")) {
    const heading = /^#{2,3} (.+)$/.exec(line);
    if (heading) title = heading[1];
    if (!line.startsWith("|")) {
      columns = null;
      continue;
    }
    const cells = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (!columns) {
      columns = cells;
      if (!tables.has(title)) tables.set(title, []);
    } else if (!/^[-: ]+$/.test(cells[0])) {
      tables.get(title).push(Object.fromEntries(columns.map((column, i) => [column, cells[i]])));
    }
  }
  return tables;
}

/** The rows of a table that has to be there. */
export function tableOf(tables, title) {
  const rows = tables.get(title);
  if (rows) return rows;
  throw new Error(
    `docs/benchmarks.md has no table "${title}" any more; draw scripts/docs/benchmarks.mjs from what it has.`,
  );
}
