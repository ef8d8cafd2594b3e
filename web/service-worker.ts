// Keeps the page for use without a network: everything but the larger models at once, those when they are first chosen.

// Put in by scripts/build-web.mjs: the files of this build, and a name that changes with them.
declare const PRECACHE: readonly string[];
declare const VERSION: string;

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = globalThis as unknown as EventTarget & { clients: { claim(): Promise<void> } };
const PREFIX = "foldvox-page-";
const cacheName = PREFIX + VERSION;

async function dropOldVersions(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((other) => other.startsWith(PREFIX) && other !== cacheName).map((other) => caches.delete(other)),
  );
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && /\.(safetensors|lexicon|ngrams)$/.test(new URL(request.url).pathname))
    await cache.put(request, response.clone());
  return response;
}

scope.addEventListener("install", (event) => {
  (event as ExtendableEvent).waitUntil(caches.open(cacheName).then((cache) => cache.addAll([...PRECACHE])));
});

scope.addEventListener("activate", (event) => {
  (event as ExtendableEvent).waitUntil(dropOldVersions().then(() => scope.clients.claim()));
});

scope.addEventListener("fetch", (event) => {
  const { request } = event as FetchEvent;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  (event as FetchEvent).respondWith(answer(request));
});
