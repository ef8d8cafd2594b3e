// npm run soak:serve: a thousand connections that mean no good, and honest clients among them; fails if one of these loses a word.

import { readFileSync } from "node:fs";
import { Command } from "commander";
import { besiege } from "../cli/serve/hostile.ts";
import { TestServer } from "../cli/serve/support.ts";

const program = new Command("npm run soak:serve --")
  .option("--hostile <n>", "connections that mean no good", Number, 1000)
  .option("--honest <n>", "clients that speak in real time", Number, 10)
  .option("--seconds <n>", "how long", Number, 60)
  .parse();
const { hostile, honest, seconds } = program.opts<{ hostile: number; honest: number; seconds: number }>();

const streams = String(hostile + honest);
const server = await TestServer.start(["--streams", streams, "--max-connections", String(2 * hostile), "--idle", "30"]);
const resident = () => {
  const status = readFileSync(`/proc/${server.child.pid}/status`, "utf8");
  return `${(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024).toFixed(0)} MiB`;
};
const before = resident();
const { right, wrong, mischief } = await besiege(server, { honest, hostile, seconds });
await new Promise((resolve) => setTimeout(resolve, 40_000));
const health = (await (await fetch(`${server.url}/health`)).json()) as { streams: number; threadsAlive: number };
console.log(
  JSON.stringify({ right, wrong: wrong.length, mischief, resident: [before, resident()], ...health }, null, 1),
);
for (const problem of wrong.slice(0, 10)) console.log(problem);
if (wrong.length > 0 || right < honest || health.streams > 0) process.exitCode = 1;
if ((await server.stop()) !== 0) process.exitCode = 1;
