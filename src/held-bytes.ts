// How many bytes of typed arrays an object holds, itself or through what it refers to. Whatever a search is made of, it is counted
// without its parts having to tell. Objects beside the arrays are not counted.

/**
 * Bytes of all buffers that are reached from `root`, each once. Objects and buffers in `seen` are passed over, and those that were met
 * are in it afterwards.
 */
export function heldBytes(root: unknown, seen: Set<object>): number {
  const open: unknown[] = [root];
  let bytes = 0;
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (ArrayBuffer.isView(value)) open.push(value.buffer);
    else if (value instanceof ArrayBuffer) bytes += value.byteLength;
    else if (value instanceof Map || value instanceof Set) open.push(...value.values());
    else for (const key in value) open.push((value as Record<string, unknown>)[key]);
  }
  return bytes;
}
