// The page's service worker, with a Cache API that refuses what browsers refuse.

import { afterAll, beforeAll, expect, it, vi } from "vitest";

const handlers = new Map<string, (event: object) => void>();
const kept = new Map<string, Response>();

beforeAll(async () => {
  vi.stubGlobal("PAGE", ["./index.html"]);
  vi.stubGlobal("LISTENING", ["./worker.js"]);
  vi.stubGlobal("VERSION", "1");
  vi.stubGlobal("location", { origin: "https://example.com" });
  vi.stubGlobal("addEventListener", (name: string, handler: (event: object) => void) => handlers.set(name, handler));
  const cache = {
    match: async ({ url }: Request) => kept.get(url)?.clone(),
    put: async ({ url }: Request, response: Response) => {
      if (response.status === 206) throw new TypeError("Partial response (status code 206) is unsupported");
      kept.set(url, new Response(await response.arrayBuffer()));
    },
  };
  vi.stubGlobal("caches", { open: async () => cache, match: cache.match, keys: async () => [] });
  // @ts-expect-error The script of a worker, which exports nothing.
  await import("../../web/service-worker.ts");
});

afterAll(() => vi.unstubAllGlobals());

/** What the page gets for a request; null where the worker leaves it to the network. */
async function answerTo(url: string, headers: Record<string, string> = {}): Promise<Response | null> {
  let answer: Promise<Response> | null = null;
  const respondWith = (response: Promise<Response>) => {
    answer = response;
  };
  handlers.get("fetch")!({ request: new Request(url, { headers }), respondWith });
  return answer;
}

const MODEL = "https://example.com/models/large.safetensors";

it("hands on the rest of a download, which browsers do not keep", async () => {
  vi.stubGlobal(
    "fetch",
    async () => new Response("rest", { status: 206, headers: { "content-range": "bytes 4-7/8" } }),
  );
  const response = await answerTo(MODEL, { range: "bytes=4-" });
  expect(response?.status ?? 206).toBe(206);
  expect(await response?.text()).toBe("rest");
});

it("hands a model on while it comes, and what has come of one that breaks off", async () => {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("beginning")),
  });
  vi.stubGlobal("fetch", async () => new Response(body));
  const response = (await answerTo(MODEL))!;
  const { value } = await response.body!.getReader().read();
  expect(new TextDecoder().decode(value)).toBe("beginning");
});

it("answers with what is kept, and goes on where the cache cannot be read", async () => {
  kept.set("https://example.com/index.html", new Response("page"));
  expect(await (await answerTo("https://example.com/index.html"))!.text()).toBe("page");
  vi.stubGlobal("fetch", async () => new Response("network"));
  vi.stubGlobal("caches", {
    match: () => Promise.reject(new Error("broken")),
    open: () => Promise.reject(new Error("broken")),
  });
  expect(await (await answerTo("https://example.com/index.html"))!.text()).toBe("network");
});

it("keeps what listening needs when it is asked to, and says whether it does", async () => {
  const cached = new Map<string, Response>();
  const cache = { addAll: async (files: string[]) => files.map((file) => cached.set(file, new Response())) };
  vi.stubGlobal("caches", { open: async () => cache });
  const told: unknown[] = [];
  const ask = async () => {
    let work: Promise<unknown> = Promise.resolve();
    const waitUntil = (given: Promise<unknown>) => {
      work = given;
    };
    handlers.get("message")!({ ports: [{ postMessage: (answer: unknown) => told.push(answer) }], waitUntil });
    await work;
  };
  await ask();
  expect([...cached.keys()]).toEqual(["./worker.js"]);
  vi.stubGlobal("caches", { open: () => Promise.reject(new Error("full")) });
  await ask();
  expect(told).toEqual([true, false]);
});
