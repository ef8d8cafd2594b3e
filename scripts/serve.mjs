// A small static server for the built page. Nothing special is needed of it: no cross-origin isolation, no rewriting.
// node scripts/serve.mjs [FOLDER] [PORT]

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzip as gzipWith } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".wav": "audio/wav",
  ".webmanifest": "application/manifest+json",
};

/** What becomes smaller. Models do not. */
const PACKED = /^text\/|javascript|json|svg|wasm/;
const gzip = promisify(gzipWith);

async function answer(root, request, response) {
  try {
    // Paths that are no text, and URLs that are none, are not found either.
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const file = join(root, path.endsWith("/") ? `${path}index.html` : path);
    const body = await readFile(file);
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 20)}"`;
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    const packs = PACKED.test(type) && /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
    const headers = {
      "content-type": type,
      ...(packs && { "content-encoding": "gzip" }),
      vary: "accept-encoding",
      // Kept, but asked for again each time: the page is always the one that was built last.
      "cache-control": "no-cache",
      etag,
    };
    if (request.headers["if-none-match"] === etag) response.writeHead(304, headers).end();
    else {
      const sent = packs ? await gzip(body) : body;
      response.writeHead(200, { ...headers, "content-length": sent.length }).end(sent);
    }
  } catch {
    response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
  }
}

/** Serves a folder on this machine only; port 0 takes a free one. Resolves with the server when it listens. */
export function serve(root, port = 0) {
  const folder = resolve(root);
  const server = createServer((request, response) => void answer(folder, request, response));
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, "localhost", () => done(server));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const port = Number(process.argv[3] ?? 8080);
  try {
    const server = await serve(process.argv[2] ?? "build/web", port);
    console.log(`http://localhost:${server.address().port}/`);
  } catch (error) {
    const advice = error.code === "EADDRINUSE" ? "; another program listens there, give another port" : "";
    console.error(`Port ${port} cannot be used: ${error.message}${advice}.`);
    process.exitCode = 1;
  }
}
