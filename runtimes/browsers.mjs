// Opens a page in a browser and waits for what it says. No automation protocol: every browser can open an address.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../scripts/serve.mjs";
import { start } from "./processes.mjs";

const LIMIT_MS = 180_000;

/** Runs `command(address, folder)`, [program, ...arguments], and collects one finding a model. `folder` is for its profile. */
export async function findingsOfBrowser(command, models) {
  const server = await serve(".");
  const folder = await mkdtemp(join(tmpdir(), "foldvox-browser-"));
  const query = models.map((model) => `model=${model}`).join("&");
  const address = `http://localhost:${server.address().port}/runtimes/hosts/browser.html?${query}`;
  const [program, ...args] = command(address, folder);
  const browser = start(program, args, { env: { ...process.env, HOME: folder } });
  let limit;
  try {
    return await new Promise((resolve, reject) => {
      const findings = [];
      server.on("request", ({ url }) => {
        if (!url.startsWith("/found?")) return;
        const found = JSON.parse(decodeURIComponent(url.slice("/found?".length)));
        if (found.error) reject(new Error(found.error));
        else if (findings.push(found) === models.length) resolve(findings);
      });
      browser.ended.then(({ errors }) => reject(new Error(`${program} ended: ${errors}`)), reject);
      limit = setTimeout(() => reject(new Error(`${program} found nothing in ${LIMIT_MS / 1000} s`)), LIMIT_MS);
    });
  } finally {
    clearTimeout(limit);
    browser.stop();
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
