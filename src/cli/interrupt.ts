// Ctrl-C: the first ends the audio, so that what was said is still written; the second ends the program.

/** A signal that aborts with the first SIGINT; `release` gives the key back. */
export function onInterrupt(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  // The listener is gone when it is called: the next one ends the program, as it does without listeners.
  const stop = () => controller.abort();
  process.once("SIGINT", stop);
  return { signal: controller.signal, release: () => process.off("SIGINT", stop) };
}
