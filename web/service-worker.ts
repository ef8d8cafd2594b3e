// Keeps the page for use without a network, and what listening needs as soon as somebody listens. Models are kept by foldvox
// itself. A download of those must not pass through here: they come in parts, go on where they broke off, and are used as they arrive.

// Put in by scripts/build-web.mjs: the files of this build, and a name that changes with them.
declare const PAGE: readonly string[];
declare const LISTENING: readonly string[];
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
  // A cache that cannot be read is none.
  const kept = await caches.match(request, { cacheName, ignoreSearch: true }).catch(() => undefined);
  return kept ?? fetch(request);
}

scope.addEventListener("install", (event) => {
  (event as ExtendableEvent).waitUntil(caches.open(cacheName).then((cache) => cache.addAll([...PAGE])));
});

/** The page asks for it with a port, and is told on it whether everything is kept. */
scope.addEventListener("message", (event) => {
  const [port] = (event as MessageEvent).ports;
  const keeping = caches.open(cacheName).then((cache) => cache.addAll([...LISTENING]));
  const answering = keeping.then(
    () => port?.postMessage(true),
    () => port?.postMessage(false),
  );
  (event as unknown as ExtendableEvent).waitUntil(answering);
});

scope.addEventListener("activate", (event) => {
  (event as ExtendableEvent).waitUntil(dropOldVersions().then(() => scope.clients.claim()));
});

scope.addEventListener("fetch", (event) => {
  const { request } = event as FetchEvent;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  (event as FetchEvent).respondWith(answer(request));
});
