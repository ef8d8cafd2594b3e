// CRC-32 (ISO 3309), the checksum of ZIP entries. Four bytes a turn: a checkpoint has hundreds of megabytes.

const POLYNOMIAL = 0xedb88320;

/** TABLES[n][b]: the sum of byte b followed by n zero bytes. */
const TABLES = (() => {
  const tables = Array.from({ length: 4 }, () => new Uint32Array(256));
  for (let b = 0; b < 256; b++) {
    let sum = b;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1;
    tables[0]![b] = sum;
  }
  for (let n = 1; n < 4; n++) {
    for (let b = 0; b < 256; b++) {
      const before = tables[n - 1]![b]!;
      tables[n]![b] = (before >>> 8) ^ tables[0]![before & 255]!;
    }
  }
  return tables as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
})();

export function crc32(bytes: Uint8Array): number {
  const [t0, t1, t2, t3] = TABLES;
  let sum = -1;
  let at = 0;
  for (const end = bytes.length & ~3; at < end; at += 4) {
    sum ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    sum = t3[sum & 255]! ^ t2[(sum >>> 8) & 255]! ^ t1[(sum >>> 16) & 255]! ^ t0[sum >>> 24]!;
  }
  for (; at < bytes.length; at++) sum = (sum >>> 8) ^ t0[(sum ^ bytes[at]!) & 255]!;
  return ~sum >>> 0;
}
