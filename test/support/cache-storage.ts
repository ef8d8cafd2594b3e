// A browser's Cache API in memory, as far as the model cache uses it.

export class MemoryCacheStorage {
  readonly entries = new Map<string, Uint8Array>();
  /** Bytes that fit; more are refused as a full disk refuses them. */
  quota = Number.POSITIVE_INFINITY;

  async open(): Promise<unknown> {
    const { entries } = this;
    return {
      match: async (key: string) => {
        const bytes = entries.get(key);
        return bytes ? new Response(bytes as Uint8Array<ArrayBuffer>) : undefined;
      },
      put: async (key: string, response: Response) => {
        const bytes = new Uint8Array(await response.arrayBuffer());
        const used = [...entries.values()].reduce((sum, { length }) => sum + length, 0);
        if (used + bytes.length > this.quota) throw new DOMException("full", "QuotaExceededError");
        entries.set(key, bytes);
      },
      delete: async (key: string) => entries.delete(key),
    };
  }
}
