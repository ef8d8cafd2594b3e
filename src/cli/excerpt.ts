// A part of a recording: from an offset on, for a duration.

/** The samples of chunks of channels from `start` to `end`, counted in sample frames of the whole. Stops reading behind it. */
export async function* excerpt(
  chunks: AsyncIterable<Float32Array[]>,
  bounds: () => { start: number; end: number },
): AsyncGenerator<Float32Array[]> {
  let at = 0;
  for await (const channels of chunks) {
    // Known once the first samples are there.
    const { start, end } = bounds();
    const length = channels[0]?.length ?? 0;
    const [from, to] = [Math.max(0, start - at), Math.min(length, end - at)];
    if (from < to) yield from === 0 && to === length ? channels : channels.map((one) => one.subarray(from, to));
    at += length;
    if (at >= end) return;
  }
}
