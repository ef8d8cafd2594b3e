// Numbers as codes of eight bits: a table of 256 values for which the numbers stand.

const CODES = 256;

/**
 * The values that stand for numbers: means of 256 runs of the sorted numbers, as many numbers in each, then moved by Lloyd's
 * algorithm (1982) to where the squared error is least. Sorted; zero is kept exact where it occurs.
 */
export function codeTable(numbers: Float32Array, rounds = 10): Float32Array {
  const sorted = numbers.slice().sort();
  const table = new Float32Array(CODES);
  if (sorted.length === 0) return table;
  const sums = new Float64Array(sorted.length + 1);
  for (let i = 0; i < sorted.length; i++) sums[i + 1] = sums[i]! + sorted[i]!;
  const ends = Float64Array.from({ length: CODES }, (_, code) => Math.round(((code + 1) * sorted.length) / CODES));
  for (let round = 0; round <= rounds; round++) {
    let begin = 0;
    for (let code = 0; code < CODES; code++) {
      const end = ends[code]!;
      table[code] = end > begin ? (sums[end]! - sums[begin]!) / (end - begin) : (table[code - 1] ?? sorted[0]!);
      begin = end;
    }
    for (let code = 0; code + 1 < CODES; code++) {
      ends[code] = below(sorted, (table[code]! + table[code + 1]!) / 2);
    }
  }
  const zero = below(sorted, 0);
  if (sorted[zero] === 0) table[codeOf(table, 0)] = 0;
  return table;
}

/** The code of the value nearest to a number; the table is sorted. */
export function codeOf(table: Float32Array, number: number): number {
  const high = Math.min(CODES - 1, below(table, number));
  const low = Math.max(0, high - 1);
  return number - table[low]! < table[high]! - number ? low : high;
}

/** How many of the sorted numbers are below one. */
function below(sorted: Float32Array, number: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
