// A server among clients that send garbage, stop reading, send too fast, or vanish. npm run soak:serve does it with a thousand.

import { expect, it } from "vitest";
import { besiege } from "./hostile.ts";
import { TestServer } from "./support.ts";

it("lets honest clients lose no word", { timeout: 120_000 }, async () => {
  const server = await TestServer.start(["--streams", "64", "--idle", "5"]);
  const { right, wrong, mischief } = await besiege(server, { honest: 4, hostile: 48, seconds: 12 });
  expect(wrong).toEqual([]);
  expect(right).toBeGreaterThanOrEqual(4);
  for (const count of Object.values(mischief)) expect(count).toBeGreaterThan(0);
  // Whatever they left half done is over.
  const health = async () => (await fetch(`${server.url}/health`)).json() as Promise<{ streams: number }>;
  await expect.poll(async () => (await health()).streams, { timeout: 20_000 }).toBe(0);
  expect(server.log.filter(({ event, code }) => event === "thread-died" || code === "internal")).toEqual([]);
  expect(await server.stop()).toBe(0);
});
