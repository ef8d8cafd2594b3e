// npm run build: everything in build/, as many parts at a time as there are processors. A part whose sources have not changed since
// it was built is left as it is. Arguments: names of parts (with what they need), or --list; without any, all.

import { spawn } from "node:child_process";
import { mkdir, readdir, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const ASSEMBLY = ["assembly", "asconfig.json", "node_modules/assemblyscript/package.json"];

const engine = (target, entry) => ({
  run: `asc ${entry} --target ${target}`,
  from: ASSEMBLY,
  to: `build/foldvox.${target}.wasm`,
});

/** Slowest first. A part without `to` is made every time. */
const PARTS = {
  layout: { run: "node scripts/layout.mjs", from: ["assembly", "scripts/layout.mjs"], to: "src/engine/layout.ts" },
  "relaxed-threads": engine("relaxed-threads", "assembly/relaxed-threads.ts"),
  relaxed: engine("relaxed", "assembly/relaxed.ts"),
  threads: engine("threads", "assembly/threads.ts"),
  simd: engine("simd", "assembly/index.ts"),
  scalar: engine("scalar", "assembly/index.ts"),
  translated: {
    run: "node scripts/build-js.mjs",
    from: [...ASSEMBLY, "src/plain", "src/engine/layout.ts", "scripts/build-js.mjs", "scripts/scalar-functions.mjs"],
    to: "build/foldvox.plain.js",
    needs: ["layout"],
  },
  types: { run: "node scripts/build-types.mjs", needs: ["layout"] },
  bundles: {
    run: "node scripts/build-host.mjs",
    needs: ["layout", "relaxed", "simd", "scalar", "threads", "relaxed-threads"],
  },
  plain: { run: "node scripts/build-plain.mjs", needs: ["translated"] },
};

/** Several parts by one name. */
const GROUPS = {
  engine: ["layout", "relaxed-threads", "relaxed", "threads", "simd", "scalar"],
  host: ["bundles", "types"],
  js: ["plain"],
};

/** When the youngest file of these files and folders was changed. */
async function youngest(paths) {
  const times = paths.map(async (path) => {
    const { mtimeMs, isDirectory } = await stat(path).then((found) => ({ ...found, isDirectory: found.isDirectory() }));
    if (!isDirectory) return mtimeMs;
    // A folder's own time tells of files that are gone.
    return Math.max(mtimeMs, await youngest((await readdir(path)).map((name) => join(path, name))));
  });
  return Math.max(0, ...(await Promise.all(times)));
}

async function isFresh({ from, to }) {
  if (!to) return false;
  const made = await stat(to).catch(() => null);
  return made !== null && made.mtimeMs >= (await youngest(from));
}

function run(command) {
  return new Promise((resolve, reject) => {
    const path = `node_modules/.bin${process.platform === "win32" ? ";" : ":"}${process.env.PATH}`;
    const child = spawn(command, { shell: true, stdio: "inherit", env: { ...process.env, PATH: path } });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`failed: ${command}`))));
  });
}

/** The parts of that name and all that they need. */
function withNeeds(names) {
  const wanted = new Set();
  const add = (name) => {
    for (const part of GROUPS[name] ?? [name]) {
      if (!PARTS[part])
        throw new Error(`no part ${part}; there are ${[...Object.keys(GROUPS), ...Object.keys(PARTS)].join(", ")}`);
      wanted.add(part);
      for (const need of PARTS[part].needs ?? []) add(need);
    }
  };
  for (const name of names) add(name);
  return Object.keys(PARTS).filter((name) => wanted.has(name));
}

/** Builds parts, each when those that it needs are there. */
async function build(names) {
  await mkdir("build", { recursive: true });
  const waiting = withNeeds(names);
  const done = new Set();
  const ready = () => waiting.findIndex((name) => (PARTS[name].needs ?? []).every((need) => done.has(need)));
  const worker = async () => {
    while (waiting.length > 0) {
      const at = ready();
      if (at < 0) {
        // What it needs is being made by another.
        await new Promise((resolve) => setTimeout(resolve, 50));
        continue;
      }
      const [name] = waiting.splice(at, 1);
      try {
        if (!(await isFresh(PARTS[name]))) await run(PARTS[name].run);
      } catch (error) {
        // Nothing new is begun; what is being made by others is finished.
        waiting.length = 0;
        throw error;
      }
      done.add(name);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: availableParallelism() }, worker));
  for (const { status, reason } of results) if (status === "rejected") throw reason;
}

try {
  await build(process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
